"""# The identity engine: what it finds in lakes whose truth is known

Run with: python bench/identity_accuracy.py [--persons 100000] [--seed 90210] [--mixtures independent heavy copied ties]

One lake a mixture, from a seed that no tuning used, swept by the product; what is counted and how the lakes are made is
told in docs/benchmarks/identity.md. Pictures go to docs/images/.
"""

import argparse
import tempfile
from collections import Counter
from pathlib import Path

from identity.answers import read_answers
from identity.bayes import Limit, limit_of
from identity.generate import make_lake
from identity.mixtures import MIXTURES
from identity.pictures import confusion, reliability
from identity.scoring import Score, bins_of, calibration_error, coverage_at, score
from identity.verdicts import read_verdicts
from measure import table
from taizhang.intake.county import load_county
from taizhang.sweep.run import sweep

IMAGES = Path(__file__).parent.parent / "docs" / "images"


def scored(folder: Path, persons: int, seed: int, mixture: str) -> tuple[Score, Limit]:
    """The score of a sweep of a fresh lake, and the Bayes limit of that lake."""
    lake = make_lake(folder, persons=persons, seed=seed, mixture=MIXTURES[mixture], names=False)
    result = sweep(load_county(lake.county))
    verdicts = read_verdicts(result.folder, folder)
    return score(read_answers(folder, verdicts), verdicts), limit_of(folder, MIXTURES[mixture])


def _row(name: str, one: Score, limit: Limit) -> list[str]:
    cover = coverage_at(one.suggestions, 0.995, one.wrong)
    return [
        name, f"{one.wrong:,}", f"{one.precision:.4f}", f"{one.recall:.4f}", f"**{one.f1:.4f}**", f"{limit.f1:.4f}",
        f"**{one.repair:.4f}**", f"{limit.repair:.4f}", f"{one.false_per_million:.0f}", f"{one.macro_f1:.3f}",
        f"{limit.macro_f1:.3f}", f"{one.culprits / max(1, one.wrong):.4f}", f"{one.auto_precision:.4f} at {one.auto_coverage:.1%}",
        f"{cover:.1%}", f"{limit.coverage:.1%}", f"{calibration_error(one.blame):.4f}", f"{calibration_error(one.suggestions):.4f}",
        f"{limit.calibration:.4f}",
    ]  # fmt: skip


HEAD = [
    "mixture", "wrong records", "precision", "recall", "detection F1", "Bayes limit", "top-1 repair", "Bayes limit",
    "false alarms per million clean", "kinds, macro-F1", "Bayes limit", "culprit named", "suggested without reserve",
    "coverage at 99.5 % precision", "Bayes limit", "ECE of complaints", "ECE of suggestions", "ECE of the Bayes judge",
]  # fmt: skip


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--persons", type=int, default=100_000)
    arguments.add_argument("--seed", type=int, default=90_210)
    arguments.add_argument("--mixtures", nargs="+", choices=sorted(MIXTURES), default=list(MIXTURES))
    options = arguments.parse_args()
    rows, curves, confused = [], {}, Counter()
    shared, causes = [], {}
    for mixture in options.mixtures:
        with tempfile.TemporaryDirectory(prefix="taizhang-bench-") as folder:
            one, limit = scored(Path(folder) / "lake", options.persons, options.seed, mixture)
        rows.append(_row(mixture, one, limit))
        curves[mixture] = bins_of(one.suggestions)
        confused += one.confusion
        shared.append([mixture, one.shared, one.shared_told, one.shared_blamed, one.copied, one.copied_found])
        causes[mixture] = one.causes
    print("# The identity engine: what it finds in lakes whose truth is known\n")
    print(
        f"{options.persons:,} persons in four ledgers, seed {options.seed}. Method, mixtures and limits: [identity.md](identity.md).\n"
    )
    print(table(HEAD, rows))
    print(
        "\nNumbers two persons truly share (重号), and mistakes that one ledger took over from another. Their rows count in no column above.\n"
    )
    print(
        table(
            ["mixture", "rows of shared numbers", "told as shared", "blamed by mistake", "copied mistakes", "found"],
            shared,
        )
    )
    first = options.mixtures[0]
    print(f"\nBy planted cause, mixture {first}:\n")
    print(table(["cause", "planted", "found", "repaired", "named", "named where it is not", "F1 of naming"], [
        [f"`{cause}`", n.planted, f"{n.detected / n.planted:.1%}", f"{n.repaired / n.planted:.1%}",
         f"{n.told / n.planted:.1%}", n.false, f"{n.f1:.3f}"]
        for cause, n in causes[first].items() if n.planted
    ]))  # fmt: skip
    print("\nSaid probability of a suggestion against how often it was right:\n")
    print("![reliability](../images/identity-reliability.svg)\n")
    print(
        table(
            ["mixture", "mean said", "right", "suggestions"],
            [[m, f"{s:.3f}", f"{r:.3f}", n] for m, points in curves.items() for s, r, n in points],
        )
    )
    print("\nPlanted cause (row) and cause of the first finding (column), all mixtures, per cent of the row:\n")
    print("![confusion](../images/identity-confusion.svg)")
    IMAGES.mkdir(parents=True, exist_ok=True)
    (IMAGES / "identity-reliability.svg").write_text(reliability(curves), "utf-8")
    (IMAGES / "identity-confusion.svg").write_text(confusion(confused), "utf-8")


if __name__ == "__main__":
    main()
