// SPDX-License-Identifier: MIT
/*
 * DOC: the other end of the guest's Ethernet: one neighbour, who has another
 * IP address in each script. ARP is answered here. So are the connections of
 * scripts that are over: with a RST, so that they end.
 *
 * A frame is delivered when the guest has answered an ARP request that
 * follows it on the wire: the card keeps the order, and the stack answers
 * requests in the softirq that took the frames before. So a script's next
 * event finds what the frame has done, as in the host build.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "tests/packetdrill/runner/pkt.h"
#include "tests/packetdrill/runner/guest.h"
#include "tests/packetdrill/runner/machine.h"
#include "lib/byteorder.h"
#include "lib/checksum.h"
#include "net/wire/ip.h"
#include "net/wire/eth.h"
#include "net/wire/tcp.h"

#define MAX_KEPT  1024
#define MAX_FLOWS 256

static const u8 our_mac[ETH_ALEN] = { 0x02, 0, 0, 0, 0, 0x02 };
static u8 guest_mac[ETH_ALEN] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
static struct pkt_frame kept[MAX_KEPT];
static u32 head, tail; /* of kept */
static u32 asked, answered;

/* A TCP segment that the guest has sent, by its two ends: what a RST to it
 * needs. Shared by the worker and its scripts. */
struct flow {
	u8 ends[12]; /* addresses, ports */
	u8 ack[4];
};
static struct flows {
	struct flow flow[MAX_FLOWS];
	u32 nr;
} * flows;

static u32 get16(const u8 *p)
{
	return (u32)p[0] << 8 | p[1];
}

static void put16(u8 *p, u32 v)
{
	p[0] = (u8)(v >> 8);
	p[1] = (u8)v;
}

