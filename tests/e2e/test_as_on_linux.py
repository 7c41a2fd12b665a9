# SPDX-License-Identifier: MIT
"""One program, inside and on this machine's Linux: it must say the same, but for
what is listed with its reason."""
import contextlib
import fcntl
import os
import re
import subprocess
import termios
import time

import pexpect

from harness import BUILD, DOORBELL, doorbell


def assert_as_on_linux(tmp_path, script):
    """This Python script says the same inside as on the host's Linux."""
    path = tmp_path / "script.py"
    path.write_text(script)
    # There it has /dev/shm for itself.
    linux = subprocess.run(
        ["unshare", "-m", "sh", "-c", "mount -t tmpfs tmpfs /dev/shm; "
         f"exec /usr/bin/python3 -u {path}"], check=True,
        stdin=subprocess.DEVNULL, capture_output=True, text=True,
        cwd=tmp_path).stdout
    r = doorbell("run", "--timeout", "100", "--net", "none", "--append",
                 "quiet", "--with", "python3,busybox-static", "--add",
                 f"{path}:script.py", "busybox", "sh", "-c",
                 "mkdir -p /tmp; cd /tmp; python3 -u /script.py")
    assert r.out.splitlines() == linux.splitlines(), r.out + r.err


LOCKS = """
import fcntl, os, threading, time
def attempt(f, how):
    try:
        fcntl.flock(f, how | fcntl.LOCK_NB)
        return "taken"
    except OSError as e:
        return os.strerror(e.errno)
a, b, c = (open("locked", "w") for _ in range(3))
print(attempt(a, fcntl.LOCK_SH), attempt(b, fcntl.LOCK_SH))
print(attempt(a, fcntl.LOCK_EX), attempt(c, fcntl.LOCK_SH))
fcntl.flock(c, fcntl.LOCK_UN)
fcntl.flock(b, fcntl.LOCK_UN)
print(attempt(a, fcntl.LOCK_EX), attempt(os.dup(a.fileno()), fcntl.LOCK_EX))
print(attempt(b, fcntl.LOCK_SH))
threading.Timer(0.1, lambda: fcntl.flock(a, fcntl.LOCK_UN)).start()
start = time.monotonic()
fcntl.flock(b, fcntl.LOCK_EX)
print(time.monotonic() - start > 0.05, attempt(c, fcntl.LOCK_SH))
if os.fork() == 0:
    os._exit(attempt(b, fcntl.LOCK_EX) != "taken")
print(os.wait()[1])
b.close()
print(attempt(c, fcntl.LOCK_SH), attempt(c, 64))
"""


def test_flock_is_as_on_linux(tmp_path):
    assert_as_on_linux(tmp_path, LOCKS)


