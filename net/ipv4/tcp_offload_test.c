// SPDX-License-Identifier: MIT
/*
 * DOC: what tcp_sendmsg() and software segmentation put on the wire (rows T1,
 * T3, T13): a scripted peer sees every segment. Its frames' checksums, lengths
 * and payload are compared by the fixture.
 */
#include "lib/err.h"
#include "net/core/gso.h"
#include "net/ipv4/tcp_int.h"
#include "tests/fixtures/tcp_peer.h"

#define MSS 1460U

static struct socket *connected(struct tcp_peer *p)
{
	struct socket *s = peer_connected(p, "mss=1460 sackok ws=7");

	peer_flush(p);
	return s;
}

static void end(struct tcp_peer *p, struct socket *s)
{
	struct linger l = { 1, 0 };

	sock_setsockopt(s, SOL_SOCKET, SO_LINGER, (__force void __user *)&l,
			sizeof(l));
	sock_release(s);
	tcp_peer_free(p);
}

static const struct iphdr *frame_ip(struct net_fixture *f, u32 i)
{
	return (const struct iphdr *)(const void *)(f->tx[i].data + ETH_HLEN);
}

/* RFC 9293, section 3.9.1; RFC 6864: consecutive numbers, PSH at the end. */
static void tcp_gso_segments_are_as_if_sent_singly(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct tcp_peer *p = tcp_peer_new(f);
	struct socket *s = connected(p);
	u32 first, i;
	u16 id;

	first = f->tx_frames;
	KUNIT_EXPECT_EQ(test, peer_write(s, 0, 5 * MSS + 100, 0),
			5 * MSS + 100);
	/* The five went down as one packet: its end is marked. */
	for (i = 0; i < 5; i++) {
		const struct peer_segment *g =
			peer_expect(p, i < 4 ? "." : "P.", 1 + i * MSS, MSS, 1);

		KUNIT_ASSERT_NOT_NULL(test, g);
	}
	/* The runt waits for nothing: it is the first small one. */
	peer_expect(p, "P.", 1 + 5 * MSS, 100, 1);
	peer_expect_none(p);
	id = ntohs(frame_ip(f, first)->id);
	for (i = 0; i < 6; i++) {
		KUNIT_EXPECT_EQ(test, ntohs(frame_ip(f, first + i)->id),
				(u16)(id + i));
		KUNIT_EXPECT_EQ(test, f->tx[first + i].gso_size, 0);
	}
	/* All are sent: nothing is charged any more but the queue. */
	KUNIT_EXPECT_EQ(test, s->sk->sk_wmem_alloc, 0);
	KUNIT_EXPECT_NE(test, s->sk->sk_wmem_queued, 0);
	peer_send(p, ".", 1, 0, 1 + 5 * MSS + 100, 65535, NULL);
	KUNIT_EXPECT_EQ(test, s->sk->sk_wmem_queued, 0);
	end(p, s);
}

/* Row T13: a device with TSO gets one packet of the same bytes. */
static void tcp_tso_leaves_the_cutting_to_the_device(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct tcp_peer *p = tcp_peer_new(f);
	struct socket *s = connected(p);
	u32 i = f->tx_frames;

	f->eth0->features |= NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_TSO;
	KUNIT_EXPECT_EQ(test, peer_write(s, 0, 4 * MSS, 0), 4 * MSS);
	KUNIT_EXPECT_EQ(test, f->tx_frames, i + 1);
	KUNIT_EXPECT_EQ(test, f->tx[i].gso_size, MSS);
	KUNIT_EXPECT_EQ(test, f->tx[i].len, ETH_HLEN + 40 + 4 * MSS);
	KUNIT_EXPECT_EQ(test, f->tx[i].ip_summed, CHECKSUM_PARTIAL);
	end(p, s);
}

/* What the device got since frame @i; each packet for it to cut ends in a short
 * segment. Bytes of payload. */
static u32 sum_short_packets(struct kunit *test, struct net_fixture *f, u32 i)
{
	u32 sum = 0, len;

	for (; i < f->tx_frames; i++) {
		len = f->tx[i].len - ETH_HLEN - 40;
		if (f->tx[i].gso_size)
			KUNIT_EXPECT_NE(test, len % f->tx[i].gso_size, 0);
		else
			KUNIT_EXPECT_LE(test, len, MSS);
		sum += len;
	}
	return sum;
}

