// SPDX-License-Identifier: MIT
/*
 * DOC: what one send costs in Doorbell's host build: from sock_sendmsg() to an
 * Ethernet device that counts, with neighbour, hooks and qdisc between. The
 * counterpart of lwip.c, with the same peer; tools/bench_lib/callgrind.py.
 * `udp.18.hw`: the device makes the checksums.
 */
#include "lib/err.h"
#include "lib/softirq.h"
#include "lib/timer.h"
#include "lib/uapi/fcntl.h"
#include "net/core/sch_generic.h"
#include "net/core/socket.h"
#include "net/ipv4/inet_sock.h"
#include "net/ipv4/route.h"
#include "net/ipv4/tcp_int.h"
#include "tests/bench/cost/peer.h"
#include "tests/host/host.h"

static struct cost_peer peer;
static struct net_device *eth;
static uint8_t answer[64];
static size_t answer_len;
static bool counting; /* the stub of a measured call: count, nothing else */
static unsigned long counted;

/* Ownership: frees @skb, as a card that has sent it. */
static netdev_tx_t stub(struct sk_buff *skb, struct net_device *dev)
{
	static uint8_t frame[2048];

	(void)dev;
	counted++;
	if (!counting && skb->len <= sizeof(frame) &&
	    !skb_copy_bits(skb, 0, frame, skb->len))
		answer_len = cost_peer_take(&peer, frame, skb->len, answer);
	consume_skb(skb);
	return NETDEV_TX_OK;
}

static const struct net_device_ops eth_ops = { .ndo_start_xmit = stub };

static void need(bool ok, const char *what)
{
	if (ok)
		return;
	panic("cost-doorbell: %s failed", what);
}

static void eth_setup(struct net_device *dev)
{
	static const u8 mac[ETH_ALEN] = { 2, 0, 0, 0, 0, 10 };

	ether_setup(dev);
	memcpy(dev->dev_addr, mac, ETH_ALEN);
	dev->netdev_ops = &eth_ops;
}

static void start(bool hw_csum)
{
	timers_init();
	skb_init();
	net_dev_init();
	net_sched_init();
	inet_init();
	need(!net_setup(&init_net), "the stack");
	eth = alloc_netdev_mqs(0, "eth%d", eth_setup, 1);
	need(eth != NULL, "the device");
	eth->features = NETIF_F_SG | (hw_csum ? NETIF_F_HW_CSUM : 0);
	need(!register_netdev(&init_net, eth) && !dev_open(eth) &&
		     !inet_addr_add(eth, htonl(COST_STACK_IP), 24, 0),
	     "the address");
}

__attribute__((noipa)) static void measured_ack(struct sk_buff *skb)
{
	local_bh_disable();
	netif_receive_skb(skb);
	local_bh_enable();
}

static struct sk_buff *frame_of(const void *bytes, size_t len)
{
	struct sk_buff *skb = netdev_alloc_skb(eth, (u32)len);

	need(skb != NULL, "memory");
	memcpy(skb_put(skb, (u32)len), bytes, len);
	skb->protocol = eth_type_trans(skb, eth);
	return skb;
}

/* What the peer has to say goes in, not measured. */
static void hear(void)
{
	while (answer_len) {
		struct sk_buff *skb = frame_of(answer, answer_len);

		answer_len = 0;
		local_bh_disable();
		netif_receive_skb(skb);
		local_bh_enable();
	}
}

static struct socket *connected(int type)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
				   .sin_port = htons(COST_PORT),
				   .sin_addr.s_addr = htonl(COST_PEER_IP) };
	struct socket *s = NULL;
	int err;

	need(!sock_create(&init_net, AF_INET, type, 0, &s), "socket");
	err = s->ops->connect(s, (struct sockaddr *)&sin, sizeof(sin),
			      O_NONBLOCK);
	need(!err || err == -EINPROGRESS, "connect");
	return s;
}

static ssize_t send_to_peer(struct socket *s, const void *data, size_t size)
{
	struct kvec kv = { (void *)(uintptr_t)data, size };
	struct msghdr msg = { .msg_flags = 0 };

	iov_iter_kvec(&msg.msg_iter, true, &kv, 1, size);
	return sock_sendmsg(s, &msg);
}

__attribute__((noipa)) static ssize_t
measured_udp(struct socket *s, const void *data, size_t size)
{
	return send_to_peer(s, data, size);
}

__attribute__((noipa)) static ssize_t
measured_tcp(struct socket *s, const void *data, size_t size)
{
	return send_to_peer(s, data, size);
}

static void run_udp(size_t size, const void *data)
{
	struct socket *s = connected(SOCK_DGRAM);
	int i;

	send_to_peer(s, data, size); /* ARP */
	hear();
	counting = true;
	counted = 0;
	for (i = 0; i < COST_CALLS; i++)
		need(measured_udp(s, data, size) == (ssize_t)size, "send");
	need(counted == COST_CALLS, "a frame for each datagram");
	sock_release(s);
}

static void run_tcp(const void *data)
{
	struct socket *s = connected(SOCK_STREAM);
	int i;

	hear();
	hear();
	need(s->sk->sk_state == TCP_ESTABLISHED, "the handshake");
	tcp_sk(s->sk)->nonagle |= TCP_NAGLE_OFF;
	counting = true;
	counted = 0;
	for (i = 0; i < COST_CALLS; i++) {
		need(measured_tcp(s, data, 1460) == 1460, "send");
		peer.ack += 1460;
		measured_ack(frame_of(answer, cost_peer_ack(&peer, answer)));
		need(counted == (unsigned long)i + 1 &&
			     tcp_rtx_queue_empty(s->sk),
		     "a segment and its ACK");
	}
	counting = false;
	sock_release(s);
}

int main(int argc, char **argv);
int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		size_t size;
	} udp[] = { { "udp.18", 18 }, { "udp.64", 64 }, { "udp.1472", 1472 } };
	static u8 data[2048];
	const char *kind = argc == 2 ? argv[1] : "";
	const char *hw = strchr(kind, 'h');
	size_t len = hw ? (size_t)(hw - kind) - 1 : strlen(kind);
	u32 i;

	start(hw != NULL);
	for (i = 0; i < ARRAY_SIZE(udp); i++) {
		if (strlen(udp[i].name) != len ||
		    memcmp(kind, udp[i].name, len) != 0)
			continue;
		run_udp(udp[i].size, data);
		return 0;
	}
	need(len == 8 && memcmp(kind, "tcp.1460", len) == 0,
	     "udp.18, udp.64, udp.1472 or tcp.1460, with .hw or not:");
	run_tcp(data);
	return 0;
}
