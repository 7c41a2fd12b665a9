// SPDX-License-Identifier: MIT
/*
 * DOC: classic BPF: what the checker takes and what not, what each instruction
 * does, programs made at random, and filters on the sockets of UDP, raw IP and
 * netlink.
 */
#include "net/core/filter.h"
#include "lib/slab.h"
#include "tests/fixtures/inet_socket.h"

/* clang-format off */
#define STMT(c, v)         { .code = (u16)(c), .k = (v) }
#define JUMP(c, v, jt_, jf_) \
	{ .code = (u16)(c), .jt = (jt_), .jf = (jf_), .k = (v) }
/* clang-format on */
#define LD_ABS(size, v) STMT(BPF_LD | BPF_ABS | (size), v)
#define RET_K(v)        STMT(BPF_RET | BPF_K, v)
#define RET_A           STMT(BPF_RET | BPF_A, 0)
#define CHECK(...)                                                    \
	bpf_check_classic(                                            \
		(const struct sock_filter[]){ __VA_ARGS__ },          \
		sizeof((const struct sock_filter[]){ __VA_ARGS__ }) / \
			sizeof(struct sock_filter))

static const u8 bytes[] = { 0x45, 0x11, 0x22, 0x33, 0x84, 0x55, 0xf6, 0x77 };

static struct sk_filter *filter_of(const struct sock_filter *f, u32 len)
{
	struct sk_filter *fp =
		kmalloc(sizeof(*fp) + len * sizeof(*f), GFP_KERNEL);

	BUG_ON(!fp);
	fp->len = len;
	memcpy(fp->insns, f, len * sizeof(*f));
	return fp;
}

/* Eight bytes, the last two in a fragment. */
static struct sk_buff *packet(struct net_device *dev)
{
	struct sk_buff *skb = alloc_skb(64, GFP_KERNEL);
	struct page *page = alloc_page(GFP_KERNEL);

	BUG_ON(!skb || !page);
	skb_reserve(skb, 32);
	memcpy(skb_put(skb, 6), bytes, 6);
	memcpy(page_address(page), bytes + 6, 2);
	skb_fill_page_desc(skb, 0, page, 0, 2);
	skb->len += 2;
	skb->data_len += 2;
	skb_set_network_header(skb, 2);
	skb_reset_mac_header(skb);
	skb->dev = dev;
	skb->protocol = htons(ETH_P_ARP);
	skb->pkt_type = PACKET_OTHERHOST;
	skb->mark = 99;
	return skb;
}

static u32 run_on_packet(struct kunit *test, const struct sock_filter *f,
			 u32 len)
{
	struct net_fixture *n = test->priv;
	struct sk_filter *fp = filter_of(f, len);
	struct sk_buff *skb = packet(n->eth0);
	u32 v;

	KUNIT_EXPECT_EQ(test, bpf_check_classic(f, len), 0);
	v = bpf_run_filter(fp, skb);
	consume_skb(skb);
	kfree(fp);
	return v;
}

#define RUN(...)                                                            \
	run_on_packet(test, (const struct sock_filter[]){ __VA_ARGS__ },    \
		      sizeof((const struct sock_filter[]){ __VA_ARGS__ }) / \
			      sizeof(struct sock_filter))

/* --- the checker --- */

