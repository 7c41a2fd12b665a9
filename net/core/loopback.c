// SPDX-License-Identifier: MIT
/*
 * DOC: lo. What is sent comes back in, through the receive backlog, so that a
 * sender never runs its own receiver below itself.
 *
 * Frames carry an Ethernet header of zero addresses, which is what captures on
 * a loopback device show. Called by the device layer; calls netif_rx().
 */
#include "lib/errno.h"
#include "net/core/dev_int.h"
#include "net/core/zerocopy.h"
#include "net/wire/arp.h"

#define LOOPBACK_MTU 65536

static int loopback_header_create(struct sk_buff *skb, struct net_device *dev,
				  u16 type, const void *daddr,
				  const void *saddr, u32 len)
{
	struct ethhdr *eth = skb_push(skb, ETH_HLEN);

	memset(eth->h_dest, 0, 2 * ETH_ALEN);
	eth->h_proto = htons(type);
	return ETH_HLEN;
}

static const struct header_ops loopback_header_ops = {
	.create = loopback_header_create,
};

/*
 * Ownership of @skb goes to the receive backlog. The socket's charge ends
 * here, as if the wire had taken the packet. A checksum that was left to the
 * device is not needed: the bytes never left memory.
 */
static netdev_tx_t loopback_xmit(struct sk_buff *skb, struct net_device *dev)
{
	const struct ethhdr *eth = (const struct ethhdr *)skb->data;
	u32 len = skb->len;

	skb_tx_timestamp(skb);
	if (unlikely(skb_orphan_frags_rx(skb, GFP_ATOMIC))) {
		dev->stats.tx_dropped++;
		kfree_skb_reason(skb, SKB_DROP_REASON_NOMEM);
		return NETDEV_TX_OK;
	}
	skb_orphan(skb);
	skb->protocol = eth->h_proto;
	skb->pkt_type = PACKET_HOST;
	skb->mac_len = ETH_HLEN;
	skb->tstamp = 0;
	skb_reset_mac_header(skb);
	skb_pull(skb, ETH_HLEN);
	if (skb->ip_summed == CHECKSUM_PARTIAL)
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	dev->stats.tx_packets++;
	dev->stats.tx_bytes += len;
	if (netif_rx(skb) == NET_RX_SUCCESS) {
		dev->stats.rx_packets++;
		dev->stats.rx_bytes += len;
	} else {
		dev->stats.rx_dropped++;
	}
	return NETDEV_TX_OK;
}

static const struct net_device_ops loopback_dev_ops = {
	.ndo_start_xmit = loopback_xmit,
};

static void loopback_setup(struct net_device *dev)
{
	dev->mtu = LOOPBACK_MTU;
	dev->type = ARPHRD_LOOPBACK;
	dev->hard_header_len = ETH_HLEN;
	dev->addr_len = ETH_ALEN;
	dev->flags = IFF_LOOPBACK;
	dev->tx_queue_len = 1000; /* of what is set on it, if anything is */
	dev->features =
		NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_LLTX | NETIF_F_LOOPBACK;
	dev->tx_path_noqueue = true;
	dev->needs_free_netdev = true;
	dev->netdev_ops = &loopback_dev_ops;
	dev->header_ops = &loopback_header_ops;
}

/**
 * loopback_net_init() - Make lo in a new stack.
 * @net: the stack; lo is its first device, and goes with the others.
 *
 * Context: task.
 * Return:  0 or -ENOMEM.
 */
int loopback_net_init(struct net *net)
{
	struct net_device *dev = alloc_netdev_mqs(0, "lo", loopback_setup, 1);
	int err;

	if (!dev)
		return -ENOMEM;
	err = register_netdev(net, dev);
	if (err) {
		free_netdev(dev);
		return err;
	}
	net->loopback_dev = dev;
	return 0;
}
