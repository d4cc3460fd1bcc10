"""# Numbers that no ledger has whole: what they were, and how sure that is

Run with: python bench/decoding.py [--persons 100000] [--seed 31415926]

Where a person stands in one ledger, or is wrong in all, a number whose check does not come out can only be decoded. A lake of four
ledgers is judged with the first one, two and four of them alone; whoever has no valid number there gets candidates. The peer is
the check digit alone: every number one slip away is as likely as any other, as a decoder without the county's numbers, columns
and other rows has it. Of each the first candidate is held against the truth, and its probability against how often that is so.
"""

import argparse
import re
import shutil
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb

from identity.generate import make_lake
from identity.mixtures import MIXTURES
from identity.scoring import bins_of, calibration_error
from measure import table
from taizhang.identity.numbers import parse_id, repair_candidates
from taizhang.intake.county import load_county
from taizhang.sweep.authority import register_answers
from taizhang.sweep.diagnose import Judgement, judge_all
from taizhang.sweep.diagnose.suggest import suggestions
from taizhang.sweep.engines import Engine, open_engine
from taizhang.sweep.lake import current_deliveries, facts_of
from taizhang.sweep.link.persons import link_persons, make_claim_person
from taizhang.sweep.run import room_for
from taizhang.sweep.tables import RECORD_BASE, make_record_raw

Said = dict[int, tuple[str, float]]
"""By record the first candidate and its probability."""
SLIPS = "XS-ID-(SUBST|TRANSPOSE|INDEL|EXCEL)"
"""Planted causes whose outcome is no number, mostly."""


def keep_only(folder: Path, ledgers: tuple[str, ...]) -> None:
    """Leave the deliveries of these ledgers."""
    file = folder / "county.toml"
    head, *sources = re.split(r"(?=\n\[\[source\]\])", file.read_text("utf-8"))
    file.write_text(head + "".join(one for one in sources if _id(one) in ledgers), "utf-8")
    for delivered in (folder / "data/deliveries").iterdir():
        if delivered.name not in ledgers:
            shutil.rmtree(delivered)


def _id(source: str) -> str:
    found = re.search(r'id = "(\w+)"', source)
    return found[1] if found else ""


def decoded(
    folder: Path, ask: Callable[[Engine, Judgement, dict[int, str | None], date], Said]
) -> tuple[Said, dict[int, str]]:
    """What is said of every damaged number that nobody has whole, and the true numbers of those records."""
    county = load_county(folder / "county.toml")
    deliveries = current_deliveries(county.data, facts_of(county), None)
    sources = {one.number: one for one in deliveries}
    with open_engine("duckdb", [county.data / "deliveries"], **room_for(deliveries)) as engine:
        make_record_raw(engine, deliveries)
        register_answers(engine, [])
        linked = link_persons(engine, sources)
        make_claim_person(engine)
        judged = judge_all(engine, sources, linked)
        troubled = judged.troubled
        nobodys = judged.numbers.best[troubled.group] < 0
        texts = {int(troubled["record_id"][at]): troubled.texts["id_no"][at] for at in nobodys.nonzero()[0].tolist()}
        true: dict[int, str] = {}
        with duckdb.connect() as db:
            for number, source in sources.items():
                rows = db.execute(
                    f"SELECT t.record_no, p.id_no FROM read_parquet('{folder}/truth/{source.source}.parquet') AS t"
                    f" JOIN read_parquet('{folder}/truth/persons.parquet') AS p USING (person)"
                    f" WHERE t.id_wrong AND regexp_matches(t.causes, '{SLIPS}')"
                ).fetchall()
                true |= {number * RECORD_BASE + record: whole for record, whole in rows}
        true = {record: one for record, one in true.items() if texts.get(record)}
        wanted = {record: texts[record] for record in true}
        return ask(engine, judged, wanted, max(one.as_of for one in deliveries)), true


def by_product(engine: Engine, judged: Judgement, wanted: dict[int, str | None], as_of: date) -> Said:
    """As the findings of a sweep say it."""
    found = suggestions(engine, judged, wanted.keys(), as_of)
    firsts = {
        record: next((one.candidate for one in some if one.candidate.field == "id_no"), None)
        for record, some in found.items()
    }
    return {record: (one.value, one.probability) for record, one in firsts.items() if one is not None}


def by_check_digit(engine: Engine, judged: Judgement, wanted: dict[int, str | None], as_of: date) -> Said:  # noqa: ARG001 - as the other
    """Of all numbers one slip away the smallest, each as likely as any."""
    found: Said = {}
    for record, text in wanted.items():
        numbers = sorted(one.core18 for one in repair_candidates(parse_id(text or ""), as_of=as_of, limit=999))
        if numbers:
            found[record] = numbers[0], 1.0 / len(numbers)
    return found


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--persons", type=int, default=100_000)
    arguments.add_argument("--seed", type=int, default=31_415_926)
    options = arguments.parse_args()
    rows, curves = [], []
    with tempfile.TemporaryDirectory(prefix="taizhang-bench-") as folder:
        lake = Path(folder) / "lake"
        make_lake(lake, persons=options.persons, seed=options.seed, mixture=MIXTURES["heavy"], names=False)
        for ledgers in (("national", "city", "ledger", "app"), ("national", "city"), ("national",)):
            keep_only(lake, ledgers)
            for title, ask in (("taizhang", by_product), ("the check digit alone", by_check_digit)):
                said, true = decoded(lake, ask)
                pairs = [(p, number == true[record]) for record, (number, p) in said.items()]
                right = sum(is_right for _, is_right in pairs)
                sure = [is_right for p, is_right in pairs if p >= 0.9]
                rows.append([
                    len(ledgers), title, f"{len(true):,}", f"**{right / max(1, len(true)):.1%}**",
                    f"{sum(sure) / max(1, len(sure)):.1%} of {len(sure):,}", f"{calibration_error(pairs):.4f}",
                ])  # fmt: skip
                if title == "taizhang":
                    curves += [[len(ledgers), f"{p:.2f}", f"{share:.2f}", count] for p, share, count in bins_of(pairs)]
    print("# Numbers that no ledger has whole: what they were, and how sure that is\n")
    print(f"{options.persons:,} persons, seed {options.seed}, six rows of a hundred damaged.\n")
    print(
        table(
            [
                "ledgers",
                "decoder",
                "damaged numbers",
                "first candidate right",
                "right of those said to be nine in ten sure",
                "ECE",
            ],
            rows,
        )
    )
    print("\nSaid probability of the first candidate against how often it was right:\n")
    print(table(["ledgers", "mean said", "right", "numbers"], curves))


if __name__ == "__main__":
    main()
