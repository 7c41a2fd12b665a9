// SPDX-License-Identifier: MIT
/*
 * DOC: socket filters (row D8): a program hands in classic BPF, which decides
 * for each received packet how much of it the socket gets. bpf_check_classic()
 * takes only programs that cannot do harm: jumps go forward and stay inside,
 * the end is a RET, no word of M[] is read before it was written. So a run is
 * at most as long as the program. What a load does not find in the packet ends
 * the run with 0: the packet is not for this socket.
 *
 * Called by setsockopt() (sockopt.c), by sock_queue_rcv_skb() for a socket with
 * SOCK_FILTERED, and by net/packet. State: sk->sk_filter, exchanged by tasks
 * with softirqs off; it runs in softirq. Owner: the sock, until sk_destroy().
 * Documents: Linux, Documentation/networking/filter.rst; McCanne, Jacobson,
 * "The BSD Packet Filter".
 */
#include "net/core/filter.h"
#include "lib/errno.h"
#include "lib/slab.h"
#include "lib/softirq.h"
#include "net/core/netdevice.h"

/* --- checking --- */

static bool alu_code_ok(u32 code)
{
	u32 op = BPF_OP(code);

	if (op == BPF_NEG)
		return BPF_SRC(code) == BPF_K;
	return op <= BPF_XOR;
}

static bool ld_code_ok(u32 code)
{
	switch (BPF_MODE(code)) {
	case BPF_ABS:
	case BPF_IND:
		return BPF_SIZE(code) != 0x18;
	case BPF_IMM:
	case BPF_MEM:
	case BPF_LEN:
		return BPF_SIZE(code) == BPF_W;
	default:
		return false;
	}
}

static bool ldx_code_ok(u32 code)
{
	switch (BPF_MODE(code)) {
	case BPF_IMM:
	case BPF_MEM:
	case BPF_LEN:
		return BPF_SIZE(code) == BPF_W;
	case BPF_MSH:
		return BPF_SIZE(code) == BPF_B;
	default:
		return false;
	}
}

/* Whether there is such an instruction. */
static bool code_ok(u32 code)
{
	if (code > 0xff)
		return false;
	switch (BPF_CLASS(code)) {
	case BPF_LD:
		return ld_code_ok(code);
	case BPF_LDX:
		return ldx_code_ok(code);
	case BPF_ST:
	case BPF_STX:
		return (code & ~7U) == 0;
	case BPF_ALU:
		return alu_code_ok(code);
	case BPF_JMP:
		return BPF_OP(code) <= BPF_JSET &&
		       code != (BPF_JMP | BPF_JA | BPF_X);
	case BPF_RET:
		return code == (BPF_RET | BPF_K) || code == (BPF_RET | BPF_A);
	default:
		return code == (BPF_MISC | BPF_TAX) ||
		       code == (BPF_MISC | BPF_TXA);
	}
}

static bool ancillary_ok(u32 k)
{
	switch (k - SKF_AD_OFF) {
	case SKF_AD_PROTOCOL:
	case SKF_AD_PKTTYPE:
	case SKF_AD_IFINDEX:
	case SKF_AD_MARK:
	case SKF_AD_QUEUE:
	case SKF_AD_HATYPE:
	case SKF_AD_RXHASH:
	case SKF_AD_CPU:
	case SKF_AD_ALU_XOR_X:
	case SKF_AD_VLAN_TAG:
	case SKF_AD_VLAN_TAG_PRESENT:
	case SKF_AD_RANDOM:
	case SKF_AD_VLAN_TPID:
		return true;
	default:
		return false;
	}
}

static bool is_mem_access(const struct sock_filter *f)
{
	u32 class = BPF_CLASS(f->code);

	return class == BPF_ST || class == BPF_STX ||
	       (class <= BPF_LDX && BPF_MODE(f->code) == BPF_MEM);
}

/* One instruction, @left more behind it. */
static bool insn_ok(const struct sock_filter *f, u32 left)
{
	u32 op = BPF_OP(f->code);

	if (!code_ok(f->code))
		return false;
	if (is_mem_access(f))
		return f->k < BPF_MEMWORDS;
	switch (BPF_CLASS(f->code)) {
	case BPF_LD:
		return BPF_MODE(f->code) != BPF_ABS || f->k < SKF_AD_OFF ||
		       ancillary_ok(f->k);
	case BPF_ALU:
		if (BPF_SRC(f->code) == BPF_X)
			return true;
		if (op == BPF_DIV || op == BPF_MOD)
			return f->k != 0;
		return (op != BPF_LSH && op != BPF_RSH) || f->k < 32;
	case BPF_JMP:
		if (op == BPF_JA)
			return f->k < left;
		return f->jt < left && f->jf < left;
	default:
		return true;
	}
}