RECORDS = """
import errno, fcntl, os, signal, struct, threading, time
GETLK, SETLK, SETLKW, OFD = 5, 6, 7, 31
R, W, U = 0, 1, 2
def call(f, cmd, kind, start=0, length=0, whence=0, pid=0):
    arg = struct.pack("hhqqii", kind, whence, start, length, pid, 0)
    try:
        out = fcntl.fcntl(f, cmd, arg)
    except OSError as e:
        return errno.errorcode[e.errno]
    if cmd % OFD != GETLK:
        return "ok"
    kind, whence, start, length, pid, _ = struct.unpack("hhqqii", out)
    pid = {main: "main", 0: "none", -1: "file"}.get(pid, "other")
    return ["read", "write", "none"][kind], whence, start, length, pid
main = os.getpid()
a, b = open("locked", "w+"), open("locked", "r+")
r, w = open("locked"), open("locked", "a")
a.write("x" * 100)
a.flush()
def child(*calls, then=lambda: None):
    pid = os.fork()
    if not pid:
        for words in calls:
            print("child", call(*words))
        then()
        os._exit(0)
    os.waitpid(pid, 0)
# One program's do not stand in its own way; another's do.
print(call(a, SETLK, W, 10, 20), call(b, SETLK, R, 15, 5),
      call(b, GETLK, W, 0, 0), call(a, SETLK, W, 40))
child((a, SETLK, W, 0, 10), (a, SETLK, W, 9, 2), (a, GETLK, W),
      (a, GETLK, R), (a, GETLK, W, 30, 10), (b, GETLK, R, 15, 5),
      (b, SETLK, R, 15, 5), (b, SETLK, R, 14, 5), (a, GETLK, R, 100))
print(call(a, GETLK, W, 0, 10))
# Joined again, and split.
print(call(a, SETLK, W, 15, 5), call(a, SETLK, U, 12, 4))
child((a, GETLK, W), (a, GETLK, W, 12), (a, GETLK, W, 12, 4))
print(call(a, SETLK, W, 30, 10))
child((a, GETLK, W, 20))
# From where, and nonsense.
a.seek(50)
print(call(a, SETLK, U), call(a, SETLK, W, -5, 10, 1),
      call(a, SETLK, W, 10, -5, 2))
child((a, GETLK, W), (a, GETLK, W, 55))
print(call(a, SETLK, W, 0, 0, 3), call(a, SETLK, 7), call(a, GETLK, U),
      call(a, SETLK, W, -1), call(a, SETLK, W, 5, -6),
      call(a, SETLK, W, 2**63 - 1, 2), call(a, SETLK, W, 2**63 - 1, 1),
      call(a, SETLK, W, 2**63 - 60, 0, 2), call(a, SETLK, U))
print(call(r, SETLK, W), call(r, SETLK, R), call(w, SETLK, R),
      call(w, SETLK, W), call(r, GETLK, W), call(a, OFD + SETLK, R, pid=1),
      call(os.open("locked", 0o10000000), SETLK, R))
# Any descriptor that is closed ends them; those of an open file stay.
print(call(a, SETLK, U), call(a, SETLK, W, 0, 1),
      call(b, OFD + SETLK, W, 5, 1))
os.close(os.open("locked", os.O_RDONLY))
child((r, GETLK, R), (b, SETLK, W, 0, 1), (b, SETLK, W, 5, 1),
      (b, OFD + SETLK, W, 5, 1))
print(call(a, OFD + GETLK, R), call(a, OFD + SETLK, R, 5, 1),
      call(a, SETLK, R, 5, 1), call(b, GETLK, R, 5, 1))
b2 = os.dup(b.fileno())
b.close()
print(call(a, SETLK, R, 5, 1))
os.close(b2)
print(call(a, SETLK, R, 5, 1), call(a, SETLK, U),
      call(a, OFD + SETLK, U))
# Waiting: until it is given up, until a signal, for ever by two.
def helper(*calls):
    out, into = os.pipe(), os.pipe()
    pid = os.fork()
    if not pid:
        for words in calls:
            if words == "pause":
                os.write(out[1], b"x")
                os.read(into[0], 1)
            else:
                call(*words)
        os._exit(0)
    return pid, lambda: os.read(out[0], 1), lambda: os.write(into[1], b"x")
pid, wait, go = helper((a, SETLK, W, 0, 10), "pause")
wait()
threading.Timer(0.2, go).start()
start = time.monotonic()
print(call(a, SETLKW, R, 5, 1), time.monotonic() - start > 0.1,
      os.waitpid(pid, 0)[1])
print(call(a, SETLK, U))
pid, wait, go = helper((a, SETLK, W, 0, 10), "pause")
wait()
class Alarm(Exception):
    pass
def ring(*_):
    raise Alarm
signal.signal(signal.SIGALRM, ring)
signal.setitimer(signal.ITIMER_REAL, 0.1)
try:
    print(call(a, SETLKW, W))
except Alarm:
    print("interrupted")
go()
os.waitpid(pid, 0)
pid, wait, go = helper((a, SETLK, W, 0, 1), "pause", (a, SETLKW, W, 1, 1))
wait()
print(call(a, SETLK, W, 1, 1))
go()
time.sleep(0.3)
print(call(a, SETLKW, W, 0, 1), call(a, SETLK, U, 1, 1),
      os.waitpid(pid, 0)[1], call(a, SETLKW, W, 0, 1))
# A pipe and a socket have them, too; a file's lock() by whole is another.
p, q = os.pipe()
print(call(p, SETLK, R), call(q, SETLK, W, 5, 5), call(p, SETLK, W))
child((q, SETLK, W), (p, GETLK, R))
fcntl.flock(a, fcntl.LOCK_EX)
child((a, SETLK, W, 3, 1))
"""


