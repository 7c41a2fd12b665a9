# SPDX-License-Identifier: MIT
"""/proc of processes, as Debian's unmodified programs read it: the same script
inside and on this machine's Linux says the same, but for what the machines
are."""
import re

from harness import doorbell, run


def inside(tmp_path, packages, script, *options):
    """What a shell script prints inside, without the kernel's own words."""
    path = tmp_path / "script.sh"
    path.write_text(f"exec 2>&1\n{script}")
    r = doorbell("run", "--timeout", "100", "--append", "quiet", "--net",
                 "none", "--with", packages, *options, "--add",
                 f"{path}:script.sh", "busybox", "sh", "/script.sh")
    assert r.status == 0, r.out + r.err
    return r.out.splitlines()


ITSELF = r"""
import ctypes, os, re, select, socket, sys, threading, time
def fails(what, *args):
    try:
        return what(*args)
    except OSError as e:
        return os.strerror(e.errno)
def text(name):
    with open("/proc/self/" + name) as f:
        return f.read()
os.set_inheritable(0, True)
base = len(os.listdir("/proc/self/fd"))
s, (r, w), e, ev = socket.socket(), os.pipe(), select.epoll(), os.eventfd(1)
f = open("/tmp/procfile", "w+")
f.write("abc")
f.flush()
log = open("/tmp/proclog", "a")
fds = s.fileno(), r, w, e.fileno(), ev, f.fileno(), log.fileno()
print("more", len(os.listdir("/proc/self/fd")) - base)
for fd in fds:
    link = f"/proc/self/fd/{fd}"
    name = os.readlink(link)
    print(re.sub(r"\[\d+", "[N", name), oct(os.lstat(link).st_mode),
        oct(os.stat(link).st_mode), os.path.exists(link))
    st = os.fstat(fd)
    print(f"[{st.st_ino}]" in name, os.stat(link).st_ino == st.st_ino)
print(os.fstat(r).st_ino == os.fstat(w).st_ino, os.fstat(r).st_ino > 0,
    os.fstat(s.fileno()).st_ino > 0,
    os.fstat(s.fileno()).st_ino != os.fstat(r).st_ino)
print(open(f"/proc/self/fd/{f.fileno()}").read())
os.write(w, b"through")
print(os.read(os.open(f"/dev/fd/{r}", os.O_RDONLY), 10))
with open(f"/proc/self/fd/{w}", "w") as again:
    again.write("again")
print(os.read(r, 10))
for fd in s.fileno(), e.fileno(), ev:
    print(fails(os.open, f"/proc/self/fd/{fd}", os.O_RDWR))
os.unlink("/tmp/procfile")
print(os.readlink(f"/proc/self/fd/{f.fileno()}"))
print(open(f"/proc/self/fd/{f.fileno()}").read())
print(text(f"fdinfo/{f.fileno()}").split()[:3])
print(text(f"fdinfo/{log.fileno()}").split("\n")[1])
for name in "fd/999", "fd/x", "fd/01", "nosuch":
    print(name, fails(os.lstat, f"/proc/self/{name}"),
        fails(open, f"/proc/self/{name}", "w"))
for what, *args in ((os.mkdir, "/proc/x"), (os.mkdir, "/proc/self"),
                    (os.unlink, "/proc/self/stat"),
                    (os.rmdir, "/proc/self/fd"), (os.rmdir, "/proc/self/x"),
                    (os.rename, "/tmp/proclog", "/proc/self/x"),
                    (os.symlink, "x", "/proc/self/fd/9999"),
                    (os.link, "/proc/self/stat", "/tmp/proclink"),
                    (os.link, "/proc/meminfo", "/tmp/proclink"),
                    (os.link, f"/proc/self/fd/{r}", "/tmp/proclink"),
                    (os.link, f"/proc/self/fd/{f.fileno()}", "/tmp/proclink"),
                    (os.unlink, "/proc/meminfo"),
                    (os.rmdir, "/sys/class/net"), (os.lstat, "/proc/01"),
                    (os.lstat, "/proc/+1"), (os.lstat, "/proc/99999999999"),
                    (os.readlink, "/proc/self/stat")):
    print(what.__name__, fails(what, *args))
def number(name):
    return os.lstat("/proc/self" + name).st_ino
names = ["", "/", "/fd", "/fd/0", "/fd/1", "/fdinfo", "/fdinfo/0", "/stat",
         "/task", f"/task/{os.getpid()}", f"/task/{os.getpid()}/fd"]
print(len(set(map(number, names))) == len(names))
print(all(d.inode() == number("/" + d.name)
          for d in os.scandir("/proc/self")))
os.chdir("/proc/self/fd")
print(os.getcwd() == f"/proc/{os.getpid()}/fd", os.readlink("/proc/self/cwd") ==
    os.getcwd(), os.readlink("/proc/self/root"))
os.chdir("/")
print(os.readlink("/proc/self") == str(os.getpid()), os.readlink("exe"
    if os.path.exists("exe") else "/proc/self/exe"))
print(text("cmdline").split("\0")[-2:], "HERE=1" in text("environ").split("\0"))
print(text("comm"))
with open("/proc/self/comm", "w") as c:
    c.write("a name longer than it may be")
print(text("comm"), 
    fails(os.write, os.open("/proc/1/comm", os.O_WRONLY), b"x"))
libc = [line.split() for line in text("maps").split("\n") if "libc.so" in line]
print([(m[1], os.path.basename(m[5])) for m in libc])
print([m[5] for m in map(str.split, text("maps").split("\n"))
     if len(m) > 5 and m[5] in ("[heap]", "[stack]")])
stat = text("stat")
print(len(stat.split()), stat.split()[0] == str(os.getpid()),
    stat.split(")")[-1].split()[0], stat.split(")")[-1].split()[6:7])
t = threading.Thread(target=time.sleep, args=(.4,))
t.start()
tids = os.listdir("/proc/self/task")
print(len(tids), str(os.getpid()) in tids, "Threads:\t2" in text("status"))
print(sorted(set(os.listdir(f"/proc/self/task/{tids[1]}")) &
           {"stat", "status", "fd", "comm", "task", "cmdline", "maps"}))
print(os.readlink("/proc/thread-self") == f"{os.getpid()}/task/{os.getpid()}")
t.join()
pid = os.fork()
if not pid:
    os._exit(3)
while f"{pid} (a name longer t) Z {os.getpid()}" not in open(f"/proc/{pid}/stat").read():
    time.sleep(.01)
print(open(f"/proc/{pid}/stat").read().split()[-1], "zombie" in
    open(f"/proc/{pid}/status").read())
print(repr(open(f"/proc/{pid}/cmdline").read()), repr(open(f"/proc/{pid}/maps").read()),
    fails(os.readlink, f"/proc/{pid}/exe"), fails(os.readlink, f"/proc/{pid}/cwd"))
st = open(f"/proc/{pid}/stat")
os.wait()
print(fails(st.read), fails(os.stat, "stat"), fails(os.lstat, f"/proc/{pid}"))
print(str(pid) in os.listdir("/proc"))
# A place that no name has; Linux has it not.
proc = os.open("/proc", os.O_RDONLY)
for place in (1 << 32) + (1 << 31), (1 << 33) - 1, (1 << 63) - 1:
    fails(os.lseek, proc, place, os.SEEK_SET)
    os.listdir(proc)
print(os.path.exists("/dev/stdin"),
    os.readlink("/proc/mounts"), os.readlink("/dev/stdout"))
# The first thread has ended; the one that is left becomes a program.
IS_FIRST = '''
import os, threading
print(threading.get_native_id() == os.getpid())
'''
def left():
    time.sleep(.2)
    os.execv(sys.executable, ["python3", "-c", IS_FIRST])
sys.stdout.flush()
if os.fork() == 0:
    threading.Thread(target=left).start()
    ctypes.CDLL(None).syscall(60, 0)
print(os.wait()[1])
"""


