// SPDX-License-Identifier: MIT
/*
 * DOC: frames as a capture file (pcap, nanoseconds, Ethernet), for tcpdump,
 * tshark and Wireshark: what leaves the senders and what comes back to them.
 */
#include <stdio.h>
#include "lib/bug.h"
#include "lib/errno.h"
#include "tests/netsim/sim.h"

#define PCAP_MAGIC_NS     0xa1b23c4d
#define LINKTYPE_ETHERNET 1

static FILE *out;

int pcap_open(const char *path)
{
	/* magic, version 2.4, zone, accuracy, snap length, link type */
	const u32 head[6] = { PCAP_MAGIC_NS,    4 << 16 | 2,      0, 0,
			      65535 + ETH_HLEN, LINKTYPE_ETHERNET };

	out = fopen(path, "wb");
	if (!out)
		return -ENOENT;
	return fwrite(head, sizeof(head), 1, out) == 1 ? 0 : -EIO;
}

void pcap_write(const struct sk_buff *skb, u64 ns)
{
	const u32 head[4] = { (u32)(ns / NSEC_PER_SEC),
			      (u32)(ns % NSEC_PER_SEC), skb->len, skb->len };

	if (fwrite(head, sizeof(head), 1, out) != 1 ||
	    fwrite(skb->data, skb->len, 1, out) != 1)
		panic("the capture file cannot be written");
}

void pcap_close(void)
{
	if (out && fclose(out) != 0)
		panic("the capture file cannot be written");
	out = NULL;
}
