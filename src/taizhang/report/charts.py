"""Charts as inline SVG and HTML: they print, scale, speak to screen readers and need nothing from elsewhere."""

from collections.abc import Sequence
from html import escape

from taizhang.report.figures import SEVERITIES, Counted
from taizhang.report.markup import said


def stacked_bars(rows: Sequence[Counted], *, filter_name: str, most: int = 12) -> str:
    """Horizontal bars, one per row, split by severity; each is a button that filters the findings."""
    if not rows:
        return ""
    longest = max(row.total for row in rows)
    lines = []
    for row in rows[:most]:
        parts = "".join(
            f'<i class="sev-{severity}" style="width:{100 * count / longest:.2f}%" data-severity="{severity}" data-count="{count}"></i>'
            for severity, count in zip(SEVERITIES, row.by_severity, strict=True)
            if count
        )
        lines.append(
            f'<button class="bar" type="button" data-filter="{filter_name}" data-value="{escape(row.key)}">'
            f'<span class="bar-name">{said(row.label)}</span><span class="bar-track">{parts}</span>'
            f'<span class="bar-count">{row.total:,}</span></button>'
        )
    return f'<div class="bars">{"".join(lines)}</div>'


def ring(shares: Sequence[tuple[str, int]]) -> str:
    """A ring of parts of a whole: (class of the colour, count); the total stands in the middle."""
    total = sum(count for _, count in shares)
    radius, around = 15.9155, 100.0  # a circumference of 100 makes shares percentages
    arcs, turned = [], 25.0
    for colour, count in shares:
        share = around * count / total if total else 0.0
        arcs.append(
            f'<circle class="arc {colour}" r="{radius}" cx="20" cy="20" stroke-dasharray="{share:.3f} {around - share:.3f}" '
            f'stroke-dashoffset="{turned:.3f}"/>'
        )
        turned -= share
    return (
        f'<svg class="ring" viewBox="0 0 40 40" role="img" aria-label="{total:,}">'
        f'<circle class="ring-base" r="{radius}" cx="20" cy="20"/>{"".join(arcs)}'
        f'<text x="20" y="22.4" text-anchor="middle">{total:,}</text></svg>'
    )


def heat_map(towns: Sequence[Counted], groups: Sequence[Counted], counts: dict[tuple[str, str], int]) -> str:
    """Towns down, subjects across, darker for more (root scale, so that one full cell does not blank the rest)."""
    if not towns or not groups:
        return ""
    most = max(counts.values(), default=1)
    head = "".join(f"<th scope='col'><span>{said(group.label)}</span></th>" for group in groups)
    body = []
    for town in towns:
        cells = []
        for group in groups:
            count = counts.get((town.key, group.key), 0)
            depth = (count / most) ** 0.5
            content = (
                f'<button type="button" data-filter="town" data-value="{escape(town.key)}" data-filter2="group" '
                f'data-value2="{escape(group.key)}">{count:,}</button>'
                if count
                else ""
            )
            cells.append(f'<td style="--depth:{depth:.3f}">{content}</td>')
        body.append(f"<tr><th scope='row'>{said(town.label)}</th>{''.join(cells)}</tr>")
    return f'<div class="scroll" tabindex="0"><table class="heat"><thead><tr><td></td>{head}</tr></thead><tbody>{"".join(body)}</tbody></table></div>'