static void bpf_check_classic_wants_a_ret_at_the_end(struct kunit *test)
{
	struct sock_filter *many =
		kmalloc((BPF_MAXINSNS + 1) * sizeof(*many), GFP_KERNEL);
	u32 i;

	KUNIT_EXPECT_EQ(test, CHECK(RET_K(1)), 0);
	KUNIT_EXPECT_EQ(test, CHECK(RET_A), 0);
	KUNIT_EXPECT_EQ(test, CHECK(LD_ABS(BPF_W, 0)), -EINVAL);
	KUNIT_EXPECT_EQ(test, CHECK(RET_K(1), LD_ABS(BPF_W, 0)), -EINVAL);
	KUNIT_ASSERT_NOT_NULL(test, many);
	for (i = 0; i <= BPF_MAXINSNS; i++)
		many[i] = (struct sock_filter)RET_K(0);
	KUNIT_EXPECT_EQ(test, bpf_check_classic(many, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, bpf_check_classic(many, BPF_MAXINSNS), 0);
	KUNIT_EXPECT_EQ(test, bpf_check_classic(many, BPF_MAXINSNS + 1),
			-EINVAL);
	kfree(many);
}

static void bpf_check_classic_keeps_jumps_inside(struct kunit *test)
{
	const u16 jeq = BPF_JMP | BPF_JEQ, ja = BPF_JMP | BPF_JA;

	KUNIT_EXPECT_EQ(test, CHECK(JUMP(jeq, 1, 0, 1), RET_K(0), RET_K(1)), 0);
	KUNIT_EXPECT_EQ(test, CHECK(JUMP(jeq, 1, 0, 2), RET_K(0), RET_K(1)),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, CHECK(JUMP(jeq, 1, 2, 0), RET_K(0), RET_K(1)),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, CHECK(STMT(ja, 1), RET_K(0), RET_K(1)), 0);
	KUNIT_EXPECT_EQ(test, CHECK(STMT(ja, 2), RET_K(0), RET_K(1)), -EINVAL);
	/* Backwards, as a 32-bit sum would have it. */
	KUNIT_EXPECT_EQ(test, CHECK(STMT(ja, ~0U), RET_K(0)), -EINVAL);
	KUNIT_EXPECT_EQ(test, CHECK(RET_K(0), STMT(ja, ~1U), RET_K(0)),
			-EINVAL);
}

static void
bpf_check_classic_refuses_what_no_value_makes_right(struct kunit *test)
{
	const u32 alu = BPF_ALU | BPF_K;

	KUNIT_EXPECT_EQ(test, CHECK(STMT(alu | BPF_DIV, 0), RET_A), -EINVAL);
	KUNIT_EXPECT_EQ(test, CHECK(STMT(alu | BPF_MOD, 0), RET_A), -EINVAL);
	KUNIT_EXPECT_EQ(test, CHECK(STMT(alu | BPF_DIV, 1), RET_A), 0);
	KUNIT_EXPECT_EQ(test, CHECK(STMT(BPF_ALU | BPF_DIV | BPF_X, 0), RET_A),
			0);
	KUNIT_EXPECT_EQ(test, CHECK(STMT(alu | BPF_LSH, 31), RET_A), 0);
	KUNIT_EXPECT_EQ(test, CHECK(STMT(alu | BPF_LSH, 32), RET_A), -EINVAL);
	KUNIT_EXPECT_EQ(test, CHECK(STMT(alu | BPF_RSH, 32), RET_A), -EINVAL);
	KUNIT_EXPECT_EQ(test, CHECK(STMT(BPF_ST, 15), RET_A), 0);
	KUNIT_EXPECT_EQ(test, CHECK(STMT(BPF_ST, 16), RET_A), -EINVAL);
	KUNIT_EXPECT_EQ(test, CHECK(STMT(BPF_STX, ~0U), RET_A), -EINVAL);
}

static void
bpf_check_classic_wants_memory_written_on_every_way(struct kunit *test)
{
	const u16 jeq = BPF_JMP | BPF_JEQ;

	KUNIT_EXPECT_EQ(test, CHECK(STMT(BPF_LD | BPF_MEM, 3), RET_A), -EINVAL);
	KUNIT_EXPECT_EQ(
		test, CHECK(STMT(BPF_ST, 3), STMT(BPF_LD | BPF_MEM, 3), RET_A),
		0);
	KUNIT_EXPECT_EQ(
		test,
		CHECK(STMT(BPF_STX, 3), STMT(BPF_LDX | BPF_MEM, 4), RET_A),
		-EINVAL);
	/* One way round the store. */
	KUNIT_EXPECT_EQ(test,
			CHECK(JUMP(jeq, 0, 1, 0), STMT(BPF_ST, 3),
			      STMT(BPF_LD | BPF_MEM, 3), RET_A),
			-EINVAL);
	/* Where nothing leads to. */
	KUNIT_EXPECT_EQ(test, CHECK(RET_K(1), STMT(BPF_LD | BPF_MEM, 3), RET_A),
			-EINVAL);
	/* A store on both. */
	KUNIT_EXPECT_EQ(test,
			CHECK(JUMP(jeq, 0, 0, 2), STMT(BPF_ST, 3),
			      STMT(BPF_JMP | BPF_JA, 1), STMT(BPF_STX, 3),
			      STMT(BPF_LD | BPF_MEM, 3), RET_A),
			0);
}

/* What Linux's uAPI names: 60 codes of 65536. */
static void bpf_check_classic_takes_the_codes_that_there_are(struct kunit *test)
{
	struct sock_filter f[] = { STMT(BPF_ST, 1), STMT(0, 1), RET_K(0),
				   RET_K(0) };
	u32 code, n = 0;

	for (code = 0; code < 0x10000; code++) {
		f[1].code = (u16)code;
		n += bpf_check_classic(f, ARRAY_SIZE(f)) == 0;
	}
	/* LD 6+3, LDX 4, ST, STX, ALU 10*2+1, JMP 1+4*2, RET 2, MISC 2 */
	KUNIT_EXPECT_EQ(test, n, 9 + 4 + 2 + 21 + 9 + 2 + 2);
}

static void bpf_check_classic_knows_the_ancillary_loads(struct kunit *test)
{
	u32 k, n = 0;

	for (k = SKF_AD_OFF; k != 0; k++)
		n += CHECK(LD_ABS(BPF_W, k), RET_A) == 0;
	KUNIT_EXPECT_EQ(test, n, 13);
	KUNIT_EXPECT_EQ(test, CHECK(LD_ABS(BPF_B, SKF_NET_OFF), RET_A), 0);
	KUNIT_EXPECT_EQ(test, CHECK(LD_ABS(BPF_B, SKF_LL_OFF), RET_A), 0);
}

/* --- running --- */

static void bpf_run_filter_loads(struct kunit *test)
{
	const u32 ind = BPF_LD | BPF_IND;

	KUNIT_EXPECT_EQ(test, RUN(LD_ABS(BPF_W, 1), RET_A), 0x11223384);
	KUNIT_EXPECT_EQ(test, RUN(LD_ABS(BPF_H, 4), RET_A), 0x8455);
	KUNIT_EXPECT_EQ(test, RUN(LD_ABS(BPF_B, 7), RET_A), 0x77);
	/* Across the border to the fragment. */
	KUNIT_EXPECT_EQ(test, RUN(LD_ABS(BPF_W, 4), RET_A), 0x8455f677);
	KUNIT_EXPECT_EQ(
		test,
		RUN(STMT(BPF_LDX | BPF_IMM, 2), STMT(ind | BPF_B, 1), RET_A),
		0x33);
	/* X + k wraps, as 32 bits do: 8 - 4. */
	KUNIT_EXPECT_EQ(
		test,
		RUN(STMT(BPF_LDX | BPF_IMM, 8), STMT(ind | BPF_B, -4U), RET_A),
		0x84);
	KUNIT_EXPECT_EQ(test, RUN(STMT(BPF_LD | BPF_LEN, 0), RET_A), 8);
	KUNIT_EXPECT_EQ(test,
			RUN(STMT(BPF_LDX | BPF_LEN, 0),
			    STMT(BPF_MISC | BPF_TXA, 0), RET_A),
			8);
	KUNIT_EXPECT_EQ(test,
			RUN(STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
			    STMT(BPF_MISC | BPF_TXA, 0), RET_A),
			20);
	KUNIT_EXPECT_EQ(test,
			RUN(STMT(BPF_LD | BPF_IMM, 5), STMT(BPF_ST, 7),
			    STMT(BPF_LD | BPF_IMM, 6),
			    STMT(BPF_LDX | BPF_MEM, 7),
			    STMT(BPF_ALU | BPF_SUB | BPF_X, 0), RET_A),
			1);
}

static void bpf_run_filter_ends_with_0_beyond_the_packet(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, RUN(LD_ABS(BPF_B, 8), RET_K(1)), 0);
	KUNIT_EXPECT_EQ(test, RUN(LD_ABS(BPF_W, 5), RET_K(1)), 0);
	KUNIT_EXPECT_EQ(test, RUN(LD_ABS(BPF_W, 0x7fffffff), RET_K(1)), 0);
	KUNIT_EXPECT_EQ(test, RUN(LD_ABS(BPF_B, 0x80000000U), RET_K(1)), 0);
	KUNIT_EXPECT_EQ(test, RUN(LD_ABS(BPF_B, 0xffe00000U - 1), RET_K(1)), 0);
	KUNIT_EXPECT_EQ(test, RUN(LD_ABS(BPF_B, SKF_NET_OFF + 4), RET_K(1)), 0);
	KUNIT_EXPECT_EQ(test, RUN(LD_ABS(BPF_W, SKF_NET_OFF + 1), RET_K(1)), 0);
	KUNIT_EXPECT_EQ(test, RUN(LD_ABS(BPF_B, SKF_LL_OFF + 9), RET_K(1)), 0);
	KUNIT_EXPECT_EQ(test,
			RUN(STMT(BPF_LDX | BPF_IMM, ~0U),
			    STMT(BPF_LD | BPF_IND | BPF_B, 0), RET_K(1)),
			0);
	KUNIT_EXPECT_EQ(test, RUN(STMT(BPF_LDX | BPF_B | BPF_MSH, 8), RET_K(1)),
			0);
}

