"""Findings and sweeps as the parts of pages."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from taizhang.languages import translated
from taizhang.office.access.actor import Actor
from taizhang.office.access.areas import covered
from taizhang.office.access.scope import current_areas
from taizhang.office.crypto.masks import mask_name
from taizhang.office.findings.addresses import rows_address
from taizhang.office.findings.catalogue import rule_title, source_title
from taizhang.office.findings.models import Delta, Finding, Severity, SweepRun, newest_run
from taizhang.office.findings.selectors.bundles import bundle_of
from taizhang.office.findings.selectors.happening import BACK, DECIDED, NEW, RETURNED
from taizhang.office.findings.selectors.happening import CLOSED as CLOSED_SINCE
from taizhang.office.findings.selectors.listing import (
    ALL,
    CLOSED,
    HELD,
    LATE,
    OPEN,
    PROVEN,
    WORKED,
    Figures,
    Wanted,
    places_to_choose,
    saved_views_of,
)
from taizhang.office.findings.selectors.places import digits_below, is_above, names_of, place_words
from taizhang.office.findings.selectors.sweeps import SweepPage, Tally
from taizhang.office.findings.states import ENDED, State
from taizhang.office.parts.language import page_language
from taizhang.office.parts.model import (
    Cell,
    Chart,
    Column,
    Fact,
    Figure,
    Filter,
    Filters,
    Option,
    Row,
    SavedView,
    Series,
    Table,
    Tone,
)
from taizhang.office.parts.punctuation import bracketed
from taizhang.office.parts.workbook import plain_table
from taizhang.office.places.models import TOWN_LEVEL
from taizhang.sweep.diagnose.wording import chance

TONES: dict[str, Tone] = {"error": "danger", "warn": "warning", "suspect": "info", "info": "neutral"}
REMARKS = {
    "fixed_without_task": gettext_lazy("未经派发即已改正"),
    "exemption_lapsed": gettext_lazy("数值已变，豁免失效"),
}


class Labels:
    """The words for severities, states and changes in the language of the page, looked up once for all rows of a list.

    A model's own get_…_display translates every choice of its field for each row that is asked.
    """

    def __init__(self) -> None:
        self.severity, self.state, self._delta = (
            {value: str(label) for value, label in choices.choices} for choices in (Severity, State, Delta)
        )
        self._newest = cache(newest_run)

    def delta(self, finding: Finding) -> str:
        """What the newest sweep says of a finding."""
        return self._delta[finding.delta_in(self._newest())]


def is_here(finding: Finding) -> bool:
    """Whether a finding's own place lies in the open scope; of others only the masked fact is shown."""
    return covered(finding.division_code, current_areas())


def shown_name(finding: Finding) -> str:
    """The name, masked where the finding belongs to another division."""
    return finding.name if is_here(finding) else mask_name(finding.name)


def shown_message(finding: Finding) -> str:
    """What is wrong; for a finding of another division only which rule complains."""
    return finding.message if is_here(finding) else rule_title(finding.rule)


def state_tone(state: str) -> Tone:
    """The colour of a state."""
    if state in ENDED:
        return "success" if state in {State.PROVEN, State.CLOSED_OUT} else "neutral"
    return "danger" if state in {State.NOT_FIXED, State.REOPENED} else "info"


def findings_table(findings: Iterable[Finding], wanted: Wanted, *, selectable: bool = True) -> Table:
    """The list of findings."""
    columns = [
        Column(_("姓名"), "name", "head"), Column(_("问题"), "rule"), Column(_("等级"), "severity"), Column(_("状态"), "state"),
        Column(_("来源"), "source"), Column(_("地点"), "place"), Column(_("编号"), kind="mono"),
    ]  # fmt: skip
    labels = Labels()
    return Table(columns, [_row(one, labels) for one in findings], sort=wanted.sort, selectable=selectable,
                 empty=_("没有符合条件的问题"), empty_hint=_("换一个筛选条件，或等待下一次排查。"))  # fmt: skip


def _row(one: Finding, labels: Labels) -> Row:
    here = is_here(one)
    return Row(
        [
            Cell(shown_name(one) or (_("（无姓名）") if one.subject_person else _("（不涉及个人）")), note=one.masked_number if here else _("外镇或外村")),
            Cell(shown_message(one), note=rule_title(one.rule) if here else ""),
            Cell(labels.severity[one.severity], tone=TONES[one.severity]),
            Cell(labels.state[one.state], tone=state_tone(one.state), note=labels.delta(one)),
            Cell(source_title(one.source)),
            Cell(" ".join(filter(None, (one.town_name, one.village_name)))),
            Cell(one.short_id),
        ],
        url=reverse("finding", args=[one.short_id]),
        key=one.pk,
    )  # fmt: skip


