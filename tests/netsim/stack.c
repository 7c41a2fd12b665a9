// SPDX-License-Identifier: MIT
/*
 * DOC: the stacks of a simulation and their devices. Each has lo and an
 * Ethernet eth0 with checksums by the device and segmentation by the core; the
 * addresses of all neighbours are entered for good, so that no ARP crosses the
 * bottleneck. A frame that eth0 is given is copied for the link and freed, as
 * by a card that is faster than anything behind it.
 */
#include "lib/bug.h"
#include "lib/err.h"
#include "lib/slab.h"
#include "lib/softirq.h"
#include "net/core/sch_generic.h"
#include "net/ipv4/inet_sock.h"
#include "net/ipv4/route.h"
#include "tests/netsim/sim.h"
#include "tests/packetdrill/platform_threads.h"
#include "tests/packetdrill/stack.h"

#define SIM_MAX_MTU 65535

__be32 sim_host_addr(u32 index)
{
	return htonl(0x0a000001U + index);
}

/* Locally administered; the last two bytes are the index. */
static void host_mac(u32 index, u8 mac[ETH_ALEN])
{
	memset(mac, 0, ETH_ALEN);
	mac[0] = 0x02;
	mac[4] = (u8)(index >> 8);
	mac[5] = (u8)index;
}

/* The host that a frame is for; NULL: not one, as after damage. */
static struct sim_host *frame_host(const struct sk_buff *skb)
{
	u32 index = ((u32)skb->data[4] << 8) | skb->data[5];

	return skb->data[0] == 0x02 && index < sim.nr_hosts ? &sim.host[index]
							    : NULL;
}

/* To the link that leads to the other side, which makes a copy's owner. */
static void host_send(struct sim_host *from, struct sk_buff *skb)
{
	struct sim_host *to = frame_host(skb);
	struct sk_buff *copy;

	if (!to)
		return;
	copy = netdev_alloc_skb(to->dev, skb->len);
	if (!copy)
		return;
	BUG_ON(skb_copy_bits(skb, 0, skb_put(copy, skb->len), skb->len) != 0);
	if (from->index == 0)
		sim_link_send(&sim.link[1], copy,
			      sim.flow[to->index - 1].c->extra_ns);
	else
		sim_link_send(&sim.link[0], copy, 0);
}

/* Ownership of @skb: copied, then freed. */
static netdev_tx_t host_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct sim_host **host = netdev_priv(dev);

	if (skb->ip_summed == CHECKSUM_PARTIAL && skb_checksum_help(skb) != 0) {
		dev->stats.tx_dropped++;
		kfree_skb(skb);
		return NETDEV_TX_OK;
	}
	dev->stats.tx_packets++;
	dev->stats.tx_bytes += skb->len;
	host_send(*host, skb);
	consume_skb(skb);
	return NETDEV_TX_OK;
}

void sim_host_receive(struct sk_buff *skb)
{
	struct net_device *dev = skb->dev;

	dev->stats.rx_packets++;
	dev->stats.rx_bytes += skb->len;
	skb->protocol = eth_type_trans(skb, dev);
	local_bh_disable();
	netif_receive_skb(skb);
	local_bh_enable();
}

static const struct net_device_ops host_dev_ops = {
	.ndo_start_xmit = host_xmit,
};

static void host_dev_setup(struct net_device *dev)
{
	ether_setup(dev);
	dev->max_mtu = SIM_MAX_MTU;
	dev->mtu = sim.c->mtu;
	dev->features = NETIF_F_SG | NETIF_F_HW_CSUM;
	dev->netdev_ops = &host_dev_ops;
}

void sim_boot(void)
{
	static bool done;

	if (done)
		return;
	done = true;
	skb_init();
	net_dev_init();
	net_sched_init();
	inet_init();
	BUG_ON(net_setup(&init_net) != 0);
}

/* One task alone is in the stacks. */
void platform_enter(void)
{
}

void platform_leave(void)
{
}

static int set_sysctls(struct net *net)
{
	const char *text, *eq;
	char name[64];
	u32 i, len;

	for (i = 0; i < sim.c->nr_sysctl; i++) {
		text = sim.c->sysctl[i];
		eq = strchr(text, '=');
		len = eq ? (u32)(eq - text) : sizeof(name);
		if (len >= sizeof(name))
			return -EINVAL;
		memcpy(name, text, len);
		name[len] = '\0';
		if (stack_sysctl_write(net, name, eq + 1) != 0)
			return -EINVAL;
	}
	return 0;
}

static int host_create(struct sim_host *h)
{
	int err = net_setup(&h->net);

	if (err)
		return err;
	h->dev = alloc_netdev_mqs(sizeof(h), "eth%d", host_dev_setup, 1);
	if (!h->dev)
		return -ENOMEM;
	*(struct sim_host **)netdev_priv(h->dev) = h;
	host_mac(h->index, h->dev->dev_addr);
	err = register_netdev(&h->net, h->dev);
	if (!err)
		err = dev_open(h->net.loopback_dev);
	if (!err)
		err = dev_open(h->dev);
	if (!err)
		err = inet_addr_add(h->dev, sim_host_addr(h->index), 16, 0);
	return err ? err : set_sysctls(&h->net);
}

/* @h learns where @other is, and does not forget it. */
static int host_meet(struct sim_host *h, const struct sim_host *other)
{
	__be32 addr = sim_host_addr(other->index);
	struct neighbour *n;
	int err;

	n = neigh_lookup(&h->net.ipv4->arp_tbl, &addr, h->dev);
	if (IS_ERR(n))
		return (int)PTR_ERR(n);
	err = neigh_update(n, other->dev->dev_addr, NUD_PERMANENT,
			   NEIGH_UPDATE_F_OVERRIDE | NEIGH_UPDATE_F_ADMIN);
	neigh_release(n);
	return err;
}

int sim_hosts_create(void)
{
	u32 i;
	int err = 0;

	sim.nr_hosts = sim.c->nr_flows + 1;
	sim.host = kzalloc(sim.nr_hosts * sizeof(*sim.host), GFP_KERNEL);
	if (!sim.host)
		return -ENOMEM;
	for (i = 0; i < sim.nr_hosts && !err; i++) {
		sim.host[i].index = i;
		err = host_create(&sim.host[i]);
	}
	for (i = 1; i < sim.nr_hosts && !err; i++) {
		err = host_meet(&sim.host[i], &sim.host[0]);
		if (!err)
			err = host_meet(&sim.host[0], &sim.host[i]);
	}
	return err;
}

void sim_hosts_destroy(void)
{
	struct sim_host *h;

	for (h = sim.host; h < sim.host + sim.nr_hosts; h++) {
		if (!h->dev)
			break;
		unregister_netdev(h->dev);
		free_netdev(h->dev);
		net_teardown(&h->net);
	}
	kfree(sim.host);
	sim.host = NULL;
}