static void
bpf_run_filter_loads_from_headers_and_beside_them(struct kunit *test)
{
	struct net_fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, RUN(LD_ABS(BPF_H, SKF_NET_OFF), RET_A), 0x2233);
	KUNIT_EXPECT_EQ(test, RUN(LD_ABS(BPF_H, SKF_LL_OFF + 1), RET_A),
			0x1122);
	KUNIT_EXPECT_EQ(test,
			RUN(LD_ABS(BPF_W, SKF_AD_OFF + SKF_AD_PROTOCOL), RET_A),
			ETH_P_ARP);
	KUNIT_EXPECT_EQ(test,
			RUN(LD_ABS(BPF_B, SKF_AD_OFF + SKF_AD_PKTTYPE), RET_A),
			PACKET_OTHERHOST);
	KUNIT_EXPECT_EQ(test,
			RUN(LD_ABS(BPF_W, SKF_AD_OFF + SKF_AD_IFINDEX), RET_A),
			f->eth0->ifindex);
	KUNIT_EXPECT_EQ(test,
			RUN(LD_ABS(BPF_H, SKF_AD_OFF + SKF_AD_HATYPE), RET_A),
			f->eth0->type);
	KUNIT_EXPECT_EQ(
		test, RUN(LD_ABS(BPF_W, SKF_AD_OFF + SKF_AD_MARK), RET_A), 99);
	KUNIT_EXPECT_EQ(
		test,
		RUN(STMT(BPF_LD | BPF_IMM, 6), STMT(BPF_LDX | BPF_IMM, 3),
		    LD_ABS(BPF_W, SKF_AD_OFF + SKF_AD_ALU_XOR_X), RET_A),
		5);
	KUNIT_EXPECT_EQ(test,
			RUN(LD_ABS(BPF_B, SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT),
			    JUMP(BPF_JMP | BPF_JEQ, 0, 0, 1), RET_K(7),
			    RET_K(8)),
			7);
}

