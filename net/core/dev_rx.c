// SPDX-License-Identifier: MIT
/*
 * DOC: the device layer's receive half (row D5). A driver's interrupt calls
 * napi_schedule(); NET_RX polls each scheduled NAPI for at most its weight and
 * all of them for at most the budget, so a flood of frames cannot keep tasks
 * from running. Each frame goes to the taps and to its protocol's handler.
 * netif_rx() is for those who are not in a poll: a queue, polled like a driver.
 *
 * State: the poll list and the backlog queue, guarded by disabled interrupts;
 * the handler tables, changed in task context with softirqs disabled.
 */
#include "lib/softirq.h"
#include "net/core/dev_int.h"
#include "net/core/timestamping.h"

#define NETDEV_BUDGET   300
#define PTYPE_HASH_SIZE 16U

LIST_HEAD(ptype_all);
u32 netdev_nr_taps;

static struct list_head ptype_base[PTYPE_HASH_SIZE];
static const struct packet_type *ip_alone; /* the one for ETH_P_IP, or NULL */
static LIST_HEAD(poll_list);
static struct napi_struct backlog;
static struct sk_buff_head input_pkt_queue;

/* --- handlers --- */

static struct list_head *ptype_head(const struct packet_type *pt)
{
	if (pt->type == htons(ETH_P_ALL))
		return pt->dev ? &pt->dev->ptype_all : &ptype_all;
	return &ptype_base[ntohs(pt->type) & (PTYPE_HASH_SIZE - 1)];
}

/* Whether IP packets have one handler, for all devices of all stacks. */
static void find_ip_alone(void)
{
	const __be16 type = htons(ETH_P_IP);
	const struct packet_type *pt;
	u32 n = 0;

	ip_alone = NULL;
	list_for_each_entry (pt, &ptype_base[ETH_P_IP & (PTYPE_HASH_SIZE - 1)],
			     list) {
		if (pt->type != type)
			continue;
		n++;
		if (pt->bare && !pt->dev && !pt->net)
			ip_alone = pt;
	}
	if (n != 1)
		ip_alone = NULL;
}

/**
 * dev_add_pack() - Receive frames of a type; ETH_P_ALL also sees sent ones.
 * @pt: stays the caller's; of several for one type each gets its own clone.
 *
 * Context: task or softirq.
 */
void dev_add_pack(struct packet_type *pt)
{
	local_bh_disable();
	list_add_tail(&pt->list, ptype_head(pt));
	netdev_nr_taps += pt->type == htons(ETH_P_ALL);
	find_ip_alone();
	xmit_gen_bump();
	local_bh_enable();
}

/**
 * dev_remove_pack() - Undo dev_add_pack(); afterwards @pt is not called.
 * @pt: added before.
 *
 * Context: task or softirq, but not from a tap's own function.
 */
void dev_remove_pack(struct packet_type *pt)
{
	local_bh_disable();
	list_del(&pt->list);
	netdev_nr_taps -= pt->type == htons(ETH_P_ALL);
	find_ip_alone();
	xmit_gen_bump();
	local_bh_enable();
}

static bool ptype_wants(const struct packet_type *pt, __be16 type,
			const struct net_device *dev)
{
	return pt->type == type && (!pt->net || pt->net == dev->nd_net) &&
	       (!pt->dev || pt->dev == dev);
}

/*
 * Give @skb to the handlers of @list but keep it: *@prev is who has not got
 * his yet, so that the very last one gets the packet itself and no clone.
 */
static void deliver_list(struct list_head *list, __be16 type,
			 struct sk_buff *skb, struct net_device *dev,
			 struct packet_type **prev)
{
	struct packet_type *pt;
	struct sk_buff *n;

	list_for_each_entry (pt, list, list) {
		if (!ptype_wants(pt, type, dev))
			continue;
		if (*prev) {
			n = skb_clone(skb, GFP_ATOMIC);
			if (n)
				(*prev)->func(n, dev, *prev, dev);
		}
		*prev = pt;
	}
}

/**
 * netif_receive_skb() - A received frame enters the stack.
 * @skb: starts at the network header; mac_header, protocol, pkt_type and dev
 *       are set (eth_type_trans()).
 *
 * Ownership: consumes @skb.
 * Context:   softirq.
 * Return:    NET_RX_SUCCESS, or NET_RX_DROP for a type nobody handles.
 */
