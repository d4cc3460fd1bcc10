"""Small counties as a lake of deliveries, row by row, for tests of the sweep: families, their ledgers, their findings."""

import json
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

import pyarrow.parquet as pq

from taizhang.identity.numbers import check_digit
from taizhang.intake.county import County, SourceKind, SourceSpec
from taizhang.sweep import sweep
from taizhang.sweep.record_rows import record_table
from taizhang.sweep.rules import load_packs

SOURCES = ("national", "city", "ledger", "app")
FIRST, SECOND, THIRD = date(2020, 2, 19), date(2020, 3, 4), date(2020, 3, 18)
HEAD, SPOUSE, SON, DAUGHTER = range(4)
_SURNAMES = "赵钱孙李周吴郑冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
_GIVEN = ("建国", "秀英", "志强", "桂兰", "永福", "玉珍", "德胜", "春梅", "国庆", "凤霞", "文明", "翠花")
_FIELDS = ("id_no", "name", "head_name", "head_id_no")


def with_check(first17):
    """A whole number out of its first 17 digits."""
    return first17 + check_digit(first17)


def number(family, member, *, area="612323", born=None, order=None):
    """A valid made-up number; head and son are men."""
    day = born or birth(family, member)
    serial = order if order is not None else 100 + 2 * (family * 37 % 400) + (1 if member in (HEAD, SON) else 0)
    return with_check(f"{area}{day:%Y%m%d}{serial:03d}")


def birth(family, member):
    """Parents in their sixties, children in their thirties."""
    year = (1951, 1953, 1981, 1984)[member] + family % 7
    return date(year, 1 + (family * 5 + member * 3) % 12, 1 + (family * 11 + member * 7) % 28)


def name(family, member):
    """A name; in one family no two sound or look alike."""
    surname = _SURNAMES[(family * 3 + (7 if member == SPOUSE else 0)) % len(_SURNAMES)]
    return surname + _GIVEN[(family + member * 3) % len(_GIVEN)]


def family(code, *, village=None, **named):
    """The right rows of a household of four in a village of its own.

    code: 0 to 199; number of the household and of the village where none is given. named: m1="刘兰英" names member 1.
    """
    names = [named.get(f"m{member}", name(code, member)) for member in range(4)]
    place = code if village is None else village
    return [
        {
            "name": names[member],
            "id_no": number(code, member),
            "birth_date": birth(code, member),
            "sex": "男" if member in (HEAD, SON) else "女",
            "relation_to_head": ("户主", "配偶", "之子", "之女")[member],
            "household_no": f"6107231030{code:03d}",
            "person_no": f"6107231030{code:03d}{member}",
            "town_code": "610723103000",
            "town_name": "龙亭镇",
            "village_code": f"610723103{200 + place:03d}",
            "village_name": f"第{place}村",
            "head_name": names[HEAD],
            "head_id_no": number(code, HEAD),
        }
        for member in range(4)
    ]


def everywhere(rows):
    """Every source with the same rows, each a copy of its own."""
    return {source: [dict(row) for row in rows] for source in SOURCES}


def changed(rows, member, **changes):
    """The rows with some values of one changed."""
    return [row | changes if at == member else dict(row) for at, row in enumerate(rows)]


@cache
def identity_rules():
    """The rules about one number or one name, and the texts of all diagnoses; the other rules have tests of their own."""
    rules = load_packs()
    kept = {code: rule for code, rule in rules.rules.items() if code.startswith(("ID-", "NM-", "PR-", "XS-"))}
    return replace(rules, rules=kept)


@cache
def diagnosis_texts():
    """The texts of all diagnoses and no rule that would have to run."""
    rules = load_packs()
    return replace(rules, rules={code: rule for code, rule in rules.rules.items() if code.startswith(("PR-", "XS-"))})


@dataclass(frozen=True)
class Ledgers:
    """A county whose deliveries are written straight into its lake. order: the sources as the county file lists them."""

    folder: Path
    order: tuple[str, ...] = SOURCES

    @property
    def county(self):
        """The county as the sweep wants it."""
        return County(
            file=self.folder / "county.toml",
            code="610723",
            name="洋县",
            data=self.folder / "data",
            sources=tuple(
                SourceSpec(one, SourceKind(one), f"{one}台账", self.folder / "inbox" / one) for one in self.order
            ),
        )

    def deliver(self, ledgers, day=FIRST, *, held=False):
        """Write one delivery for every source of `ledgers` (source → rows)."""
        for source, rows in ledgers.items():
            self._write(source, rows, day, held=held)
        return self

    def _write(self, source, rows, day, *, held):
        folder = self.folder / "data" / "deliveries" / source / f"{day.isoformat()}-{len(rows):012x}"
        folder.mkdir(parents=True)
        columns = {field: [row.get(field) for row in rows] for field in sorted({key for row in rows for key in row})}
        pq.write_table(record_table(columns, as_of=day), folder / "record.parquet")
        sheet = {"no": 0, "name": "成员", "columns": dict(zip(_FIELDS, "CDEF", strict=True))}
        files = [{"no": 0, "name": f"{source}.xlsx", "sheets": [sheet]}]
        manifest = {"source": source, "as_of": day.isoformat(), "files": files, "held": {"held": held, "reasons": []}}
        (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")

    def sweep(self, as_of=None, *, rules=None, reveal=None):
        """Sweep; gives the findings of the sweep and its folder."""
        result = sweep(self.county, as_of=as_of, rules=rules or diagnosis_texts(), reveal_reason=reveal)
        return Swept(result.folder, pq.read_table(result.folder / "findings.parquet").to_pylist())

    def persons(self):
        """The register: reading (number and name) → the set of person ids that ever carried it."""
        found = {}
        for row in pq.read_table(self.folder / "data" / "register" / "person.parquet").to_pylist():
            found.setdefault((row["id_key"], row["number"], row["name_id"]), set()).add(row["person_id"])
        return found


@dataclass(frozen=True)
class Swept:
    """The findings of one sweep."""

    folder: Path
    findings: list

    @property
    def open(self):
        """Findings that are not gone."""
        return [one for one in self.findings if one["delta"] != "gone"]

    def of(self, village):
        """Open findings in the village of a family."""
        return [one for one in self.open if one["village_code"] == f"610723103{200 + village:03d}"]

    def codes(self, village):
        """Codes of the open findings there, sorted."""
        return sorted(one["rule"] for one in self.of(village))

    def deltas(self):
        """Identity → delta."""
        return {one["finding_id"]: one["delta"] for one in self.findings}


def told(swept):
    """What the findings say, without what is new or old about them: the subject of laws about equal findings."""
    left_out = {"delta", "first_seen", "reopened_count", "cause", "records", "observed"}
    return {one["finding_id"]: {key: one[key] for key in one if key not in left_out} for one in swept.open}
