"""One finding in words, for the terminal: what each ledger says, where, and what speaks for which. Numbers masked."""

import re
from pathlib import Path
from typing import Any, ClassVar

import duckdb

from taizhang.errors import UserError
from taizhang.intake.county import County
from taizhang.languages import Language, bracketed, evidence_in, told
from taizhang.report.facts import rule_titles, source_titles
from taizhang.report.texts import Label, label
from taizhang.report.wording import field_title, place, reason, value
from taizhang.sweep.diagnose.wording import chance
from taizhang.sweep.findings.fingerprint import read_short_id
from taizhang.sweep.findings.schema import MESSAGE_COLUMNS


class FindingUnknown(UserError):
    """No finding of the sweep has this number."""

    code: ClassVar[str] = "E-FINDING-NONE"


_FULL = re.compile("[0-9a-f]{32}")
_ABOUT = ("town_name", "village_name", "household_no", "name", "id_masked")


def describe_finding(county: County, sweep_folder: Path, number: str, language: Language) -> str:
    """The finding with this short number (or its full one) in the sweep of `sweep_folder`.

    Raises FindingUnknown, which says whether the number was mistyped.
    """
    short, full = read_short_id(number), _FULL.fullmatch(number.strip().lower())
    with duckdb.connect(config={"threads": 2}) as db:
        db.read_parquet(str(sweep_folder / "findings.parquet")).create_view("finding")
        found = db.execute(
            "SELECT * FROM finding WHERE short_id = $short OR finding_id = $full",
            {"short": short, "full": full[0] if full is not None else None},
        )
        names = [column[0] for column in found.description]
        row = found.fetchone()
    if row is None:
        raise FindingUnknown(
            "这次排查里没有这个问题编号。",
            where=sweep_folder.name,
            why="" if short or full else "编号不完整，或有一位抄错、两位对调（校验位不符）。",
            hint="编号见问题清单第一列，11位数字和字母；字母O与数字0、字母I和L与数字1不必区分。",
        )
    return _described(dict(zip(names, row, strict=True)), rule_titles(county), source_titles(county), language)


def _described(finding: dict[str, Any], titles: dict[str, Label], sources: dict[str, str], language: Language) -> str:
    def line(name: str, text: str) -> str:
        return told(label(name).said_in(language), text, language) if text else ""

    rule = titles[finding["rule"]].said_in(language) if finding["rule"] in titles else finding["rule"]
    severity, delta = (label(finding[name]).said_in(language) for name in ("severity", "delta"))
    stored = MESSAGE_COLUMNS[language]
    about = [str(finding[name]) for name in _ABOUT if finding[name]]
    culprit = sources.get(finding["culprit"], finding["culprit"]) if finding["culprit"] else ""
    if culprit and finding["p_culprit"] is not None:
        culprit += bracketed(chance(finding["p_culprit"]), language)
    lines = [
        f"{finding['short_id']}  {severity}  {rule}{bracketed(finding['rule'], language)}  {delta}",
        finding[f"message_{stored}"] or "",
        line("subject", ("  " if language is Language.EN else "　").join(about)),
        *(_says(one, sources, language) for one in finding["observed"] or ()),
        line("culprit", culprit),
        *(line("candidates", _candidate(one, titles, language)) for one in finding["candidates"] or ()),
        *(line("evidence", evidence_in(sentence, language)) for sentence in finding["evidence"] or ()),
        *(line("place", place(record, sources, language)) for record in finding["records"] or ()),
        line("hint", finding[f"hint_{stored}"] or ""),
    ]
    return "\n".join(line for line in lines if line)


def _says(one: dict[str, Any], sources: dict[str, str], language: Language) -> str:
    said = told(field_title(one["field"], language), value(one["field"], one["value"], language), language)
    return f"{sources.get(one['source'], one['source'])}{'  ' if language is Language.EN else '　'}{said}"


def _candidate(one: dict[str, Any], titles: dict[str, Label], language: Language) -> str:
    remarks = f"{chance(one['probability'])}{', ' if language is Language.EN else '，'}{reason(one['reason'], titles, language)}"
    return value(one["field"], one["value"], language) + bracketed(remarks, language)
