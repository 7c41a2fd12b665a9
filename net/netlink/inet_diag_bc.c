// SPDX-License-Identifier: MIT
/*
 * DOC: the filter that ss(8) makes of "dst 192.0.2.0/24 and dport = :http": a
 * program of operations, each of which says how many bytes to go on if it
 * holds and if it does not. Who arrives exactly at the end is shown; a jump
 * four bytes beyond it is a no. All jumps go forward, so that it ends.
 *
 * A program is checked once, before the dump: each operation is complete, and
 * each jump goes to an operation or to one of the two ends. It then runs
 * without checks. Called by inet_diag.c.
 */
#include "lib/err.h"
#include "lib/slab.h"
#include "net/netlink/inet_diag_int.h"

#define OP ((u32)sizeof(struct inet_diag_bc_op))

static const struct inet_diag_bc_op *op_at(const struct nlattr *bc, u32 at)
{
	return (const void *)((const u8 *)nla_data(bc) + at);
}

/* --- checking --- */

/* Bytes of a hostcond with its operation; 0: it cannot be. */
static u32 hostcond_size(const struct inet_diag_bc_op *op, u32 left)
{
	const struct inet_diag_hostcond *cond = (const void *)(op + 1);
	u32 bytes;

	if (left < OP + sizeof(*cond))
		return 0;
	switch (cond->family) {
	case AF_UNSPEC:
		bytes = 0;
		break;
	case AF_INET:
		bytes = 4;
		break;
	case AF_INET6:
		bytes = 16;
		break;
	default:
		return 0;
	}
	if (cond->prefix_len > 8 * bytes)
		return 0;
	return OP + (u32)sizeof(*cond) + bytes;
}

/* Bytes of an operation with its operands; 0: it cannot be. */
static u32 op_size(const struct inet_diag_bc_op *op, u32 left)
{
	switch (op->code) {
	case INET_DIAG_BC_NOP:
	case INET_DIAG_BC_JMP:
	case INET_DIAG_BC_AUTO:
		return OP;
	case INET_DIAG_BC_S_GE:
	case INET_DIAG_BC_S_LE:
	case INET_DIAG_BC_S_EQ:
	case INET_DIAG_BC_D_GE:
	case INET_DIAG_BC_D_LE:
	case INET_DIAG_BC_D_EQ:
	case INET_DIAG_BC_DEV_COND:
		return 2 * OP;
	case INET_DIAG_BC_MARK_COND:
		return 3 * OP;
	case INET_DIAG_BC_S_COND:
	case INET_DIAG_BC_D_COND:
		return hostcond_size(op, left);
	default:
		return 0;
	}
}

static bool jump_ok(u32 jump, u32 size, u32 left)
{
	return jump >= size && jump <= left + OP && jump % OP == 0;
}

/* Operations one after the other, as they are when each holds; @begins gets
 * a mark at each of them. */
static bool mark_ops(const struct nlattr *bc, u8 *begins)
{
	u32 len = nla_len(bc), at, left, size;
	const struct inet_diag_bc_op *op;

	for (at = 0; at < len; at += op->yes) {
		left = len - at;
		if (left < OP)
			return false;
		op = op_at(bc, at);
		size = op_size(op, left);
		if (!size || size > left || !jump_ok(op->yes, size, left))
			return false;
		if (op->code != INET_DIAG_BC_NOP &&
		    !jump_ok(op->no, size, left))
			return false;
		begins[at / OP] = 1;
	}
	return at == len;
}

static bool jumps_meet_ops(const struct nlattr *bc, const u8 *begins)
{
	u32 len = nla_len(bc), at, to;
	const struct inet_diag_bc_op *op;

	for (at = 0; at < len; at += op->yes) {
		op = op_at(bc, at);
		to = at + op->no;
		if (op->code != INET_DIAG_BC_NOP && to < len &&
		    !begins[to / OP])
			return false;
	}
	return true;
}

/**
 * inet_diag_bc_check() - Whether a filter is one.
 * @bc: the attribute, whose value it is.
 * @x:  gets the reason.
 *
 * Return: 0, -EINVAL, -ENOMEM.
 */
int inet_diag_bc_check(const struct nlattr *bc, struct netlink_ext_ack *x)
{
	u8 *begins = kzalloc(nla_len(bc) / OP + 1, GFP_KERNEL);
	bool ok;

	if (!begins)
		return -ENOMEM;
	ok = mark_ops(bc, begins) && jumps_meet_ops(bc, begins);
	kfree(begins);
	return ok ? 0 : nl_err_attr(x, -EINVAL, bc, "This filter is none");
}

/* --- running --- */

static bool host_matches(const struct inet_diag_hostcond *cond, __be32 addr,
			 u16 port)
{
	u32 diff;

	if (cond->port != -1 && cond->port != port)
		return false;
	if (cond->family == AF_INET6)
		return false;
	if (cond->family == AF_UNSPEC || !cond->prefix_len)
		return true;
	diff = ntohl(cond->addr[0]) ^ ntohl(addr);
	return !(diff >> (32 - cond->prefix_len));
}

static bool op_holds(const struct inet_diag_bc_op *op,
		     const struct inet_diag_entry *e)
{
	const u32 *operand = (const void *)(op + 1);

	switch (op->code) {
	case INET_DIAG_BC_NOP:
		return true;
	case INET_DIAG_BC_S_GE:
		return e->sport >= op[1].no;
	case INET_DIAG_BC_S_LE:
		return e->sport <= op[1].no;
	case INET_DIAG_BC_S_EQ:
		return e->sport == op[1].no;
	case INET_DIAG_BC_D_GE:
		return e->dport >= op[1].no;
	case INET_DIAG_BC_D_LE:
		return e->dport <= op[1].no;
	case INET_DIAG_BC_D_EQ:
		return e->dport == op[1].no;
	case INET_DIAG_BC_AUTO:
		return !e->bound_port;
	case INET_DIAG_BC_S_COND:
		return host_matches((const void *)operand, e->saddr, e->sport);
	case INET_DIAG_BC_D_COND:
		return host_matches((const void *)operand, e->daddr, e->dport);
	case INET_DIAG_BC_DEV_COND:
		return e->ifindex == operand[0];
	case INET_DIAG_BC_MARK_COND:
		return (e->mark & operand[1]) == operand[0];
	default: /* JMP */
		return false;
	}
}

/**
 * inet_diag_bc_run() - Whether a filter lets a socket through.
 * @bc: checked by inet_diag_bc_check().
 * @e:  the socket.
 *
 * Return: it.
 */
bool inet_diag_bc_run(const struct nlattr *bc, const struct inet_diag_entry *e)
{
	u32 len = nla_len(bc), at = 0;
	const struct inet_diag_bc_op *op;

	while (at < len) {
		op = op_at(bc, at);
		at += op_holds(op, e) ? op->yes : op->no;
	}
	return at == len;
}