/* A op 3, with the operand in k and in X. */
static u32 alu(struct kunit *test, u32 op, u32 a, u32 v)
{
	u32 k = RUN(STMT(BPF_LD | BPF_IMM, a), STMT(BPF_ALU | op, v), RET_A);
	u32 x = RUN(STMT(BPF_LD | BPF_IMM, v), STMT(BPF_MISC | BPF_TAX, 0),
		    STMT(BPF_LD | BPF_IMM, a), STMT(BPF_ALU | op | BPF_X, 0),
		    RET_A);

	KUNIT_EXPECT_EQ(test, k, x);
	return k;
}

static void bpf_run_filter_computes_in_32_bits(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, alu(test, BPF_ADD, ~0U, 3), 2);
	KUNIT_EXPECT_EQ(test, alu(test, BPF_SUB, 1, 3), 0xfffffffe);
	KUNIT_EXPECT_EQ(test, alu(test, BPF_MUL, 0x80000001, 6), 6);
	KUNIT_EXPECT_EQ(test, alu(test, BPF_DIV, 0xfffffffe, 2), 0x7fffffff);
	KUNIT_EXPECT_EQ(test, alu(test, BPF_MOD, 0xffffffff, 10), 5);
	KUNIT_EXPECT_EQ(test, alu(test, BPF_OR, 0xf0, 0x0f), 0xff);
	KUNIT_EXPECT_EQ(test, alu(test, BPF_AND, 0xf3, 0x0f), 3);
	KUNIT_EXPECT_EQ(test, alu(test, BPF_XOR, 0xf3, 0x0f), 0xfc);
	KUNIT_EXPECT_EQ(test, alu(test, BPF_LSH, 0x80000001, 4), 0x10);
	KUNIT_EXPECT_EQ(test, alu(test, BPF_RSH, 0x80000000, 31), 1);
	KUNIT_EXPECT_EQ(test,
			RUN(STMT(BPF_LD | BPF_IMM, 1),
			    STMT(BPF_ALU | BPF_NEG, 0), RET_A),
			0xffffffff);
	/* Division by an X of 0 ends the run. */
	KUNIT_EXPECT_EQ(test,
			RUN(STMT(BPF_LD | BPF_IMM, 1),
			    STMT(BPF_ALU | BPF_DIV | BPF_X, 0), RET_K(9)),
			0);
	KUNIT_EXPECT_EQ(test,
			RUN(STMT(BPF_LD | BPF_IMM, 1),
			    STMT(BPF_ALU | BPF_MOD | BPF_X, 0), RET_K(9)),
			0);
}

