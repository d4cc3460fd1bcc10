"""What a sweep's moves mean for people's work; the import calls it once, inside its transaction."""

from collections.abc import Sequence

from django.utils import timezone

from taizhang.office.casework.models import Correction, CorrectionState, Exemption, ExemptionState, Task, Verification
from taizhang.office.casework.services.conflicts import release
from taizhang.office.casework.services.proving import look_again, prove_by_value
from taizhang.office.findings.models import Finding
from taizhang.office.findings.services.importing import Moved
from taizhang.office.findings.states import GONE, State

SENT = (CorrectionState.HANDED_BACK, CorrectionState.JOINED)
"""States of a correction whose value has gone back to its source, by itself or with the one it is joined to."""


def follow_moves(moves: Sequence[Moved]) -> None:
    """Bring tasks, corrections, verifications and exemptions in line with the states that the engine has set."""
    by_state: dict[State, list[str]] = {}
    for move in moves:
        by_state.setdefault(move.after, []).append(move.finding)
    lapsed = [move.finding for move in moves if move.before is State.EXEMPTED and move.after is State.OPEN]
    now = timezone.now()
    by_value, other_value = prove_by_value()
    waited = {move.finding for move in moves if move.before is State.WRITTEN_BACK}
    hit, gone = by_state.get(State.NOT_FIXED, []), by_state.get(State.PROVEN, [])
    wait_on, others = look_again([one for one in hit if one in waited], [one for one in gone if one in waited])
    Finding.objects.filter(pk__in=wait_on).update(state=State.WRITTEN_BACK)
    Finding.objects.filter(pk__in=others).update(state=State.NOT_FIXED)
    proven = [*(one for one in gone if one not in others), *by_value]
    _judged(_with_merged(proven), CorrectionState.CONFIRMED)
    merged = by_state.get(State.MERGED, [])
    _end([*proven, *merged, *by_state.get(State.OUT_OF_RULE, [])])
    mended_not = [*(one for one in hit if one not in wait_on), *others, *other_value]
    again = mended_not + by_state.get(State.REOPENED, [])
    still_wrong = [move.finding for move in moves if move.after is State.MERGED and move.seen.is_newer]
    _judged([*again, *still_wrong], CorrectionState.CONTRADICTED)
    Verification.objects.filter(finding__in=again, withdrawn_at=None).update(withdrawn_at=now)
    _end_exemptions(lapsed, "value_changed")
    _end_exemptions([move.finding for move in moves if move.before is State.EXEMPTED and move.after in GONE], "proven")


def _end_exemptions(identities: Sequence[str], why: str) -> None:
    """What is exempted no more keeps no exemption, which would open it again by date and stand in the way of another."""
    Exemption.objects.filter(finding__in=identities, state=ExemptionState.APPROVED).update(
        state=ExemptionState.ENDED, ended_why=why
    )


def _with_merged(identities: Sequence[str]) -> list[str]:
    """These findings and those that were merged into them: what was handed back for one of those is proven with it."""
    into = Finding.objects.filter(superseded_by__in=identities, superseded_by__gt="", state=State.MERGED)
    return [*identities, *into.values_list("pk", flat=True)]


def _judged(identities: Sequence[str], state: CorrectionState) -> None:
    """What was sent is proven or contradicted; what stood against it has nothing to stand against any more."""
    sent = list(Correction.objects.filter(finding__in=identities, state__in=SENT).values_list("pk", flat=True))
    Correction.objects.filter(pk__in=sent).update(state=state)
    release(sent, (CorrectionState.DISPUTED,))


def _end(identities: Sequence[str]) -> None:
    """Nobody has to do anything about these any more."""
    undecided = (CorrectionState.PROPOSED, CorrectionState.APPROVED, CorrectionState.DISPUTED)
    left = list(Correction.objects.filter(finding__in=identities, state__in=undecided).values_list("pk", flat=True))
    Correction.objects.filter(pk__in=left).update(state=CorrectionState.WITHDRAWN)
    release(left)
    Task.objects.filter(finding__in=identities, ended_at=None).update(ended_at=timezone.now())