int netif_receive_skb(struct sk_buff *skb)
{
	struct net_device *dev = skb->dev;
	struct packet_type *prev = NULL;
	u32 i = ntohs(skb->protocol) & (PTYPE_HASH_SIZE - 1);

	skb_reset_network_header(skb);
	skb_reset_transport_header(skb);
	skb->mac_len = (u16)(skb->network_header - skb->mac_header);
	skb->skb_iif = (u32)dev->ifindex;
	if (unlikely(netstamp_needed))
		skb->tstamp = ktime_get_ns();
	if (unlikely(netdev_nr_taps)) {
		deliver_list(&ptype_all, htons(ETH_P_ALL), skb, dev, &prev);
		deliver_list(&dev->ptype_all, htons(ETH_P_ALL), skb, dev,
			     &prev);
	}
	deliver_list(&ptype_base[i], skb->protocol, skb, dev, &prev);
	if (unlikely(!prev)) {
		kfree_skb_reason(skb, SKB_DROP_REASON_UNHANDLED_PROTO);
		return NET_RX_DROP;
	}
	if (unlikely(prev->type == htons(ETH_P_ALL)))
		skb_drop_counts[SKB_DROP_REASON_UNHANDLED_PROTO]++;
	return prev->func(skb, dev, prev, dev);
}

static bool is_for_device(const struct net_device *dev, const u8 *dest)
{
	u32 a, b;
	u16 c, d;

	memcpy(&a, dest, sizeof(a));
	memcpy(&b, dev->dev_addr, sizeof(b));
	memcpy(&c, dest + sizeof(a), sizeof(c));
	memcpy(&d, dev->dev_addr + sizeof(a), sizeof(d));
	return a == b && c == d;
}

/**
 * netif_receive_bare() - Most frames that a sender receives are ACKs without
 * data; they need no skb, if nobody but the protocol looks at them.
 * @dev:   of arrival.
 * @frame: from the link header on, as the device wrote it. @len: its bytes.
 *
 * Ownership: the frame stays the driver's.
 * Context:   softirq.
 * Return:    true: it is dealt with; false: make an skb of it, for
 *            netif_receive_skb(); nothing has changed.
 */
noinline bool netif_receive_bare(struct net_device *dev, const void *frame,
				 u32 len)
{
	const struct ethhdr *eth = frame;

	return len > ETH_HLEN && eth->h_proto == htons(ETH_P_IP) && ip_alone &&
	       !netdev_nr_taps && is_for_device(dev, eth->h_dest) &&
	       ip_alone->bare(dev, (const u8 *)frame + ETH_HLEN,
			      len - ETH_HLEN);
}

/* --- the backlog --- */

/**
 * netif_rx() - A frame enters the stack later, from NET_RX.
 * @skb: as for netif_receive_skb().
 *
 * Ownership: consumes @skb.
 * Context:   any but hard interrupt.
 * Return:    NET_RX_SUCCESS, or NET_RX_DROP when the backlog is full
 *            (net.core.netdev_max_backlog).
 */
int netif_rx(struct sk_buff *skb)
{
	struct net *net = skb->dev->nd_net;

	skb_dst_drop(skb);
	if (unlikely(input_pkt_queue.qlen >= net->sysctl_netdev_max_backlog)) {
		kfree_skb_reason(skb, SKB_DROP_REASON_CPU_BACKLOG);
		return NET_RX_DROP;
	}
	local_bh_disable();
	__skb_queue_tail(&input_pkt_queue, skb);
	if (!backlog.scheduled)
		napi_schedule(&backlog);
	local_bh_enable();
	return NET_RX_SUCCESS;
}

static int process_backlog(struct napi_struct *napi, int budget)
{
	struct sk_buff *skb;
	int work = 0;

	while (work < budget) {
		skb = __skb_dequeue(&input_pkt_queue);
		if (!skb) {
			napi_complete_done(napi, work);
			break;
		}
		netif_receive_skb(skb);
		work++;
	}
	return work;
}

/**
 * netdev_flush_backlog() - Drop what waits in the backlog for a device.
 * @dev: being unregistered.
 *
 * Context: task or softirq.
 */
void netdev_flush_backlog(struct net_device *dev)
{
	struct sk_buff *skb, *tmp;

	local_bh_disable();
	skb_queue_walk_safe (&input_pkt_queue, skb, tmp) {
		if (skb->dev != dev)
			continue;
		__skb_unlink(skb, &input_pkt_queue);
		kfree_skb_reason(skb, SKB_DROP_REASON_DEV_READY);
	}
	local_bh_enable();
}

/* --- NAPI --- */

