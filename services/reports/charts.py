"""Charts as SVG, drawn on the server: no script, no style, good for screen readers and in print.

Looks are set as attributes, since the pages' content security policy forbids inline style. In
languages that run from right to left, time runs from right to left, too. Each chart has a title and
a description; the page shows the same numbers in a table beside it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from markupsafe import Markup, escape

WIDTH, HEIGHT = 360, 224
TOP, BOTTOM, SIDE, EDGE = 12, 30, 34, 6
"""Room around the bars; `SIDE` holds the axis. On a screen of 320 px, 12 units are 10 px."""
MOST_LABELS = 6
INK, LINE = "#55626d", "#e4dccf"


@dataclass(frozen=True)
class Series:
    """One colour of bars: a value for each place on the axis."""

    name: str
    colour: str
    values: Sequence[int]


@dataclass(frozen=True)
class Chart:
    """Bars over time, on top of each other or beside each other."""

    id: str
    title: str
    description: str
    labels: Sequence[str]
    """One for each place; some are left out where there are many."""
    series: Sequence[Series]
    kind: Literal["stacked", "grouped"] = "stacked"
    direction: Literal["ltr", "rtl"] = "ltr"

    def svg(self) -> Markup:
        """The drawing."""
        top = axis_top(self._highest())
        parts = [*self._scale(top), *self._bars(top), *self._under()]
        head = Markup(
            '<svg class="chart" role="img" aria-labelledby="{id}-title {id}-desc" '
            'viewBox="0 0 {w} {h}" width="100%" direction="ltr" font-size="11">'
            '<title id="{id}-title">{title}</title><desc id="{id}-desc">{desc}</desc>'
        ).format(id=self.id, w=WIDTH, h=HEIGHT, title=self.title, desc=self.description)
        return head + Markup("").join(parts) + Markup("</svg>")

    def _highest(self) -> int:
        columns = zip_longest(*(each.values for each in self.series), fillvalue=0)
        pick = sum if self.kind == "stacked" else max
        return max((pick(column) for column in columns), default=0)

    def _scale(self, top: int) -> Iterator[Markup]:
        axis = self._x(SIDE - 5)
        anchor = "end" if self.direction == "ltr" else "start"
        for value in (0, top // 2, top):
            y = _y(value, top)
            yield Markup('<path d="M{} {}H{}" stroke="{}" fill="none"/>').format(
                self._x(SIDE), y, self._x(WIDTH - EDGE), LINE
            )
            yield Markup('<text x="{}" y="{}" text-anchor="{}" fill="{}">{}</text>').format(
                axis, y + 4, anchor, INK, value
            )

    def _bars(self, top: int) -> Iterator[Markup]:
        for place in range(len(self.labels)):
            low = 0
            for number, series in enumerate(self.series):
                value = series.values[place]
                if self.kind == "grouped":
                    low = 0
                if value:
                    yield self._bar(place, number, low, value, top, series.colour)
                low += value

    def _bar(self, place: int, number: int, low: int, value: int, top: int, colour: str) -> Markup:
        step = (WIDTH - SIDE - EDGE) / len(self.labels)
        gap = min(step * 0.2, 8)
        wide, left = step - gap, SIDE + step * place + gap / 2
        if self.kind == "grouped":
            wide /= len(self.series)
            left += wide * number
        x = left if self.direction == "ltr" else WIDTH - left - wide
        y, foot = _y(low + value, top), _y(low, top)
        # A thin light edge parts bars that touch, also for those who see no colours.
        return Markup(
            '<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="{}" '
            'stroke="#fff" stroke-width=".6"/>'
        ).format(x, y, max(wide, 1), max(foot - y, 0.5), colour)

    def _under(self) -> Iterator[Markup]:
        step = (WIDTH - SIDE - EDGE) / max(len(self.labels), 1)
        every = -(-len(self.labels) // MOST_LABELS) or 1
        for place, label in enumerate(self.labels):
            if place % every == 0:
                yield Markup(
                    '<text x="{:.1f}" y="{}" text-anchor="middle" fill="{}">{}</text>'
                ).format(self._x(_within(SIDE + step * (place + 0.5))), HEIGHT - 10, INK, label)

    def _x(self, x: float) -> float:
        return x if self.direction == "ltr" else WIDTH - x


def legend(series: Sequence[Series]) -> Markup:
    """What each colour means, in words beside a square of it."""
    square = Markup(
        '<svg viewBox="0 0 10 10" width="12" height="12" aria-hidden="true" focusable="false">'
        '<rect width="10" height="10" rx="2" fill="{}"/></svg>'
    )
    items = (
        Markup('<li class="list-inline-item">{} {}</li>').format(
            square.format(each.colour), escape(each.name)
        )
        for each in series
    )
    return Markup('<ul class="list-inline mb-0">{}</ul>').format(Markup("").join(items))


def axis_top(highest: int) -> int:
    """A round even number at or above the highest bar, so that its half is round as well."""
    top = 2
    while True:
        for factor in range(1, 8):
            if top * factor >= highest:
                return top * factor
        top *= 10


def _y(value: int, top: int) -> float:
    return round(HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / top, 1)


def _within(x: float) -> float:
    # A label of the first or last bar would be cut off at the edge.
    return min(max(x, SIDE + 8), WIDTH - EDGE - 16)
