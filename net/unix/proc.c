// SPDX-License-Identifier: MIT
/*
 * DOC: /proc/net/unix: a line for each socket of AF_UNIX, in Linux's columns,
 * which ss and netstat read. The kernel's address of a socket is shown as 0.
 * Called by boot/proc_net.c.
 */
#include "lib/uapi/tcp.h"
#include "lib/vsprintf.h"
#include "net/unix/af_unix.h"
#include "net/unix/unix_int.h"

/* The longest line: fields, and a name. */
#define LINE_MAX     (64 + UNIX_PATH_MAX + 2)
#define SO_ACCEPTCON 0x10000U

static u32 shown_state(const struct sock *sk)
{
	bool established = sk->sk_state == TCP_ESTABLISHED;

	if (sk->sk_socket)
		return established ? SS_CONNECTED : SS_UNCONNECTED;
	return established ? SS_CONNECTING : SS_DISCONNECTING;
}

/* A name that is no path shows its zeroes as @. */
static int put_name(const struct unix_address *a, char *text)
{
	u32 i, n = (u32)a->len - (u32)sizeof(a->family);

	if (n && a->path[0])
		n = (u32)strnlen(a->path, n);
	text[0] = ' ';
	for (i = 0; i < n; i++)
		text[i + 1] = a->path[i] ?: '@';
	return (int)n + 1;
}

static int put_line(const struct unix_sock *u, char *text, size_t size)
{
	const struct sock *sk = &u->sk;
	int n = scnprintf(text, size, "%016x: %08X 00000000 %08X %04X %02X %5u",
			  0, sk->sk_refcnt,
			  sk->sk_state == TCP_LISTEN ? SO_ACCEPTCON : 0,
			  sk->sk_type, shown_state(sk), sock_i_ino(sk));

	if (u->addr)
		n += put_name(u->addr, text + n);
	text[n++] = '\n';
	return n;
}

/**
 * unix_proc_next() - The file's text, as many lines as there is room for.
 * @net, @pos, @text, @size: as struct proc_net_file's next(); *@pos is one
 * more than the sockets so far.
 *
 * Context: task.
 * Return:  as that.
 */
size_t unix_proc_next(struct net *net, u64 *pos, char *text, size_t size)
{
	const struct unix_sock *u;
	u64 i = 1;
	int n = 0;

	if (!*pos)
		n = scnprintf(text, size,
			      "Num       RefCount Protocol Flags    Type St "
			      "Inode Path\n");
	*pos = max(*pos, 1ULL);
	list_for_each_entry (u, &unix_sockets, link) {
		if (u->sk.sk_net != net || i++ < *pos)
			continue;
		if (size - (size_t)n < LINE_MAX)
			break;
		n += put_line(u, text + n, size - (size_t)n);
		++*pos;
	}
	return (size_t)n;
}