static u32 cond(struct kunit *test, u32 op, u32 a, u32 v)
{
	return RUN(STMT(BPF_LD | BPF_IMM, a), STMT(BPF_LDX | BPF_IMM, v),
		   JUMP(BPF_JMP | op | BPF_X, 0, 0, 1),
		   JUMP(BPF_JMP | op, v, 1, 0), RET_K(2), RET_K(1));
}

static void bpf_run_filter_jumps(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, cond(test, BPF_JEQ, 5, 5), 1);
	KUNIT_EXPECT_EQ(test, cond(test, BPF_JEQ, 5, 6), 2);
	/* Unsigned. */
	KUNIT_EXPECT_EQ(test, cond(test, BPF_JGT, 0x80000000, 1), 1);
	KUNIT_EXPECT_EQ(test, cond(test, BPF_JGT, 5, 5), 2);
	KUNIT_EXPECT_EQ(test, cond(test, BPF_JGE, 5, 5), 1);
	KUNIT_EXPECT_EQ(test, cond(test, BPF_JGE, 4, 5), 2);
	KUNIT_EXPECT_EQ(test, cond(test, BPF_JSET, 6, 2), 1);
	KUNIT_EXPECT_EQ(test, cond(test, BPF_JSET, 6, 1), 2);
	KUNIT_EXPECT_EQ(test,
			RUN(STMT(BPF_JMP | BPF_JA, 1), RET_K(1), RET_K(2)), 2);
}

/* --- at random --- */

static u32 rnd(u64 *state)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (u32)(*state >> 33);
}

/* Something like an instruction, mostly a right one. */
static struct sock_filter random_insn(u64 *s, u32 left)
{
	static const u16 codes[] = {
		BPF_LD | BPF_ABS,
		BPF_LD | BPF_ABS | BPF_H,
		BPF_LD | BPF_ABS | BPF_B,
		BPF_LD | BPF_IND,
		BPF_LD | BPF_IND | BPF_B,
		BPF_LD | BPF_IMM,
		BPF_LD | BPF_MEM,
		BPF_LD | BPF_LEN,
		BPF_LDX | BPF_IMM,
		BPF_LDX | BPF_MEM,
		BPF_LDX | BPF_B | BPF_MSH,
		BPF_ST,
		BPF_STX,
		BPF_ALU | BPF_ADD,
		BPF_ALU | BPF_DIV | BPF_X,
		BPF_ALU | BPF_MOD,
		BPF_ALU | BPF_LSH | BPF_X,
		BPF_ALU | BPF_RSH,
		BPF_ALU | BPF_MUL | BPF_X,
		BPF_JMP | BPF_JA,
		BPF_JMP | BPF_JEQ,
		BPF_JMP | BPF_JGT | BPF_X,
		BPF_JMP | BPF_JSET,
		BPF_RET | BPF_K,
		BPF_RET | BPF_A,
		BPF_MISC | BPF_TAX,
		BPF_MISC | BPF_TXA,
	};
	struct sock_filter f = { .code = codes[rnd(s) % ARRAY_SIZE(codes)] };
	u32 near = left + !(rnd(s) % 32);

