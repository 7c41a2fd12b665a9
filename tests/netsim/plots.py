#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Draw docs/plots/*.svg from runs of the simulator (`make plots`): for each
congestion control one flow over time and four that share; all of them beside
each other; goodput over loss and over the bottleneck's buffer. The runs repeat
exactly, and so do the files with the same matplotlib. docs/CONGESTION.md says
what is to be seen.
"""
import argparse
import concurrent.futures
import csv
import os
import subprocess
import sys
import tempfile

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.realpath(__file__))))
NETSIM = os.path.join(ROOT, "build", "host", "netsim")
CCS = ("reno", "cubic", "bbr")
COLOUR = {"reno": "#d55e00", "cubic": "#0072b2", "bbr": "#009e73"}
NAME = {"reno": "Reno", "cubic": "CUBIC", "bbr": "BBR"}
FLOWS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")
GREY, PALE = "#555555", "#aaaaaa"
MTU, MSS = 1500, 1448
STYLE = {
    "svg.hashsalt": "doorbell", "svg.fonttype": "none",
    "font.family": "sans-serif", "font.size": 10,
    "axes.spines.top": False, "axes.spines.right": False,
    "axes.titlesize": 10, "axes.titlelocation": "left",
    "axes.titleweight": "bold", "axes.edgecolor": GREY,
    "axes.labelcolor": GREY, "xtick.color": GREY, "ytick.color": GREY,
    "lines.linewidth": 1.2, "axes.grid": True, "grid.color": "#eeeeee",
    "path.simplify_threshold": 0.5,
}


class Link:
    """One kind of bottleneck."""

    def __init__(self, mbit, rtt_ms, bdps):
        self.mbit, self.rtt_ms = mbit, rtt_ms
        self.bdp = round(mbit * 1e6 * rtt_ms / 1e3 / 8 / MTU)
        self.buffer = max(round(self.bdp * bdps), 1)
        self.options = ["--rate", f"{mbit}M", "--rtt", f"{rtt_ms}ms",
                        "--queue", f"{bdps}bdp"]

    def __str__(self):
        return f"{self.mbit} Mbit/s, {self.rtt_ms} ms, buffer of " \
               f"{self.buffer} packets"


def line(*options):
    """One run's figures: Mbit/s, mean ms queued."""
    run = subprocess.run([NETSIM, "--format", "line", *options],
                         stdout=subprocess.PIPE, check=True)
    fields = run.stdout.decode().split()
    return float(fields[1]), float(fields[6])


def trace(*options):
    """The samples of one run, by flow: {column: [values]}."""
    with tempfile.NamedTemporaryFile(suffix=".csv") as f:
        subprocess.run([NETSIM, "--trace", f.name, *options],
                       stdout=subprocess.DEVNULL, check=True)
        with open(f.name, newline="", encoding="ascii") as text:
            rows = list(csv.DictReader(text))
    flows = {}
    for row in rows:
        flow = flows.setdefault(int(row["flow"]), {})
        for key, value in row.items():
            flow.setdefault(key, []).append(float(value))
    return flows


def throughput(flow, window):
    """Mbit/s that arrived, over windows of so many seconds: (times, rates)."""
    times, rates = [], []
    at, received = flow["time"][0], flow["received"][0]
    for t, n in zip(flow["time"], flow["received"]):
        if t - at >= window - 1e-9:
            times.append((t + at) / 2)
            rates.append((n - received) * 8 / (t - at) / 1e6)
            at, received = t, n
    return times, rates


def mark(ax, value, text):
    """A dashed line that says what it stands for, at the right edge."""
    ax.axhline(value, color=PALE, linestyle=(0, (4, 3)), linewidth=0.9,
               zorder=1)
    ax.annotate(text, (1.01, value), xycoords=("axes fraction", "data"),
                color=GREY, va="center", fontsize=8.5, annotation_clip=False)


def legend(ax):
    """In the line of the title, where no curve is."""
    ax.legend(loc="lower right", bbox_to_anchor=(1, 0.97), ncols=2,
              frameon=False, fontsize=9, borderaxespad=0)


def save(fig, folder, name):
    path = os.path.join(folder, f"{name}.svg")
    fig.savefig(path, metadata={"Date": None, "Creator": None})
    plt.close(fig)
    with open(path, encoding="utf-8") as f:
        text = f.read()
    with open(path, "w", encoding="utf-8") as f:
        f.write("".join(part.rstrip() + "\n" for part in text.splitlines()))
    print(os.path.relpath(path, ROOT))