int wire_init(void)
{
	if (flows)
		return 0;
	flows = mmap(NULL, sizeof(*flows), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return flows == MAP_FAILED ? -1 : 0;
}

void wire_start(u32 nr)
{
	memcpy(pkt.remote_mac, our_mac, ETH_ALEN);
	memcpy(pkt.local_mac, guest_mac, ETH_ALEN);
	pkt.local_ip = htonl(0xc0a80001U); /* 192.168.0.1 */
	pkt.remote_ip = htonl(0xc0000201U + nr + nr / 254 * 2);
	pkt.local_port = (u16)(8080 + nr);
	asked = 0;
	answered = 0;
}

/* --- ARP, RFC 826 --- */

static void send_arp(u32 op, const u8 *to_mac, const u8 *to_ip)
{
	u8 f[60] = { 0 };

	memcpy(f, guest_mac, ETH_ALEN);
	memcpy(f + 6, our_mac, ETH_ALEN);
	put16(f + 12, ETH_P_ARP);
	put16(f + 14, 1);
	put16(f + 16, ETH_P_IP);
	f[18] = ETH_ALEN;
	f[19] = 4;
	put16(f + 20, op);
	memcpy(f + 22, our_mac, ETH_ALEN);
	memcpy(f + 28, &pkt.remote_ip, 4);
	memcpy(f + 32, to_mac, ETH_ALEN);
	memcpy(f + 38, to_ip, 4);
	machine_wire(f, sizeof(f));
}

void wire_ask(void)
{
	static const u8 nobody[ETH_ALEN];

	asked++;
	send_arp(1, nobody, (const u8 *)&pkt.local_ip);
}

bool wire_is_asking(void)
{
	return answered < asked;
}

u32 wire_answers(void)
{
	return answered;
}

static void take_arp(const u8 *f)
{
	if (memcmp(f + 38, &pkt.remote_ip, 4) != 0)
		return; /* it was for an earlier script */
	if (get16(f + 20) == 2) {
		memcpy(guest_mac, f + 6, ETH_ALEN);
		memcpy(pkt.local_mac, f + 6, ETH_ALEN);
		answered++;
	} else {
		send_arp(2, f + 22, f + 28);
	}
}

/* --- what is over --- */

/* RFC 9293, section 3.10.7.1: what belongs to no connection is reset, with
 * the sequence number that it expects. */
static void send_reset(const struct flow *flow)
{
	u8 f[60] = { 0 }, *o = f + ETH_HLEN, *th = o + 20;
	__be32 saddr, daddr;
	__sum16 sum;

	memcpy(&saddr, flow->ends + 4, 4);
	memcpy(&daddr, flow->ends, 4);
	memcpy(f, guest_mac, ETH_ALEN);
	memcpy(f + 6, our_mac, ETH_ALEN);
	put16(f + 12, ETH_P_IP);
	o[0] = 0x45;
	put16(o + 2, 40);
	o[8] = 64;
	o[9] = IPPROTO_TCP;
	memcpy(o + 12, &saddr, 4);
	memcpy(o + 16, &daddr, 4);
	sum = ip_compute_csum(o, 20);
	memcpy(o + 10, &sum, 2);
	memcpy(th, flow->ends + 10, 2);
	memcpy(th + 2, flow->ends + 8, 2);
	memcpy(th + 4, flow->ack, 4);
	th[12] = 5 << 4;
	th[13] = TCPHDR_RST;
	sum = csum_tcpudp_magic(saddr, daddr, 20, IPPROTO_TCP,
				csum_partial(th, 20, 0));
	memcpy(th + 16, &sum, 2);
	machine_wire(f, sizeof(f));
}

static struct flow flow_of(const u8 *ip)
{
	const u8 *th = ip + (ip[0] & 15) * 4;
	struct flow flow;

	memcpy(flow.ends, ip + 12, 8);
	memcpy(flow.ends + 8, th, 4);
	memcpy(flow.ack, th + 8, 4);
	return flow;
}

/* The newest acknowledgement of each connection of the script. */
static void note_flow(const u8 *ip)
{
	const u8 *th = ip + (ip[0] & 15) * 4;
	struct flow flow;
	u32 i;

	if (ip[9] != IPPROTO_TCP || !(th[13] & TCPHDR_ACK))
		return;
	flow = flow_of(ip);
	for (i = 0; i < flows->nr; i++)
		if (memcmp(flows->flow[i].ends, flow.ends, 12) == 0)
			break;
	if (i == MAX_FLOWS)
		return;
	flows->flow[i] = flow;
	flows->nr = max(flows->nr, i + 1);
}

void wire_reset_flows(void)
{
	while (flows->nr)
		send_reset(&flows->flow[--flows->nr]);
}

static void take_stranger(const u8 *ip)
{
	const u8 *th = ip + (ip[0] & 15) * 4;
	struct flow flow;

	if (ip[9] != IPPROTO_TCP || !(th[13] & TCPHDR_ACK) ||
	    (th[13] & TCPHDR_RST))
		return;
	flow = flow_of(ip);
	send_reset(&flow);
}

/* --- what is kept --- */

static void keep(const u8 *frame, u32 len, s64 at_ns)
{
	u8 *copy = malloc(len);

	pkt_check(copy && head - tail < MAX_KEPT, "too many packets");
	memcpy(copy, frame, len);
	note_flow(frame + ETH_HLEN);
	kept[head++ % MAX_KEPT] = (struct pkt_frame){ copy, len, at_ns };
}

void wire_take(const u8 *frame, u32 len, s64 at_ns)
{
	const u8 *ip = frame + ETH_HLEN;

	if (len >= 42 && get16(frame + 12) == ETH_P_ARP)
		take_arp(frame);
	else if (len < ETH_HLEN + 40 || get16(frame + 12) != ETH_P_IP)
		return;
	else if (memcmp(ip + 16, &pkt.remote_ip, 4) == 0)
		keep(frame, len, at_ns);
	else
		take_stranger(ip);
}

bool wire_has_frame(void)
{
	return head != tail;
}

const struct pkt_frame *wire_next(void)
{
	static struct pkt_frame frame;

	free((void *)frame.data);
	frame.data = NULL;
	if (head == tail)
		return NULL;
	frame = kept[tail++ % MAX_KEPT];
	return &frame;
}
