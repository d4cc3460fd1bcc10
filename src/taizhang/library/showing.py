"""How verdicts are shown: lines for a terminal, a table for a notebook. Numbers are masked, differing places marked.

The words stand in `titles.yaml`, in every language.
"""

from collections.abc import Sequence
from html import escape
from itertools import zip_longest
from typing import TYPE_CHECKING

from taizhang.identity.numbers import mask_number, mask_phone
from taizhang.languages import Language, bracketed, listed, told, translated
from taizhang.sweep.diagnose.wording import chance
from taizhang.sweep.findings.masking import LONG_RUN, NUMBER_FIELDS

if TYPE_CHECKING:
    from taizhang.library.verdicts import Candidate, Verdict, Verdicts

PHONES = frozenset({"member_phone", "household_phone"})
ACCOUNT = "bank_account"
MOST_OPEN = 3
"""Candidates shown of a verdict: in the table of every one, in a line of one that names no culprit."""
MOST_ROWS = 4
MOST_LINES = 20
MOST_TABLE_ROWS = 200
_CELL = 'style="text-align:left;vertical-align:top"'
_HEADINGS = ("诊断", "台账与行", "登记为", "建议", "可能出错", "依据")


def masked(field: str, value: str | None, language: Language = Language.ZH) -> str:
    """A value as it may be shown: each kind of number by the one mask that the product has for it."""
    if value is None:
        return translated("（空）", language)
    if field in NUMBER_FIELDS or LONG_RUN.search(value):  # columns slide, and a name's cell holds a number then
        return mask_number(value)
    if field in PHONES:
        return mask_phone(value)
    return "*" * len(value) if field == ACCOUNT else value


def verdict_line(verdict: "Verdict") -> str:
    """One verdict in one line."""
    language = verdict.language
    rows = [f"{row.ledger}[{row.row}]" for row in verdict.rows[:MOST_ROWS]]
    parts = [
        f"{verdict.code} {verdict.title}",
        listed(rows, language) + (" …" if len(verdict.rows) > MOST_ROWS else ""),
    ]
    written, best = written_value(verdict), verdict.candidates[:1]
    if written is not None and written not in [(one.field, one.value) for one in best]:
        parts.append(f"{translated('登记为', language)} {masked(*written, language)}")
    if verdict.culprit is None and len(verdict.candidates) > 1:  # nothing is suggested where nothing is decided
        offers = listed((_said(one, language) for one in verdict.candidates[:MOST_OPEN]), language)
        parts.append(f"{translated('可能是', language)} {offers}")
    elif best:
        parts.append(f"{translated('建议', language)} {_said(best[0], language)}")
    if verdict.culprit is not None:
        parts.append(told(translated("可能出错", language), _blamed(verdict), language))
    return f"<{' | '.join(part for part in parts if part)}>"


def verdicts_text(verdicts: "Verdicts") -> str:
    """A summary and the first verdicts."""
    language = verdicts.language
    lines = [_summary(len(verdicts), verdicts.records, verdicts.persons, language)]
    lines += [f"  {verdict_line(one)}" for one in verdicts[:MOST_LINES]]
    if len(verdicts) > MOST_LINES:
        lines.append(f"  {_left_out(len(verdicts) - MOST_LINES, language)}")
    return "\n".join(lines)


def verdicts_html(verdicts: "Sequence[Verdict]", language: Language, records: int = 0, persons: int = 0) -> str:
    """A table with one row a verdict; every text is escaped."""
    head = "".join(f"<th {_CELL}>{escape(translated(heading, language))}</th>" for heading in _HEADINGS)
    rows = "".join(_html_row(one) for one in verdicts[:MOST_TABLE_ROWS])
    summary = f"<p>{escape(_summary(len(verdicts), records, persons, language))}</p>" if records else ""
    left = len(verdicts) - MOST_TABLE_ROWS
    more = f"<p>{escape(_left_out(left, language))}</p>" if left > 0 else ""
    return f"{summary}<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{more}"


def written_value(verdict: "Verdict") -> tuple[str, str] | None:
    """(field, what the complained-about ledger says in it): what differs from the best candidate, where one does."""
    best = {one.field: one.value for one in reversed(verdict.candidates)}
    told = [one for one in verdict.observed if one.value is not None]
    own = [one for one in told if one.ledger == verdict.ledger and one.field in verdict.fields]
    odd = [one for one in own if one.value != best.get(one.field)]
    chosen = (odd or own)[:1]
    return (chosen[0].field, chosen[0].value or "") if chosen else None


def marked(field: str, value: str | None, other: str | None, language: Language = Language.ZH) -> str:
    """A value as HTML with the places marked in which it differs from another; numbers masked place by place."""
    shown = masked(field, value, language)
    if value is None or other is None:
        return escape(shown)
    differs = [x != y for x, y in zip_longest(value, other)][: len(value)]
    return "".join(f"<mark>{escape(c)}</mark>" if d else escape(c) for c, d in zip(shown, differs, strict=True))


def _html_row(verdict: "Verdict") -> str:
    written = written_value(verdict)
    best = verdict.candidates[0] if verdict.candidates else None
    fits = written is not None and best is not None and best.field == written[0]
    language = verdict.language
    cells = (
        f"<b>{escape(verdict.title)}</b><br><code>{'<br>'.join(map(escape, verdict.kinds))}</code>",
        "<br>".join(f"{escape(row.ledger)} [{row.row}]" for row in verdict.rows),
        marked(*written, best.value if fits and best else None, language) if written else "",
        "<br>".join(
            _offer(one, written[1] if fits and written else None, language) for one in verdict.candidates[:MOST_OPEN]
        ),
        escape(_blamed(verdict) if verdict.culprit else translated("依据不足以判断", language)),
        "<br>".join(map(escape, verdict.evidence)),
    )
    return f"<tr>{''.join(f'<td {_CELL}>{cell}</td>' for cell in cells)}</tr>"


def _said(candidate: "Candidate", language: Language) -> str:
    return masked(candidate.field, candidate.value) + bracketed(chance(candidate.probability), language)


def _offer(candidate: "Candidate", written: str | None, language: Language) -> str:
    return marked(candidate.field, candidate.value, written) + bracketed(
        escape(chance(candidate.probability)), language
    )


def _blamed(verdict: "Verdict") -> str:
    sure = "" if verdict.p_culprit is None else bracketed(chance(verdict.p_culprit), verdict.language)
    return f"{verdict.culprit}{sure}"


def _summary(verdicts: int, records: int, persons: int, language: Language) -> str:
    return translated(f"{records:,} 行 · {persons:,} 人 · {verdicts:,} 条诊断", language)


def _left_out(verdicts: int, language: Language) -> str:
    return translated(f"… 另有 {verdicts:,} 条", language)
