# SPDX-License-Identifier: MIT
"""The rates as bars, one SVG a network: each test's systems side by side,
scaled to the best of them, with the range of the rounds as a whisker."""
import os
import statistics
from xml.sax.saxutils import escape

from .report import TESTS

COLOURS = {"doorbell": "#0b6e4f", "doorbell-offload": "#6bbf8a",
           "linux": "#8a3324", "linux-offload": "#d98e73",
           "device": "#888888"}
LABEL, BAR, HEIGHT, GAP = 150, 480, 16, 14


def _svg(width, height, parts):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" '
            f'height="{height}" viewBox="0 0 {width} {height}" '
            'font-family="sans-serif" font-size="12">\n'
            f'<rect width="{width}" height="{height}" fill="white"/>\n'
            + "\n".join(parts) + "\n</svg>\n")


def _text(x, y, text, anchor="start", size=12):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" '
            f'font-size="{size}">{escape(text)}</text>')


def _bar(x, y, width, colour):
    return (f'<rect x="{x}" y="{y}" width="{width:.1f}" height="{HEIGHT - 3}"'
            f' fill="{colour}"/>')


def _group(test, rows, top):
    """One test: a bar for each system."""
    parts = [_text(LABEL - 8, top + 12, test, "end")]
    best = max(max(values) for _, values in rows.values())
    y = top
    for system, (unit, values) in rows.items():
        mid = statistics.median(values)
        low, high = (v / best * BAR for v in (min(values), max(values)))
        middle = y + (HEIGHT - 3) / 2
        parts += [
            _bar(LABEL, y, mid / best * BAR, COLOURS[system]),
            f'<line x1="{LABEL + low:.1f}" x2="{LABEL + high:.1f}" '
            f'y1="{middle}" y2="{middle}" stroke="black"/>',
            _text(LABEL + max(high, mid / best * BAR) + 6, y + 11,
                  f"{mid:,.0f} {unit}" if mid >= 10 else f"{mid:.2f} {unit}",
                  size=11)]
        y += HEIGHT
    return parts, y + GAP


def _net(results, net):
    systems = [s for s in COLOURS if net in results.values.get(s, {})]
    parts, y = [], 16
    for i, system in enumerate(systems):
        x = LABEL + i * 128
        parts += [_bar(x, y, 12, COLOURS[system]), _text(x + 16, y + 11,
                                                         system)]
    y += 2 * HEIGHT
    for test in TESTS:
        name = f"latency.{test}" if test == "tcp.rr.1" else f"rate.{test}"
        rows = {s: results.values[s][net][name] for s in systems
                if name in results.values[s][net]}
        if rows:
            more, y = _group(test, rows, y)
            parts += more
    return _svg(LABEL + BAR + 150, y, parts)


def write(results, folder):
    """rates-NET.svg for each network that was measured."""
    for net in sorted({n for nets in results.values.values() for n in nets}):
        path = os.path.join(folder, f"rates-{net}.svg")
        with open(path, "w", encoding="utf-8") as f:
            f.write(_net(results, net))