def test_a_program_reads_itself_as_on_linux(tmp_path):
    script = tmp_path / "itself.py"
    script.write_text(ITSELF)
    # There it has /tmp for itself.
    linux = run(["unshare", "-m", "sh", "-c", "mount -t tmpfs tmpfs /tmp; "
                 'HERE=1 exec /usr/bin/python3 -c "$0" an end', ITSELF])
    ours = inside(tmp_path, "python3", "HERE=1 python3 /itself.py an end", "--add",
                  f"{script}:itself.py")
    assert linux.status == 0, linux.err
    assert ours == linux.out.splitlines()


def status_names(lines):
    return [m[1] for m in (re.match(r"(\w+):\t", line) for line in lines) if m]


def test_status_has_linux_names_in_linux_order(tmp_path):
    with open("/proc/self/status", encoding="ascii") as f:
        linux = status_names(f)
    ours = status_names(inside(tmp_path, "python3", "cat /proc/self/status"))
    assert len(ours) > 30 and set(ours) <= set(linux), ours
    assert ours == [name for name in linux if name in ours]


def test_busybox_finds_processes(tmp_path):
    ours = inside(tmp_path, "python3", """
        cd /tmp
        /bin/sleep 98 & /bin/sleep 99 &
        ps | grep -c '/bin/sleep 9[89]'; pidof sleep | wc -w
        top -b -n1 | grep -c '/bin/sleep 9[89]'
        killall sleep; wait; pidof sleep | wc -w; ls -d /proc/2 2>&1
        echo to >/dev/stdout; echo from | cat /dev/stdin
        echo >/tmp/f; (echo a >>/dev/stdout) >/tmp/f; cat /tmp/f
        ls -l /proc/self/fd 2>/dev/null | sed -n 's/.* 0 -/-/p'
        basename $(readlink /proc/self/exe); (cd /proc/1; pwd -P; cat comm)
        cat /proc/sys/kernel/ostype /proc/sys/kernel/pid_max
        echo name >/proc/sys/kernel/hostname; hostname
        cat /proc/version | cut -d' ' -f1-2
        """)
    assert ours == ["2", "2", "2", "0", "ls: /proc/2: No such file or "
                    "directory", "to", "from", "a", "-> /dev/console",
                    "busybox", "/proc/1", "busybox", "Linux", "32768",
                    "name", "Linux version"]


