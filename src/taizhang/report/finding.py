"""One finding in words, for the terminal: what each ledger says, where, and what speaks for which. Numbers masked."""

from pathlib import Path
from typing import Any, ClassVar

import duckdb

from taizhang.errors import UserError
from taizhang.identity.numbers import mask_number
from taizhang.intake.county import County
from taizhang.intake.model import FIELDS
from taizhang.report.facts import rule_titles, source_titles
from taizhang.report.figures import NUMBER_FIELDS
from taizhang.report.texts import label
from taizhang.sweep.diagnose.wording import chance
from taizhang.sweep.findings.fingerprint import read_short_id


class FindingUnknown(UserError):
    """No finding of the sweep has this number."""

    code: ClassVar[str] = "E-FINDING-NONE"


def describe_finding(county: County, sweep_folder: Path, number: str) -> str:
    """The finding with this short number (or its full one) in the sweep of `sweep_folder`.

    Raises FindingUnknown, which says whether the number was mistyped.
    """
    short = read_short_id(number)
    with duckdb.connect(config={"threads": 2}) as db:
        db.read_parquet(str(sweep_folder / "findings.parquet")).create_view("finding")
        found = db.execute(
            "SELECT * FROM finding WHERE short_id = $short OR finding_id = $full",
            {"short": short, "full": number.strip().lower()},
        )
        names = [column[0] for column in found.description]
        row = found.fetchone()
    if row is None:
        raise FindingUnknown(
            "这次排查里没有这个问题编号。",
            where=sweep_folder.name,
            why="" if short else "编号不完整，或有一位抄错、两位对调（校验位不符）。",
            hint="编号见问题清单第一列，11位数字和字母；字母O与数字0、字母I和L与数字1不必区分。",
        )
    return _described(dict(zip(names, row, strict=True)), rule_titles(county), source_titles(county))


def _described(finding: dict[str, Any], titles: dict[str, Any], sources: dict[str, str]) -> str:
    rule = titles[finding["rule"]].zh if finding["rule"] in titles else finding["rule"]
    lines = [
        f"{finding['short_id']}  {label(finding['severity']).zh}  {rule}（{finding['rule']}）  {label(finding['delta']).zh}",
        finding["message_zh"] or "",
        f"对象：{'　'.join(_known(finding, 'town_name', 'village_name', 'household_no', 'name', 'id_masked'))}",
        *_says(finding["observed"] or [], sources),
    ]
    if finding["culprit"]:
        told = f"（{chance(finding['p_culprit'])}）" if finding["p_culprit"] is not None else ""
        lines.append(f"可能出错的来源：{sources.get(finding['culprit'], finding['culprit'])}{told}")
    lines += [
        f"建议值：{_shown(c['field'], c['value'])}（{chance(c['probability'])}，{c['reason']}）"
        for c in finding["candidates"] or []
    ]
    lines += [f"依据：{sentence}" for sentence in finding["evidence"] or []]
    lines += [f"位置：{_place(record, sources)}" for record in finding["records"] or []]
    lines.append(f"怎么办：{finding['hint_zh'] or ''}")
    return "\n".join(line for line in lines if line)


def _known(finding: dict[str, Any], *names: str) -> list[str]:
    return [str(finding[name]) for name in names if finding[name]]


def _says(observed: list[dict[str, Any]], sources: dict[str, str]) -> list[str]:
    return [
        f"{sources.get(one['source'], one['source'])}　{_title(one['field'])}：{_shown(one['field'], one['value'])}"
        for one in observed
    ]


def _title(field: str) -> str:
    return FIELDS[field].zh if field in FIELDS else field


def _shown(field: str, value: str | None) -> str:
    if value is None:
        return "（空）"
    return mask_number(value) if field in NUMBER_FIELDS else value


def _place(record: dict[str, Any], sources: dict[str, str]) -> str:
    cells = "、".join(cell["cell"] for cell in record["cells"] or [] if cell["cell"])
    parts = [
        sources.get(record["source"], record["source"]),
        record["file"],
        record["sheet"],
        cells or f"第{record['row']}行",
    ]
    return " › ".join(str(part) for part in parts if part)
