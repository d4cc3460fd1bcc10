"""Reading column labels never seen: ours beside rapidfuzz ratio and WRatio on the same dictionary, in one run.

Run with: python bench/mapping.py [--misses]

The labels stand in data/held_out_labels.tsv with the field a person gave them before any program read them (`-` for a
label that is no field of ours, `a|b` where either is right; `›` stands between a heading and the label below it). Their origins:

written   what staff write in villages and towns, and look-alikes, written down without looking at the dictionary.
public    labels of forms and tables in other people's published programs.
public-2  the same, other programs, gathered after the words had learnt from the first two lists.
public-3  the same again.
public-4  the same again: rosters, residents' cards, subsidy lists and land forms, gathered last.
county-5  headers as county and town spreadsheets write them, with headings, units, lists of values and remarks in brackets,
          written down from knowledge of such sheets without looking at the dictionary.
county-6  plain headers of village, bank, health, school and labour tables, written down in one go without looking at the
          dictionary; 495 labels.
county-7  the same tables with headings, remarks, sums and compound owners, written together with county-6 and kept closed
          until the words had learnt from county-6; 334 labels.
public-5  a bank's roster of those out of poverty, a province's registration form, school, residents' and survey forms of public
          programs; only the labels that stand in no list before: 72 of 154.
county-8  headers of public forms (assistance of the very poor, houses, pupils, work, residents, disability) and as many written
          down with headings, remarks, owners and years; gathered before labels were read by their parts, and read with the words
          of before and after.
public-6  labour, disability, land and household forms of public programs, gathered when the parts had been frozen; only the
          labels that stand in no list before: 180 of 242.
public-7  the same again from other programs, after the words had learnt from county-8 and public-6: 105 of 140, of which some
          twenty, the last, were written from knowledge by whoever wrote the words.
unseen-9a written by a person who had never seen the program or its words: labels of some hundred public forms and programs and of
          sheets as they are kept in villages, with the registry model's own names for answers. Split by source and form
          before anything was read. This half the words and the means of reading then learnt from; 441 labels.
unseen-9b the other half, kept closed until they had learnt; read blind before and after; 438 labels.
unseen-10a another such list, by another person who never saw the program: 30 sheets written label by label from the registry
          model, with their titles and tables, typing slips and columns to be left alone. Every other sheet; 228 labels.
unseen-10b the other sheets; 244 labels. Nothing was learnt from how the program read them, and both halves' labels had been
          seen once, before either was read, when their answers were checked against the model.

A label is asked in the table its rows belong to: `record` where the file names none. Where the sheet is known (`form`, its
title), the labels of a sheet are read once more as the program meets them: in the table it chooses, each field once.

Each list was read blind once, before the words learnt from it. Those figures cannot be measured again, so they are
kept in `BLIND` and are the figures to believe; what this script measures now is a development figure for every list.
county-5 was read a second time blind, after general means only (headings, units, lists of values) and before any word of it
was learnt: `AFTER_GENERAL_MEANS`.
"""

import argparse
import csv
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from rapidfuzz import fuzz, process

from measure import table
from taizhang.intake.mapping import block_of, layouts, map_sheet, preload, read_head
from taizhang.intake.mapping.candidates import AUTOMATIC, candidates
from taizhang.intake.mapping.columns import ColumnChoice, choose_columns, choose_table
from taizhang.intake.mapping.dictionary import dictionary, in_table
from taizhang.intake.mapping.normal import header
from taizhang.intake.mapping.profile import Profile
from taizhang.intake.model import TABLES
from taizhang.intake.raw import SheetMeta

