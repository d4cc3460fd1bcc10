"""The county: 18 real town units, and villages with invented names.

Town codes and names are those of the 2023 statistical list. Village codes were not published to us, so every village
here is invented and marked as a placeholder, save the three places that the acceptance scenario names.
"""

from dataclasses import dataclass

from taizhang.sample.chance import stream

COUNTY_CODE = "610723"
COUNTY_NAME = "洋县"

TOWNS: tuple[tuple[str, str], ...] = (
    ("610723001", "洋州街道"),
    ("610723002", "纸坊街道"),
    ("610723003", "戚氏街道"),
    ("610723103", "龙亭镇"),
    ("610723104", "谢村镇"),
    ("610723105", "马畅镇"),
    ("610723107", "溢水镇"),
    ("610723108", "磨子桥镇"),
    ("610723109", "黄家营镇"),
    ("610723110", "黄安镇"),
    ("610723111", "黄金峡镇"),
    ("610723112", "槐树关镇"),
    ("610723113", "金水镇"),
    ("610723114", "华阳镇"),
    ("610723115", "茅坪镇"),
    ("610723119", "八里关镇"),
    ("610723120", "桑溪镇"),
    ("610723121", "关帝镇"),
)
NAMED_VILLAGES = {"610723002": "白石村", "610723108": "二龙村", "610723109": "三岔村"}
FIRST_PARTS = "柳槐杨桃梨杏竹松柏枣茶麻石沙泉溪河湖塘坝坪梁峁沟湾岭坡崖庙寺桥亭楼窑店铺磨碾酒盐铁铜银金红青白黑"
SECOND_PARTS = ("树沟", "家湾", "家坝", "子坪", "家梁", "花岭", "子沟", "家营", "家庄", "林子", "岩头", "垭口")


@dataclass(frozen=True, slots=True)
class Village:
    """One village: 12-digit code, name, and the town it lies in."""

    code: str
    name: str
    town_code: str
    town_name: str


def make_villages(count: int, *, seed: int) -> tuple[Village, ...]:
    """Invented villages, spread over the towns in turn, ascending by code.

    count: at least 1; names are unique within the county.
    """
    chance = stream(seed, "villages")
    names = [f"{first}{second}村" for first in FIRST_PARTS for second in SECOND_PARTS]
    order = chance.permutation(len(names)).tolist()
    # The three towns with a named place come first, so that even a small county holds them.
    towns = sorted(TOWNS, key=lambda town: town[0] not in NAMED_VILLAGES)
    villages = []
    for number in range(count):
        town_code, town_name = towns[number % len(towns)]
        rank = number // len(towns)
        invented = names[order[number % len(names)]]
        if number >= len(names):
            invented = f"{invented[:-1]}{'上下东西南北'[number // len(names) % 6]}村"
        name = NAMED_VILLAGES.get(town_code, invented) if rank == 0 else invented
        villages.append(Village(f"{town_code}{201 + rank:03d}", name, town_code, town_name))
    return tuple(sorted(villages, key=lambda village: village.code))


def divisions_csv(villages: tuple[Village, ...]) -> str:
    """The county's own division list as `divisions.csv`: code, name, aliases, placeholder."""
    lines = ["code,name,aliases,placeholder", f"{COUNTY_CODE}000000,{COUNTY_NAME},,0"]
    for code, name in TOWNS:
        alias = name.replace("街道", "办|" + name.replace("街道", "")) if name.endswith("街道") else name[:-1]
        lines.append(f"{code}000,{name},{alias},0")
    lines += [f"{village.code},{village.name},{village.name[:-1]},1" for village in villages]
    return "\n".join(lines) + "\n"
