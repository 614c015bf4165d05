"""Usage over time: stacked bars by type, one unit at a time, since different units do not add up."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from nicegui import ui

from components.design import heading
from components.formats import day_of_year

DAYS_AT_MOST = 92  # beyond, the bars are months
COLOURS = [
    '#3b6fe0',
    '#1f9e89',
    '#e0853b',
    '#9b5de0',
    '#d1495b',
    '#5c8a1e',
    '#2aa3c7',
    '#b58900',
    '#8c6d5a',
    '#6b7785',
    '#c45ab3',
    '#4f9d5d',
]

Point = tuple[date, str, str, Decimal]  # day, type, unit, quantity


def usage_chart(points: Sequence[Point], locale: str, *, name_units: bool = True) -> None:
    """Draw the panel. Quantities are shown as floating point here; the table below has every digit."""
    units = _units(points)
    with ui.element('section').classes('panel').props('aria-label="Usage over time"'):
        head = ui.element('div').classes('panel-head')
        chart = (
            ui.echart({})
            .classes('chart')
            .props('role=img aria-label="Bars of usage over time; the table has the figures"')
        )
    with head:
        heading(2, 'Usage over time')
        if len(units) > 1:
            names = {
                unit: (unit or 'No unit') if name_units else f'Series {place}'
                for place, unit in enumerate(units, 1)
            }
            pick = ui.select(names, value=units[0]).props('dense outlined options-dense aria-label=Unit')
            pick.on_value_change(lambda event: _show(chart, points, event.value, locale))
    _show(chart, points, units[0], locale)


def _units(points: Sequence[Point]) -> list[str]:
    """The units, the one with the most days of usage first."""
    counts: dict[str, int] = defaultdict(int)
    for _, _, unit, _ in points:
        counts[unit] += 1
    return sorted(counts, key=lambda unit: -counts[unit])


def _show(chart: ui.echart, points: Sequence[Point], unit: str, locale: str) -> None:
    kept = [(day, type, quantity) for day, type, of, quantity in points if of == unit]
    first, last = min(day for day, _, _ in kept), max(day for day, _, _ in kept)
    monthly = (last - first).days > DAYS_AT_MOST
    sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for day, type, quantity in kept:
        sums[type][f'{day:%Y-%m}' if monthly else day.isoformat()] += quantity
    steps = _steps(first, last, monthly)
    labels = steps if monthly else [day_of_year(date.fromisoformat(step), locale) for step in steps]
    chart.options.clear()
    chart.options.update(_options(sums, steps, labels))
    chart.update()


def _steps(first: date, last: date, monthly: bool) -> list[str]:
    days = [first + timedelta(days=count) for count in range((last - first).days + 1)]
    return list(dict.fromkeys(f'{day:%Y-%m}' if monthly else day.isoformat() for day in days))


def _options(sums: dict[str, dict[str, Decimal]], steps: list[str], labels: list[str]) -> dict[str, Any]:
    return {
        'color': COLOURS,
        'animationDuration': 300,
        'textStyle': {'fontFamily': 'Inter, system-ui, sans-serif'},
        'tooltip': {'trigger': 'axis', 'axisPointer': {'type': 'shadow'}, 'confine': True},
        'legend': {'bottom': 0, 'type': 'scroll', 'icon': 'roundRect', 'textStyle': {'color': '#7a8393'}},
        'grid': {'left': 8, 'right': 8, 'top': 24, 'bottom': 40, 'containLabel': True},
        'xAxis': {
            'type': 'category',
            'data': labels,
            'axisTick': {'show': False},
            'axisLabel': {'color': '#7a8393'},
            'axisLine': {'lineStyle': {'color': '#8b93a155'}},
        },
        'yAxis': {
            'type': 'value',
            'axisLabel': {'color': '#7a8393'},
            'splitLine': {'lineStyle': {'color': '#8b93a133'}},
        },
        'series': [
            {
                'name': type,
                'type': 'bar',
                'stack': 'all',
                'barMaxWidth': 36,
                'data': [float(by_step.get(step, 0)) for step in steps],
            }
            for type, by_step in sorted(sums.items())
        ],
    }
