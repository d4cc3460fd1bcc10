"""The truth of a population as the tables that rules read, without any file in between."""

from datetime import date
from decimal import Decimal

import pyarrow as pa

from taizhang.sweep.rules.schema import Kind, tables

ARROW = {
    Kind.BOOL: pa.bool_(),
    Kind.INT: pa.int64(),
    Kind.DECIMAL: pa.decimal128(14, 2),
    Kind.TEXT: pa.string(),
    Kind.DATE: pa.date32(),
    Kind.SET: pa.string(),
}
CONVERT = {
    Kind.BOOL: lambda text: text == "是",
    Kind.INT: int,
    Kind.DECIMAL: Decimal,
    Kind.TEXT: str,
    Kind.DATE: lambda text: date(int(text[:4]), int(text[4:6]), int(text[6:] or 1)),
    Kind.SET: lambda text: f"|{text}|",
}


def record_table(people, day):
    persons = range(len(people))
    names = {name: number for number, name in enumerate(sorted({*people.values["name"]}))}
    numbers = {number: place for place, number in enumerate(people.core18)}
    known = {
        **_common(people, persons, day),
        "record_id": list(persons),
        "record_no": list(persons),
        "person_id": list(persons),
        "in_register": [True] * len(people),
        "hidden": [False] * len(people),
        "struck": [False] * len(people),
        "id_kind": ["citizen"] * len(people),
        "id_ok": [True] * len(people),
        "id_numeric": [False] * len(people),
        "core18": list(people.core18),
        "id_key": [numbers[number] for number in people.core18],
        "id_birth": list(people.birth),
        "id_sex": people.values["sex"],
        "is_present": [True] * len(people),
        "name_id": [names[name] for name in people.values["name"]],
        "head_name_id": [names[name] for name in people.values["head_name"]],
        "head_id_key": [numbers[number] for number in people.values["head_id_no"]],
        "head_core18": people.values["head_id_no"],
    }
    return _table("record", people, persons, known)


def household_table(people, day):
    heads = [person for person, relation in enumerate(people.values["relation_to_head"]) if relation == "户主"]
    known = {
        **_common(people, heads, day),
        "member_count": [int(people.values["size_reported"][person]) for person in heads],
        "head_count": [1] * len(heads),
        "head_core18": [people.values["head_id_no"][person] for person in heads],
    }
    return _table("household", people, heads, known)


def _common(people, persons, day):
    places = [people.villages[people.village[person]] for person in persons]
    return {
        "source": ["national"] * len(places),
        "delivery": ["1"] * len(places),
        "as_of": [day] * len(places),
        "household_id": people.household[list(persons)].tolist(),
        "town_code": [place.town_code for place in places],
        "village_code": [place.code for place in places],
    }


def _table(name, people, persons, known):
    columns = {}
    for column in tables()[name].columns.values():
        convert = CONVERT[column.kind]
        texts = people.values.get(column.name, [""] * len(people))
        values = known.get(column.name) or [convert(texts[person]) if texts[person] else None for person in persons]
        columns[column.name] = pa.array(values, ARROW[column.kind])
    return pa.table(columns)