def test_record_locks_are_as_on_linux(tmp_path):
    assert_as_on_linux(tmp_path, RECORDS)


SHARED = """
import errno, mmap, os, time
from multiprocessing import shared_memory
a = shared_memory.SharedMemory("here", create=True, size=10000)
b = shared_memory.SharedMemory("here")
print(os.stat("/dev/shm").st_mode & 0o7777, os.listdir("/dev/shm"),
      os.stat("/dev/shm/here").st_size)
def attempt(**how):
    try:
        return shared_memory.SharedMemory(**how).size
    except OSError as e:
        return errno.errorcode[e.errno]
print(attempt(name="here", create=True, size=1), attempt(name="there"))
a.buf[5000:5004] = b"from"
print(bytes(b.buf[5000:5004]))
pid = os.fork()
if not pid:
    c = shared_memory.SharedMemory("here")
    c.buf[9999] = 9
    b.buf[0] = 1
    os._exit(0)
os.waitpid(pid, 0)
print(a.buf[0], a.buf[9999])
a.unlink()
print(os.listdir("/dev/shm"), attempt(name="here"))
b.buf[1] = 2
print(a.buf[1])
f = os.open("/dev/shm", os.O_RDONLY)
try:
    os.ftruncate(f, 1)
except OSError as e:
    print(errno.errorcode[e.errno])
"""


def test_shared_memory_is_as_on_linux(tmp_path):
    assert_as_on_linux(tmp_path, SHARED)


# What ends otherwise than on Linux, on purpose. What Linux finds out when the
# old program is gone, and then kills, is an errno here: elf_check_phdrs() looks
# at all headers first.
EXEC_DIFFERENCES = {
    # Segments ascend, and only a last page may be shared.
    "address 0": "Exec format error",
    "the same segment twice": "Exec format error",
}


def test_execve_of_damage_is_as_on_linux(tmp_path):
    program = os.path.join(BUILD, "apps", "execfuzz")

    def results(text):
        return dict(line.rpartition(": ")[::2] for line in
                    text.replace("\r", "").splitlines() if line[0] != "[")

    linux = results(subprocess.run([program, "cases"], cwd=tmp_path,
                                   check=True, capture_output=True,
                                   text=True).stdout)
    r = doorbell("run", "--timeout", "100", "--net", "none", "--append",
                 "quiet", "--with", "busybox-static", "--add",
                 f"{program}:execfuzz", "busybox", "sh", "-c",
                 "cd /tmp; /execfuzz random 100 9 >/dev/null; "
                 "grep MemFree /proc/meminfo; "
                 "/execfuzz random 8000 1 | tail -n 1; "
                 "grep MemFree /proc/meminfo; /execfuzz cases")
    free = [int(x) for x in re.findall(r"MemFree: +(\d+)", r.out)]
    assert len(free) == 2 and free[0] - free[1] < 64, r.out[-3000:]
    # Random damage: nothing hangs, much is refused, some still runs.
    m = re.search(r"8000 files, seed 1: (\d+) ran, (\d+) refused, (\d+) "
                  r"killed, 0 too late, (\d+) kinds", r.out)
    assert m and all(int(n) > low for n, low in
                     zip(m.groups(), (500, 4000, 100, 12))), r.out[-3000:]
    ours = results(r.out)
    assert len(linux) > 140 and set(linux) <= set(ours)
    for name, was in linux.items():
        if name in EXEC_DIFFERENCES:
            assert ours[name] == EXEC_DIFFERENCES[name] != was
        elif was == "killed":
            assert ours[name] in ("killed", "Exec format error",
                                  "Out of memory"), (name, ours[name])
        else:
            assert ours[name] == was, name