/* A device that does not cut whole segments gets packets whose last one is
 * short, however the windows cut them; Nagle does not take those for small. */
static void tcp_tso_leaves_the_last_segment_short(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct tcp_peer *p = tcp_peer_new(f);
	struct socket *s = connected(p);
	const u32 tail = 100;
	u32 sent = 0, at = 0, frames = 0, write;

	f->eth0->features |= NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_TSO;
	f->eth0->tso_short_last = true;
	for (write = 0; write < 60; write++) {
		at += (u32)max(peer_write(s, at, 60000, 0), (ssize_t)0);
		for (;;) {
			fixture_tx_reset(f);
			peer_send(p, ".", 1, 0, 1 + sent, 8000, NULL);
			if (!f->tx_frames)
				break;
			frames += f->tx_frames;
			sent += sum_short_packets(test, f, 0);
		}
		fixture_tx_reset(f);
		sent = tcp_sk(s->sk)->snd_nxt - p->stack_isn - 1;
	}
	KUNIT_EXPECT_EQ(test, sent, at);
	KUNIT_EXPECT_GT(test, at, 30 * 60000);
	/* A packet is nearly as large as it may be. */
	KUNIT_EXPECT_GT(test, at / frames, 12 * MSS);
	/* The end of a burst waits for nothing. */
	peer_send(p, ".", 1, 0, 1 + sent, 8000, NULL);
	KUNIT_EXPECT_EQ(test, peer_write(s, at, 64176 + tail, 0),
			64176 + (ssize_t)tail);
	KUNIT_EXPECT_EQ(test, tcp_sk(s->sk)->write_seq, tcp_sk(s->sk)->snd_nxt);
	end(p, s);
}

/* A hand-made packet: FIN and PSH on the last, CWR on the first only, every
 * sequence number, and the charge is the whole packet's. */
static void tcp_gso_flags_and_charge(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct tcp_peer *p = tcp_peer_new(f);
	struct socket *s = connected(p);
	struct sk_buff *skb = alloc_skb(256 + 1000, GFP_KERNEL), *seg, *segs;
	struct tcphdr *th;
	struct iphdr *iph;
	u32 n = 0, charged;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, 64);
	skb_reset_mac_header(skb);
	memset(skb_put(skb, ETH_HLEN), 0, ETH_HLEN);
	iph = skb_put(skb, sizeof(*iph));
	memset(iph, 0, sizeof(*iph));
	iph->ihl = 5;
	iph->version = 4;
	iph->protocol = IPPROTO_TCP;
	iph->id = htons(0xffff); /* wraps */
	th = skb_put(skb, sizeof(*th));
	memset(th, 0, sizeof(*th));
	th->doff = 5;
	th->seq = htonl(0xffffff00U); /* wraps */
	th->fin = 1;
	th->psh = 1;
	th->cwr = 1;
	th->ack = 1;
	memset(skb_put(skb, 1000), 7, 1000);
	skb_set_network_header(skb, ETH_HLEN);
	skb_set_transport_header(skb, ETH_HLEN + sizeof(*iph));
	skb->protocol = htons(ETH_P_IP);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb_shinfo(skb)->gso_size = 300;
	skb_shinfo(skb)->gso_type = SKB_GSO_TCPV4;
	skb_set_owner_w(skb, s->sk);
	charged = s->sk->sk_wmem_alloc;

	segs = skb_gso_segment(skb, 0);
	KUNIT_ASSERT_TRUE(test, !IS_ERR(segs));
	consume_skb(skb);
	KUNIT_EXPECT_EQ(test, s->sk->sk_wmem_alloc, charged);
	for (; segs; segs = seg) {
		seg = segs->next;
		segs->next = NULL;
		th = tcp_hdr(segs);
		KUNIT_EXPECT_EQ(test, ntohl(th->seq), 0xffffff00U + 300 * n);
		KUNIT_EXPECT_EQ(test, th->cwr, n == 0);
		KUNIT_EXPECT_EQ(test, th->fin, !seg);
		KUNIT_EXPECT_EQ(test, th->psh, !seg);
		KUNIT_EXPECT_EQ(test, ntohs(ip_hdr(segs)->id),
				(u16)(0xffff + n));
		KUNIT_EXPECT_EQ(test, ntohs(ip_hdr(segs)->tot_len),
				40 + (seg ? 300 : 100));
		KUNIT_EXPECT_EQ(test, segs->ip_summed, CHECKSUM_PARTIAL);
		consume_skb(segs);
		n++;
	}
	KUNIT_EXPECT_EQ(test, n, 4);
	KUNIT_EXPECT_EQ(test, s->sk->sk_wmem_alloc, 0);
	end(p, s);
}