def test_who_has_a_port_or_a_file_open(tmp_path):
    """psmisc and lsof."""
    ours = inside(tmp_path, "lsof,psmisc", """
        echo >/tmp/kept; exec 9</tmp/kept; rm /tmp/kept
        (exec nc -l -p 99) & (exec /bin/sleep 97) &
        busybox sleep 0.3
        /bin/fuser 99/tcp 2>&1; echo; /bin/fuser /bin/sleep; echo
        /usr/bin/lsof -n -P -i | tail -n +2
        /usr/bin/lsof -w -p 1 | grep ' 9r '
        /usr/bin/killall nc; wait %1; /bin/fuser 99/tcp || echo free
        """)
    said = [" ".join(line.split()) for line in ours if line]
    assert said[0] == "99/tcp: 3", said
    assert re.fullmatch(r"/\S+: 1e 3e 4e", said[1]), said
    assert re.fullmatch(r"nc 3 root 3u IPv4 \d+ 0t0 TCP \*:99 \(LISTEN\)",
                        said[2]), said
    assert re.fullmatch(r"busybox 1 root 9r REG 0,1 1 \d+ /tmp/kept "
                        r"\(deleted\)", said[3]), said
    assert said[-1] == "free", said


def test_procps(tmp_path):
    ours = inside(tmp_path, "procps,ncurses-base", """
        /bin/sleep 98 &
        busybox sh -c 'while true; do :; done' &
        /bin/ps -o pid,ppid,stat,tty,nlwp,comm,args 2
        /bin/ps aux | /bin/grep -c 'ttyS0 .* /bin/sleep 98$'
        /bin/ps -ef | /bin/grep -c 'root  *2  *1 .* ttyS0 .* /bin/sleep 98$'
        /bin/ps -eLo pid,lwp,comm | grep sleep
        pgrep -a sleep; pgrep -c .; pidof sleep
        /usr/bin/uptime | sed 's/.*up/up/; s/up .* min/up N min/'
        /usr/bin/top -b -n1 | grep -c ' sleep *$'
        busybox sleep 1
        /bin/ps -o time= 3 | sed 's/00:00:0[1-9]/busy/'
        /bin/ps -o time= 2
        /usr/bin/pkill sleep; kill 3; wait
        pgrep -c sleep; true
        """.replace("pgrep", "/usr/bin/pgrep").replace("pidof", "/bin/pidof"))
    assert [" ".join(line.split()) for line in ours] == [
        "PID PPID STAT TT NLWP COMMAND COMMAND",
        "2 1 S+ ttyS0 1 sleep /bin/sleep 98", "1", "1", "2 2 sleep",
        "2 /bin/sleep 98", "3", "2",
        "up N min, 0 user, load average: 0.00, 0.00, 0.00", "1",
        "busy", "00:00:00", "0"]
