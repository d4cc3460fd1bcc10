"""The head of the chain, written down outside the database: who may change the database cannot rewrite the past unseen.

One JSON line a check: {"at": ISO time, "seq": number, "digest": hex, "mac": HMAC-SHA-256 under the sink key}. The file is
only ever appended to. Where it lies is said by the environment, not by the database (`installation.HEADS`).
"""

import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from django.conf import settings

from taizhang.errors import UserError
from taizhang.office.ledger.models import Head


class HeadsForged(UserError):
    """A noted head of the ledger does not bear our signature: the file was edited."""

    code: ClassVar[str] = "E-LEDGER-HEADS"


def note_head() -> tuple[int, str]:
    """Append the present head to the file; gives its number and digest."""
    head = Head.objects.get(id=1)
    line = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "seq": head.seq, "digest": head.digest}
    path: Path = settings.INSTALLATION.heads
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "w", encoding="utf-8") as stream:
        stream.write(json.dumps(line | {"mac": _mac(line)}) + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    return head.seq, head.digest


def noted_heads() -> dict[int, str]:
    """Digests by number, as noted; empty before the first. Raises HeadsForged for a line that is not ours."""
    path: Path = settings.INSTALLATION.heads
    if not path.is_file():
        return {}
    found: dict[int, str] = {}
    for number, text in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            line = json.loads(text)
            mac = line.pop("mac")
            seq, digest = int(line["seq"]), str(line["digest"])
        except (ValueError, KeyError, TypeError, AttributeError):
            mac, line, seq, digest = "", {}, 0, ""
        if not hmac.compare_digest(str(mac), _mac(line)) or found.get(seq, digest) != digest:
            raise HeadsForged(
                "流水的链头记录被改动过。",
                where=f"{path.name}:{number}",
                hint="请与每日发出或打印的链头核对，并报告审计管理员。",
            )
        found[seq] = digest
    return found


def _mac(line: Mapping[str, object]) -> str:
    key: bytes = settings.KEY_RING.purpose("sink")
    return hmac.new(key, json.dumps(line, sort_keys=True).encode(), hashlib.sha256).hexdigest()
