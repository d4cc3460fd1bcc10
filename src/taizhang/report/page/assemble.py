"""Puts the page together: figures and charts on the server, filters and the list of findings in a small script."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from html import escape
from importlib.resources import files

from taizhang.languages import Language
from taizhang.report.charts import heat_map, ring, stacked_bars
from taizhang.report.figures import SEVERITIES, Figures, FindingRow, RuleFigure
from taizhang.report.markup import said
from taizhang.report.texts import Label, group_label, label
from taizhang.report.wording import candidates, evidence, places
from taizhang.sweep.diagnose.wording import chance
from taizhang.sweep.findings.schema import DELTAS, OUT_OF_RULE, SOURCE_LEFT, SUPERSEDED

_COLON = said(label("colon"))


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """What was delivered by one source; `state` is complete, incomplete, held or missing."""

    source: str
    title: str
    as_of: date | None
    files: int
    rows: int
    set_aside: int
    state: str
    remarks: tuple[Label, ...] = ()


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What the page says besides the findings. has_divisions: whether the county has a list of its towns."""

    county: str
    sweep: str
    as_of: date
    records: int
    clean_records: int
    rules_run: int
    synthetic: bool
    sources: tuple[SourceFacts, ...]
    has_divisions: bool = True


def page(facts: PageFacts, figures: Figures, findings: Sequence[FindingRow], source_titles: Mapping[str, str]) -> str:
    """The whole page as HTML; nothing in it points outside."""
    return "".join(
        [
            "<!doctype html>\n",
            '<html lang="zh-Hans" data-lang="zh-Hans"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="robots" content="noindex">',
            f"<title>{escape(label('title').zh.format(county=facts.county))}</title>",
            f"<style>{_asset('page.css')}</style></head><body>",
            _header(facts),
            "<main>",
            _cards(facts, figures),
            f'<div class="pair">{_by_severity(figures)}{_by_delta(figures)}</div>',
            f'<div class="pair"><div class="stack">{_by_source(figures)}{_by_group(figures)}</div>{_by_town(facts, figures)}</div>',
            _rules(figures.rules),
            _map(figures),
            _sources(facts.sources),
            _findings(facts, figures, findings),
            f'<p class="note">{said(label("suggestion_only"))} {said(label("masked_note"))}</p>',
            "</main>",
            f'<script type="application/json" id="findings">{_as_json(findings, source_titles)}</script>',
            f"<script>{_asset('page.js')}</script></body></html>\n",
        ]
    )


def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _header(facts: PageFacts) -> str:
    languages = "".join(
        f'<button type="button" data-set-lang="{tag}" aria-pressed="{str(tag == "zh-Hans").lower()}">{name}</button>'
        for tag, name in (("zh-Hans", "简体"), ("zh-Hant", "繁體"), ("en", "English"))
    )
    badge = f'<span class="badge">{said(label("synthetic"))}</span>' if facts.synthetic else ""
    return (
        f"<header><div><h1>{said(label('title').filled(county=facts.county))}</h1>"
        f"<p>{said(label('subtitle').filled(as_of=facts.as_of.isoformat(), sweep=facts.sweep))} {badge}</p></div>"
        f'<div class="tools" role="group" data-label="language">{languages}'
        f'<button type="button" data-print>{said(label("print"))}</button></div></header>'
    )


def _section(title: str, body: str, *, note: Label | None = None, wide: bool = False) -> str:
    explained = f'<p class="note">{said(note)}</p>' if note else ""
    return f'<section class="{"wide" if wide else ""}"><h2>{said(label(title))}</h2>{explained}{body}</section>'


def _cards(facts: PageFacts, figures: Figures) -> str:
    clean = f"{facts.clean_records / facts.records:.2%}" if facts.records else "–"
    cards = [
        ("open_problems", f"{figures.open_findings:,}"),
        ("persons_concerned", f"{figures.persons:,}"),
        ("households_concerned", f"{figures.households:,}"),
        ("records_checked", f"{facts.records:,}"),
        ("clean_share", clean),
        ("rules_run", f"{facts.rules_run:,}"),
    ]
    return '<div class="cards">{}</div>'.format(
        "".join(f'<div class="card"><b>{value}</b><span>{said(label(name))}</span></div>' for name, value in cards)
    )


def _by_severity(figures: Figures) -> str:
    shares = [(f"sev-{severity}", figures.by_severity[severity]) for severity in SEVERITIES]
    legend = "".join(
        f'<button type="button" class="legend" data-filter="severity" data-value="{severity}"><i class="sev-{severity}"></i>'
        f"{said(label(severity))}<b>{figures.by_severity[severity]:,}</b></button>"
        for severity in SEVERITIES
    )
    return _section("severity", f'<div class="ring-row">{ring(shares)}<div class="legends">{legend}</div></div>')


def _by_delta(figures: Figures) -> str:
    most = max(figures.by_delta.values(), default=0) or 1
    columns = "".join(
        f'<div class="column"><b>{figures.by_delta[delta]:,}</b><i class="delta-{delta}" '
        f'style="height:{100 * figures.by_delta[delta] / most:.1f}%"></i><span>{said(label(delta))}</span></div>'
        for delta in DELTAS
        if delta not in {OUT_OF_RULE, SUPERSEDED, SOURCE_LEFT} or figures.by_delta[delta]
    )
    return _section("delta", f'<div class="columns">{columns}</div>')


