# SPDX-License-Identifier: MIT
"""`make bench` without the Linux guest: the suite and the blaster run, every
rate is there, and what is printed, saved and drawn agrees."""
import json
import subprocess
import sys

from harness import ROOT
from bench_lib import goals, report

UDP = ("udp.18.sendto", "udp.1472.sendto", "udp.18.sendmmsg",
       "udp.1472.sendmmsg")


def bench(out, *words):
    """tools/bench.py for a moment; (status, what it printed)."""
    r = subprocess.run(
        [sys.executable, "-B", ROOT + "/tools/bench.py", "--rounds", "1",
         "--ms", "20", "--no-fixed", "--out", out, *words],
        capture_output=True, text=True, timeout=120, check=False)
    assert r.returncode == 0, r.stdout + r.stderr
    return r.stdout


def test_rates_are_printed_saved_and_drawn(tmp_path):
    text = bench(tmp_path, "--net", "user", "--systems", "doorbell", "device")
    saved = json.loads((tmp_path / "bench.json").read_text())["rates"]
    ours, device = saved["doorbell"]["user"], saved["device"]["user"]
    names = {f"rate.{t}" for t in UDP} | {
        "rate.tcp.bulk.65536", "rate.tcp.64.nodelay", "rate.tcp.64.nagle",
        "rate.tcp.connect", "latency.tcp.rr.1", "cpu.tcp.bulk.65536"}
    assert set(ours) == names
    assert len(device) == 4
    for name, (_unit, values) in {**ours, **device}.items():
        assert len(values) == 1
        assert values[0] > 0 or name.startswith("cpu"), name
        assert f".user.{name} " in text
    assert "| `udp.18.sendto` | user | " in text
    assert "rate.tcp.bulk" not in (tmp_path / "rates-user.svg").read_text()
    assert ">tcp.bulk.65536<" in (tmp_path / "rates-user.svg").read_text()


def test_a_bigger_ring_costs_a_packet_nothing(tmp_path):
    r = subprocess.run(
        [sys.executable, "-B", ROOT + "/tools/bench_scale.py", "--curve",
         "rings", "--out", tmp_path],
        capture_output=True, text=True, timeout=120, check=False)
    assert r.returncode == 0, r.stdout + r.stderr
    rows = json.loads((tmp_path / "scale.json").read_text())
    for curve in ("udp", "udp_burst", "tcp"):
        values = [rows[f"scale.ring.{curve}.{size}"][0]
                  for size in (64, 128, 256, 512, 1024, 2048, 4096)]
        assert 0 < max(values) <= 1.05 * min(values), (curve, values)
        assert f"| `ring.{curve}` | insn/" in r.stdout
    assert ">ring.udp: " in (tmp_path / "scale.svg").read_text()


def test_every_rate_is_held_against_the_device_and_the_goal():
    results = report.Results()
    for rate in (300e3, 310e3, 600e3):  # the last one is noisy
        results.add("doorbell", "tap",
                    {"rate.udp.18.sendto": (rate, "datagram/s"),
                     "latency.tcp.rr.1": (20, "us")})
    results.add("linux", "tap", {"rate.udp.18.sendto": (66e3, "datagram/s")})
    results.add("device", "tap", {"rate.device.18.b32": (400e3, "frame/s"),
                                  "rate.device.18.b1": (200e3, "frame/s")})
    lines = list(report.table(results))
    assert ("| `udp.18.sendto` | tap | 310,000 ~ (300,000 to 600,000) | "
            "66,000 (66,000 to 66,000) | 4.7 | 3.23 | 400,000 | 0.775 |"
            in lines)
    assert "| `tcp.rr.1` | tap | 20 (20 to 20) | – | – | – | 5 | 0.25 |" \
        in lines
    met = list(goals.table(results, {"insn.udp.18": (400, "insn"),
                                     "insn.ack": (351, "insn")}))
    title = "| UDP, 18 bytes, sendto, tap, datagrams/s | "
    assert title + "288,000 (3 × lean) | 310,000 | yes |" in met
    assert title + "340,000 (0.85 of the limit) | 310,000 | no |" in met
    assert "| UDP datagram, 18 bytes, instructions | 400 | 400 | yes |" in met
    assert "| ACK received and acted on, instructions | 350 | 351 | no |" in met


def test_programs_of_debian_are_measured():
    r = subprocess.run(
        [sys.executable, "-B", ROOT + "/tools/bench_userland.py", "--rounds",
         "1", "--seconds", "1", "--systems", "doorbell", "--net", "user"],
        capture_output=True, text=True, timeout=120, check=False)
    assert r.returncode == 0, r.stdout + r.stderr
    rows = {line.split()[0]: float(line.split()[1])
            for line in r.stdout.splitlines() if line[:1].islower()}
    assert set(rows) == {
        *(f"boot.prompt.{n}" for n in ("plain", "ip_addr", "ip_addr_adds")),
        *(f"iperf3.{t}.user.doorbell" for t in ("tcp", "tcp.8", "udp"))}
    assert all(v > 0 for n, v in rows.items() if n != "boot.prompt.ip_addr_adds")
    assert "| -u -b 0 | user | " in r.stdout
