"""What of the register lies sealed, and how its blind indexes are made anew."""

from pathlib import Path
from typing import ClassVar

from django.db import transaction

from taizhang.errors import UserError
from taizhang.office.access.scope import scope_off
from taizhang.office.crypto.blind import blind
from taizhang.office.crypto.holdings import CHUNK, Holding, SealedColumn
from taizhang.office.crypto.sealing import unseal
from taizhang.office.people.models import KeyKind, Person, PersonKey
from taizhang.office.people.services.indexing import has_index, index_register, number_context


class RegisterGone(UserError):
    """The newest sweep's folder, from which the search index is made, is missing."""

    code: ClassVar[str] = "E-REGISTER-GONE"


def sealed() -> list[Holding]:
    """Numbers of persons."""
    return [SealedColumn("people", "people.Person", {"sealed_core18": lambda row: number_context(row.pk)})]


def reindex(folder: Path, county_code: str) -> int:
    """Make the blind indexes of all persons under the present key; gives how many persons.

    Persons of the sweep in `folder` get theirs from it; those it no longer has keep their number's only, because phones
    and further numbers are nowhere but in the lake. Raises RegisterGone.
    """
    if not Person.objects.model._base_manager.exists():  # noqa: SLF001 - documented API
        return 0
    if not has_index(folder):
        raise RegisterGone(
            "没有最近一次排查的登记数据，不能重建查询索引。", where=folder.name, hint="请先排查一次，再更换索引密钥。"
        )
    changed, _households = index_register(folder=folder, before=None, county_code=county_code)
    with scope_off("the index of persons whom the newest sweep no longer has"):
        return changed + _left_behind()


def _left_behind() -> int:
    count, after = 0, 0
    while True:
        with transaction.atomic():
            rows = list(
                Person.objects.select_for_update().filter(is_current=False, pk__gt=after).order_by("pk")[:CHUNK]
            )
            if not rows:
                return count
            for row in rows:
                number = unseal(row.sealed_core18, number_context(row.pk)) if row.sealed_core18 else ""
                row.number_index, row.phone_index = blind("number", number) if number else "", ""
            Person.objects.bulk_update(rows, ["number_index", "phone_index"])
            further = (KeyKind.NUMBER, KeyKind.PHONE)
            PersonKey.objects.filter(person_id__in=[row.pk for row in rows], kind__in=further).delete()
        count, after = count + len(rows), rows[-1].pk
