// SPDX-License-Identifier: MIT
/* The scripted other end: peer.h. */
#include "tests/bench/cost/peer.h"

#include <string.h>

#define ETH_BYTES 14
#define IP_BYTES  20
#define TCP_AT    (ETH_BYTES + IP_BYTES)
#define WINDOW    65535

static const uint8_t peer_mac[6] = { 0x52, 0x55, 0x0a, 0, 2, 2 };

static uint32_t get(const uint8_t *p, int n)
{
	uint32_t v = 0;

	while (n--)
		v = v << 8 | *p++;
	return v;
}

static void put(uint8_t *p, int n, uint32_t v)
{
	while (n--)
		*p++ = (uint8_t)(v >> 8 * n);
}

/* RFC 1071, with an IPv4 pseudo header's words already in @sum. */
static uint16_t checksum(const uint8_t *p, size_t len, uint32_t sum)
{
	for (; len > 1; len -= 2, p += 2)
		sum += get(p, 2);
	if (len)
		sum += (uint32_t)*p << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void ethernet(const struct cost_peer *p, uint8_t *f, uint16_t type)
{
	memcpy(f, p->stack_mac, 6);
	memcpy(f + 6, peer_mac, 6);
	put(f + 12, 2, type);
}

static size_t arp_reply(const struct cost_peer *p, uint8_t *f)
{
	ethernet(p, f, 0x0806);
	put(f + 14, 4, 0x00010800);
	put(f + 18, 4, 0x06040002);
	memcpy(f + 22, peer_mac, 6);
	put(f + 28, 4, COST_PEER_IP);
	memcpy(f + 32, p->stack_mac, 6);
	put(f + 38, 4, COST_STACK_IP);
	return 42;
}

/* Flags ACK, and SYN with an MSS option if @syn. */
static size_t segment(struct cost_peer *p, uint8_t *f, int syn)
{
	size_t tcp_bytes = syn ? 24 : 20;
	uint8_t *ip = f + ETH_BYTES, *tcp = f + TCP_AT;

	memset(f, 0, 64);
	ethernet(p, f, 0x0800);
	ip[0] = 0x45;
	put(ip + 2, 2, (uint32_t)(IP_BYTES + tcp_bytes));
	ip[8] = 64;
	ip[9] = 6;
	put(ip + 12, 4, COST_PEER_IP);
	put(ip + 16, 4, COST_STACK_IP);
	put(ip + 10, 2, checksum(ip, IP_BYTES, 0));
	put(tcp, 2, COST_PORT);
	put(tcp + 2, 2, p->stack_port);
	put(tcp + 4, 4, p->seq);
	put(tcp + 8, 4, p->ack);
	tcp[12] = (uint8_t)(tcp_bytes / 4 << 4);
	tcp[13] = syn ? 0x12 : 0x10;
	put(tcp + 14, 2, WINDOW);
	if (syn)
		put(tcp + 20, 4, 0x02040000U | 1460);
	put(tcp + 16, 2,
	    checksum(tcp, tcp_bytes,
		     (COST_PEER_IP >> 16) + (COST_PEER_IP & 0xffff) +
			     (COST_STACK_IP >> 16) + (COST_STACK_IP & 0xffff) +
			     6 + (uint32_t)tcp_bytes));
	p->seq += (uint32_t)syn;
	return ETH_BYTES + IP_BYTES + tcp_bytes;
}

size_t cost_peer_ack(struct cost_peer *p, uint8_t *reply)
{
	return segment(p, reply, 0);
}

size_t cost_peer_take(struct cost_peer *p, const uint8_t *f, size_t len,
		      uint8_t *reply)
{
	const uint8_t *tcp = f + TCP_AT;
	uint32_t data;

	memcpy(p->stack_mac, f + 6, 6);
	if (get(f + 12, 2) == 0x0806)
		return get(f + 20, 2) == 1 ? arp_reply(p, reply) : 0;
	p->frames++;
	if (len < TCP_AT + 20 || f[23] != 6)
		return 0;
	data = get(f + 16, 2) - IP_BYTES - (uint32_t)(tcp[12] >> 4) * 4;
	p->stack_port = (uint16_t)get(tcp, 2);
	p->data_bytes += data;
	p->ack = get(tcp + 4, 4) + data;
	if (!(tcp[13] & 0x02))
		return 0;
	p->ack++;
	return segment(p, reply, 1);
}