STOPS = """
import ctypes, errno, os, signal, threading, time
from signal import SIGCHLD, SIGCONT, SIGKILL, SIGSTOP, SIGTSTP, SIGTTIN, SIGUSR1
W = os.WUNTRACED | os.WCONTINUED
def name(status):
    if os.WIFSTOPPED(status):
        return "stopped by %d" % os.WSTOPSIG(status)
    if os.WIFCONTINUED(status):
        return "goes on"
    if os.WIFSIGNALED(status):
        return "killed by %d" % os.WTERMSIG(status)
    return "ended %d" % os.WEXITSTATUS(status)
def news(pid, options=W):
    try:
        got, status = os.waitpid(pid, options)
        return name(status) if got else "nothing"
    except OSError as e:
        return errno.errorcode[e.errno]
def child(work, group=True):
    pid = os.fork()
    if not pid:
        if group:
            os.setpgid(0, 0)
        work()
        os._exit(7)
    time.sleep(0.1)
    return pid
def spin():
    while True:
        pass
# A sleeper, and one that runs: stopped, let go, killed while stopped.
for work in (lambda: time.sleep(100)), spin:
    pid = child(work)
    print(news(pid, W | os.WNOHANG))
    os.kill(pid, SIGSTOP)
    print(news(pid, os.WNOHANG), news(pid), news(pid, W | os.WNOHANG))
    os.kill(pid, SIGSTOP)
    print(news(pid, W | os.WNOHANG))
    os.kill(pid, SIGCONT)
    print(news(pid), news(pid, W | os.WNOHANG))
    os.kill(pid, SIGTSTP)
    print(news(pid))
    os.kill(pid, SIGCONT)
    print(news(pid))
    os.kill(pid, SIGTTIN)
    print(news(pid))
    os.kill(pid, SIGUSR1)
    time.sleep(0.05)
    print(news(pid, W | os.WNOHANG))
    os.kill(pid, SIGKILL)
    print(news(pid))
# What comes meanwhile comes afterwards; a sleep is not cut short.
def sleeper():
    start = time.monotonic()
    time.sleep(0.3)
    os._exit(time.monotonic() - start < 0.3)
pid = child(sleeper)
os.kill(pid, SIGSTOP)
time.sleep(0.05)
os.kill(pid, SIGCONT)
print(news(pid, 0))
r, w = os.pipe()
def handles():
    signal.signal(SIGUSR1, lambda *_: os.write(w, b"u"))
    signal.signal(SIGCONT, lambda *_: os.write(w, b"c"))
    while True:
        time.sleep(1)
pid = child(handles)
os.kill(pid, SIGSTOP)
print(news(pid))
os.kill(pid, SIGUSR1)
time.sleep(0.05)
os.set_blocking(r, False)
try:
    print(os.read(r, 9))
except BlockingIOError:
    print("quiet")
os.kill(pid, SIGCONT)
time.sleep(0.1)
print(sorted(os.read(r, 9)), news(pid))
os.kill(pid, SIGKILL)
print(news(pid, 0))
# Caught, blocked, ignored; a stop that waits is undone by SIGCONT.
def caught():
    signal.signal(SIGTSTP, lambda *_: os._exit(5))
    time.sleep(100)
pid = child(caught)
os.kill(pid, SIGTSTP)
print(news(pid))
def ignored():
    signal.signal(SIGTSTP, signal.SIG_IGN)
    time.sleep(0.3)
pid = child(ignored)
os.kill(pid, SIGTSTP)
print(news(pid))
def blocked():
    signal.pthread_sigmask(signal.SIG_BLOCK, [SIGTSTP])
    time.sleep(0.3)
    print(signal.sigpending())
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [SIGTSTP])
pid = child(blocked)
os.kill(pid, SIGTSTP)
print(news(pid))
os.kill(pid, SIGCONT)
print(news(pid), news(pid))
pid = child(blocked)
os.kill(pid, SIGTSTP)
os.kill(pid, SIGCONT)
print(news(pid))
# All threads of a program stop.
def threads():
    threading.Thread(target=spin, daemon=True).start()
    time.sleep(0.4)
pid = child(threads)
os.kill(pid, SIGSTOP)
print(news(pid))
os.kill(pid, SIGCONT)
print(news(pid), news(pid))
# A group; the parent's SIGCHLD, with and without SA_NOCLDSTOP's kin; waitid.
signal.pthread_sigmask(signal.SIG_BLOCK, [SIGCHLD])
pid = child(lambda: time.sleep(100))
os.killpg(pid, SIGTSTP)
info = signal.sigwaitinfo([SIGCHLD])
print(info.si_code, info.si_status, info.si_pid == pid)
for how in (os.WSTOPPED | os.WNOWAIT, os.WSTOPPED | os.WNOHANG,
            os.WSTOPPED | os.WNOHANG):
    info = os.waitid(os.P_PID, pid, how)
    print(info and (info.si_code, info.si_status, info.si_pid == pid))
os.killpg(pid, SIGCONT)
info = signal.sigwaitinfo([SIGCHLD])
print(info.si_code, info.si_status)
info = os.waitid(os.P_PID, pid, os.WCONTINUED)
print(info.si_code, info.si_status)
os.killpg(pid, SIGKILL)
print(news(pid))
# An orphaned group does not stop, but by SIGSTOP; one that becomes orphaned
# while it stands hears SIGHUP.
def orphan():
    os.setsid()
    os.kill(os.getpid(), SIGTSTP)
    os._exit(3)
print(news(child(orphan, False)))
def leader():
    os.setsid()
    inner = child(lambda: (os.close(r), time.sleep(100)))
    os.kill(inner, SIGSTOP)
    os.waitpid(inner, os.WUNTRACED)
    os._exit(0)
r, w = os.pipe()
print(news(child(leader, False)))
os.close(w)
print(os.read(r, 1))
# Who of a group stands, and whose end makes it an orphan: its other members'
# parent, or a member that was the last one with a parent outside; but a group
# that was an orphan before hears nothing.
def member(group, stop):
    def work():
        signal.signal(signal.SIGHUP, lambda *_: os.write(w, b"H"))
        os.setpgid(0, group)
        if stop:
            os.kill(os.getpid(), SIGSTOP)
            os._exit(0)
        time.sleep(1)
        os._exit(0)
    return child(work, False)
def parent_ends():
    os.setsid()
    member(member(0, True), False)
def member_ends():
    os.setsid()
    os.waitpid(child(lambda: member(os.getpid(), True)), 0)
    time.sleep(0.2)
def orphan_before():
    os.setsid()
    os.write(w, b"%d " % member(os.getpid(), True))
for work in parent_ends, member_ends, orphan_before:
    r, w = os.pipe()
    print(news(child(work, False)))
    os.close(w)
    time.sleep(0.2)
    heard = os.read(r, 20)
    if work == orphan_before:
        os.kill(int(heard), SIGKILL)
        heard = heard.split(b" ")[1]
    print(work.__name__, heard, os.read(r, 1))
# Whom a wait means; and one that cannot be told has ended all the same.
libc = ctypes.CDLL(None, use_errno=True)
def wait(call, *args):
    return libc.syscall(call, *args) and errno.errorcode[ctypes.get_errno()]
usage = (ctypes.c_long * 18)(*[-1] * 18)
pid = child(lambda: None)
print(wait(247, 2, 1, None, 4 | 1, None), wait(61, 1 << 31, None, 0, None))
print(wait(247, 1, pid, None, 4, usage), usage[0], usage[2])
for bad in (8, 0, None), (None, 0, 8):
    pid = child(lambda: None)
    print(wait(61, pid, *bad), news(pid))
for bad in (8, 4, None), (None, 4, 8):
    pid = child(lambda: None)
    print(wait(247, 1, pid, *bad), news(pid))
"""