/* Nonsense in the headers is refused, not followed. */
static void tcp_gso_refuses_bad_headers(struct kunit *test)
{
	struct net_fixture *f = test->priv;
	struct sk_buff *skb = fixture_skb(f, 200);

	skb_reset_mac_header(skb);
	skb_set_network_header(skb, 0);
	skb_set_transport_header(skb, 20);
	skb_shinfo(skb)->gso_size = 50;
	skb_shinfo(skb)->gso_type = SKB_GSO_TCPV4;
	tcp_hdr(skb)->doff = 4;
	ip_hdr(skb)->protocol = IPPROTO_TCP;
	KUNIT_EXPECT_EQ(test, PTR_ERR(skb_gso_segment(skb, 0)), -EINVAL);
	tcp_hdr(skb)->doff = 5;
	ip_hdr(skb)->protocol = IPPROTO_UDP;
	KUNIT_EXPECT_EQ(test, PTR_ERR(skb_gso_segment(skb, 0)), -EINVAL);
	ip_hdr(skb)->protocol = IPPROTO_TCP;
	skb_set_transport_header(skb, 190);
	KUNIT_EXPECT_EQ(test, PTR_ERR(skb_gso_segment(skb, 0)), -EINVAL);
	consume_skb(skb);
}

/* Row T3: MSG_MORE holds a runt back until a write without it. */
static void tcp_sendmsg_more_collects(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = connected(p);

	KUNIT_EXPECT_EQ(test, peer_write(s, 0, 100, MSG_MORE), 100);
	peer_expect_none(p);
	KUNIT_EXPECT_EQ(test, peer_write(s, 100, 50, MSG_MORE), 50);
	peer_expect_none(p);
	KUNIT_EXPECT_EQ(test, peer_write(s, 150, 50, 0), 50);
	peer_expect(p, "P.", 1, 200, 1);
	end(p, s);
}

static void tcp_cork_collects(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = connected(p);

	peer_setsockopt(s, SOL_TCP, TCP_CORK, 1);
	peer_write(s, 0, 1000, 0);
	peer_expect_none(p);
	peer_write(s, 1000, 1000, 0);
	peer_expect(p, ".", 1, MSS, 1); /* full ones go */
	peer_expect_none(p);
	peer_setsockopt(s, SOL_TCP, TCP_CORK, 0);
	peer_expect(p, "P.", 1 + MSS, 540, 1);
	end(p, s);
}

/* Row T3, Minshall: a second small segment waits for the ACK of the first,
 * unless TCP_NODELAY. */
static void tcp_nagle_and_nodelay(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = connected(p);

	peer_write(s, 0, 10, 0);
	peer_expect(p, "P.", 1, 10, 1);
	peer_write(s, 10, 10, 0);
	peer_expect_none(p);
	peer_send(p, ".", 1, 0, 11, 65535, NULL);
	peer_expect(p, "P.", 11, 10, 1);
	peer_setsockopt(s, SOL_TCP, TCP_NODELAY, 1);
	peer_write(s, 20, 10, 0);
	peer_expect(p, "P.", 21, 10, 1);
	end(p, s);
}

/* MSG_EOR: what follows begins a packet of its own. */
static void tcp_sendmsg_eor_ends_the_packet(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = connected(p);

	peer_setsockopt(s, SOL_TCP, TCP_CORK, 1);
	peer_write(s, 0, 10, MSG_EOR);
	peer_expect_none(p);
	/* Nothing can be added to it any more: it goes. */
	peer_write(s, 10, 10, 0);
	peer_expect(p, "P.", 1, 10, 1);
	peer_write(s, 20, 10, 0);
	peer_expect_none(p);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&s->sk->sk_write_queue), 1);
	KUNIT_EXPECT_EQ(test, tcp_send_head(s->sk)->len, 20);
	end(p, s);
}

