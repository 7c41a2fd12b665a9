# SPDX-License-Identifier: MIT
"""Many sockets in the guest, and none left (docs/SCALE.md): apps/sockets."""
import pytest

from harness import doorbell


def sockets(mem, *words):
    """{name: [the rest of the line]} of a run in which time is instructions."""
    r = doorbell("run", "--net", "none", "--icount", "--mem", mem, "sockets",
                 *words, timeout=900)
    assert r.status == 0, r.out + r.err
    rows = [line.split() for line in r.out.splitlines()]
    found = {}
    for row in rows:
        if len(row) >= 3 and row[0][:5] in ("ticks", "socke", "exhau"):
            found.setdefault(row[0], []).append(row[1:])
    return found


def number(found, name):
    """The one value of a name."""
    (value, _), = found[name]
    return int(value)


def test_100000_sockets_are_as_cheap_as_one():
    found = sockets(512, "hold", 50000)
    assert number(found, "sockets.count") == 100000
    assert number(found, "sockets.memory.idle") <= 1800
    assert number(found, "sockets.memory.used") <= 1800
    assert number(found, "sockets.memory.all") <= 2048  # epoll included
    # Both close() of a pair leave one TIME_WAIT; then nothing but the table
    # of descriptors and what the allocators keep.
    assert number(found, "sockets.memory.time_wait") <= 300
    assert number(found, "sockets.memory.left") <= 4 << 20
    for what, last in (("open", 50001), ("close", 50001), ("byte", 50000),
                       ("epoll_wait", 100000)):
        first = number(found, f"ticks.{what}.{2 if 'ep' in what else 1}")
        assert number(found, f"ticks.{what}.{last}") <= 1.05 * first, what
    # A search tree: it grows with the logarithm.
    assert (number(found, "ticks.epoll_ctl.100000") <=
            2 * number(found, "ticks.epoll_ctl.1"))


@pytest.mark.parametrize("mem", [8, 16])
def test_sockets_until_memory_ends_and_all_comes_back(mem):
    found = sockets(mem, "exhaust")
    *rounds, limited = found["exhaust.socket"]
    assert len(rounds) == 3 and limited[1] == "EMFILE"
    for count, errno in rounds + found["exhaust.connect"]:
        assert int(count) > 125 * mem
        # The last two: the other end had no memory.
        assert errno in ("ENOBUFS", "ENOMEM", "EAGAIN", "EINPROGRESS")
    # Each round finds what the one before it did, but for a slab of 21 that
    # does not fit between two pages in use.
    for what in (rounds, found["exhaust.connect"]):
        counts = [int(count) for count, _ in what]
        assert max(counts) - min(counts) <= 64, counts
    assert number(found, "exhaust.left") <= 64 << 10
    assert number(found, "exhaust.alive") == 1