/* What follows @f on any way gets along with what is written in @known. What
 * stands behind a RET counts as if that fell through, as with Linux. */
static void flow_on(const struct sock_filter *f, u16 *masks, u16 *known)
{
	if (BPF_CLASS(f->code) != BPF_JMP)
		return;
	if (BPF_OP(f->code) == BPF_JA) {
		masks[f->k] &= *known;
	} else {
		masks[f->jt] &= *known;
		masks[f->jf] &= *known;
	}
	*known = 0xffff; /* nothing falls through to the next one */
}

/* No way through the program reads a word of M[] that it has not written. As
 * jumps only go forward, one pass knows all ways to each instruction. */
static int check_memory(const struct sock_filter *filter, u32 flen)
{
	u16 *masks = kmalloc(flen * sizeof(*masks), GFP_KERNEL), known = 0;
	const struct sock_filter *f;
	int err = 0;
	u32 pc;

	if (!masks)
		return -ENOMEM;
	memset(masks, 0xff, flen * sizeof(*masks));
	for (pc = 0; pc < flen && !err; pc++) {
		f = &filter[pc];
		known &= masks[pc];
		if (BPF_CLASS(f->code) == BPF_ST ||
		    BPF_CLASS(f->code) == BPF_STX)
			known |= (u16)BIT(f->k);
		else if (is_mem_access(f) && !(known & BIT(f->k)))
			err = -EINVAL;
		flow_on(f, masks + pc + 1, &known);
	}
	kfree(masks);
	return err;
}

/**
 * bpf_check_classic() - Whether a program may be run.
 * @filter: its instructions. @flen: how many.
 *
 * Context: task.
 * Return:  0; -EINVAL; -ENOMEM.
 */
int bpf_check_classic(const struct sock_filter *filter, u32 flen)
{
	u32 pc;

	if (flen == 0 || flen > BPF_MAXINSNS)
		return -EINVAL;
	for (pc = 0; pc < flen; pc++)
		if (!insn_ok(&filter[pc], flen - 1 - pc))
			return -EINVAL;
	if (BPF_CLASS(filter[flen - 1].code) != BPF_RET)
		return -EINVAL;
	return check_memory(filter, flen);
}

/* --- running --- */

struct bpf_regs {
	u32 a, x;
	u32 mem[BPF_MEMWORDS];
};

/* The bytes of a load; NULL: the packet does not have them. */
static const u8 *bytes_at(const struct sk_buff *skb, u32 off, u32 size, u8 *buf)
{
	u32 at;

	if (off < 0x80000000U)
		return skb_header_pointer(skb, off, size, buf);
	if (off >= SKF_NET_OFF)
		at = skb->network_header + (off - SKF_NET_OFF);
	else if (off >= SKF_LL_OFF)
		at = skb->mac_header + (off - SKF_LL_OFF);
	else
		return NULL;
	return at + size <= (u32)(skb->tail - skb->head) ? skb->head + at
							 : NULL;
}

static bool load_packet(const struct sk_buff *skb, u32 off, u32 code, u32 *v)
{
	u32 size = BPF_SIZE(code) == BPF_W   ? 4
		   : BPF_SIZE(code) == BPF_H ? 2
					     : 1;
	u8 buf[4];
	const u8 *p = bytes_at(skb, off, size, buf);
	u32 i, n = 0;

	if (!p)
		return false;
	for (i = 0; i < size; i++)
		n = n << 8 | p[i];
	*v = n;
	return true;
}

/* A load from SKF_AD_OFF on; false: it has no answer. */
static bool load_ancillary(const struct sk_buff *skb, u32 what,
			   struct bpf_regs *r)
{
	switch (what) {
	case SKF_AD_PROTOCOL:
		r->a = ntohs(skb->protocol);
		return true;
	case SKF_AD_PKTTYPE:
		r->a = skb->pkt_type;
		return true;
	case SKF_AD_IFINDEX:
	case SKF_AD_HATYPE:
		if (!skb->dev)
			return false;
		r->a = what == SKF_AD_IFINDEX ? (u32)skb->dev->ifindex
					      : skb->dev->type;
		return true;
	case SKF_AD_MARK:
		r->a = skb->mark;
		return true;
	case SKF_AD_QUEUE:
		r->a = skb->queue_mapping;
		return true;
	case SKF_AD_RXHASH:
		r->a = skb->hash;
		return true;
	case SKF_AD_ALU_XOR_X:
		r->a ^= r->x;
		return true;
	case SKF_AD_VLAN_TAG:
		r->a = skb->vlan_tci;
		return true;
	case SKF_AD_VLAN_TAG_PRESENT:
		r->a = skb->vlan_present;
		return true;
	case SKF_AD_VLAN_TPID:
		r->a = skb->vlan_present ? ETH_P_8021Q : 0;
		return true;
	case SKF_AD_RANDOM:
		get_random_bytes(&r->a, sizeof(r->a));
		return true;
	default: /* SKF_AD_CPU: the only one */
		r->a = 0;
		return true;
	}
}