/**
 * netif_napi_add() - Prepare a NAPI context; it starts disabled.
 * @dev:  the device.
 * @napi: the driver's.
 * @poll: receives at most @budget frames and reclaims transmitted ones.
 *
 * Context: task.
 */
void netif_napi_add(struct net_device *dev, struct napi_struct *napi,
		    int (*poll)(struct napi_struct *, int))
{
	napi->dev = dev;
	napi->poll = poll;
	napi->weight = NAPI_POLL_WEIGHT;
	napi->scheduled = false;
	napi->missed = false;
	napi->disabled = true;
	INIT_LIST_HEAD(&napi->poll_list);
	list_add_tail(&napi->dev_list, &dev->napi_list);
}

/**
 * netif_napi_del() - Undo netif_napi_add().
 * @napi: disabled.
 *
 * Context: task.
 */
void netif_napi_del(struct napi_struct *napi)
{
	BUG_ON(!napi->disabled || napi->scheduled);
	list_del(&napi->dev_list);
}

/**
 * napi_enable() - Let it be scheduled.
 * @napi: disabled.
 *
 * Context: task.
 */
void napi_enable(struct napi_struct *napi)
{
	napi->disabled = false;
}

/**
 * napi_disable() - Afterwards poll does not run and is not scheduled.
 * @napi: enabled or not.
 *
 * Context: task: with one CPU, no poll can be in progress.
 */
void napi_disable(struct napi_struct *napi)
{
	unsigned long flags = local_irq_save();

	napi->disabled = true;
	napi->missed = false;
	if (napi->scheduled) {
		napi->scheduled = false;
		list_del_init(&napi->poll_list);
	}
	local_irq_restore(flags);
}

/**
 * napi_schedule() - Ask for a poll.
 * @napi: enabled, else nothing happens.
 *
 * Context: any; from hard interrupt with the device's interrupt masked.
 * Return:  true if it was not scheduled before: the caller masks now.
 */
bool napi_schedule(struct napi_struct *napi)
{
	unsigned long flags = local_irq_save();
	bool fresh = !napi->disabled && !napi->scheduled;

	if (fresh) {
		napi->scheduled = true;
		list_add_tail(&napi->poll_list, &poll_list);
	} else if (!napi->disabled) {
		napi->missed = true;
	}
	local_irq_restore(flags);
	if (fresh)
		raise_softirq(NET_RX_SOFTIRQ);
	return fresh;
}

/**
 * napi_complete_done() - The poll found less than its budget.
 * @napi: the one that is polling.
 * @work: frames it received.
 *
 * Context: its poll.
 * Return:  true: unmask the device's interrupt; false: it will be polled
 *          again, as an interrupt came meanwhile.
 */
bool napi_complete_done(struct napi_struct *napi, int work)
{
	unsigned long flags = local_irq_save();
	bool done = !napi->missed;

	WARN_ON_ONCE(work >= napi->weight);
	napi->missed = false;
	if (done && napi->scheduled) {
		napi->scheduled = false;
		list_del_init(&napi->poll_list);
	}
	local_irq_restore(flags);
	return done;
}

/* The next one to poll, moved to the end of the list for the time after. */
static struct napi_struct *napi_next(void)
{
	unsigned long flags = local_irq_save();
	struct napi_struct *napi;

	napi = list_first_entry_or_null(&poll_list, struct napi_struct,
					poll_list);
	if (napi)
		list_move_tail(&napi->poll_list, &poll_list);
	local_irq_restore(flags);
	return napi;
}

static void net_rx_action(void)
{
	struct napi_struct *napi;
	int budget = NETDEV_BUDGET, work;

	while (budget > 0) {
		napi = napi_next();
		if (!napi)
			return;
		work = napi->poll(napi, napi->weight);
		WARN_ON_ONCE(work > napi->weight);
		/* A poll without frames costs too, or it could go on forever.
		 */
		budget -= max(work, 1);
	}
	if (!list_empty(&poll_list))
		raise_softirq(NET_RX_SOFTIRQ);
}

/**
 * net_rx_init() - Make NET_RX ready.
 *
 * Context: boot, once.
 */
void net_rx_init(void)
{
	u32 i;

	for (i = 0; i < PTYPE_HASH_SIZE; i++)
		INIT_LIST_HEAD(&ptype_base[i]);
	skb_queue_head_init(&input_pkt_queue);
	INIT_LIST_HEAD(&backlog.poll_list);
	backlog.poll = process_backlog;
	backlog.weight = NAPI_POLL_WEIGHT;
	open_softirq(NET_RX_SOFTIRQ, net_rx_action);
}