LABELS = Path(__file__).parent / "data" / "held_out_labels.tsv"
BLIND = {  # list → (recall, precision, strangers taken, strangers) on its first reading, with the words as they then were
    "written, public": ("69.2 %", "98.7 %", 2, 241),
    "public-2": ("77.8 %", "92.5 %", 4, 105),
    "public-3": ("91.7 %", "100.0 %", 0, 96),
    "public-4": ("87.5 %", "92.5 %", 3, 150),
    "county-5": ("83.8 %", "93.9 %", 4, 38),
    "county-6": ("91.6 %", "98.4 %", 1, 78),
    "county-7": ("84.5 %", "99.5 %", 0, 73),
    "public-5": ("83.3 %", "100.0 %", 0, 17),
    "county-8": ("93.1 %", "97.0 %", 5, 136),
    "public-6": ("70.7 %", "93.5 %", 2, 120),
    "public-7": ("76.6 %", "97.3 %", 1, 53),
    "unseen-9a": ("81.3 %", "96.6 %", 3, 112),
    "unseen-9b": ("73.3 %", "99.5 %", 0, 98),
    "unseen-10a": ("87.3 %", "98.0 %", 1, 49),
    "unseen-10b": ("86.9 %", "95.2 %", 5, 45),
}
UNSEEN = {  # of unseen-9: what was asked → (labels, recall before, precision before, recall after, precision after), all blind
    "9a, every label": (441, "81.3 %", "96.6 %", "learnt", "learnt"),
    "9a, labels in no list before": (251, "68.4 %", "96.4 %", "learnt", "learnt"),
    "9b, every label": (438, "73.3 %", "99.5 %", "85.6 %", "98.7 %"),
    "9b, labels in no list before": (234, "56.7 %", "98.8 %", "77.3 %", "99.1 %"),
    "9b, in the table the program chose for the form": (438, "69.6 %", "98.9 %", "78.9 %", "95.9 %"),
}
BEFORE_PARTS = {  # the same labels with the words as they were before labels were read by their parts
    "county-8": ("84.6 %", "96.1 %", 4, 136),
    "public-6": ("65.9 %", "96.4 %", 1, 120),
    "public-7": ("70.2 %", "94.3 %", 2, 53),
}
WHOLE_FORMS = {  # list → (labels, recall before, recall after, precision after): every label of the forms, known or not
    "public-6": (242, "78.5 %", "81.5 %", "96.4 %"),
    "public-7": (140, "79.7 %", "85.1 %", "98.4 %"),
}
AFTER_GENERAL_MEANS = ("85.8 %", "95.5 %", 4, 38)
UNSEEN_10 = {  # what was asked → (labels, recall before, precision before, recall after, precision after); before: blind
    "10a, every label": (228, "87.3 %", "98.0 %", "learnt", "learnt"),
    "10a, labels in no list before": (112, "71.2 %", "96.3 %", "learnt", "learnt"),
    "10a, in the table the program chose for the sheet": (228, "86.1 %", "95.3 %", "learnt", "learnt"),
    "10a, the sheet as a whole": (228, "86.1 %", "96.0 %", "learnt", "learnt"),
    "10b, every label": (244, "86.9 %", "95.2 %", "86.9 %", "95.2 %"),
    "10b, labels in no list before": (141, "76.2 %", "94.1 %", "76.2 %", "94.1 %"),
    "10b, in the table the program chose for the sheet": (244, "83.1 %", "92.4 %", "83.1 %", "92.4 %"),
    "10b, the sheet as a whole": (244, "82.5 %", "95.0 %", "82.5 %", "95.7 %"),
}
NOBODY = "-"
HEADING = "›"
Method = Callable[[str, str], str]


@dataclass
class Score:
    """What a method made of a list of labels."""

    labels: int = 0
    ours: int = 0
    right: int = 0
    taken: int = 0
    strangers: int = 0
    strangers_taken: int = 0

    def count(self, got: str, wanted: set[str]) -> None:
        """Count one label. Where both a field and nobody's are right, only a third answer counts, as taken wrongly."""
        self.labels += 1
        either = NOBODY in wanted and len(wanted) > 1
        self.taken += got != NOBODY and not (either and got in wanted)
        self.right += got != NOBODY and got in wanted and not either
        self.ours += NOBODY not in wanted
        self.strangers += wanted == {NOBODY}
        self.strangers_taken += wanted == {NOBODY} and got != NOBODY

    def line(self) -> list[str]:
        """Recall, precision and strangers taken, as they stand in the table."""
        recall = f"{100 * self.right / self.ours:.1f} %" if self.ours else "–"
        precision = f"{100 * self.right / self.taken:.1f} %" if self.taken else "–"
        return [recall, precision, f"{self.strangers_taken} of {self.strangers}"]


