"""Persons and households as the parts of pages."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from taizhang.office.parts.model import Cell, Column, Fact, Row, Table
from taizhang.office.parts.punctuation import listed
from taizhang.office.people.models import Household, Person


def persons_table(persons: Iterable[Person], empty: str = "") -> Table:
    """A list of persons; numbers and phones masked."""
    columns = [
        Column(_("姓名"), kind="head", noted=_("备注")), Column(_("证件号码"), kind="mono"), Column(_("性别")), Column(_("出生日期"), kind="date"),
        Column(_("与户主关系")), Column(_("电话"), kind="mono"), Column(_("来源数"), kind="number"),
    ]  # fmt: skip
    rows = [
        Row(
            [
                Cell(one.name or _("（无姓名）"), note="" if one.is_current else _("最近一次排查中没有此人")), Cell(one.masked_number),
                Cell(one.sex), Cell(one.birth.isoformat() if one.birth else ""), Cell(one.relation), Cell(one.masked_phone),
                Cell(one.sources),
            ],
            url=reverse("person", args=[one.pk]),
        )
        for one in persons
    ]  # fmt: skip
    return Table(
        columns,
        rows,
        empty=empty or _("没有找到"),
        empty_hint=_("可用姓名、证件号码、户编号或电话查询；只查您负责的区划。"),
    )


def person_facts(person: Person) -> list[Fact]:
    """What the register has on a person."""
    facts = [
        Fact(_("证件号码"), person.masked_number, mono=True), Fact(_("性别"), person.sex),
        Fact(_("出生日期"), person.birth.isoformat() if person.birth else None), Fact(_("与户主关系"), person.relation),
        Fact(_("电话"), person.masked_phone, mono=True), Fact(_("来源数"), person.sources),
    ]  # fmt: skip
    if person.household_id is not None:
        facts.append(Fact(_("户"), _("一户一档"), url=reverse("household", args=[person.household_id])))
    return facts


def household_facts(household: Household) -> list[Fact]:
    """What the register has on a household."""
    return [
        Fact(_("户编号"), household.number, mono=True), Fact(_("户主"), household.head_name),
        Fact(_("地点"), f"{household.town_name} {household.village_name}"), Fact(_("人数"), household.members),
        Fact(_("各来源的户编号"), listed(household.numbers)),
    ]  # fmt: skip