def exported_table(findings: Iterable[Finding]) -> Table:
    """The list of findings as a workbook has it: with what the page of each says besides, a fact a column."""
    labels = Labels()
    return plain_table(
        [_("编号"), _("等级"), _("状态"), _("镇"), _("村"), _("户编号"), _("户主"), _("姓名"), _("证件号码"), _("问题"), _("怎么办"),
         _("规则"), _("来源"), _("可能出错的来源"), _("期限（工作日）")],
        [_exported(one, labels) for one in findings],
    )  # fmt: skip


def _exported(one: Finding, labels: Labels) -> tuple[object, ...]:
    here = is_here(one)
    return (
        one.short_id, labels.severity[one.severity], labels.state[one.state], one.town_name, one.village_name,
        one.household_no if here else "", one.head_name if here else "", shown_name(one), one.masked_number if here else "",
        shown_message(one), one.hint, rule_title(one.rule), source_title(one.source), source_title(one.culprit),
        one.deadline_workdays or "",
    )  # fmt: skip


def rows_table(findings: Iterable[Finding]) -> Table:
    """Findings without persons: which rule complains where, and how far it is; nothing opens."""
    columns = [
        Column(_("编号"), kind="mono"), Column(_("问题"), kind="head"), Column(_("等级")), Column(_("状态"), noted=_("变化")), Column(_("来源")),
        Column(_("地点")), Column(_("首次发现"), kind="date"),
    ]  # fmt: skip
    labels = Labels()
    rows = [
        Row([
            Cell(one.short_id), Cell(rule_title(one.rule)), Cell(labels.severity[one.severity], tone=TONES[one.severity]),
            Cell(labels.state[one.state], tone=state_tone(one.state), note=labels.delta(one)), Cell(source_title(one.source)),
            Cell(" ".join(filter(None, (one.town_name, one.village_name)))), Cell(one.first_seen[:10]),
        ])
        for one in findings
    ]  # fmt: skip
    return Table(columns, rows, empty=_("没有符合条件的问题"))


def wanted_facts(wanted: Wanted) -> list[Fact]:
    """What a list is narrowed to, in words."""
    bundle = bundle_of(wanted.cell)
    facts = [
        Fact(_("状态"), _states()[wanted.state]),
        Fact(_("等级"), dict(Severity.choices).get(wanted.severity)),
        Fact(_("地点"), names_of([wanted.place]).get(wanted.place) if wanted.place else None),
        Fact(_("未定到下一级"), _("是") if wanted.apart else None),
        Fact(_("规则"), rule_title(wanted.rule) if wanted.rule else None),
        Fact(_("类别"), _groups().get(wanted.group)),
        Fact(_("来源"), source_title(wanted.source) if wanted.source else None),
        Fact(_("变化"), dict(Delta.choices).get(wanted.delta)),
        Fact(_("工作框架"), bundle.title if bundle else None),
        Fact(_("发生"), happenings().get(wanted.did)),
        Fact(_("期限"), _dues().get(wanted.due)),
        Fact(_("曾消除又出现"), _("是") if wanted.again else None),
        *(Fact(label, short) for _name, label, short in _beside(wanted)),
    ]
    return [one for one in facts if one.value]


def findings_filters(viewer: Actor, wanted: Wanted, query: Mapping[str, str], figures: Figures) -> Filters:
    """The filter line, with how many open findings each choice has."""
    counts = figures.open_counts()
    severities = dict(counts["severity"])
    return Filters(
        [
            Filter("state", _("状态"), "choice", wanted.state, [Option(*one) for one in _states().items()]),
            Filter("severity", _("等级"), "choice", wanted.severity,
                   [Option(value, label, severities.get(value, 0)) for value, label in Severity.choices]),
            Filter("place", _("地点"), "choice", wanted.place,
                   [Option(one.code, one.name if one.level == TOWN_LEVEL else f"　{one.name}") for one in places_to_choose(wanted.place)]),
            Filter("rule", _("规则"), "choice", wanted.rule,
                   [Option(rule, rule_title(rule), n) for rule, n in counts["rule"]]),
            Filter("group", _("类别"), "choice", wanted.group, [Option(*one) for one in _groups().items()]),
            Filter("source", _("来源"), "choice", wanted.source,
                   [Option(source, source_title(source), n) for source, n in counts["source"]]),
            Filter("delta", _("变化"), "choice", wanted.delta, [Option(value, label) for value, label in Delta.choices]),
            Filter("due", _("期限"), "choice", wanted.due, [Option(value, label) for value, label in _dues().items()]),
            Filter("again", _("曾消除又出现"), "toggle", wanted.again),
            *([Filter("apart", _("未定到下一级"), "toggle", wanted.apart)] if wanted.apart else []),
            *_did_filter(wanted),
            *_cell_filter(wanted.cell),
            *(Filter(name, label, "choice", short, [Option(short, short)]) for name, label, short in _beside(wanted)),
        ],
        saved=[SavedView(one.label, f"{reverse('findings')}?{one.query}", active=one.query == urlencode(query)) for one in saved_views_of(viewer)],
        save_url=reverse("view_save"),
    )  # fmt: skip