@dataclass
class Form:
    """One sheet of a list: the table its rows belong to, and its labels with their answers."""

    table: str
    labels: list[tuple[str, set[str]]] = field(default_factory=list)


def read_forms() -> dict[tuple[str, str], Form]:
    """The sheets of the lists that name them: (list, title) → sheet."""
    forms: dict[tuple[str, str], Form] = {}
    for row in read_rows():
        if row["form"]:
            form = forms.setdefault((row["origin"], row["form"]), Form(row["table"] or "record"))
            form.labels.append((row["label"].replace("\\n", "\n"), set(row["field"].split("|"))))
    return forms


def as_sheets() -> list[list[str]]:
    """The lists whose sheets are known, read in the table the program chooses: label by label, and as whole sheets."""
    tables: defaultdict[str, list[bool]] = defaultdict(list)
    alone: defaultdict[str, Score] = defaultdict(Score)
    whole: defaultdict[str, Score] = defaultdict(Score)
    for (origin, title), form in read_forms().items():
        paths = {place: tuple(label.split(HEADING)) for place, (label, _) in enumerate(form.labels)}
        chosen = choose_table(paths, titles=title)
        tables[origin].append(chosen == form.table or {chosen, form.table} == {"record", "household"})
        columns = choose_columns(paths, ColumnChoice(chosen, titles=title), lambda _: Profile(()))
        for column, (label, wanted) in zip(columns, form.labels, strict=True):
            alone[origin].count(ours(label, chosen), wanted)
            whole[origin].count(column.field or NOBODY, wanted)
    return [
        [origin, f"{sum(right)} of {len(right)}", *alone[origin].line()[:2], *whole[origin].line()]
        for origin, right in tables.items()
    ]


def ours(label: str, sheet: str) -> str:
    best = candidates(tuple(label.split(HEADING)), sheet)[:1]
    return best[0].field if best and best[0].score >= AUTOMATIC else NOBODY


def fuzzy(scorer: Callable[..., float], least: float) -> Method:
    """The nearest known label by a string distance, taken from a score on."""
    known = {
        sheet: {
            key: held[0].field for key, entries in dictionary().by_key.items() if (held := in_table(entries, sheet))
        }
        for sheet in TABLES
    }

    def method(label: str, sheet: str) -> str:
        fields = known[sheet]
        found = process.extractOne(
            header(label.replace(HEADING, "")).key, fields.keys(), scorer=scorer, score_cutoff=least
        )
        return fields[found[0]] if found else NOBODY

    return method


def read_rows() -> list[dict[str, str]]:
    with LABELS.open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def read_labels() -> list[tuple[str, str, set[str], str]]:
    return [
        (row["origin"], row["label"].replace("\\n", "\n"), set(row["field"].split("|")), row["table"] or "record")
        for row in read_rows()
    ]


