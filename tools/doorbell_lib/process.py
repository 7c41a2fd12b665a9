# SPDX-License-Identifier: MIT
"""Children that die with the launcher, and signals that end it in order.

Every child is its own process group and carries PR_SET_PDEATHSIG, so that
neither an exception, nor a signal, nor even SIGKILL leaves one behind.
"""
import contextlib
import ctypes
import os
import signal
import subprocess
import sys

from .common import Fail

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


class Ended(BaseException):
    """A signal asked the launcher to end. Passes `except Exception`."""

    def __init__(self, signum):
        super().__init__(signum)
        self.signum = signum
        self.status = 128 + signum


def libc_call(name, *args):
    """A system call of libc by name; OSError if it fails."""
    if getattr(_libc, name)(*args) == -1:
        e = ctypes.get_errno()
        raise OSError(e, os.strerror(e))


def die_with_parent(parent, sig=signal.SIGKILL):
    """In a child: be killed when the thread that started it ends."""
    _libc.prctl(PR_SET_PDEATHSIG, int(sig), 0, 0, 0)
    if os.getppid() != parent:  # it ended before the call above
        os._exit(1)


def spawn(argv, namespace=None, **kwargs):
    """Popen in an own session, inside the namespace if one is given."""
    parent = os.getpid()

    def before_exec():
        if namespace:
            namespace.enter()
        die_with_parent(parent)  # after it: new rights clear the setting

    try:
        # pylint: disable=subprocess-popen-preexec-fn
        return subprocess.Popen(argv, preexec_fn=before_exec,
                                start_new_session=True, **kwargs)
    except FileNotFoundError:
        raise Fail(f"{argv[0]} is not installed") from None


class Guard:
    """Kills a child's whole group should the launcher be gone.

    PR_SET_PDEATHSIG reaches the child but not what a shell started. A forked
    process waits for the end of a pipe that only the launcher holds open.
    """

    def __init__(self, child):
        reader, self._writer = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            try:
                os.setsid()
                os.dup2(reader, 0)
                os.closerange(1, 4096)
                if not os.read(0, 1):
                    os.killpg(child.pid, signal.SIGKILL)
            finally:
                os._exit(0)
        os.close(reader)

    def dismiss(self):
        """The child has been ended: the guard is not needed."""
        os.write(self._writer, b"x")
        os.close(self._writer)
        os.waitpid(self._pid, 0)


def end(child, grace=1.0, signals=(signal.SIGTERM, signal.SIGKILL)):
    """End a child of spawn() and its group: SIGTERM, then SIGKILL."""
    for sig in signals:
        # Once the leader is reaped, others may still be in its group.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, sig)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(grace)
    for stream in (child.stdin, child.stdout, child.stderr):
        if stream:
            with contextlib.suppress(OSError):
                stream.close()


@contextlib.contextmanager
def signals_end(*extra):
    """SIGTERM, SIGHUP (and extra ones) raise Ended inside the block."""
    def handler(signum, _frame):
        raise Ended(signum)

    wanted = (signal.SIGTERM, signal.SIGHUP) + extra
    old = {s: signal.signal(s, handler) for s in wanted}
    try:
        yield
    finally:
        for signum, action in old.items():
            signal.signal(signum, action)


def run_main(name, main):
    """A tool's whole run: end the program with main()'s status, 1 and a
    message for Fail, 128 and the signal for one that ended it."""
    try:
        with signals_end():
            sys.exit(main())
    except Fail as e:
        sys.exit(f"{name}: {e}")
    except Ended as e:
        sys.exit(e.status)
    except KeyboardInterrupt:
        sys.exit(130)
