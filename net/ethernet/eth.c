// SPDX-License-Identifier: MIT
/*
 * DOC: Ethernet II framing (IEEE 802.3, clause 3; row N5): the link header in
 * front of what is sent, its ready-made form for a neighbour, and what a
 * received one says. Frames shorter than ETH_ZLEN are padded by the device or
 * its driver, which alone knows whether the hardware does it.
 *
 * Called through dev->header_ops and by drivers. No state.
 */
#include "lib/errno.h"
#include "net/core/neighbour.h"
#include "net/core/netdevice.h"
#include "net/wire/arp.h"

#define ETH_MIN_MTU      68 /* RFC 791, section 3.2 */
#define ETH_TX_QUEUE_LEN 1000

/*
 * Push the header. Ownership: keeps @skb. Return: ETH_HLEN, or -ETH_HLEN when
 * there is no destination yet, as Linux does.
 */
static int eth_header(struct sk_buff *skb, struct net_device *dev, u16 type,
		      const void *daddr, const void *saddr, u32 len)
{
	struct ethhdr *eth = skb_push(skb, ETH_HLEN);

	eth->h_proto = htons(type);
	memcpy(eth->h_source, saddr ? saddr : dev->dev_addr, ETH_ALEN);
	if (daddr) {
		memcpy(eth->h_dest, daddr, ETH_ALEN);
		return ETH_HLEN;
	}
	memset(eth->h_dest, 0, ETH_ALEN);
	return -ETH_HLEN;
}

/* Right-aligned in hh_data, so that one 16-byte copy ends where the network
 * header starts. */
static int eth_header_cache(const struct neighbour *neigh, struct hh_cache *hh,
			    __be16 type)
{
	struct ethhdr *eth =
		(struct ethhdr *)(hh->hh_data + HH_DATA_MAX - ETH_HLEN);

	memset(hh->hh_data, 0, HH_DATA_MAX - ETH_HLEN);
	memcpy(eth->h_dest, neigh->ha, ETH_ALEN);
	memcpy(eth->h_source, neigh->dev->dev_addr, ETH_ALEN);
	eth->h_proto = type;
	hh->hh_len = ETH_HLEN;
	return 0;
}

static const struct header_ops eth_header_ops = {
	.create = eth_header,
	.cache = eth_header_cache,
};

/**
 * ether_setup() - What every Ethernet device has in common.
 * @dev: being made; its address stays the driver's to set.
 */
void ether_setup(struct net_device *dev)
{
	dev->header_ops = &eth_header_ops;
	dev->type = ARPHRD_ETHER;
	dev->hard_header_len = ETH_HLEN;
	dev->addr_len = ETH_ALEN;
	dev->mtu = ETH_DATA_LEN;
	dev->min_mtu = ETH_MIN_MTU;
	dev->max_mtu = ETH_DATA_LEN;
	dev->tx_queue_len = ETH_TX_QUEUE_LEN;
	dev->flags = IFF_BROADCAST | IFF_MULTICAST;
	memset(dev->broadcast, 0xff, ETH_ALEN);
}

/**
 * eth_type_trans() - Read and remove the header of a received frame.
 * @skb: starts at the header; at least ETH_HLEN linear bytes.
 * @dev: where it came in.
 *
 * Sets dev, mac_header and pkt_type. A length instead of a type (802.3 LLC)
 * is returned as it is and finds no handler.
 *
 * Ownership: keeps @skb.
 * Context:   softirq.
 * Return:    the frame's type, for skb->protocol; 0 for a frame too short.
 */
__be16 eth_type_trans(struct sk_buff *skb, struct net_device *dev)
{
	const struct ethhdr *eth = (const struct ethhdr *)skb->data;

	skb->dev = dev;
	skb_reset_mac_header(skb);
	if (unlikely(!skb_pull(skb, ETH_HLEN)))
		return 0;
	if (likely(memcmp(eth->h_dest, dev->dev_addr, ETH_ALEN) == 0))
		skb->pkt_type = PACKET_HOST;
	else if (!(eth->h_dest[0] & 1))
		skb->pkt_type = PACKET_OTHERHOST;
	else if (memcmp(eth->h_dest, dev->broadcast, ETH_ALEN) == 0)
		skb->pkt_type = PACKET_BROADCAST;
	else
		skb->pkt_type = PACKET_MULTICAST;
	return eth->h_proto;
}