def sheet_milliseconds() -> list[list[str]]:
    """How long a sheet of 300 rows takes: a layout we ship, and a village sheet nobody has seen."""
    known = layouts()["national-person-2021"]
    cells = {
        "证件号码": "61232319700101001X",
        "户主证件号码": "61232319700101001X",
        "性别": "男",
        "出生日期": "19700101",
    }
    wide = [list(known.columns), *[[cells.get(label, "是") for label in known.columns]] * 300]
    village = [
        ["龙亭村花名册"],
        ["序号", "户主信息", "", "家庭成员", "", "", ""],
        ["", "名字", "证件号", "名字", "身份证件号", "系户主的", "手机"],
        *[["1", "王一甲", "61232319700101001X", "李二乙", "612323197001010028", "配偶", "13800000000"]] * 300,
    ]
    lines = []
    for name, rows in (("shipped layout, 47 columns", wide), ("never seen, 7 columns", village)):
        blocks = [block_of(rows)]
        taken = []
        for _ in range(20):
            candidates.cache_clear()
            started = time.process_time()
            map_sheet(read_head(blocks, SheetMeta(0, "Sheet1")))
            taken.append(1000 * (time.process_time() - started))
        lines.append([name, f"{sorted(taken)[10]:.1f}"])
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--misses", action="store_true", help="list every label we read otherwise than the person")
    arguments = parser.parse_args()
    preload()
    methods: dict[str, Method] = {
        "ours": ours,
        "rapidfuzz ratio ≥ 70": fuzzy(fuzz.ratio, 70),
        "rapidfuzz ratio ≥ 50": fuzzy(fuzz.ratio, 50),
        "rapidfuzz WRatio ≥ 80": fuzzy(fuzz.WRatio, 80),
        "rapidfuzz WRatio ≥ 50": fuzzy(fuzz.WRatio, 50),
    }
    labels = read_labels()
    scores: dict[tuple[str, str], Score] = {}
    for origin, label, wanted, sheet in labels:
        seen = "known" if header(label.rpartition(HEADING)[2]).key in dictionary().by_key else "unseen"
        for name, method in methods.items():
            got = method(label, sheet)
            for part in (origin, f"all {seen}"):
                scores.setdefault((part, name), Score()).count(got, wanted)
            if name == "ours" and arguments.misses and got not in wanted:
                print(f"{origin}\t{label!r}\twanted {'|'.join(sorted(wanted))}\tgot {got}")
    parts = sorted({part for part, _ in scores})
    head = ["labels", "method", "recall", "precision", "strangers taken"]
    lines = [
        [f"{part} ({scores[part, name].labels})", name, *scores[part, name].line()]
        for part in parts
        for name in methods
    ]
    print(table(head, lines))
    print("\nFirst, blind reading of each list (cannot be measured again):\n")
    print(table(["labels", "recall", "precision", "strangers taken"],
                [[name, recall, precision, f"{n} of {m}"] for name, (recall, precision, n, m) in BLIND.items()]))  # fmt: skip
    print("\nThe newest lists with the words of before, when labels were not yet read by their parts:\n")
    print(table(["labels", "recall", "precision", "strangers taken"],
                [[name, recall, precision, f"{n} of {m}"] for name, (recall, precision, n, m) in BEFORE_PARTS.items()]))  # fmt: skip
    print("\nEvery label of these forms, also those that stood in a list before, read blind:\n")
    print(table(["forms", "labels", "recall before", "recall", "precision"],
                [[name, str(count), *figures] for name, (count, *figures) in WHOLE_FORMS.items()]))  # fmt: skip
    print("\nunseen-9, blind, before and after the reading was widened on its first half:\n")
    print(table(["labels", "", "recall before", "precision before", "recall after", "precision after"],
                [[name, str(count), *figures] for name, (count, *figures) in UNSEEN.items()]))  # fmt: skip
    print("\nunseen-10, blind before, and after the reading had learnt from its first half:\n")
    print(table(["labels", "", "recall before", "precision before", "recall after", "precision after"],
                [[name, str(count), *figures] for name, (count, *figures) in UNSEEN_10.items()]))  # fmt: skip
    print(
        "\nThe lists whose sheets are known, as they are read now in the table the program chooses (household and record as one):\n"
    )
    print(table(["labels", "tables chosen", "recall", "precision", "as a sheet: recall", "precision", "strangers taken"],
                as_sheets()))  # fmt: skip
    recall, precision, taken, strangers = AFTER_GENERAL_MEANS
    print(f"\ncounty-5 after general means, still blind: recall {recall}, precision {precision}, "
          f"strangers taken {taken} of {strangers}.")  # fmt: skip
    print("\nMilliseconds of CPU a sheet of 300 rows, labels not remembered (median of 20):\n")
    print(table(["sheet", "ms"], sheet_milliseconds()))


if __name__ == "__main__":
    main()
