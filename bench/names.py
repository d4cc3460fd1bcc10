"""Reading and comparing names: ours beside keys by pypinyin and similarity by rapidfuzz, in one run.

Run with: python bench/names.py [--names 200000] [--seed 1]

What is compared is not the same work: pypinyin gives readings without a surname's own, rapidfuzz a number without a
reason. They are what one would reach for without this package. Also prints how often a likeness of shape is found for
pairs of look-alikes that are not in the shipped list, and for random pairs of everyday characters.
"""

import argparse
import subprocess
import sys

import numpy as np
import pyarrow as pa
from pypinyin import Style, lazy_pinyin
from rapidfuzz import fuzz

from measure import in_turn, table
from taizhang.identity.names import Like, compare_name_pairs, knowledge, liken, parse_name, parse_names
from taizhang.identity.names.compare import compared

LOOK_ALIKE = [
    "瑾谨",
    "桦烨",
    "烨晔",
    "琦绮",
    "楷揩",
    "柠拧",
    "淇琪",
    "澜斓",
    "泓弘",
    "坷珂",
    "钰珏",
    "晖辉",
    "骞蹇",
    "灏颢",
    "曦羲",
    "彤肜",
    "婉碗",
    "梓辛",
    "晗含",
    "娟捐",
    "绢娟",
    "姗珊",
    "妍研",
    "倩清",
    "莹萤",
    "莺鸳",
    "茹如",
    "菲斐",
    "骅华",
    "铭铬",
    "梁粱",
    "桐铜",
    "槐愧",
    "涵函",
    "渝愉",
    "潇萧",
    "琛深",
    "瑛英",
    "璇旋",
    "绮倚",
    "翊翌",
    "聿律",
    "蕾雷",
    "蕊芯",
    "赟斌",
    "轶秩",
    "钦饮",
    "铖诚",
    "雯霎",
    "馨磬",
    "骐骑",
]
IMPORT = (
    "import time; t=time.perf_counter(); import taizhang.identity.names as n; i=time.perf_counter(); n.knowledge(); "
)
IMPORT += "print(i-t, time.perf_counter()-i)"


def characters(least: int) -> list[str]:
    """Everyday characters, weighted alike."""
    known = knowledge()
    rows = np.flatnonzero((known.level == 1) & (known.frequency >= least))
    return [chr(code) for code in np.unique(known.code[rows]).tolist()]


def names(count: int, seed: int) -> list[str]:
    """Different made-up names: a listed surname, one or two given characters."""
    rng = np.random.default_rng(seed)
    surnames = np.array([name for name in knowledge().surnames if len(name) == 1][:400])
    pool = np.array(characters(5))
    drawn = zip(rng.choice(surnames, 2 * count), rng.choice(pool, 2 * count), rng.choice(pool, 2 * count), strict=True)
    short = rng.random(2 * count) < 0.14
    return list(dict.fromkeys(s + a + ("" if one else b) for (s, a, b), one in zip(drawn, short, strict=True)))[:count]


def damaged(texts: list[str], seed: int) -> list[str]:
    """Every name with one given character replaced, as typing mistakes do."""
    rng = np.random.default_rng(seed)
    others, places = rng.choice(np.array(characters(5)), len(texts)), rng.integers(1, 3, len(texts))
    return [t[:at] + c + t[at + 1 :] for t, c, at in zip(texts, others, np.minimum(places, 1), strict=True)]


def shape_rates(seed: int) -> tuple[float, float]:
    """Share of look-alikes and of random pairs that count as alike in shape."""
    known, rng = knowledge(), np.random.default_rng(seed)
    random = rng.choice(np.array([ord(c) for c in characters(5)]), (2, 200_000)).astype(np.int32)
    alike = np.array([[ord(one), ord(other)] for one, other in LOOK_ALIKE], np.int32).T
    rates = []
    for one, other in (alike, random[:, random[0] != random[1]]):
        flags = liken(known.row_of[one], known.row_of[other], one, other)
        rates.append(float(((flags & Like.SHAPE) > 0).mean()))
    return rates[0], rates[1]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--names", type=int, default=200_000)
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()
    texts = names(options.names, options.seed)
    others = damaged(texts, options.seed + 1)
    column, other = pa.array(texts), pa.array(others)
    few, few_pairs = texts[: len(texts) // 20], list(zip(texts, others, strict=True))[: len(texts) // 20]
    plain_parse, plain_compare = parse_name.__wrapped__, compared.__wrapped__  # without their memory

    seconds = in_turn(
        {
            "ours, column: parse, id and all keys": lambda: parse_names(column),
            "ours, one by one: parse": lambda: [plain_parse(text) for text in few],
            "pypinyin lazy_pinyin, readings only": lambda: [lazy_pinyin(text, style=Style.NORMAL) for text in few],
            "ours, pairs in columns: kind, others, grade": lambda: compare_name_pairs(column, other),
            "ours, pairs one by one with evidence": lambda: [plain_compare(a, b) for a, b in few_pairs],
            "rapidfuzz ratio, a number only": lambda: [fuzz.ratio(a, b) for a, b in zip(texts, others, strict=True)],
        },
        rounds=3,
    )
    counts = [len(texts), len(few), len(few), len(texts), len(few), len(texts)]
    rates = {name: count / taken for (name, taken), count in zip(seconds.items(), counts, strict=True)}
    base = list(rates.values())
    against = [base[0]] * 3 + [base[3]] * 3
    print(f"{len(texts):,} distinct names, seed {options.seed}, one thread, median of 3 rounds in turn\n")
    rows = [[n, f"{r:,.0f}", f"{b / r:,.2f}"] for (n, r), b in zip(rates.items(), against, strict=True)]
    print(table(["", "names or pairs/s", "ours in columns ÷ this"], rows))
    started = subprocess.run([sys.executable, "-c", IMPORT], check=True, capture_output=True, text=True).stdout.split()
    print(f"\nimport {float(started[0]):.3f} s, knowledge {float(started[1]):.3f} s, in a process of its own")
    alike, strangers = shape_rates(options.seed)
    print(f"alike in shape: {alike:.1%} of look-alikes (partly listed), {strangers:.2%} of random pairs")


if __name__ == "__main__":
    main()