def _by_source(figures: Figures) -> str:
    return _section("by_source", stacked_bars(figures.by_source, filter_name="culprit"), note=label("by_source_note"))


def _by_group(figures: Figures) -> str:
    return _section("by_group", stacked_bars(figures.by_group, filter_name="group"))


def _by_town(facts: PageFacts, figures: Figures) -> str:
    note = None if facts.has_divisions else label("no_divisions")
    return _section("by_town", stacked_bars(figures.by_town, filter_name="town", most=24), note=note)


def _rules(rules: Sequence[RuleFigure]) -> str:
    most = max((rule.count for rule in rules), default=1)
    lines = "".join(
        f'<li><button type="button" class="problem" data-filter="rule" data-value="{escape(rule.rule)}">'
        f'<span class="tag sev-{rule.severity}">{said(label(rule.severity))}</span>'
        f"<span class='problem-title'>{said(rule.title)} <code>{escape(rule.rule)}</code></span>"
        f'<span class="bar-track"><i class="sev-{rule.severity}" style="width:{100 * rule.count / most:.2f}%"></i></span>'
        f'<b>{rule.count:,}</b></button><p class="example">{said(label("example"))}{_COLON}{said(rule.message)}'
        f'<br><span class="hint">{said(label("hint"))}{_COLON}{said(rule.hint)}</span></p></li>'
        for rule in rules
    )
    return _section("by_kind", f'<ol class="problems">{lines}</ol>', note=label("by_kind_note"), wide=True)


def _map(figures: Figures) -> str:
    return _section(
        "map_of", heat_map(figures.by_town, figures.by_group, figures.town_groups), note=label("map_note"), wide=True
    )


def _sources(sources: Sequence[SourceFacts]) -> str:
    head = "".join(
        f"<th>{said(label(name))}</th>" for name in ("source", "delivery_date", "files", "rows", "set_aside", "state")
    )
    body = "".join(
        f"<tr><th scope='row'>{escape(s.title)}</th><td>{s.as_of.isoformat() if s.as_of else '–'}</td><td class='n'>{s.files:,}</td>"
        f"<td class='n'>{s.rows:,}</td><td class='n'>{s.set_aside:,}</td>"
        f"<td><span class='state-{s.state}'>{said(label(s.state))}</span>{''.join(f'<small>{said(r)}</small>' for r in s.remarks)}</td></tr>"
        for s in sources
    )
    table = f'<div class="scroll" tabindex="0"><table class="plain"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    return _section("sources", table, wide=True)


def _findings(facts: PageFacts, figures: Figures, findings: Sequence[FindingRow]) -> str:
    controls = (
        f'<div class="controls"><input type="search" id="search" data-label="search">'
        f'<div id="chips"></div>'
        f'<button type="button" id="clear" hidden>{said(label("clear"))}</button><output id="shown"></output></div>'
    )
    vocabulary = {
        name: asdict(label(name))
        for name in ("hint", "place", "candidates", "culprit", "evidence", "deadline", "workdays", "undecided", "household_head", "language", "search", *SEVERITIES, *DELTAS)
    }  # fmt: skip
    vocabulary |= {f"group.{g.key}": asdict(group_label(g.key)) for g in figures.by_group}
    vocabulary["title"] = asdict(label("title").filled(county=facts.county))
    filters = {
        "town": {t.key: asdict(t.label) for t in figures.by_town},
        "culprit": {c.key: asdict(c.label) for c in figures.by_source},
        "rule": {r.rule: asdict(r.title) for r in figures.rules},
    }
    texts = json.dumps({"words": vocabulary, "filters": filters}, ensure_ascii=False).replace("<", "\\u003c")
    body = (
        f'{controls}<div id="list" tabindex="-1"></div><p id="none" hidden>{said(label("nothing"))}</p>'
        f'<button type="button" id="more" hidden>{said(label("more"))}</button>'
        f'<script type="application/json" id="texts">{texts}</script>'
    )
    note = label("findings_note").filled(shown=f"{len(findings):,}", total=f"{figures.open_findings:,}")
    return _section("findings", body, note=note, wide=True)


def _as_json(findings: Sequence[FindingRow], source_titles: Mapping[str, str]) -> str:
    rows = [
        {
            "n": f.number, "r": f.rule, "g": f.group, "s": f.severity, "d": f.delta, "t": f.town_key, "tn": f.town, "v": f.village,
            "h": f.head, "p": f.name, "i": f.id_masked, "m": [f.message.zh, f.message.hant, f.message.en],
            "w": [f.hint.zh, f.hint.hant, f.hint.en], "a": _in_each(partial(places, f.places, source_titles)), "c": f.culprit_key, "cn": f.culprit, "cp": None if f.p_culprit is None else chance(f.p_culprit),
            "x": _in_each(partial(candidates, f.candidates)), "e": _in_each(partial(evidence, f.evidence)), "l": f.deadline_workdays,
        }
        for f in findings
    ]  # fmt: skip
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _in_each(worded: Callable[[Language], str]) -> list[str] | str:
    """A text in the order of the languages of the page; written once where it is alike in all."""
    texts = [worded(language) for language in Language]
    return texts if len(set(texts)) > 1 else texts[0]