def figure(title, heights, width=9.0):
    """Panels above each other, with one time axis."""
    fig, axes = plt.subplots(len(heights), 1, sharex=True,
                             figsize=(width, sum(heights) + 1),
                             gridspec_kw={"height_ratios": heights})
    fig.suptitle(title, x=0.075, y=0.985, ha="left", fontsize=12)
    fig.subplots_adjust(left=0.075, right=0.87, hspace=0.32,
                        top=1 - 0.65 / (sum(heights) + 1),
                        bottom=0.48 / (sum(heights) + 1))
    return fig, axes


def one_flow(folder, cc, link, seconds):
    """Window, rate, round trip and queue of one flow."""
    flow = trace("--cc", cc, "--bytes", "0", "--time", f"{seconds}s",
                 "--interval", "20ms", *link.options)[0]
    t = flow["time"]
    fig, (window, rate, rtt, queue) = figure(
        f"{NAME[cc]}: one flow, {link}", (1.9, 1.9, 1.5, 1.5))
    window.set_title("packets: congestion window, in flight")
    window.plot(t, flow["cwnd"], color=COLOUR[cc], label="window", zorder=3)
    window.plot(t, flow["in_flight"], color=GREY, linewidth=0.7,
                label="in flight")
    mark(window, link.bdp, "BDP")
    mark(window, link.bdp + link.buffer, "BDP + buffer")
    window.set_ylim(0, 1.5 * (link.bdp + link.buffer))
    legend(window)

    rate.set_title("Mbit/s: pacing rate, arriving")
    rate.plot(t, [p / 1e6 for p in flow["pacing_bps"]], color=COLOUR[cc],
              label="pacing rate" + ("" if cc == "bbr" else " (not applied)"),
              linestyle="-" if cc == "bbr" else ":")
    rate.plot(*throughput(flow, 0.2), color=GREY, linewidth=0.9,
              label="arriving")
    mark(rate, link.mbit, "link")
    rate.set_ylim(0, 2.2 * link.mbit)
    legend(rate)

    rtt.set_title("ms: smoothed round trip")
    rtt.plot(t, [u / 1e3 for u in flow["srtt_us"]], color=COLOUR[cc])
    mark(rtt, link.rtt_ms, "empty")
    rtt.set_ylim(0, None)

    queue.set_title("packets in the queue; marks: segments resent")
    queue.plot(t, flow["queue_packets"], color=COLOUR[cc], linewidth=0.8)
    resent = [b for a, b, n, m in zip(t, t[1:], flow["retrans"],
                                      flow["retrans"][1:]) if m > n]
    queue.plot(resent, [-0.09 * link.buffer] * len(resent), "|", color="#cc0000",
               markersize=6, clip_on=False)
    mark(queue, link.buffer, "full")
    queue.set_ylim(-0.18 * link.buffer, 1.15 * link.buffer)
    queue.set_xlabel("seconds")
    queue.set_xlim(0, seconds)
    save(fig, folder, f"one-{cc}")


def jain(rates):
    """Jain's index."""
    total = sum(rates)
    return total * total / (len(rates) * sum(r * r for r in rates)) \
        if total else 1


def sharing(folder, name, title, link, options, labels, seconds):
    """Throughput of several flows, their fairness, and the queue."""
    window = 0.5
    flows = trace("--bytes", "0", "--time", f"{seconds}s", "--flows",
                  str(len(labels)), "--interval", "20ms", *options,
                  *link.options)
    fig, (rate, fair, queue) = figure(f"{title}, {link}", (2.8, 1.3, 1.3))
    rate.set_title("Mbit/s that arrive, over half seconds")
    at = {}
    ends = []
    for i, (label, colour) in enumerate(labels):
        times, rates = throughput(flows[i], window)
        rate.plot(times, rates, color=colour)
        ends.append((sum(rates[-20:]) / 20, label, colour))
        for t, r in zip(times, rates):
            at.setdefault(int(t / window), []).append(r)
    # Names stand beside the lines' mean of the last ten seconds.
    ends.sort()
    place = -1e9
    for value, label, colour in ends:
        place = max(value, place + link.mbit * 0.07)
        rate.annotate(label, (1.01, place), color=colour, va="center",
                      xycoords=("axes fraction", "data"), fontsize=9,
                      annotation_clip=False)
    rate.set_ylim(0, 1.1 * link.mbit)

    fair.set_title("Jain's index of those that are sending")
    steps = sorted(at)
    fair.plot([(s + 0.5) * window for s in steps],
              [jain(at[s]) for s in steps], color=GREY)
    fair.set_ylim(0.2, 1.05)

    queue.set_title("packets in the queue")
    queue.plot(flows[0]["time"], flows[0]["queue_packets"], color=GREY,
               linewidth=0.7)
    mark(queue, link.buffer, "full")
    queue.set_ylim(0, 1.15 * link.buffer)
    queue.set_xlabel("seconds")
    queue.set_xlim(0, seconds)
    save(fig, folder, name)


