# SPDX-License-Identifier: MIT
"""gdb commands for a stopped machine: tasks, descriptors, sockets, packets.

An argument is any gdb expression: `lx-skb skb`, `lx-sock (struct sock *)$rdi`.
"""
import socket
import struct

import gdb

TCP_STATES = ("?", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1",
              "FIN_WAIT2", "TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK",
              "LISTEN", "CLOSING", "NEW_SYN_RECV")
IPPROTO = {1: "icmp", 6: "tcp", 17: "udp"}


def pointer(value, name):
    """value as a pointer to a struct of this name."""
    return value.cast(gdb.lookup_type("struct " + name).pointer())


def address(be32):
    """Dotted text of a __be32."""
    return socket.inet_ntoa(struct.pack("<I", int(be32)))


def entries(head, kind, member):
    """The structs on a struct list_head."""
    kind = gdb.lookup_type("struct " + kind)
    offset = next(f.bitpos // 8 for f in kind.fields() if f.name == member)
    node = head["next"]
    while node != head.address:
        yield gdb.Value(int(node) - offset).cast(kind.pointer())
        node = node["next"]


def skb_line(skb):
    """One packet on one line."""
    data, head = int(skb["data"]), int(skb["head"])
    return (f"skb {int(skb):#x} len {int(skb['len'])} "
            f"({int(skb['data_len'])} in pages) headroom {data - head} "
            f"truesize {int(skb['truesize'])} users {int(skb['users'])}"
            + (" cloned" if int(skb["cloned"]) else ""))


def queue_lines(queue):
    """Each packet of a struct sk_buff_head."""
    first, skb = int(queue.address), queue["next"]
    for n in range(int(queue["qlen"])):
        if int(skb) == first:
            yield f"  (the ring ends after {n} of {int(queue['qlen'])})"
            return
        yield "  " + skb_line(skb)
        skb = skb["next"]


def sock_lines(sk):
    """A socket: addresses, state, queues; TCP's variables."""
    common = sk["__sk_common"]
    protocol = int(sk["sk_protocol"])
    state = int(common["skc_state"])
    port = socket.ntohs(int(common["skc_dport"]))
    yield (f"sock {int(sk):#x} {IPPROTO.get(protocol, protocol)} "
           f"{address(common['skc_rcv_saddr'])}:{int(common['skc_num'])} -> "
           f"{address(common['skc_daddr'])}:{port} "
           f"{TCP_STATES[state] if state < len(TCP_STATES) else state}")
    yield (f"  send buffer {int(sk['sk_wmem_queued'])} of "
           f"{int(sk['sk_sndbuf'])}, in flight to the device "
           f"{int(sk['sk_wmem_alloc'])}; receive buffer "
           f"{int(sk['sk_rmem_alloc'])} of {int(sk['sk_rcvbuf'])}")
    for name in ("sk_write_queue", "sk_receive_queue", "sk_error_queue"):
        yield f"  {name}: {int(sk[name]['qlen'])}"
    if protocol == 6 and state != 10:
        tp = pointer(sk, "tcp_sock")
        yield "  " + " ".join(
            f"{n} {int(tp[n])}" for n in (
                "snd_una", "snd_nxt", "snd_wnd", "rcv_nxt", "snd_cwnd",
                "snd_ssthresh", "packets_out", "srtt_us"))


class Command(gdb.Command):
    """Base: a command named `name` whose help is its docstring."""
    name = None

    def __init__(self):
        super().__init__(self.name, gdb.COMMAND_DATA)

    def lines(self, argument):
        """What to print."""
        raise NotImplementedError

    def invoke(self, argument, _from_tty):
        for line in self.lines(argument):
            print(line)

    def value(self, argument, kind):
        """The argument, or an error that names the command's usage."""
        if not argument:
            raise gdb.GdbError(f"usage: {self.name} EXPRESSION")
        return pointer(gdb.parse_and_eval(argument), kind)


class Ps(Command):
    """lx-ps: every task; * is the current one."""
    name = "lx-ps"

    def lines(self, argument):
        current = gdb.parse_and_eval("current_task")
        for t in entries(gdb.parse_and_eval("task_list"), "task", "all"):
            mark = "*" if t == current else " "
            kind = "user" if int(t["mm"]) else "kernel"
            yield (f"{mark} {int(t['pid']):4} {t['name'].string():16} "
                   f"{kind:6} {t['state']} task {int(t):#x}")


class Fds(Command):
    """lx-fds [TASK]: open descriptors of a task (default: the current)."""
    name = "lx-fds"

    def lines(self, argument):
        task = self.value(argument or "current_task", "task")
        files = task["files"]
        if not int(files):
            yield "a kernel task has none"
            return
        for fd in range(int(files["max_fds"])):
            f = files["fd"][fd]
            if not int(f):
                continue
            op = gdb.execute(f"info symbol {int(f['f_op'])}", to_string=True)
            yield f"{fd:4} file {int(f):#x} {op.split(' in ')[0]}"
            if op.startswith("socket_file_ops"):
                sk = pointer(f["private_data"], "socket")["sk"]
                if int(sk):
                    yield from ("     " + x for x in sock_lines(sk))


class Sock(Command):
    """lx-sock SK: a struct sock, with TCP's variables."""
    name = "lx-sock"

    def lines(self, argument):
        return sock_lines(self.value(argument, "sock"))


class Skb(Command):
    """lx-skb SKB: a packet: sizes, owner, and its linear bytes."""
    name = "lx-skb"

    def lines(self, argument):
        skb = self.value(argument, "sk_buff")
        yield skb_line(skb)
        if int(skb["sk"]):
            yield f"  of sock {int(skb['sk']):#x}"
        linear = min(int(skb["len"]) - int(skb["data_len"]), 256)
        data = bytes(gdb.selected_inferior().read_memory(
            int(skb["data"]), linear)) if linear > 0 else b""
        for at in range(0, len(data), 16):
            yield f"  {at:04x}  {data[at:at + 16].hex(' ')}"


class Queue(Command):
    """lx-queue EXPRESSION: the packets of a struct sk_buff_head."""
    name = "lx-queue"

    def lines(self, argument):
        if not argument:
            raise gdb.GdbError("usage: lx-queue sk->sk_write_queue")
        queue = gdb.parse_and_eval(argument)
        if queue.type.strip_typedefs().code == gdb.TYPE_CODE_PTR:
            queue = queue.dereference()
        yield f"{int(queue['qlen'])} packets"
        yield from queue_lines(queue)


class Backtrace(Command):
    """lx-bt TASK: where a task that is not running waits."""
    name = "lx-bt"

    def lines(self, argument):
        task = self.value(argument, "task")
        word = gdb.lookup_type("unsigned long").pointer()
        sp, top = int(task["sp"]), int(task["kstack_top"])
        for at in range(sp, top, 8):
            value = int(gdb.Value(at).cast(word).dereference())
            text = gdb.execute(f"info symbol {value}", to_string=True)
            if " in section .text" in text:
                yield f"  {value:#x} {text.split(' in ')[0]}"


for command in (Ps, Fds, Sock, Skb, Queue, Backtrace):
    command()