def test_stopping_is_as_on_linux(tmp_path):
    # The first program of all is not stopped, nor is it a good parent.
    assert_as_on_linux(tmp_path, STOPS)


def test_job_control_of_the_shell():
    with contextlib.closing(pexpect.spawn(
            DOORBELL, ["shell", "--net", "none"], timeout=30)) as shell_:
        def say(line, *expected):
            shell_.sendline(line)
            shell_.expect_exact(line)
            for text in expected:
                shell_.expect(text)

        def key(name, *expected):
            time.sleep(0.3)  # the program is there
            shell_.sendcontrol(name)
            for text in expected:
                shell_.expect(text)

        shell_.expect("# ")
        say("sleep 30")
        key("z", r"\[1\]\+  Stopped +sleep 30", "# ")
        say("cat /proc/$(pidof sleep)/st*", r"\(sleep\) T ",
            r"State:\tT \(stopped\)", "# ")
        say("bg", "# ")
        say("jobs", "Running +sleep 30", "# ")
        say("fg", "sleep 30")
        key("c", "# ")
        say("cat")
        say("one", "one")
        key("z", "Stopped +cat", "# ")
        # What is typed now is the shell's.
        say("echo tw''o", "\ntwo", "# ")
        say("fg", "cat")
        say("three", "three")
        key("d", "# ")
        say("cat &", "# ")
        time.sleep(0.3)
        say("", r"Stopped \(tty input\) +cat", "# ")
        say("kill %1; fg", "Terminated", "# ")
        say("jobs; echo no''ne", "\nnone", "# ")
        say("exit", pexpect.EOF)


