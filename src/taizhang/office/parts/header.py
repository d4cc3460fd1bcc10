"""What the header of every page says of whoever is logged in: roles, areas, the search, and the pages about one's own account."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from taizhang.office.access.actor import Actor
from taizhang.office.access.areas import CODE_LENGTH
from taizhang.office.access.roles import Role
from taizhang.office.places.models import Division


def header(request: HttpRequest) -> dict[str, Any]:
    """Context: `role_names`, `account_menu`, `search_url` for whoever may look for persons, and `area_names`.

    The areas ask the database, and only where a page shows them.
    """
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None or actor.user_id is None:
        return {}
    return {
        "role_names": sorted(str(Role(role).label) for role in actor.roles),
        "area_names": _names_of(actor),
        "search_url": reverse("search_results") if actor.may("person.search") else "",
        "account_menu": [
            {"label": _("修改密码"), "url": reverse("account_change_password"), "icon": "key"},
            {"label": _("两步验证与通行密钥"), "url": reverse("mfa_index"), "icon": "shield-lock"},
        ],
    }


def _names_of(actor: Actor) -> Callable[[], list[str]]:
    """The names of an actor's areas, in order of their codes; one query. An area that is not listed shows its prefix."""

    def names() -> list[str]:
        prefixes = sorted({grant.area.prefix for grant in actor.grants})
        codes = {prefix: prefix.ljust(CODE_LENGTH, "0") for prefix in prefixes}
        known = dict(Division.objects.filter(code__in=codes.values()).values_list("code", "name"))
        return [known.get(code, prefix) for prefix, code in codes.items()]

    return names