	f.k = rnd(s) % 4 ? rnd(s) % 24 : 0U - rnd(s) % 0x2000;
	if (rnd(s) % 64 == 0)
		f.code = (u16)rnd(s);
	if (rnd(s) % 16 == 0)
		f.k = rnd(s) * 2 + (rnd(s) & 1);
	if (f.code == (BPF_JMP | BPF_JA))
		f.k = near ? rnd(s) % near : 0;
	f.jt = (u8)(near ? rnd(s) % near : 0);
	f.jf = (u8)(near ? rnd(s) % near : 0);
	return f;
}

static void random_programs_never_do_harm(struct kunit *test)
{
	struct net_fixture *n = test->priv;
	struct sk_buff *skb = packet(n->eth0);
	struct sk_filter *fp = filter_of((struct sock_filter[64]){ 0 }, 64);
	u32 i, j, taken = 0, kept = 0;
	u64 s = 1;

	for (i = 0; i < 20000; i++) {
		fp->len = 1 + rnd(&s) % (i % 8 ? 6 : 64);
		for (j = 0; j < fp->len; j++)
			fp->insns[j] = random_insn(&s, fp->len - 1 - j);
		if (rnd(&s) % 8)
			fp->insns[fp->len - 1] =
				(struct sock_filter)STMT(BPF_RET | BPF_A, 0);
		if (bpf_check_classic(fp->insns, fp->len))
			continue;
		taken++;
		kept += bpf_run_filter(fp, skb) != 0;
	}
	consume_skb(skb);
	kfree(fp);
	KUNIT_EXPECT_GT(test, taken, 2000);
	KUNIT_EXPECT_LT(test, taken, 18000);
	KUNIT_EXPECT_GT(test, kept, 200);
}

/* --- on sockets --- */

static int attach(struct socket *sock, const struct sock_filter *f, u32 len)
{
	struct sock_fprog fprog = {
		.len = (u16)len,
		.filter = (struct sock_filter __user *)(uintptr_t)f,
	};

	return sock_setsockopt(sock, SOL_SOCKET, SO_ATTACH_FILTER,
			       (void __user *)&fprog, sizeof(fprog));
}

static int set_int(struct socket *sock, int name, int v)
{
	return sock_setsockopt(sock, SOL_SOCKET, name, (void __user *)&v,
			       sizeof(v));
}

/* A datagram is for us if its first byte of data is 7; then 8 + 2 bytes. */
static const struct sock_filter first_is_7[] = {
	LD_ABS(BPF_B, 8),
	JUMP(BPF_JMP | BPF_JEQ, 7, 0, 1),
	RET_K(10),
	RET_K(0),
};

static void udp_filter_drops_and_cuts(struct kunit *test)
{
	struct fixture_pair *p = test->priv;
	struct socket *tx = test_socket(p->a->net, SOCK_DGRAM, 0);
	struct socket *rx = test_socket(p->b->net, SOCK_DGRAM, 0);
	static const struct sock_filter to_nothing[] = { RET_K(1) };
	u64 dropped = skb_drop_counts[SKB_DROP_REASON_SOCKET_FILTER];
	char buf[8] = "";

	KUNIT_EXPECT_EQ(test, test_bind(rx, "10.0.0.2", 9), 0);
	KUNIT_EXPECT_EQ(test, attach(rx, first_is_7, 4), 0);
	test_sendto(tx, "\6abc", 4, "10.0.0.2", 9, 0);
	test_sendto(tx, "\7abc", 4, "10.0.0.2", 9, 0);
	test_sendto(tx, "", 0, "10.0.0.2", 9, 0);
	test_settle();
	KUNIT_EXPECT_EQ(test, test_recvfrom(rx, buf, 8, NULL, MSG_DONTWAIT), 2);
	KUNIT_EXPECT_MEMEQ(test, buf, "\7a", 3);
	KUNIT_EXPECT_EQ(test, test_recvfrom(rx, buf, 8, NULL, MSG_DONTWAIT),
			-EAGAIN);
	KUNIT_EXPECT_EQ(
		test, skb_drop_counts[SKB_DROP_REASON_SOCKET_FILTER] - dropped,
		2);
	KUNIT_EXPECT_EQ(test, rx->sk->sk_drops, 2);
	/* Not below UDP's own header. */
	KUNIT_EXPECT_EQ(test, attach(rx, to_nothing, 1), 0);
	test_sendto(tx, "\7abc", 4, "10.0.0.2", 9, 0);
	test_settle();
	KUNIT_EXPECT_EQ(test, test_recvfrom(rx, buf, 8, NULL, MSG_DONTWAIT), 0);
	KUNIT_EXPECT_EQ(test, set_int(rx, SO_DETACH_FILTER, 0), 0);
	test_sendto(tx, "\6abc", 4, "10.0.0.2", 9, 0);
	test_settle();
	KUNIT_EXPECT_EQ(test, test_recvfrom(rx, buf, 8, NULL, MSG_DONTWAIT), 4);
	sock_release(rx);
	sock_release(tx);
}