# Requests for VLANs are those of a module that this machine may not have.
VLAN_REQUESTS = ("8982", "8983")


def test_ioctls_with_bad_pointers_are_as_on_linux(tmp_path):
    """Each request to each kind of descriptor: what does not exist here may be
    refused; what does has Linux's answer to each of seven bad pointers, and an
    errno for memory that it cannot write."""
    program = os.path.join(BUILD, "apps", "sysfuzz")
    master, slave = os.openpty()
    with open(master, "rb"), open(slave, "rb") as terminal:
        linux = subprocess.run(
            ["unshare", "-n", "sh", "-c", f"ip link set lo up; exec {program} "
             "ioctls"], stdin=terminal, stdout=subprocess.PIPE, cwd=tmp_path,
            check=True, text=True, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0)).stdout
    r = doorbell("run", "--timeout", "100", "--append", "quiet", program,
                 "ioctls")

    def table(text):
        return {name: words.split() for name, _, words in
                (line.partition(": ") for line in text.splitlines())}

    linux, ours = table(linux), table(r.out)
    assert "ETHTOOL 127" in ours and "tty 5401" in ours, r.out[-3000:]
    for name, got in ours.items():
        was = linux.get(name, ["ENOTTY"] * 8)
        if name.split()[1] not in VLAN_REQUESTS and \
                set(got) - {"ENOTTY", "EOPNOTSUPP"}:
            assert got[:7] == was[:7], (name, got, was)
    assert sum("EFAULT" in words for words in ours.values()) > 400


