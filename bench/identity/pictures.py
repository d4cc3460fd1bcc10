"""Two pictures as SVG: the reliability curve and the confusion matrix."""

from collections import Counter
from collections.abc import Sequence
from html import escape

STYLE = "font-family:system-ui,sans-serif;font-size:11px"


def reliability(curves: dict[str, Sequence[tuple[float, float, int]]]) -> str:
    """Said probability against share right; one line a curve, points as large as they are many."""
    size, edge = 320, 40
    colours = ("#1f5a8c", "#b3541e", "#3d7a3a", "#7a3d77")
    parts = [
        f'<rect x="{edge}" y="10" width="{size}" height="{size}" fill="none" stroke="#888"/>',
        f'<line x1="{edge}" y1="{size + 10}" x2="{edge + size}" y2="10" stroke="#bbb" stroke-dasharray="4 3"/>',
    ]
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(f'<text x="{edge + tick * size}" y="{size + 26}" text-anchor="middle">{tick:g}</text>')
        parts.append(f'<text x="{edge - 6}" y="{size + 14 - tick * size}" text-anchor="end">{tick:g}</text>')
    for number, (name, points) in enumerate(curves.items()):
        colour = colours[number % len(colours)]
        placed = [(edge + said * size, size + 10 - right * size, n) for said, right, n in points]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in placed)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        parts += [
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{min(8.0, 1.5 + len(str(n))):.1f}" fill="{colour}"/>'
            for x, y, n in placed
        ]
        parts.append(f'<text x="{edge + 10}" y="{28 + 15 * number}" fill="{colour}">{escape(name)}</text>')
    parts.append(f'<text x="{edge + size / 2}" y="{size + 44}" text-anchor="middle">probability said</text>')
    return _svg(edge + size + 20, size + 54, parts)


def confusion(counts: Counter[tuple[str, str]]) -> str:
    """Planted cause by row, cause of the first finding by column; shades are shares of the row."""
    planted = list(dict.fromkeys(sorted(one for one, _ in counts)))
    told = planted + sorted({other for _, other in counts} - set(planted))
    cell, left, top = 26, 150, 150
    parts = []
    for column, name in enumerate(told):
        x = left + column * cell + 16
        parts.append(f'<text transform="translate({x},{top - 6}) rotate(-60)">{escape(name)}</text>')
    for row, cause in enumerate(planted):
        y = top + row * cell
        whole = sum(n for (one, _), n in counts.items() if one == cause)
        parts.append(f'<text x="{left - 6}" y="{y + 17}" text-anchor="end">{escape(cause)}</text>')
        for column, other in enumerate(told):
            n = counts[cause, other]
            share = n / whole if whole else 0.0
            shade = (
                f"rgba({'31,90,140' if cause == other else '179,84,30'},{0.08 + 0.92 * share:.3f})" if n else "#f6f6f6"
            )
            x = left + column * cell
            parts.append(f'<rect x="{x}" y="{y}" width="{cell - 1}" height="{cell - 1}" fill="{shade}"/>')
            if n:
                ink = "#fff" if share > 0.5 else "#222"
                parts.append(
                    f'<text x="{x + cell / 2 - 0.5}" y="{y + 17}" text-anchor="middle" fill="{ink}"'
                    f' style="font-size:9px">{round(100 * share)}</text>'
                )
    return _svg(left + len(told) * cell + 60, top + len(planted) * cell + 10, parts)


def _svg(width: float, height: float, parts: Sequence[str]) -> str:
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}"'
        f' height="{height:.0f}" style="{STYLE}"><rect width="100%" height="100%" fill="#fff"/>\n{body}\n</svg>\n'
    )