def happenings() -> dict[str, str]:
    """What happened with findings, by the words of addresses."""
    return {
        NEW: _("新发现"),
        BACK: _("重现或未见修改"),
        RETURNED: _("退回"),
        DECIDED: _("已审核"),
        CLOSED_SINCE: _("印证或销号"),
    }


def _did_filter(wanted: Wanted) -> list[Filter]:
    """What happened since an entry of the ledger, while a list is narrowed to it."""
    if not wanted.did:
        return []
    said = _("%(what)s（流水第 %(seq)s 条以后）") % {"what": happenings()[wanted.did], "seq": wanted.after}
    return [
        Filter("did", _("发生"), "choice", wanted.did, [Option(wanted.did, said)]),
        Filter("after", _("流水"), "choice", wanted.after, [Option(wanted.after, wanted.after)]),
    ]


def _states() -> dict[str, Any]:
    bundles = {OPEN: _("未办结"), CLOSED: _("已办结"), PROVEN: _("已印证或已销号"), ALL: _("全部")}
    return bundles | dict(State.choices)


def _groups() -> dict[str, str]:
    return {"identity": _("号码与姓名"), "identity-wrong": _("号码或姓名有误")}


def _dues() -> dict[str, str]:
    return {LATE: _("已超期"), HELD: _("有任务在办"), WORKED: _("经派发印证")}


def _cell_filter(cell: str) -> list[Filter]:
    """The cell of a frame that the list is narrowed to, so that one sees it and can let it go."""
    bundle = bundle_of(cell)
    return [] if bundle is None else [Filter("cell", _("工作框架"), "choice", cell, [Option(cell, bundle.title)])]


def _beside(wanted: Wanted) -> list[tuple[str, str, str]]:
    """Name, words and finding of what a list is narrowed to beside one finding of a sheet."""
    asked = (("column", _("同一工作表同一列"), wanted.column), ("block", _("行次相连的"), wanted.block))
    return [one for one in asked if one[2]]


def finding_facts(
    finding: Finding, *, may_see_people: bool, successor: Finding | None = None, predecessors: Iterable[Finding] = ()
) -> list[Fact]:
    """What is known of a finding besides its values.

    may_see_people: the household's page opens to the viewer. successor, predecessors: as in FindingPage.
    """
    here = is_here(finding)
    certain = bracketed(chance(finding.p_culprit)) if finding.p_culprit is not None else ""
    facts = [
        Fact(_("等级"), Severity(finding.severity).label, TONES[finding.severity]),
        Fact(_("状态"), State(finding.state).label, state_tone(finding.state)),
        Fact(_("变化"), finding.delta_in(newest_run()).label),
        Fact(_("规则"), rule_title(finding.rule) + bracketed(finding.rule)),
        Fact(_("来源"), source_title(finding.source)),
        Fact(_("可能出错的来源"), f"{source_title(finding.culprit)}{certain}" if finding.culprit else _("看不出来")),
        Fact(_("把握"), {"A": _("可无损还原"), "B": _("另有完整来源"), "C": _("有候选值"), "D": _("须入户核实")}.get(finding.confidence_class, "")),
        Fact(_("期限"), _("%(n)s个工作日") % {"n": finding.deadline_workdays} if finding.deadline_workdays else None),
        Fact(_("首次发现"), finding.first_seen),
        Fact(_("复发"), _("%(n)s次") % {"n": finding.reopened_count} if finding.reopened_count else None),
        Fact(_("编号"), finding.short_id, mono=True),
    ]  # fmt: skip
    if here and finding.subject_household is not None:
        facts.append(
            Fact(
                _("户"),
                finding.household_no or _("一户一档"),
                url=reverse("household", args=[finding.subject_household]) if may_see_people else "",
            )
        )
    facts += [_linked(_("并入"), one) for one in ([successor] if successor is not None else [])]
    facts += [_linked(_("由此并入"), one) for one in predecessors]
    if finding.remark in REMARKS:
        facts.append(Fact(_("备注"), str(REMARKS[finding.remark])))
    return facts