SIGNALFD = """
import ctypes, errno, os, select, signal, struct, threading, time
libc = ctypes.CDLL(None, use_errno=True)
def signalfd(fd, *signals, flags=0, size=8, at=None):
    mask = ctypes.c_uint64(sum(1 << s - 1 for s in signals))
    r = libc.syscall(289, fd, at or ctypes.byref(mask), size, flags)
    return r if r >= 0 else errno.errorcode[ctypes.get_errno()]
def names(pid):
    return {0: "kernel", os.getpid(): "me"}.get(pid, "other")
def take(fd, size=1024):
    try:
        data = os.read(fd, size)
    except OSError as e:
        return errno.errorcode[e.errno]
    seen = []
    for at in range(0, len(data), 128):
        sig, err, code, pid, uid = struct.unpack_from("=IiiII", data, at)
        seen.append((sig, err, code, names(pid), uid,
                     struct.unpack_from("=i", data, at + 40)[0]))
    return seen
U1, U2, INT, CHLD, ALRM = (signal.SIGUSR1, signal.SIGUSR2, signal.SIGINT,
                           signal.SIGCHLD, signal.SIGALRM)
signal.pthread_sigmask(signal.SIG_BLOCK, [U1, U2, INT, CHLD, ALRM])
print(signalfd(-1, U1, flags=1), signalfd(-1, U1, size=16),
      signalfd(-1, at=ctypes.c_void_p(8)), signalfd(0, U1),
      signalfd(99, U1))
fd = signalfd(-1, U1, U2, signal.SIGKILL, flags=0o4000)
print(take(fd), take(fd, 127))
def ready():
    return select.select([fd], [], [], 0)[0] == [fd]
print(ready())
os.kill(os.getpid(), U2); os.kill(os.getpid(), U1); os.kill(os.getpid(), INT)
print(ready(), signal.sigpending() == {U1, U2, INT})
print(take(fd, 200), ready(), take(fd), ready(), take(fd))
print(signalfd(fd, INT) == fd, ready(), take(fd))
try:
    os.write(fd, bytes(128))
except OSError as e:
    print(errno.errorcode[e.errno])
ep = select.epoll()
ep.register(fd, select.EPOLLIN | select.EPOLLOUT)
print(ep.poll(0))
threading.Timer(0.1, lambda: os.kill(os.getpid(), INT)).start()
print([e for _, e in ep.poll(5)], take(fd), ep.poll(0))
# A read that waits: from another program, the end of one, a timer.
fd2 = signalfd(-1, U1, CHLD, ALRM)
child = os.fork()
if child == 0:
    time.sleep(0.1)
    os.kill(os.getppid(), U1)
    time.sleep(0.1)
    os._exit(7)
print(take(fd2))
print(take(fd2), os.waitpid(child, 0)[1])
child = os.fork()
if child == 0:
    # Its own pending signals, not its parent's, in the same file.
    os.kill(os.getppid(), U1)
    time.sleep(0.2)
    print(select.select([fd2], [], [], 0)[0])
    time.sleep(0.2)
    os.kill(os.getpid(), signal.SIGTERM)
print(take(fd2))
print(take(fd2), os.waitpid(child, 0)[1])
signal.setitimer(signal.ITIMER_REAL, 0.05)
print(take(fd2))
# An unblocked signal goes to its handler, with who sent it.
signal.signal(U2, lambda *_: print("handler"))
signal.pthread_sigmask(signal.SIG_UNBLOCK, [U2])
threading.Timer(0.1, lambda: os.kill(os.getpid(), U2)).start()
threading.Timer(0.2, lambda: os.kill(os.getpid(), U1)).start()
print(take(fd2))
os.kill(os.getpid(), U1)
info = signal.sigwaitinfo([U1])
print(info.si_signo, info.si_code, names(info.si_pid))
# Waited for: one that would do nothing, one that would stop; by a thread.
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTSTP])
for sig in CHLD, signal.SIGTSTP:
    timer = threading.Timer(0.1, lambda: os.kill(os.getpid(), sig))
    timer.start()
    print(signal.sigtimedwait([sig], 5).si_signo)
    timer.join()
waits = threading.Thread(target=lambda: print(signal.sigwait([INT])))
waits.start()
time.sleep(0.1)
os.kill(os.getpid(), INT)
waits.join()
print(signal.sigtimedwait([INT], 0))
print(oct(os.fstat(fd).st_mode), libc.syscall(282, -1, 8, 8))
"""


def test_signalfd_is_as_on_linux(tmp_path):
    assert_as_on_linux(tmp_path, SIGNALFD)


ALARMS = """
import os, signal, sys, threading, time
# Each alarm sets the next one; meanwhile other signals are taken.
rung = 0
def ring(*_):
    global rung
    rung += 1
    signal.setitimer(signal.ITIMER_REAL, 0.00003)
signal.signal(signal.SIGALRM, ring)
signal.signal(signal.SIGUSR1, lambda *_: None)
ring()
last, since = rung, time.monotonic()
while rung < 4000 and time.monotonic() - since < 5:
    os.kill(os.getpid(), signal.SIGUSR1)
    if rung != last:
        last, since = rung, time.monotonic()
# Its handler may be about to run, and set another one.
signal.signal(signal.SIGALRM, signal.SIG_IGN)
signal.setitimer(signal.ITIMER_REAL, 0)
print(rung >= 4000)
# One for the program comes just before the thread that would take it ends.
r, w = os.pipe2(os.O_NONBLOCK)
if os.fork() == 0:
    signal.set_wakeup_fd(w)
    def ends_the_others():
        os.kill(os.getpid(), signal.SIGUSR1)
        os.execv(sys.executable, ["python3", "-c", ""])
    threading.Thread(target=ends_the_others).start()
    time.sleep(5)
status = os.wait()[1]
os.close(w)
print(status == signal.SIGUSR1 or os.read(r, 1) != b"")
"""


def test_no_signal_is_lost_beside_another(tmp_path):
    assert_as_on_linux(tmp_path, ALARMS)
