"""Entries of the ledger as the parts of pages."""

import json
from collections.abc import Iterable
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from taizhang.office.ledger.models import Entry
from taizhang.office.ledger.selectors import Asked
from taizhang.office.ledger.verbs import VERBS
from taizhang.office.ledger.words import CHANGES, FACTS, SUBJECTS
from taizhang.office.parts.model import Cell, Column, Fact, Filter, Filters, Option, Row, Table, Tone
from taizhang.office.parts.punctuation import headed, listed
from taizhang.office.parts.told import told
from taizhang.office.parts.workbook import plain_table
from taizhang.sweep.findings.fingerprint import short_id

DIGEST = 32
"""Characters of a finding's fingerprint."""
TONES: dict[str, Tone] = {
    "login.failed": "warning", "login.locked": "danger", "id.revealed": "warning", "reveal.limited": "danger", "user.disabled": "danger",
}  # fmt: skip
WHAT = {
    "missing": gettext_lazy("此处缺少记录"),
    "order": gettext_lazy("记录被插入或换了次序"),
    "changed": gettext_lazy("记录的内容被改动"),
    "head": gettext_lazy("末尾的记录被删去，或链头被改动"),
    "noted": gettext_lazy("与数据库之外保存的链头不符"),
}
HEAD = (
    gettext_lazy("序号"),
    Column(gettext_lazy("时间"), kind="date"),
    gettext_lazy("何人"),
    gettext_lazy("做了什么"),
    gettext_lazy("对象"),
    gettext_lazy("区划代码"),
    gettext_lazy("原因"),
    gettext_lazy("详情"),
    gettext_lazy("摘要值"),
)


def moment(entry: Entry) -> str:
    """When it happened, in the county's time."""
    return date_format(localtime(entry.at), "Y-m-d H:i:s")


def entries_filters(asked: Asked, verbs: Iterable[str] = VERBS) -> Filters:
    """What narrows a list of entries."""
    days = tuple(one.isoformat() if one else "" for one in (asked.first, asked.last))
    return Filters([
        Filter("who", _("何人"), value=asked.who, placeholder=_("登录名或姓名")),
        Filter("verb", _("做了什么"), "choice", asked.verb, [Option(verb, VERBS[verb]) for verb in verbs]),
        Filter("subject", _("对象"), value=asked.subject, placeholder=_("如 person 17")),
        Filter("at", _("期间"), "dates", days),
    ])  # fmt: skip


def entries_table(entries: Iterable[Entry]) -> Table:
    """A list of entries; the digest shows its first characters, as they are printed."""
    columns = [
        Column(_("时间"), kind="date", noted=_("序号")), Column(_("何人"), noted=_("种类")),
        Column(_("做了什么"), kind="head", noted=_("区划代码")), Column(_("对象"), noted=_("编号")), Column(_("原因"), noted=_("详情")),
        Column(_("摘要值"), kind="mono"),
    ]  # fmt: skip
    rows = [
        Row([
            Cell(moment(one), note=f"№ {one.seq}"), Cell(one.actor_name, note="" if one.actor_kind == "user" else _("系统")),
            Cell(VERBS.get(one.verb, one.verb), tone=TONES.get(one.verb, ""), note=one.division_code),
            Cell(SUBJECTS.get(one.subject_type, one.subject_type), note=subject_number(one)), Cell(one.reason, note=details(one.data)), Cell(one.digest[:12]),
        ])
        for one in entries
    ]  # fmt: skip
    return Table(columns, rows, empty=_("没有符合条件的记录"))


def exported_table(entries: Iterable[Entry]) -> Table:
    """The ledger as a workbook has it, with whole digests."""
    return plain_table(HEAD, [entry_values(one) for one in entries])


def entry_values(one: Entry) -> tuple[object, ...]:
    """One line of the exported ledger, in the order of HEAD."""
    return (
        one.seq, moment(one), one.actor_name, str(VERBS.get(one.verb, one.verb)), f"{one.subject_type} {one.subject_id}",
        one.division_code, one.reason, details(one.data), one.digest,
    )  # fmt: skip


def subject_number(one: Entry) -> str:
    """The number a subject is known by on its own page; a finding's is its short one."""
    return short_id(one.subject_id) if one.subject_type == "finding" and _is_digest(one.subject_id) else one.subject_id


def details(data: dict[str, Any], most: int = 160) -> str:
    """The facts of an entry in one line; a pair of values is what was before and what is now."""
    text = _("；").join(
        headed(FACTS.get(name, name), _short(value, is_change=name in CHANGES))
        for name, value in data.items()
        if value not in ("", None, [], {})
    )
    return text if len(text) <= most else f"{text[:most]}…"


def _is_digest(text: str) -> bool:
    return len(text) == DIGEST and all(letter in "0123456789abcdef" for letter in text)


def _short(value: object, *, is_change: bool = False) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list):
        words = [_short(one) for one in value]
        return " → ".join(words) if is_change else listed(words)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def check_facts(job: Any, head: tuple[int, str]) -> list[Fact]:
    """What the last check said, and where the chain ends now."""
    facts = [Fact(_("现有记录"), head[0]), Fact(_("链头"), head[1][:16], mono=True)]
    if job is None:
        return [Fact(_("最近一次核对"), _("还没有核对过"), tone="warning"), *facts]
    result = job.result
    if "what" not in result:
        said: tuple[str, Tone] = (told(job.error_text, job.error_code) or job.get_state_display(), "danger")
    elif result["what"]:
        said = (
            _("从第 %(seq)d 条起不可信：%(what)s") % {"seq": result["broken_at"], "what": WHAT[result["what"]]},
            "danger",
        )
    else:
        said = (_("完整，共 %(count)d 条") % {"count": result["entries"]}, "success")
    at = date_format(localtime(job.finished_at), "Y-m-d H:i")
    return [Fact(_("最近一次核对"), said[0], tone=said[1]), Fact(_("核对时间"), at), *facts]
