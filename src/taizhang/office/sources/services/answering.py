"""Saying what the columns of a layout mean, or that its sheets are no data; what has the layout is read again."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.db import transaction

from taizhang.errors import UserError
from taizhang.intake.mapping import MappingFile, write_mapping
from taizhang.intake.mapping.memory import MappingFileError
from taizhang.intake.questions import answer_question, mapping_answer, refuse_layout
from taizhang.office import ledger
from taizhang.office.access.actor import Actor
from taizhang.office.ledger.selectors import last_change_by_others
from taizhang.office.ledger.telling import stale_by
from taizhang.office.sources.errors import AnswerUnfit, LakeSays
from taizhang.office.sources.services.rereading import reread_waiting


def answer_mapping(
    *, actor: Actor, fingerprint: str, fields: Mapping[str, str | None], table: str, seen: str | None = None
) -> int:
    """Say what a row and the columns of a layout mean, for the first time or better, and read again what has this layout.

    seen: `mark_of` the answer that stood on the page. Gives how many submissions are read again. Raises AnswerUnfit,
    LakeSays, Stale where somebody else has answered since.
    """

    def say(data: Path) -> None:
        answer_question(data, fingerprint, confirmed_by=actor.name, fields=fields, table=table, correcting=True)

    with transaction.atomic():
        ledger.record(actor, "mapping.answered", "layout", fingerprint, columns=len(fields), table=table)
        _say(say, actor, fingerprint, seen)
    return reread_waiting(actor=actor, fingerprint=fingerprint)


def refuse_mapping(*, actor: Actor, fingerprint: str, seen: str | None = None) -> int:
    """Say that sheets of a layout are no data, and read again what has this layout. Gives and raises as `answer_mapping`."""

    def say(data: Path) -> None:
        refuse_layout(data, fingerprint, confirmed_by=actor.name, correcting=True)

    with transaction.atomic():
        ledger.record(actor, "mapping.refused", "layout", fingerprint)
        _say(say, actor, fingerprint, seen)
    return reread_waiting(actor=actor, fingerprint=fingerprint)


def _say(say: Callable[[Path], None], actor: Actor, fingerprint: str, seen: str | None) -> None:
    """Write an answer where nobody has answered since it was looked at. Raises AnswerUnfit, LakeSays, Stale.

    Its entry is in the ledger already, whose head only one transaction holds: of two answers the second waits for the
    first to be written, and sees it.
    """
    data = settings.INSTALLATION.county.data
    try:
        stands = mapping_answer(data, fingerprint)
        if seen is not None and seen != mark_of(stands):
            raise stale_by(last_change_by_others("layout", fingerprint, 0, actor.user_id), layout=fingerprint)
        say(data)
    except MappingFileError as error:
        raise AnswerUnfit(" ".join(filter(None, (error.message, error.where, error.why)))) from error
    except UserError as error:
        raise LakeSays(error.code) from error


def mark_of(answer: MappingFile | None) -> str:
    """By which an answer is known again; empty where there is none."""
    return sha256(write_mapping(answer).encode()).hexdigest()[:16] if answer is not None else ""
