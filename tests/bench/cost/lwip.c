// SPDX-License-Identifier: MIT
/*
 * DOC: what one send costs in lwIP, as Debian packages it: from the raw API to
 * a network interface that counts. callgrind collects inside the functions
 * whose names begin with measured_ (tools/bench_lib/callgrind.py).
 */
#include "tests/bench/cost/peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lwip/etharp.h>
#include <lwip/init.h>
#include <lwip/tcp.h>
#include <lwip/udp.h>
#include <netif/ethernet.h>

static struct cost_peer peer;
static struct netif eth;
static uint8_t answer[64];
static size_t answer_len;
static int counting; /* the stub of a measured call: count, nothing else */
static unsigned long counted;

static err_t stub(struct netif *netif, struct pbuf *p)
{
	static uint8_t frame[2048];
	size_t n;

	(void)netif;
	counted++;
	if (counting)
		return ERR_OK;
	n = pbuf_copy_partial(p, frame, sizeof(frame), 0);
	answer_len = cost_peer_take(&peer, frame, n, answer);
	return ERR_OK;
}

static err_t eth_init(struct netif *netif)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 10 };

	netif->linkoutput = stub;
	netif->output = etharp_output;
	netif->mtu = 1500;
	netif->hwaddr_len = 6;
	memcpy(netif->hwaddr, mac, 6);
	netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP |
		       NETIF_FLAG_ETHERNET | NETIF_FLAG_LINK_UP;
	netif->name[0] = 'e';
	netif->name[1] = 'n';
	return ERR_OK;
}

/* What the peer has to say goes in. */
static void hear(void)
{
	while (answer_len) {
		struct pbuf *p =
			pbuf_alloc(PBUF_RAW, (u16_t)answer_len, PBUF_POOL);

		pbuf_take(p, answer, (u16_t)answer_len);
		answer_len = 0;
		eth.input(p, &eth);
	}
}

__attribute__((noipa)) static void measured_udp(struct udp_pcb *pcb,
						const void *data, u16_t size)
{
	struct pbuf *p = pbuf_alloc(PBUF_TRANSPORT, size, PBUF_RAM);

	pbuf_take(p, data, size);
	udp_send(pcb, p);
	pbuf_free(p);
}

__attribute__((noipa)) static void measured_tcp(struct tcp_pcb *pcb,
						const void *data, u16_t size)
{
	tcp_write(pcb, data, size, TCP_WRITE_FLAG_COPY);
	tcp_output(pcb);
}

__attribute__((noipa)) static void measured_ack(struct pbuf *p)
{
	eth.input(p, &eth);
}

static void need(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "cost-lwip: %s failed\n", what);
	exit(1);
}

static void run_udp(const ip_addr_t *to, u16_t size, const void *data)
{
	struct udp_pcb *pcb = udp_new();

	need(!!pcb && udp_connect(pcb, to, COST_PORT) == ERR_OK, "udp");
	measured_udp(pcb, data, size); /* ARP; the toggle is not on yet */
	hear();
	counting = 1;
	counted = 0;
	for (int i = 0; i < COST_CALLS; i++)
		measured_udp(pcb, data, size);
	need(counted == COST_CALLS, "a frame for each datagram");
	counting = 0;
	udp_remove(pcb);
}

static void run_tcp(const ip_addr_t *to, const void *data)
{
	struct tcp_pcb *pcb = tcp_new();

	need(!!pcb && tcp_connect(pcb, to, COST_PORT, NULL) == ERR_OK, "tcp");
	hear();
	hear();
	need(pcb->state == ESTABLISHED, "the handshake");
	tcp_nagle_disable(pcb);
	counting = 1;
	counted = 0;
	for (int i = 0; i < COST_CALLS; i++) {
		struct pbuf *p = pbuf_alloc(PBUF_RAW, 64, PBUF_POOL);

		measured_tcp(pcb, data, 1460);
		peer.ack += 1460;
		pbuf_realloc(p, (u16_t)cost_peer_ack(&peer, p->payload));
		measured_ack(p);
		need(counted == (unsigned long)i + 1 && pcb->unacked == NULL,
		     "a segment and its ACK");
	}
	tcp_abort(pcb);
}

int main(int argc, char **argv)
{
	static uint8_t data[2048];
	ip4_addr_t us, mask, gw;
	ip_addr_t to;

	if (argc != 2) {
		fputs("usage: cost-lwip udp.18|udp.64|udp.1472|tcp.1460\n",
		      stderr);
		return 2;
	}
	lwip_init();
	ip4_addr_set_u32(&us, lwip_htonl(COST_STACK_IP));
	ip4_addr_set_u32(&gw, lwip_htonl(COST_PEER_IP));
	ip_addr_set_ip4_u32(&to, lwip_htonl(COST_PEER_IP));
	IP4_ADDR(&mask, 255, 255, 255, 0);
	need(!!netif_add(&eth, &us, &mask, &gw, NULL, eth_init, ethernet_input),
	     "netif");
	netif_set_default(&eth);
	netif_set_up(&eth);
	if (!strncmp(argv[1], "udp.", 4))
		run_udp(&to, (u16_t)atoi(argv[1] + 4), data);
	else
		run_tcp(&to, data);
	return 0;
}