def _linked(label: str, other: Finding) -> Fact:
    """Another finding that tells of the same, or did."""
    said = rule_title(other.rule) + bracketed(other.short_id)
    return Fact(label, said, url=reverse("finding", args=[other.short_id]))


def sweeps_table(runs: Iterable[SweepRun], *, with_counts: bool) -> Table:
    """The list of sweeps. with_counts: the county's totals may be shown."""
    names = (("open", _("待处理")), ("new", _("新增")), ("reopened", _("重现")), ("gone", _("已消除")))
    columns = [Column(_("排查"), kind="head"), Column(_("数据截至"), kind="date")]
    columns += [Column(label, kind="number") for _name, label in names] if with_counts else []
    rows = [
        Row([Cell(run.name), Cell(run.as_of.isoformat()), *([Cell(run.counts.get(name, 0)) for name, _label in names] if with_counts else [])],
            url=reverse("sweep", args=[run.name]))
        for run in runs
    ]  # fmt: skip
    return Table(columns, rows, empty=_("还没有导入过排查"), empty_hint=_("排查完成后会自动导入。"))


def sweep_figures(viewer: Actor, page: SweepPage) -> list[Figure]:
    """New, persisting, back and gone, each opening its rows."""
    shown: tuple[tuple[str, str, Any], ...] = (
        ("new", _("新增"), "warning"), ("persisting", _("仍存在"), ""), ("reopened", _("重现"), "danger"), ("gone", _("已消除"), "success"),
    )  # fmt: skip
    return [
        Figure(label, page.totals.get(name, 0), rows_address(viewer, delta=name, state="all"), tone=tone)
        for name, label, tone in shown
    ]


def sweep_charts(viewer: Actor, page: SweepPage) -> list[Chart]:
    """Findings by place, rule and source."""
    names, digits = names_of(one.key for one in page.by_place), digits_below()
    return [
        _chart(_("按地点"), viewer, page.by_place, lambda key: place_words(key, apart=is_above(key, digits)), lambda one: names.get(one.key, one.name)),
        _chart(_("按规则"), viewer, page.by_rule[:20], lambda key: {"rule": key}, lambda one: rule_title(one.key)),
        _chart(_("按来源"), viewer, page.by_source, lambda key: {"source": key}, lambda one: source_title(one.key)),
    ]  # fmt: skip


def _chart(
    title: str,
    viewer: Actor,
    tallies: Sequence[Tally],
    words: Callable[[str], dict[str, str]],
    said: Callable[[Tally], str],
) -> Chart:
    links = [rows_address(viewer, **words(one.key)) for one in tallies]
    kept = [one.open - one.new - one.reopened for one in tallies]
    series = [
        Series(_("仍存在"), kept, links, "neutral"),
        Series(_("新增"), [one.new for one in tallies], links, "warning"),
        Series(_("重现"), [one.reopened for one in tallies], links, "danger"),
    ]
    return Chart(title, "stacked", [said(one) for one in tallies], series, horizontal=True)


def deliveries_table(run: SweepRun) -> Table:
    """Which delivery of every source the sweep read."""
    columns = [Column(_("来源"), kind="head"), Column(_("数据截至"), kind="date"), Column(_("情况"))]
    rows = [
        Row([Cell(one["title"]), Cell(one["as_of"]), Cell(_("待人工确认，不作为销号依据"), tone="warning") if one["held"] else Cell(_("已采用"), tone="success")])
        for one in run.deliveries
    ]  # fmt: skip
    return Table(columns, rows)


def rules_not_run_table(run: SweepRun) -> Table:
    """Rules that could not be run, and why."""
    language = page_language()
    columns = [Column(_("规则"), kind="head"), Column(_("未运行的原因"))]
    rows = [
        Row([Cell(rule_title(rule), note=rule), Cell(translated(why, language))])
        for rule, why in sorted(run.rules_not_run.items())
    ]
    return Table(columns, rows, empty=_("所有规则都已运行"))
