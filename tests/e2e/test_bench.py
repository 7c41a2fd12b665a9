# SPDX-License-Identifier: MIT
"""`make bench` without the Linux guest: the suite and the blaster run, every
rate is there, and what is printed, saved and drawn agrees."""
import json
import subprocess
import sys

from harness import ROOT

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
