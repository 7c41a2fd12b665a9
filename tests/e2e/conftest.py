# SPDX-License-Identifier: MIT
"""What the end-to-end tests share."""
import os
import sys

import pytest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(__file__))

import harness  # noqa: E402  (puts tools/ on the path)
from doorbell_lib import netns  # noqa: E402
from doorbell_lib.common import Fail  # noqa: E402


@pytest.fixture(scope="session")
def tap():
    """Skips, with the reason, where a tap cannot be made."""
    try:
        netns.Namespace("tap0", "192.168.77.1", "255.255.255.0").close()
    except Fail as e:
        pytest.skip(str(e))


@pytest.fixture(params=["user", "tap"])
def net(request, tmp_path):
    """Each kind of link in turn."""
    if request.param == "tap":
        request.getfixturevalue("tap")
    return harness.Net(request.param, tmp_path)


@pytest.fixture
def tap_net(tap, tmp_path):
    """A tap, where a test needs the host's own TCP and UDP."""
    return harness.Net("tap", tmp_path)


@pytest.fixture
def user_net(tmp_path):
    """QEMU's user network."""
    return harness.Net("user", tmp_path)
