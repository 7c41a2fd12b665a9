# SPDX-License-Identifier: MIT
"""The rates as bars, one SVG a network: each test's systems side by side,
scaled to the best of them, with the range of the rounds as a whisker; and the
curves of scale.py."""
import math
import os
import statistics
from xml.sax.saxutils import escape

from . import scale
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


def _text(x, y, text, anchor="start", size=12, colour="black"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" '
            f'font-size="{size}" fill="{colour}">{escape(text)}</text>')


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


# --- curves -------------------------------------------------------------------
PANEL, PANEL_HEIGHT, MARGIN = 360, 200, 56
LINES = ("#0b6e4f", "#8a3324", "#0072b2")
# A panel: its title, what its x axis counts, its curves.
PANELS = (
    ("One send, other sockets open", "sockets",
     ("sockets.udp", "sockets.tcp")),
    ("Flows that send at once", "flows", ("flows",)),
    ("Writes of TCP", "bytes of a write", ("write",)),
    ("Transmit ring", "descriptors",
     ("ring.udp", "ring.udp_burst", "ring.tcp")),
    ("In flight, in the simulator", "bytes", ("flight",)),
    ("Round trip, 16 MiB in flight, in the simulator", "ms", ("rtt_ms",)),
)


def _axis(points, top):
    """The points' places: x logarithmic, y from 0."""
    xs = [math.log(x) for x, _ in points]
    low, wide = min(xs), max(max(xs) - min(xs), 1e-9)
    return [((math.log(x) - low) / wide * PANEL,
             PANEL_HEIGHT * (1 - y / top)) for x, y in points]


def _panel(title, what, lines, left, top):
    """One diagram of {name: (unit, [(x, y)])}."""
    most = 1.15 * max(y for _, points in lines.values() for _, y in points)
    first = next(iter(lines.values()))
    parts = [_text(left, top - 12, title, size=13),
             f'<path d="M{left} {top}V{top + PANEL_HEIGHT}h{PANEL}" '
             'fill="none" stroke="#555555"/>',
             _text(left, top + PANEL_HEIGHT + 34, f"{what} (logarithmic)",
                   size=11)]
    places = _axis(first[1], most)
    for (x, _), (at, _) in zip(first[1], places):
        parts.append(_text(left + at, top + PANEL_HEIGHT + 16,
                           scale.short(x), "middle", 10))
    bottom = top + PANEL_HEIGHT
    for colour, (name, (unit, points)) in zip(LINES, lines.items()):
        places = _axis(points, most)
        way = "L".join(f"{left + x:.1f} {top + y:.1f}" for x, y in places)
        parts += [f'<path d="M{way}" fill="none" stroke="{colour}" '
                  'stroke-width="1.5"/>',
                  *(f'<circle cx="{left + x:.1f}" cy="{top + y:.1f}" r="2.5" '
                    f'fill="{colour}"/>' for x, y in places),
                  _text(left + PANEL, bottom + 34,
                        f"{name}: {points[-1][1]:,.0f} {unit}", "end", 11,
                        colour)]
        bottom += 14
    return parts


def write_scale(curves, folder):
    """scale.svg: a panel for each thing that grows."""
    parts, n = [], 0
    for title, what, names in PANELS:
        lines = {name: curves[name] for name in names if name in curves}
        if not lines:
            continue
        parts += _panel(title, what, lines,
                        MARGIN + n % 2 * (PANEL + MARGIN),
                        MARGIN + n // 2 * (PANEL_HEIGHT + 2 * MARGIN))
        n += 1
    with open(os.path.join(folder, "scale.svg"), "w", encoding="utf-8") as f:
        f.write(_svg(2 * PANEL + 3 * MARGIN,
                     (n + 1) // 2 * (PANEL_HEIGHT + 2 * MARGIN) + MARGIN // 2,
                     parts))
