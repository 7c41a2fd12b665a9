# SPDX-License-Identifier: MIT
"""The library for packetdrill --so_filename=, through a program that calls it
as packetdrill does (packetdrill_driver.py): with the preload library and
without, with other addresses, with what a script's commands do."""
import os
import subprocess
import sys

import pytest

from harness import ROOT

HERE = os.path.dirname(os.path.realpath(__file__))
HOST = os.path.join(ROOT, "build/host")


@pytest.fixture(scope="module", autouse=True)
def libraries():
    subprocess.run(["make", "-s", "packetdrill-lib"], cwd=ROOT, check=True,
                   stdin=subprocess.DEVNULL)


def drive(*steps, preload=True, options=()):
    env = dict(os.environ)
    env.pop("LD_PRELOAD", None)
    if preload:
        env["LD_PRELOAD"] = f"{HOST}/libdoorbell-preload.so"
    return subprocess.run(
        [sys.executable, f"{HERE}/packetdrill_driver.py",
         f"--so_filename={HOST}/libdoorbell-packetdrill.so", *options, *steps],
        env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, timeout=60, text=True, check=False)


@pytest.mark.parametrize("preload", [True, False])
@pytest.mark.parametrize("step", ["settings", "past_the_table", "disciplines",
                                  "counters", "two_scripts"])
def test_steps(step, preload):
    r = drive(step, preload=preload)
    assert r.returncode == 0, r.stdout + r.stderr
    folder = r.stdout.split()[-1]
    assert not os.path.exists(folder), "something is left behind"


def test_commands_before_the_stack():
    """packetdrill's init scripts run before it loads the library."""
    r = drive("init", options=["--init_scripts=x"])
    assert r.returncode == 0, r.stdout + r.stderr


@pytest.mark.parametrize("local, remote, mask", [
    ("10.9.8.7", "10.9.8.6", "255.255.255.0"),
    ("172.16.0.9", "8.8.8.8", "255.255.0.0"),
    ("192.168.0.1", "192.168.0.77", "255.255.0.0"),
])
def test_addresses(local, remote, mask):
    r = drive("past_the_table", options=[
        f"--local_ip={local}", f"--remote_ip={remote}", f"--netmask_ip={mask}"])
    assert r.returncode == 0, r.stdout + r.stderr


def test_wire_mode_is_refused():
    r = drive("past_the_table", options=["--wire_server_at=192.0.2.9"])
    assert r.returncode != 0
    assert "there is no wire" in r.stderr


def test_a_command_without_effect_is_told():
    r = drive("disciplines")
    assert "no qdisc none_such here" in r.stderr
    r = drive("settings")
    assert "net/ipv4/tcp_syn_retries: not a value: no" in r.stderr