/* Small writes share one fragment, and a packet never has too many. */
static void tcp_sendmsg_coalesces_fragments(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = connected(p);
	struct sk_buff *skb;
	u32 i;

	peer_setsockopt(s, SOL_TCP, TCP_CORK, 1);
	for (i = 0; i < 100; i++)
		peer_write(s, i * 10, 10, 0);
	skb = skb_peek(&s->sk->sk_write_queue);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_EXPECT_EQ(test, skb->len, 1000);
	KUNIT_EXPECT_EQ(test, skb_shinfo(skb)->nr_frags, 1);
	KUNIT_EXPECT_EQ(test, s->sk->sk_wmem_queued, skb->truesize);
	end(p, s);
}

/* Data that was urgent: URG and the pointer behind it (RFC 6093). */
static void tcp_sendmsg_oob_points_behind_the_byte(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = connected(p);
	const struct peer_segment *g;

	peer_write(s, 0, 3, MSG_OOB);
	g = peer_expect(p, "PU.", 1, 3, 1);
	KUNIT_ASSERT_NOT_NULL(test, g);
	KUNIT_EXPECT_EQ(test, g->urg_ptr, 3);
	peer_send(p, ".", 1, 0, 4, 65535, NULL);
	peer_write(s, 3, 5, 0);
	peer_expect(p, "P.", 4, 5, 1);
	end(p, s);
}

/* SO_LINGER 0 and unread data: RST; else FIN. */
static void tcp_close_says_so_on_the_wire(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = connected(p);

	sock_release(s);
	peer_expect(p, "F.", 1, 0, 1);
	peer_send(p, ".", 1, 0, 2, 65535, NULL);
	/* An orphan in FIN_WAIT2 has no reader (RFC 9293, section 3.6.1). */
	peer_send(p, "P.", 1, 10, 2, 65535, NULL);
	KUNIT_ASSERT_TRUE(test, peer_next(p));
	KUNIT_EXPECT_TRUE(test, p->got.flags & TCPHDR_RST);

	peer_reset(p, 8081, 0);
	s = connected(p);
	peer_send(p, "P.", 1, 10, 1, 65535, NULL);
	peer_flush(p);
	sock_release(s);
	peer_expect(p, "R.", 1, 0, 11);
	tcp_peer_free(p);
}

/* The FIN finds no memory and nothing to ride on: it goes half a second
 * later, and an ACK in between does not count as its own. */
static void tcp_send_fin_is_retried_without_memory(struct kunit *test)
{
	struct tcp_peer *p = tcp_peer_new(test->priv);
	struct socket *s = connected(p);

	test_fail_nth_alloc(1);
	sock_release(s);
	KUNIT_EXPECT_TRUE(test, test_fail_fired());
	test_fail_nth_alloc(0);
	peer_expect_none(p);
	peer_send(p, ".", 1, 0, 1, 60000, NULL);
	peer_expect_none(p);
	test_advance_ns(600 * NSEC_PER_MSEC);
	peer_expect(p, "F.", 1, 0, 1);
	peer_send(p, "F.", 1, 0, 2, 65535, NULL);
	peer_expect(p, ".", 2, 0, 2);
	tcp_peer_free(p);
}

static const struct kunit_case tcp_offload_cases[] = {
	KUNIT_CASE(tcp_gso_segments_are_as_if_sent_singly),
	KUNIT_CASE(tcp_tso_leaves_the_cutting_to_the_device),
	KUNIT_CASE(tcp_tso_leaves_the_last_segment_short),
	KUNIT_CASE(tcp_gso_flags_and_charge),
	KUNIT_CASE(tcp_gso_refuses_bad_headers),
	KUNIT_CASE(tcp_sendmsg_more_collects),
	KUNIT_CASE(tcp_cork_collects),
	KUNIT_CASE(tcp_nagle_and_nodelay),
	KUNIT_CASE(tcp_sendmsg_eor_ends_the_packet),
	KUNIT_CASE(tcp_sendmsg_coalesces_fragments),
	KUNIT_CASE(tcp_sendmsg_oob_points_behind_the_byte),
	KUNIT_CASE(tcp_close_says_so_on_the_wire),
	KUNIT_CASE(tcp_send_fin_is_retried_without_memory),
	{ 0 },
};

static const struct kunit_suite tcp_offload_suite = {
	.name = "tcp_offload",
	.init = net_fixture_init,
	.exit = net_fixture_exit,
	.test_cases = tcp_offload_cases,
};
kunit_test_suite(tcp_offload_suite);
