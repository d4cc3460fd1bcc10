"""Facts that look like mistakes and are none: true namesakes in one village, numbers that the police gave twice."""

from datetime import date


NAMESAKES_PER = 500  # persons for one planted pair of namesakes in one village
SHARED_PER = 25_000  # persons for one pair that truly holds the same number
NEAR_BIRTH_DAYS = 25
SAFE_MONTHS = range(3, 8)  # births whose age does not change between two deliveries or at the school cut-off

Row = dict[str, str]


def plant(
    rows: list[Row],
    births: list[date],
    core18: list[str],
    village: list[int],
    household: list[int],
    circumstances: list[tuple[int, str]],
) -> None:
    """Change rows in place so that the county holds the coincidences; they are noted as circumstances."""
    heads = {household[person]: person for person in reversed(range(len(rows)))}
    _namesakes(rows, births, village, household, heads, circumstances)
    _shared_numbers(rows, births, core18, household, heads, circumstances)


def _namesakes(
    rows: list[Row],
    births: list[date],
    village: list[int],
    household: list[int],
    heads: dict[int, int],
    circumstances: list[tuple[int, str]],
) -> None:
    wanted = max(2, len(rows) // NAMESAKES_PER)
    step = max(7, len(rows) // wanted)
    for one in range(3, len(rows), step):
        other = next(
            (person for person in range(one + 8, min(one + 60, len(rows))) if _pair(rows, births, one, person)), None
        )
        if other is None or village[one] != village[other] or household[one] == household[other]:
            continue
        _rename(rows, household, heads, other, rows[one]["name"])
        circumstances += [(one, "namesake"), (other, "namesake")]


def _pair(rows: list[Row], births: list[date], one: int, other: int) -> bool:
    far_apart = abs((births[one] - births[other]).days) > 700
    return far_apart and rows[one]["sex"] == rows[other]["sex"] and "·" not in rows[one]["name"] + rows[other]["name"]


def _shared_numbers(
    rows: list[Row],
    births: list[date],
    core18: list[str],
    household: list[int],
    heads: dict[int, int],
    circumstances: list[tuple[int, str]],
) -> None:
    """Two persons of one sex and birth date, of different households, hold one number: the police must decide."""
    wanted = len(rows) // SHARED_PER
    order = sorted((births[person], person) for person in range(len(rows)) if births[person].month in SAFE_MONTHS)
    for (_, one), (_, other) in zip(
        order[:: max(1, len(order) // (8 * wanted + 1))],
        order[1 :: max(1, len(order) // (8 * wanted + 1))],
        strict=False,
    ):
        if wanted == 0:
            return
        near = abs((births[one] - births[other]).days) <= NEAR_BIRTH_DAYS and births[one].year == births[other].year
        if not near or rows[one]["sex"] != rows[other]["sex"] or household[one] == household[other]:
            continue
        births[other], core18[other] = births[one], core18[one]
        rows[other]["birth_date"] = rows[one]["birth_date"]
        rows[other]["id_no"] = core18[one]
        if heads[household[other]] == other:
            for person in range(other, len(rows)):
                if household[person] != household[other]:
                    break
                rows[person]["head_id_no"] = core18[one]
        circumstances += [(one, "shared_number"), (other, "shared_number")]
        wanted -= 1


def _rename(rows: list[Row], household: list[int], heads: dict[int, int], person: int, name: str) -> None:
    rows[person]["name"] = name
    if heads[household[person]] == person:
        for member in range(person, len(rows)):
            if household[member] != household[person]:
                return
            rows[member]["head_name"] = name
