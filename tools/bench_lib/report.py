# SPDX-License-Identifier: MIT
"""Numbers of several rounds: medians, ranges, the table, JSON, ratios."""
import json
import statistics

NOISY = 1.25  # a round this far from the median is marked


def noisy_rounds(values):
    """Which rounds are far from the median, from 1."""
    mid = statistics.median(values)
    return [i + 1 for i, v in enumerate(values)
            if mid and not 1 / NOISY < v / mid < NOISY]


class Results:
    """{system: {net: {name: (unit, [value of each round])}}}"""

    def __init__(self):
        self.values = {}

    def add(self, system, net, rates):
        """One round's numbers of one system."""
        rows = self.values.setdefault(system, {}).setdefault(net, {})
        for name, (value, unit) in rates.items():
            rows.setdefault(name, (unit, []))[1].append(value)

    def median(self, system, net, name):
        """The median, or None."""
        row = self.values.get(system, {}).get(net, {}).get(name)
        return statistics.median(row[1]) if row else None

    def lines(self):
        """`name value unit`, with range, rounds and noisy rounds behind."""
        for system, nets in self.values.items():
            for net, rows in nets.items():
                for name, (unit, values) in rows.items():
                    mid = statistics.median(values)
                    noisy = noisy_rounds(values)
                    mark = f" noisy rounds {noisy}" if noisy else ""
                    yield (f"{system}.{net}.{name} {mid:g} {unit}  "
                           f"# {min(values):g}..{max(values):g} in "
                           f"{len(values)}{mark}")

    def save(self, path, more):
        """All of it as JSON."""
        with open(path, "w", encoding="utf-8") as f:
            json.dump({"rates": self.values, **more}, f, indent=1,
                      sort_keys=True)
            f.write("\n")


# What a lean-built Linux 6.1 does against Debian's kernel on one machine
# (TCP bulk, UDP, 64-byte writes with and without Nagle).
LEAN = {"tcp.bulk.65536": {"tap": 233 / 200, "user": 121 / 94},
        "udp.18.sendto": {"tap": 96 / 66, "user": 77 / 59},
        "udp.1472.sendto": {"tap": 90 / 59, "user": 90 / 59},
        "tcp.64.nodelay": {"tap": 400 / 153, "user": 400 / 153},
        "tcp.64.nagle": {"tap": 407 / 206, "user": 407 / 206}}
# The blaster's frames that a test is held against, and what one frame is of
# what the test counts: 1460 bytes in MB; a write that shares a segment with
# others; a connection takes SYN, ACK and RST. A round trip is a frame each way,
# and the doorbell cannot wait for others: us from frames/s.
SMALL, LARGE, SINGLE = (f"rate.device.{x}" for x in
                        ("18.b32", "1472.b32", "18.b1"))
LIMIT = {"udp.18.sendto": (SMALL, 1), "udp.18.sendmmsg": (SMALL, 1),
         "udp.1472.sendto": (LARGE, 1), "udp.1472.sendmmsg": (LARGE, 1),
         "tcp.bulk.65536": (LARGE, 1460e-6),
         "tcp.64.nodelay": (SMALL, 1), "tcp.64.nagle": (LARGE, 1460 / 64),
         "tcp.connect": (SINGLE, 1 / 3), "tcp.rr.1": (SINGLE, 1)}
TESTS = ("udp.18.sendto", "udp.1472.sendto", "udp.18.sendmmsg",
         "udp.1472.sendmmsg", "tcp.bulk.65536", "tcp.64.nodelay",
         "tcp.64.nagle", "tcp.connect", "tcp.rr.1")


def best(results, kind, net, test):
    """The better of a kind's systems (offloads on or off); lower latency."""
    name = f"latency.{test}" if test == "tcp.rr.1" else f"rate.{test}"
    found = [v for s in results.values if s.startswith(kind)
             if (v := results.median(s, net, name)) is not None]
    if not found:
        return None
    return min(found) if name.startswith("latency") else max(found)


def device_limit(results, net, test):
    """What the bare device would make of a test, in the test's unit; None if
    that was not measured."""
    frame, factor = LIMIT[test]
    rate = results.median("device", net, frame)
    if not rate:
        return None
    return 1e6 / rate if test == "tcp.rr.1" else rate * factor


def number(v):
    """Short, for a table."""
    return "–" if v is None else f"{v:,.0f}" if v >= 100 else f"{v:.3g}"


def with_range(results, kind, net, test):
    """The better system's median, its range, and ~ if a round was noisy."""
    value = best(results, kind, net, test)
    if value is None:
        return number(None)
    for system, nets in results.values.items():
        for prefix in ("rate.", "latency."):
            _, values = nets.get(net, {}).get(prefix + test, ("", []))
            if system.startswith(kind) and values and \
                    statistics.median(values) == value:
                mark = " ~" if noisy_rounds(values) else ""
                return (f"{number(value)}{mark} ({number(min(values))} to "
                        f"{number(max(values))})")
    return number(value)


def table(results):
    """The side-by-side table as Markdown lines."""
    yield ("| test | net | Doorbell | Debian's Linux | ratio | "
           "ratio to a lean Linux | device's limit | of the limit |")
    yield "|---|---|---|---|---|---|---|---|"
    nets = {net for nets in results.values.values() for net in nets}
    for test in TESTS:
        for net in sorted(nets):
            ours = best(results, "doorbell", net, test)
            linux = best(results, "linux", net, test)
            if ours is None:
                continue
            ratio = lean = part = None
            if linux:
                ratio = linux / ours if test == "tcp.rr.1" else ours / linux
                if by := LEAN.get(test, {}).get(net):
                    lean = ratio / by
            if limit := device_limit(results, net, test):
                part = limit / ours if test == "tcp.rr.1" else ours / limit
            yield (f"| `{test}` | {net} | "
                   f"{with_range(results, 'doorbell', net, test)} | "
                   f"{with_range(results, 'linux', net, test)} | "
                   f"{number(ratio)} | {number(lean)} | {number(limit)} | "
                   f"{number(part)} |")
