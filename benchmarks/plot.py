"""The picture on the page: each aim a bar, as long as the figure is good; at the line it is met."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, ROW, LEFT, TOP = 760, 26, 430, 44
AIMED_AT, MOST = 110.0, 2.8
"""Where the line of the aims is, right of the labels; and at how many times of it a bar ends."""
MET, MISSED, INK, LINE = "#1f6b3a", "#a63a22", "#26323b", "#8a949c"


@dataclass(frozen=True)
class Bar:
    """One aim: `share` is 1 where it is just met, more where the figure is better."""

    label: str
    share: float
    said: str


def plot(bars: Sequence[Bar]) -> str:
    """As SVG."""
    height = TOP + ROW * len(bars) + 12
    line = LEFT + AIMED_AT
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" font-family="sans-serif"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-size="12" role="img">'
    parts = [
        head,
        "<title>Each figure beside what was aimed at</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="{line}" y="18" text-anchor="middle" fill="{INK}">aim</text>',
        f'<path d="M{line} 24V{height - 8}" stroke="{LINE}" stroke-dasharray="3 3"/>',
    ]
    for place, bar in enumerate(bars):
        parts += _bar(bar, TOP + ROW * place)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _bar(bar: Bar, y: int) -> list[str]:
    long = AIMED_AT * min(bar.share, MOST)
    colour = MET if bar.share >= 1 else MISSED
    verdict = "" if bar.share >= 1 else " (missed)"
    label, said = escape(bar.label), escape(bar.said + verdict)
    return [
        f'<text x="{LEFT - 8}" y="{y + 13}" text-anchor="end" fill="{INK}">{label}</text>',
        f'<rect x="{LEFT}" y="{y}" width="{long:.0f}" height="18" fill="{colour}"/>',
        f'<text x="{LEFT + max(long, AIMED_AT) + 6:.0f}" y="{y + 13}" fill="{INK}">{said}</text>',
    ]