def sweep(options_of, values, pool):
    """{cc: [(Mbit/s, ms queued)]} for each value, means of five seeds."""
    jobs = {(cc, v, s): pool.submit(line, "--cc", cc, "--bytes", "10M",
                                    "--seed", str(s), *options_of(v))
            for cc in CCS for v in values for s in range(1, 6)}
    return {cc: [tuple(sum(jobs[cc, v, s].result()[k] for s in range(1, 6)) / 5
                       for k in (0, 1)) for v in values] for cc in CCS}


def single(title, panels=1):
    fig, axes = plt.subplots(1, panels, figsize=(9, 3.9))
    fig.suptitle(title, x=0.075, y=0.97, ha="left", fontsize=12)
    fig.subplots_adjust(left=0.075, right=0.93, top=0.8, bottom=0.14,
                        wspace=0.3)
    return fig, axes


def name_lines(ax, values, rows, k, log=False):
    """Each congestion control's line, named at its right end."""
    for cc in CCS:
        ax.plot(values, [r[k] for r in rows[cc]], "o-", color=COLOUR[cc],
                markersize=3.5)
    place = -1e9
    top = ax.get_ylim()[1]
    for value, cc in sorted((rows[cc][-1][k], cc) for cc in CCS):
        place = max(value, place + top * 0.06)
        ax.annotate(NAME[cc], (1.01, place), color=COLOUR[cc], va="center",
                    xycoords=("axes fraction", "data"),
                    annotation_clip=False)


def over_loss(folder, link, pool):
    """Goodput over the loss rate."""
    percent = (0.01, 0.03, 0.1, 0.3, 1, 2, 3, 5, 10, 20)
    rows = sweep(lambda p: [*link.options, "--loss", f"{p}%"], percent, pool)
    fig, ax = single(f"Goodput over random loss: {link}")
    ax.set_title("Mbit/s; 10 MB, means of five")
    ax.set_xscale("log")
    ax.set_ylim(0, link.mbit * 1.05)
    name_lines(ax, percent, rows, 0)
    mathis = [min(MSS * 8 / (link.rtt_ms / 1e3) * (1.5 / (p / 100)) ** 0.5
                  / 1e6, link.mbit * 2) for p in percent]
    ax.plot(percent, mathis, color=PALE, linestyle=(0, (4, 3)), linewidth=1,
            zorder=1)
    ax.annotate("MSS / RTT · √(3 / 2p)", (percent[2], mathis[2]), color=GREY,
                xytext=(8, 4), textcoords="offset points", fontsize=8.5)
    ax.set_xticks(percent, [f"{p:g}%" for p in percent])
    ax.minorticks_off()
    ax.set_xlabel("of the packets are lost, each by itself")
    save(fig, folder, "loss")


def over_buffer(folder, mbit, rtt_ms, pool):
    """Goodput and waiting time over the buffer."""
    bdps = (0.05, 0.1, 0.2, 0.5, 1, 2, 4, 8)
    rows = sweep(lambda b: Link(mbit, rtt_ms, b).options, bdps, pool)
    fig, (rate, wait) = single(f"The bottleneck's buffer: {mbit} Mbit/s, "
                               f"{rtt_ms} ms", 2)
    rate.set_title("Mbit/s; 10 MB")
    rate.set_ylim(0, mbit * 1.05)
    wait.set_title("ms that a packet waits, on the average")
    for ax, k in ((rate, 0), (wait, 1)):
        ax.set_xscale("log")
        name_lines(ax, bdps, rows, k)
        ax.set_xticks(bdps, [f"{b:g}" for b in bdps])
        ax.minorticks_off()
        ax.set_xlabel("buffer in BDP")
    wait.set_ylim(0, None)
    save(fig, folder, "buffer")


def main():
    ap = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--folder", default=os.path.join(ROOT, "docs", "plots"))
    a = ap.parse_args()
    os.makedirs(a.folder, exist_ok=True)
    plt.rcParams.update(STYLE)
    for cc in CCS:
        one_flow(a.folder, cc, Link(20, 40, 1), 30)
        sharing(a.folder, f"share-{cc}", f"{NAME[cc]}: four flows",
                Link(40, 40, 1), ["--cc", cc, "--stagger", "5s"],
                [(f"flow {i + 1}", FLOWS[i]) for i in range(4)], 60)
    sharing(a.folder, "mixed", "One of each", Link(40, 40, 1),
            ["--cc", ",".join(CCS)], [(NAME[c], COLOUR[c]) for c in CCS], 60)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        over_loss(a.folder, Link(20, 40, 1), pool)
        over_buffer(a.folder, 20, 40, pool)


if __name__ == "__main__":
    sys.exit(main())
