# SPDX-License-Identifier: MIT
"""QEMU's e1000 behaves as the driver relies on: tests/qtest/e1000_facts.py."""
import os
import sys

from harness import ROOT, run


def test_the_model_is_as_the_driver_expects():
    r = run([sys.executable,
             os.path.join(ROOT, "tests", "qtest", "e1000_facts.py")])
    assert r.status == 0, r.out + r.err
    assert "NOT OK" not in r.out and r.out.count("ok ") > 5