/* A raw socket's program begins at the IP header. */
static void raw_filter_sees_the_ip_header(struct kunit *test)
{
	struct fixture_pair *p = test->priv;
	struct socket *tx = test_socket(p->a->net, SOCK_DGRAM, 0);
	struct socket *rx = test_socket(p->b->net, SOCK_RAW, IPPROTO_UDP);
	static const struct sock_filter port_9[] = {
		STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
		STMT(BPF_LD | BPF_IND | BPF_H, 2),
		JUMP(BPF_JMP | BPF_JEQ, 9, 0, 1),
		RET_K(~0U),
		RET_K(0),
	};
	u8 buf[64];

	KUNIT_EXPECT_EQ(test, attach(rx, port_9, 5), 0);
	test_sendto(tx, "no", 2, "10.0.0.2", 8, 0);
	test_sendto(tx, "yes", 3, "10.0.0.2", 9, 0);
	test_settle();
	KUNIT_EXPECT_EQ(test, test_recvfrom(rx, buf, 64, NULL, MSG_DONTWAIT),
			31);
	KUNIT_EXPECT_MEMEQ(test, buf + 28, "yes", 3);
	KUNIT_EXPECT_EQ(test, test_recvfrom(rx, buf, 64, NULL, MSG_DONTWAIT),
			-EAGAIN);
	sock_release(rx);
	sock_release(tx);
}

