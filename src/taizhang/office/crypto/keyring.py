"""The key ring: a file outside the database and its backups, readable by the service only.

Purposes: `data` (sealing values; several keys may be active while one is being retired), `index` (blind indexes, never
rotated without re-indexing: `rotating`), `sink` (signing the ledger's daily head), `session` (Django's secret).
"""

import base64
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from taizhang.errors import UserError

KEY_BYTES = 32
EARNEST, DEMO = "k", "demo"
"""How the ids of data keys begin."""
BEFORE = "index_before"
"""The index key of before, while blind indexes are being made anew."""
PURPOSES = ("index", "sink", "session")


class KeyRingUnusable(UserError):
    """The key ring is missing, damaged, or readable by others."""

    code: ClassVar[str] = "E-KEYS"


@dataclass(frozen=True)
class KeyRing:
    """data: keys by id, oldest first; current: the id new values are sealed under; algorithm: of new values."""

    data: Mapping[str, bytes]
    current: str
    algorithm: str
    purposes: Mapping[str, bytes]

    @property
    def is_demo(self) -> bool:
        """Whether every data key was made for a demo.

        It cannot be put on afterwards: a sealed value names its key, so with renamed keys nothing sealed in earnest opens.
        """
        return all(key_id.startswith(DEMO) for key_id in self.data)

    def key(self, key_id: str) -> bytes:
        """The data key of an id. Raises KeyRingUnusable where it was removed."""
        try:
            return self.data[key_id]
        except KeyError:
            raise KeyRingUnusable(
                "密钥环中没有解开这条内容所需的密钥。", hint="请从密钥备份中恢复 office.json。"
            ) from None

    def purpose(self, name: str) -> bytes:
        """The key of a purpose other than data."""
        return self.purposes[name]

    @property
    def is_index_rotating(self) -> bool:
        """Whether blind indexes are being made anew under a new key."""
        return BEFORE in self.purposes

    @property
    def index_keys(self) -> tuple[bytes, ...]:
        """The index key, and while it is being changed the one of before."""
        return tuple(self.purposes[name] for name in ("index", BEFORE) if name in self.purposes)

    def with_new_index(self) -> "KeyRing":
        """The ring with a new index key; the present one is kept beside it until everything is indexed anew."""
        new = {"index": secrets.token_bytes(KEY_BYTES), BEFORE: self.purposes["index"]}
        return replace(self, purposes={**self.purposes, **new})

    def with_settled_index(self) -> "KeyRing":
        """The ring without the index key of before."""
        return replace(self, purposes={name: key for name, key in self.purposes.items() if name != BEFORE})

    def with_current_only(self) -> "KeyRing":
        """The ring without data keys that are no longer in use."""
        return replace(self, data={self.current: self.data[self.current]})

    def secret(self, name: str) -> str:
        """The key of a purpose as text."""
        return base64.urlsafe_b64encode(self.purposes[name]).decode()

    @classmethod
    def load(cls, path: Path) -> "KeyRing":
        """Read a ring. Raises KeyRingUnusable where it is missing, damaged, or readable by group or others."""
        where = path.name
        try:
            mode = path.stat().st_mode
            document = json.loads(path.read_text("utf-8"))
            data = {key_id: base64.b64decode(text) for key_id, text in document["data"].items()}
            kept = document["purposes"]
            purposes = {name: base64.b64decode(kept[name]) for name in (*PURPOSES, *({BEFORE} & set(kept)))}
            ring = cls(data, document["current"], document["algorithm"], purposes)
        except FileNotFoundError:
            raise KeyRingUnusable(
                "没有密钥文件。", where=where, hint="第一次使用请运行 taizhang office init。"
            ) from None
        except (OSError, ValueError, KeyError, TypeError):
            raise KeyRingUnusable("密钥文件读不出来。", where=where, hint="请从密钥备份中恢复。") from None
        if mode & 0o077:
            raise KeyRingUnusable("密钥文件可被其他用户读取。", where=where, hint="请运行 chmod 400。")
        if ring.current not in ring.data:
            raise KeyRingUnusable("密钥文件没有当前密钥。", where=where, hint="请从密钥备份中恢复。")
        return ring

    def write(self, path: Path) -> None:
        """Write the ring beside its place and rename it, readable by its owner only."""
        document = {
            "algorithm": self.algorithm,
            "current": self.current,
            "data": {key_id: base64.b64encode(key).decode() for key_id, key in self.data.items()},
            "purposes": {name: base64.b64encode(key).decode() for name, key in self.purposes.items()},
        }
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "w", encoding="utf-8") as stream:
            json.dump(document, stream)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(path)

    @classmethod
    def generate(cls, algorithm: str = "aes-256-gcm", *, demo: bool = False) -> "KeyRing":
        """A new ring with one data key. demo: for an installation whose persons are all made up."""
        purposes = {name: secrets.token_bytes(KEY_BYTES) for name in PURPOSES}
        first = f"{DEMO if demo else EARNEST}1"
        return cls({first: secrets.token_bytes(KEY_BYTES)}, first, algorithm, purposes)

    def rotated(self) -> "KeyRing":
        """The ring with one more data key, which becomes the current one."""
        prefix = DEMO if self.is_demo else EARNEST
        key_id = f"{prefix}{max(int(one.removeprefix(prefix)) for one in self.data) + 1}"
        return KeyRing({**self.data, key_id: secrets.token_bytes(KEY_BYTES)}, key_id, self.algorithm, self.purposes)