static bool load_a(const struct sock_filter *f, const struct sk_buff *skb,
		   struct bpf_regs *r)
{
	switch (BPF_MODE(f->code)) {
	case BPF_IMM:
		r->a = f->k;
		return true;
	case BPF_ABS:
		if (f->k >= SKF_AD_OFF)
			return load_ancillary(skb, f->k - SKF_AD_OFF, r);
		return load_packet(skb, f->k, f->code, &r->a);
	case BPF_IND:
		return load_packet(skb, r->x + f->k, f->code, &r->a);
	case BPF_MEM:
		r->a = r->mem[f->k];
		return true;
	default:
		r->a = skb->len;
		return true;
	}
}

static bool load_x(const struct sock_filter *f, const struct sk_buff *skb,
		   struct bpf_regs *r)
{
	switch (BPF_MODE(f->code)) {
	case BPF_IMM:
		r->x = f->k;
		return true;
	case BPF_MEM:
		r->x = r->mem[f->k];
		return true;
	case BPF_LEN:
		r->x = skb->len;
		return true;
	default: /* BPF_MSH: the length of an IPv4 header */
		if (!load_packet(skb, f->k, f->code, &r->x))
			return false;
		r->x = (r->x & 0xf) << 2;
		return true;
	}
}

static bool compute(u32 op, u32 v, u32 *a)
{
	switch (op) {
	case BPF_ADD:
		*a += v;
		break;
	case BPF_SUB:
		*a -= v;
		break;
	case BPF_MUL:
		*a *= v;
		break;
	case BPF_DIV:
	case BPF_MOD:
		if (!v)
			return false;
		*a = op == BPF_DIV ? *a / v : *a % v;
		break;
	case BPF_OR:
		*a |= v;
		break;
	case BPF_AND:
		*a &= v;
		break;
	case BPF_XOR:
		*a ^= v;
		break;
	case BPF_LSH:
		*a <<= v & 31;
		break;
	case BPF_RSH:
		*a >>= v & 31;
		break;
	default:
		*a = -*a;
		break;
	}
	return true;
}

static u32 jump_by(const struct sock_filter *f, const struct bpf_regs *r)
{
	u32 v = BPF_SRC(f->code) == BPF_X ? r->x : f->k;
	bool yes;

	switch (BPF_OP(f->code)) {
	case BPF_JA:
		return f->k;
	case BPF_JEQ:
		yes = r->a == v;
		break;
	case BPF_JGT:
		yes = r->a > v;
		break;
	case BPF_JGE:
		yes = r->a >= v;
		break;
	default:
		yes = r->a & v;
		break;
	}
	return yes ? f->jt : f->jf;
}

/* An instruction that is no RET; false: the run ends here, with 0. */
static bool step(const struct sock_filter *f, const struct sk_buff *skb,
		 struct bpf_regs *r, u32 *pc)
{
	switch (BPF_CLASS(f->code)) {
	case BPF_LD:
		return load_a(f, skb, r);
	case BPF_LDX:
		return load_x(f, skb, r);
	case BPF_ST:
		r->mem[f->k] = r->a;
		return true;
	case BPF_STX:
		r->mem[f->k] = r->x;
		return true;
	case BPF_ALU:
		return compute(BPF_OP(f->code),
			       BPF_SRC(f->code) == BPF_X ? r->x : f->k, &r->a);
	case BPF_JMP:
		*pc += jump_by(f, r);
		return true;
	default:
		if (f->code == (BPF_MISC | BPF_TAX))
			r->x = r->a;
		else
			r->a = r->x;
		return true;
	}
}

/**
 * bpf_run_filter() - What the program says about a packet.
 * @fp:  checked by bpf_check_classic().
 * @skb: offset 0 of the program is its first byte.
 *
 * Context: softirq or task.
 * Return:  bytes of it to keep; 0: none.
 */
u32 bpf_run_filter(const struct sk_filter *fp, const struct sk_buff *skb)
{
	const struct sock_filter *f;
	struct bpf_regs r;
	u32 pc;

	r.a = 0;
	r.x = 0;
	for (pc = 0;; pc++) {
		f = &fp->insns[pc];
		if (BPF_CLASS(f->code) == BPF_RET)
			return f->code == (BPF_RET | BPF_A) ? r.a : f->k;
		if (!step(f, skb, &r, &pc))
			return 0;
	}
}

/**
 * sk_filter_trim_cap() - May a packet enter a socket, and how much of it?
 * @sk:  the receiver.
 * @skb: as its protocol hands it in.
 * @cap: never cut below this: the protocol needs these bytes.
 *
 * Ownership: @skb stays the caller's.
 * Context:   softirq, or task with softirqs off.
 * Return:    0; -EPERM: the filter says no; -ENOMEM.
 */