static void so_attach_filter_judges_its_arguments(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct socket *sock = test_socket(f->net, SOCK_DGRAM, 0);
	struct socket *tcp = test_socket(f->net, SOCK_STREAM, 0);
	struct sock_fprog fprog = { .len = 4 };
	static const struct sock_filter no_ret[] = { LD_ABS(BPF_W, 0) };
	struct sock_filter bad[4];

	KUNIT_EXPECT_EQ(test, attach(sock, no_ret, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, attach(sock, first_is_7, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, attach(sock, first_is_7, 4097), -EINVAL);
	KUNIT_EXPECT_EQ(test, attach(tcp, first_is_7, 4), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test,
			sock_setsockopt(sock, SOL_SOCKET, SO_ATTACH_FILTER,
					(void __user *)&fprog, sizeof(fprog)),
			-EINVAL); /* no program */
	KUNIT_EXPECT_EQ(test,
			sock_setsockopt(sock, SOL_SOCKET, SO_ATTACH_FILTER,
					(void __user *)&fprog, 15),
			-EINVAL);
	test_bad_user_range(bad, sizeof(bad));
	KUNIT_EXPECT_EQ(test, attach(sock, bad, 4), -EFAULT);
	KUNIT_EXPECT_EQ(test,
			sock_setsockopt(sock, SOL_SOCKET, SO_ATTACH_FILTER,
					(void __user *)bad, sizeof(fprog)),
			-EFAULT);
	test_bad_user_range(NULL, 0);
	KUNIT_EXPECT_EQ(test, set_int(sock, SO_DETACH_FILTER, 0), -ENOENT);
	test_fail_nth_alloc(1);
	KUNIT_EXPECT_EQ(test, attach(sock, first_is_7, 4), -ENOMEM);
	test_fail_nth_alloc(2);
	KUNIT_EXPECT_EQ(test, attach(sock, first_is_7, 4), -ENOMEM);
	KUNIT_EXPECT_TRUE(test, test_fail_fired());
	KUNIT_EXPECT_FALSE(test, sock_flag(sock->sk, SOCK_FILTERED));
	sock_release(tcp);
	sock_release(sock);
}

static int get_filter(struct socket *sock, struct sock_filter *f, int *len)
{
	return sock_getsockopt(sock, SOL_SOCKET, SO_GET_FILTER,
			       (void __user *)f, (int __user *)len);
}

static void so_get_filter_gives_the_program_back(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct socket *sock = test_socket(f->net, SOCK_DGRAM, 0);
	struct sock_filter got[4];
	int len = 4;

	KUNIT_EXPECT_EQ(test, get_filter(sock, got, &len), 0);
	KUNIT_EXPECT_EQ(test, len, 0);
	KUNIT_EXPECT_EQ(test, attach(sock, first_is_7, 4), 0);
	KUNIT_EXPECT_EQ(test, get_filter(sock, got, &len), 0);
	KUNIT_EXPECT_EQ(test, len, 4);
	len = 3;
	KUNIT_EXPECT_EQ(test, get_filter(sock, got, &len), -EINVAL);
	len = 4;
	KUNIT_EXPECT_EQ(test, get_filter(sock, got, &len), 0);
	KUNIT_EXPECT_MEMEQ(test, got, first_is_7, sizeof(got));
	sock_release(sock);
}

static void so_lock_filter_has_no_way_back(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct socket *sock = test_socket(f->net, SOCK_DGRAM, 0);
	int v = -1, len = sizeof(v);

	KUNIT_EXPECT_EQ(test, attach(sock, first_is_7, 4), 0);
	KUNIT_EXPECT_EQ(test, set_int(sock, SO_LOCK_FILTER, 0), 0);
	KUNIT_EXPECT_EQ(test, set_int(sock, SO_LOCK_FILTER, 1), 0);
	KUNIT_EXPECT_EQ(test, set_int(sock, SO_LOCK_FILTER, 0), -EPERM);
	KUNIT_EXPECT_EQ(test, attach(sock, first_is_7, 4), -EPERM);
	KUNIT_EXPECT_EQ(test, set_int(sock, SO_DETACH_FILTER, 0), -EPERM);
	KUNIT_EXPECT_EQ(test,
			sock_getsockopt(sock, SOL_SOCKET, SO_LOCK_FILTER,
					(void __user *)&v, (int __user *)&len),
			0);
	KUNIT_EXPECT_EQ(test, v, 1);
	sock_release(sock);
}

static const struct kunit_case filter_cases[] = {
	KUNIT_CASE(bpf_check_classic_wants_a_ret_at_the_end),
	KUNIT_CASE(bpf_check_classic_keeps_jumps_inside),
	KUNIT_CASE(bpf_check_classic_refuses_what_no_value_makes_right),
	KUNIT_CASE(bpf_check_classic_wants_memory_written_on_every_way),
	KUNIT_CASE(bpf_check_classic_takes_the_codes_that_there_are),
	KUNIT_CASE(bpf_check_classic_knows_the_ancillary_loads),
	KUNIT_CASE(bpf_run_filter_loads),
	KUNIT_CASE(bpf_run_filter_ends_with_0_beyond_the_packet),
	KUNIT_CASE(bpf_run_filter_loads_from_headers_and_beside_them),
	KUNIT_CASE(bpf_run_filter_computes_in_32_bits),
	KUNIT_CASE(bpf_run_filter_jumps),
	KUNIT_CASE(random_programs_never_do_harm),
	KUNIT_CASE(so_attach_filter_judges_its_arguments),
	KUNIT_CASE(so_get_filter_gives_the_program_back),
	KUNIT_CASE(so_lock_filter_has_no_way_back),
	{},
};

static const struct kunit_suite filter_suite = {
	.name = "filter",
	.init = net_fixture_init,
	.exit = net_fixture_exit,
	.test_cases = filter_cases,
};
kunit_test_suite(filter_suite);

static const struct kunit_case filter_pair_cases[] = {
	KUNIT_CASE(udp_filter_drops_and_cuts),
	KUNIT_CASE(raw_filter_sees_the_ip_header),
	{},
};

static const struct kunit_suite filter_pair_suite = {
	.name = "filter_pair",
	.init = fixture_pair_init,
	.exit = fixture_pair_exit,
	.test_cases = filter_pair_cases,
};
kunit_test_suite(filter_pair_suite);
