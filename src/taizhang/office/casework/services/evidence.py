"""Evidence: papers and photos, sealed on disk under the hash of their bytes, shown to those who review."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_noop

from taizhang.intake.delivery.lake import sync
from taizhang.office import ledger
from taizhang.office.access.actor import Actor
from taizhang.office.casework.errors import BadEvidence
from taizhang.office.casework.models import Evidence
from taizhang.office.casework.services.owning import own_places
from taizhang.office.crypto.sealing import seal, unseal
from taizhang.office.errors import Forbidden, NotFound
from taizhang.office.findings.selectors.narrowing import findings_of

LARGEST = 10 * 2**20
BEGINNINGS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"%PDF-": "application/pdf"}
ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", "application/pdf": ".pdf"}
"""How a paper's file is named when it is taken out, so that a double click opens it."""
KINDS = (
    gettext_noop("居民身份证（正面）"),
    gettext_noop("户口簿页"),
    gettext_noop("户籍证明"),
    gettext_noop("派出所证明"),
    gettext_noop("出生医学证明"),
    gettext_noop("死亡证明"),
    gettext_noop("结婚证"),
    gettext_noop("核验截图"),
    gettext_noop("残疾证"),
    gettext_noop("低保证"),
    gettext_noop("义务教育阶段学籍证明"),
    gettext_noop("合疗本"),
    gettext_noop("走访照片"),
    gettext_noop("其他"),
)
"""Kinds that serve identity (operations.md §9)."""


def add_evidence(*, actor: Actor, finding_id: str, kind: str, name: str, content: bytes) -> Evidence:
    """Keep a paper or photo with a finding. The kind of file is read from its bytes, never from its name.

    Raises NotFound, Forbidden, BadEvidence.
    """
    content_type = next((found for start, found in BEGINNINGS.items() if content.startswith(start)), None)
    if content_type is None or not content or len(content) > LARGEST or kind not in KINDS:
        raise BadEvidence("file")
    digest = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        finding = findings_of(actor).filter(pk=finding_id).first()
        if finding is None:
            raise NotFound
        places = own_places(actor, finding, "finding.verify")
        if not places:
            raise Forbidden
        path = _path(digest)
        if not path.exists():
            fresh = path.with_suffix(".new")
            fresh.write_bytes(seal(content.hex(), f"evidence:{digest}"))
            sync(fresh)  # the ledger says from now on that it is there
            fresh.replace(path)
            sync(path.parent)
        evidence = Evidence.objects.create(
            division_code=places[0], finding=finding, kind=kind, name=Path(name).name[:120], sha256=digest,
            size=len(content), content_type=content_type, by_id=actor.user_id,
        )  # fmt: skip
        ledger.record(
            actor, "evidence.added", "finding", finding.finding_id, division_code=places[0], kind=kind,
            sha256=digest,
        )  # fmt: skip
    return evidence


def read_evidence(*, actor: Actor, evidence_id: int) -> tuple[Evidence, bytes]:
    """A paper's bytes; every look is recorded. Raises NotFound outside the scope."""
    with transaction.atomic():
        evidence = Evidence.objects.filter(pk=evidence_id).first()
        if evidence is None or not findings_of(actor).filter(pk=evidence.finding_id).exists():
            raise NotFound
        content = bytes.fromhex(unseal(_path(evidence.sha256).read_bytes(), f"evidence:{evidence.sha256}"))
        ledger.record(
            actor,
            "evidence.read",
            "evidence",
            evidence.pk,
            division_code=evidence.division_code,
            sha256=evidence.sha256,
        )
    return evidence, content


def _path(digest: str) -> Path:
    folder: Path = settings.INSTALLATION.home / "evidence" / digest[:2]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"{digest}.sealed"