int sk_filter_trim_cap(struct sock *sk, struct sk_buff *skb, u32 cap)
{
	const struct sk_filter *fp = sk_filter_of(sk);
	u32 keep = fp ? bpf_run_filter(fp, skb) : ~0U;

	if (!keep)
		return -EPERM;
	keep = max(keep, cap);
	return keep < skb->len ? pskb_trim(skb, keep) : 0;
}

/* --- options --- */

static void set_filter(struct sock *sk, struct sk_filter *fp)
{
	struct sk_filter *old = sk_filter_of(sk);

	local_bh_disable(); /* no packet sees half of the change */
	sk->sk_filter = fp;
	if (fp)
		sock_set_flag(sk, SOCK_FILTERED);
	else
		sock_reset_flag(sk, SOCK_FILTERED);
	local_bh_enable();
	kfree(old);
}

/* The program of @fprog, checked, or NULL with *@err. */
static struct sk_filter *get_program(const struct sock_fprog *fprog, int *err)
{
	u32 bytes = fprog->len * (u32)sizeof(struct sock_filter);
	struct sk_filter *fp;

	*err = -EINVAL;
	if (!fprog->filter || !fprog->len || fprog->len > BPF_MAXINSNS)
		return NULL;
	*err = -ENOMEM;
	fp = kmalloc(sizeof(*fp) + bytes, GFP_KERNEL);
	if (!fp)
		return NULL;
	fp->len = fprog->len;
	*err = copy_from_user(fp->insns, fprog->filter, bytes)
		       ? -EFAULT
		       : bpf_check_classic(fp->insns, fp->len);
	if (!*err)
		return fp;
	kfree(fp);
	return NULL;
}

/**
 * sk_attach_filter() - SO_ATTACH_FILTER: this program, instead of the old one.
 * @sk:  the sock; a protocol of streams has no filters.
 * @val: a struct sock_fprog in a program's memory. @len: its length.
 *
 * Context: task.
 * Return:  0; -EINVAL; -EFAULT; -EPERM: locked; -ENOMEM; -EOPNOTSUPP.
 */
int sk_attach_filter(struct sock *sk, const void __user *val, u32 len)
{
	struct sock_fprog fprog;
	struct sk_filter *fp;
	int err;

	if (sk->sk_type == SOCK_STREAM)
		return -EOPNOTSUPP;
	if (len != sizeof(fprog))
		return -EINVAL;
	if (copy_from_user(&fprog, val, sizeof(fprog)))
		return -EFAULT;
	if (sock_flag(sk, SOCK_FILTER_LOCKED))
		return -EPERM;
	fp = get_program(&fprog, &err);
	if (fp)
		set_filter(sk, fp);
	return err;
}

/**
 * sk_detach_filter() - SO_DETACH_FILTER.
 * @sk: the sock.
 *
 * Context: task.
 * Return:  0; -ENOENT: there is none; -EPERM: locked.
 */
int sk_detach_filter(struct sock *sk)
{
	if (sock_flag(sk, SOCK_FILTER_LOCKED))
		return -EPERM;
	if (!sk_filter_of(sk))
		return -ENOENT;
	set_filter(sk, NULL);
	return 0;
}

/**
 * sk_lock_filter() - SO_LOCK_FILTER: the filter stays as it is from now on.
 * @sk:   the sock.
 * @lock: there is no way back.
 *
 * Context: task.
 * Return:  0; -EPERM.
 */
int sk_lock_filter(struct sock *sk, bool lock)
{
	if (sock_flag(sk, SOCK_FILTER_LOCKED) && !lock)
		return -EPERM;
	if (lock)
		sock_set_flag(sk, SOCK_FILTER_LOCKED);
	return 0;
}

/**
 * sk_get_filter() - SO_GET_FILTER.
 * @sk:  the sock.
 * @val: room for instructions, in a program's memory.
 * @len: in: room, in instructions, 0 to ask for the number; out: the number.
 *
 * Context: task.
 * Return:  0; -EINVAL: too little room; -EFAULT.
 */
int sk_get_filter(struct sock *sk, void __user *val, int __user *len)
{
	const struct sk_filter *fp = sk_filter_of(sk);
	int room, n = fp ? (int)fp->len : 0;

	if (copy_from_user(&room, len, sizeof(room)))
		return -EFAULT;
	if (n && room) {
		if (room < n)
			return -EINVAL;
		if (copy_to_user(val, fp->insns,
				 (size_t)n * sizeof(struct sock_filter)))
			return -EFAULT;
	}
	return copy_to_user(len, &n, sizeof(n)) ? -EFAULT : 0;
}
