/* SPDX-License-Identifier: MIT */
/*
 * DOC: the other end of a benchmark that counts instructions: answers ARP, a
 * SYN, and, when told, acknowledges all data. Plain C without a stack's
 * headers, since it plays against two stacks.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define COST_STACK_IP 0x0a00020fU /* 10.0.2.15 */
#define COST_PEER_IP  0x0a000202U /* 10.0.2.2 */
#define COST_PORT     9
#define COST_CALLS    512 /* measured calls of each kind */

struct cost_peer {
	uint8_t stack_mac[6];
	uint16_t stack_port;
	uint32_t seq, ack; /* ours; the next byte that we want */
	unsigned long frames, data_bytes;
};

/* A frame of the stack, from its Ethernet header on. The length of the answer
 * that is now in @reply (at least 64 bytes), or 0. */
size_t cost_peer_take(struct cost_peer *p, const uint8_t *frame, size_t len,
		      uint8_t *reply);
/* An ACK for all that has come. */
size_t cost_peer_ack(struct cost_peer *p, uint8_t *reply);
