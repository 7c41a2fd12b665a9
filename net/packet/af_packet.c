// SPDX-License-Identifier: MIT
/*
 * DOC: AF_PACKET (row D8): sockets that see the frames of a device as they
 * come in and, with ETH_P_ALL, as they leave, and that send frames past every
 * protocol. SOCK_RAW has the link header in the data, SOCK_DGRAM has not.
 *
 * Way in: netif_receive_skb() and dev_queue_xmit_nit() call packet_rcv() for
 * each hooked socket; the filter says how much is kept; it goes to the socket's
 * queue, or into its ring (packet_ring.c). Way out: packet_sendmsg() to
 * dev_queue_xmit(). Options and memberships: packet_sockopt.c.
 *
 * State: the list of sockets and all of a socket but what packet_rcv() touches
 * (queue, ring, statistics) belong to tasks. A socket is unhooked before what
 * packet_rcv() relies on changes. Without a hooked socket nothing here costs a
 * packet anything; with one, xmit_gen has made every template void.
 */
#include "net/packet/packet.h"
#include "lib/errno.h"
#include "lib/slab.h"
#include "lib/softirq.h"
#include "lib/vsprintf.h"
#include "lib/uapi/poll.h"
#include "net/core/filter.h"
#include "net/core/timestamping.h"
#include "net/ipv4/inet_sock.h"
#include "net/packet/packet_int.h"
#include "net/wire/vlan.h"

static struct hlist_head packet_sklist;

/* --- receiving --- */

/* The network header of a frame on its way out, where @skb begins. */
static void find_network_header(struct sk_buff *skb)
{
	u32 start = (u32)(skb->data - skb->head);

	if (skb->network_header < start ||
	    skb->network_header > start + skb_headlen(skb))
		skb_reset_network_header(skb);
}

/* From the link header on, or from the network header on. */
static void packet_shape(const struct sock *sk, struct sk_buff *skb)
{
	if (skb->pkt_type == PACKET_OUTGOING) {
		find_network_header(skb);
		if (sk->sk_type != SOCK_RAW)
			skb_pull(skb, (u32)skb_network_offset(skb));
	} else if (sk->sk_type == SOCK_RAW) {
		skb_push(skb, (u32)(skb->data - skb_mac_header(skb)));
	}
}

/* A receiver that is not promiscuous does not hear what is for others. */
static bool packet_wants(const struct packet_sock *po,
			 const struct sk_buff *skb,
			 const struct net_device *dev)
{
	if (skb->pkt_type == PACKET_OUTGOING)
		return !po->ignore_outgoing;
	return skb->pkt_type != PACKET_OTHERHOST || dev->promiscuity;
}

/**
 * packet_status() - What a reader should know about a packet.
 * @skb: the packet.
 *
 * Return: TP_STATUS_* beside TP_STATUS_USER.
 */
u32 packet_status(const struct sk_buff *skb)
{
	u32 status = 0;

	if (skb->ip_summed == CHECKSUM_PARTIAL)
		status |= TP_STATUS_CSUMNOTREADY;
	else if (skb->pkt_type != PACKET_OUTGOING &&
		 skb->ip_summed != CHECKSUM_NONE)
		status |= TP_STATUS_CSUM_VALID;
	if (skb_shinfo(skb)->gso_size &&
	    (skb_shinfo(skb)->gso_type & SKB_GSO_TCPV4))
		status |= TP_STATUS_GSO_TCP;
	if (skb->vlan_present)
		status |= TP_STATUS_VLAN_VALID | TP_STATUS_VLAN_TPID_VALID;
	return status;
}

/**
 * packet_fill_sll() - The name of a frame: type, device, sender.
 * @sll: filled.
 * @skb: the frame; mac_header is set.
 * @dev: its device.
 */
void packet_fill_sll(struct sockaddr_ll *sll, const struct sk_buff *skb,
		     const struct net_device *dev)
{
	const struct ethhdr *eth = (const void *)skb_mac_header(skb);

	*sll = (struct sockaddr_ll){
		.sll_family = AF_PACKET,
		.sll_protocol = skb->protocol,
		.sll_ifindex = dev->ifindex,
		.sll_hatype = dev->type,
		.sll_pkttype = skb->pkt_type,
	};
	if (!dev->header_ops || (const u8 *)(eth + 1) > skb->tail)
		return;
	sll->sll_halen = ETH_ALEN;
	memcpy(sll->sll_addr, eth->h_source, ETH_ALEN);
}

/* Into the queue. Ownership: takes @skb on success. */
static bool packet_queue(struct packet_sock *po, struct sk_buff *skb,
			 const struct sockaddr_ll *sll, u32 snaplen)
{
	struct packet_skb_cb *cb = packet_cb(skb);
	struct sock *sk = &po->sk;
	u32 origlen = skb->len;

	if (sk->sk_rmem_alloc >= sk->sk_rcvbuf)
		return false;
	if (snaplen < origlen && pskb_trim(skb, snaplen))
		return false;
	cb->sll = *sll;
	cb->origlen = origlen;
	skb->dev = NULL;
	skb_dst_drop(skb);
	skb_set_owner_r(skb, sk);
	__skb_queue_tail(&sk->sk_receive_queue, skb);
	return true;
}

/* packet_type.func. Ownership: consumes @skb, which is nobody else's. */
static int packet_rcv(struct sk_buff *skb, struct net_device *dev,
		      struct packet_type *pt, struct net_device *orig_dev)
{
	struct packet_sock *po = pkt_sk(pt->af_packet_priv);
	const struct sk_filter *fp = sk_filter_of(&po->sk);
	struct sockaddr_ll sll;
	u32 snaplen;
	bool ok;

	if (!packet_wants(po, skb, dev))
		goto not_for_us;
	packet_shape(&po->sk, skb);
	snaplen = fp ? bpf_run_filter(fp, skb) : ~0U;
	if (!snaplen)
		goto not_for_us;
	snaplen = min(snaplen, skb->len);
	if (skb->pkt_type == PACKET_OUTGOING) /* tstamp says when it may go */
		skb->tstamp = netstamp_needed ? ktime_get_ns() : 0;
	packet_fill_sll(&sll, skb, po->origdev ? orig_dev : dev);
	ok = po->ring ? packet_ring_put(po, skb, &sll, snaplen)
		      : packet_queue(po, skb, &sll, snaplen);
	po->stats.tp_packets++; /* those that were dropped, too */
	if (!ok) {
		po->stats.tp_drops++;
		po->sk.sk_drops++;
		kfree_skb_reason(skb, SKB_DROP_REASON_SOCKET_RCVBUFF);
		return NET_RX_DROP;
	}
	if (po->ring)
		goto not_for_us; /* it has a copy */
	po->sk.sk_data_ready(&po->sk);
	return NET_RX_SUCCESS;

not_for_us:
	consume_skb(skb);
	return NET_RX_SUCCESS;
}

static void put_auxdata(struct msghdr *msg, struct sk_buff *skb)
{
	struct tpacket_auxdata aux = {
		.tp_status = TP_STATUS_USER | packet_status(skb),
		.tp_len = packet_cb(skb)->origlen,
		.tp_snaplen = skb->len,
		.tp_net = (u16)skb_network_offset(skb),
	};

	if (skb->vlan_present) {
		aux.tp_vlan_tci = skb->vlan_tci;
		aux.tp_vlan_tpid = ETH_P_8021Q;
	}
	put_cmsg(msg, SOL_PACKET, PACKET_AUXDATA, sizeof(aux), &aux);
}

static void recv_meta(struct packet_sock *po, struct msghdr *msg,
		      struct sk_buff *skb)
{
	if (msg->msg_name) {
		memcpy(msg->msg_name, &packet_cb(skb)->sll,
		       sizeof(struct sockaddr_ll));
		msg->msg_namelen = sizeof(struct sockaddr_ll);
	}
	if (po->sk.sk_cmsg_flags & SK_CMSG_TIMESTAMP)
		sock_recv_timestamp(msg, &po->sk, skb->tstamp);
	if (po->auxdata)
		put_auxdata(msg, skb);
}

static ssize_t packet_recvmsg(struct socket *sock, struct msghdr *msg,
			      size_t len, int flags)
{
	struct sk_buff *skb;
	u32 copied;
	ssize_t ret;
	int err;

	if (flags & ~(MSG_PEEK | MSG_DONTWAIT | MSG_TRUNC | MSG_NOSIGNAL |
		      MSG_WAITFORONE | MSG_CMSG_CLOEXEC))
		return -EINVAL;
	skb = skb_recv_datagram(sock->sk, flags, &err);
	if (!skb)
		return err;
	copied = (u32)min_t(size_t, len, skb->len);
	if (copied < skb->len)
		msg->msg_flags |= MSG_TRUNC;
	ret = skb_copy_datagram_iter(skb, 0, &msg->msg_iter, copied);
	if (!ret) {
		recv_meta(pkt_sk(sock->sk), msg, skb);
		ret = flags & MSG_TRUNC ? skb->len : copied;
	}
	skb_free_datagram(sock->sk, skb);
	return ret;
}

static u32 packet_poll(struct file *f, struct socket *sock,
		       struct poll_table *pt)
{
	u32 mask = datagram_poll(f, sock, pt);
	const struct packet_ring *ring = pkt_sk(sock->sk)->ring;

	if (ring && packet_ring_readable(ring))
		mask |= EPOLLIN | EPOLLRDNORM;
	return mask;
}

/* --- sending --- */

/* Where a message goes. */
struct packet_dest {
	struct net_device *dev;
	const u8 *addr; /* SOCK_DGRAM: the receiver's; NULL: nobody named one */
	__be16 proto;
};

/* 0, or a negative errno; no reference is taken. */
static int packet_dest(const struct packet_sock *po, const struct msghdr *msg,
		       struct packet_dest *to)
{
	const struct sockaddr_ll *sll = msg->msg_name;

	*to = (struct packet_dest){ po->prot_hook.dev, NULL,
				    po->prot_hook.type };
	if (sll) {
		if (msg->msg_namelen < (int)sizeof(*sll))
			return -EINVAL;
		if (sll->sll_family != AF_PACKET)
			return -EINVAL;
		to->dev = dev_get_by_index(sock_net(&po->sk), sll->sll_ifindex);
		to->addr = sll->sll_addr;
		to->proto = sll->sll_protocol;
	}
	if (!to->dev)
		return -ENXIO;
	return to->dev->flags & IFF_UP ? 0 : -ENETDOWN;
}

/* The type that a frame with a link header of its own says. */
static __be16 type_of_frame(const struct sk_buff *skb)
{
	return ((const struct ethhdr *)(const void *)skb->data)->h_proto;
}

/* SOCK_RAW: a frame with one tag may be that much longer. */
static bool too_long(const struct sk_buff *skb, const struct net_device *dev)
{
	u32 most = dev->mtu + ETH_HLEN;

	if (type_of_frame(skb) == htons(ETH_P_8021Q))
		most += VLAN_HLEN;
	return skb->len > most;
}

/* The link header, of ours or checked; 0 or a negative errno. */
static int packet_build(const struct sock *sk, struct sk_buff *skb,
			const struct packet_dest *to, u32 len)
{
	int n;

	if (sk->sk_type == SOCK_RAW) {
		if (skb->len < ETH_HLEN)
			return -EINVAL;
		if (too_long(skb, to->dev))
			return -EMSGSIZE;
		skb_set_network_header(skb, ETH_HLEN);
		skb->protocol = to->proto;
		if (!to->proto || to->proto == htons(ETH_P_ALL))
			skb->protocol = type_of_frame(skb);
		return 0;
	}
	skb_reset_network_header(skb);
	skb->protocol = to->proto;
	if (!to->dev->header_ops)
		return 0;
	n = to->dev->header_ops->create(skb, to->dev, ntohs(to->proto),
					to->addr, NULL, len);
	return n < 0 ? -EINVAL : 0;
}

static ssize_t packet_sendmsg(struct socket *sock, struct msghdr *msg,
			      size_t len)
{
	struct sock *sk = sock->sk;
	struct sockcm_cookie sockc;
	struct packet_dest to;
	struct sk_buff *skb;
	u32 room;
	int err;

	err = packet_dest(pkt_sk(sk), msg, &to);
	if (err)
		return err;
	sockcm_init(&sockc, sk);
	err = msg->msg_controllen ? sock_cmsg_send(sk, msg, &sockc) : 0;
	if (err)
		return err;
	if (len >
	    to.dev->mtu + (sk->sk_type == SOCK_RAW ? ETH_HLEN + VLAN_HLEN : 0U))
		return -EMSGSIZE;
	room = LL_RESERVED_SPACE(to.dev);
	dev_hold(to.dev); /* the allocation may sleep */
	skb = sock_alloc_send_skb(sk, room + (u32)len,
				  msg->msg_flags & MSG_DONTWAIT, &err);
	if (!skb)
		goto out_put;
	skb_reserve(skb, room);
	if (copy_from_iter(skb_put(skb, (u32)len), len, &msg->msg_iter) !=
	    len) {
		err = -EFAULT;
		kfree_skb_reason(skb, SKB_DROP_REASON_SKB_UCOPY_FAULT);
		goto out_put;
	}
	err = packet_build(sk, skb, &to, (u32)len);
	if (err) { /* told to the program: nothing is lost */
		consume_skb(skb);
		goto out_put;
	}
	skb->dev = to.dev;
	skb->priority = sockc.priority;
	skb->mark = sockc.mark;
	skb_setup_tx_timestamp(skb, sk, sock_tx_flags(sockc.tsflags), NULL);
	err = dev_queue_xmit(skb);
	if (err > 0)
		err = net_xmit_errno(err);
out_put:
	dev_put(to.dev);
	return err ? err : (ssize_t)len;
}

/* --- binding --- */

/**
 * packet_hook_off() - The socket sees no frames from now on.
 * @po: the socket.
 *
 * Context: task.
 */
void packet_hook_off(struct packet_sock *po)
{
	if (po->running)
		dev_remove_pack(&po->prot_hook);
	po->running = false;
}

/**
 * packet_hook_on() - It does, if it has a protocol and its device is up.
 * @po: the socket.
 *
 * Context: task.
 */
void packet_hook_on(struct packet_sock *po)
{
	const struct net_device *dev = po->prot_hook.dev;

	if (po->running || !po->prot_hook.type || po->ifindex < 0 ||
	    (dev && !(dev->flags & IFF_UP)))
		return;
	dev_add_pack(&po->prot_hook);
	po->running = true;
}

static void report_down(struct packet_sock *po)
{
	po->sk.sk_err = ENETDOWN;
	po->sk.sk_error_report(&po->sk);
}

/* Unhooked, it gets another device; NULL: all. */
static void set_device(struct packet_sock *po, struct net_device *dev)
{
	if (dev)
		dev_hold(dev);
	if (po->prot_hook.dev)
		dev_put(po->prot_hook.dev);
	po->prot_hook.dev = dev;
	po->ifindex = dev ? dev->ifindex : 0;
}

static int packet_bind(struct socket *sock, struct sockaddr *addr, int len)
{
	const struct sockaddr_ll *sll = (const void *)addr;
	struct packet_sock *po = pkt_sk(sock->sk);
	struct net_device *dev = NULL;

	if (len < (int)sizeof(*sll) || sll->sll_family != AF_PACKET)
		return -EINVAL;
	if (sll->sll_ifindex) {
		dev = dev_get_by_index(sock->net, sll->sll_ifindex);
		if (!dev)
			return -ENODEV;
	}
	packet_hook_off(po);
	set_device(po, dev);
	if (sll->sll_protocol)
		po->prot_hook.type = sll->sll_protocol;
	if (dev && !(dev->flags & IFF_UP))
		report_down(po);
	packet_hook_on(po);
	return 0;
}

static int packet_connect(struct socket *sock, struct sockaddr *addr, int len,
			  u32 file_flags)
{
	return -EOPNOTSUPP;
}

static int packet_getname(struct socket *sock, struct sockaddr_storage *addr,
			  int peer)
{
	struct packet_sock *po = pkt_sk(sock->sk);
	const struct net_device *dev;
	struct sockaddr_ll sll = {
		.sll_family = AF_PACKET,
		.sll_ifindex = po->ifindex,
		.sll_protocol = po->prot_hook.type,
	};

	if (peer)
		return -EOPNOTSUPP;
	dev = dev_get_by_index(sock->net, po->ifindex);
	if (dev) {
		sll.sll_hatype = dev->type;
		sll.sll_halen = dev->addr_len;
		memcpy(sll.sll_addr, dev->dev_addr, dev->addr_len);
	}
	memcpy(addr, &sll, sizeof(sll));
	return (int)offsetof(struct sockaddr_ll, sll_addr) + sll.sll_halen;
}

/* --- devices come and go --- */

static void follow_device(struct packet_sock *po, enum netdev_event event,
			  struct net_device *dev)
{
	if (event == NETDEV_UNREGISTER)
		packet_flush_mclist(po, dev->ifindex);
	if (po->prot_hook.dev != dev)
		return;
	if (event == NETDEV_UP) {
		packet_hook_on(po);
		return;
	}
	if (po->running) {
		packet_hook_off(po);
		report_down(po);
	}
	if (event == NETDEV_UNREGISTER) {
		set_device(po, NULL);
		po->ifindex = -1;
	}
}

static void packet_notify(struct notifier_block *nb, enum netdev_event event,
			  struct net_device *dev)
{
	struct sock *sk;

	if (event != NETDEV_UP && event != NETDEV_DOWN &&
	    event != NETDEV_UNREGISTER)
		return;
	hlist_for_each_entry (sk, &packet_sklist, sk_node)
		if (sock_net(sk) == dev_net(dev))
			follow_device(pkt_sk(sk), event, dev);
}

static struct notifier_block packet_notifier = { .call = packet_notify };

/* --- mapping --- */

static int packet_mmap(struct socket *sock, u64 off, u64 len)
{
	return packet_ring_may_map(pkt_sk(sock->sk)->ring, off, len);
}

static struct page *packet_mmap_page(struct socket *sock, u64 off)
{
	return packet_ring_page(pkt_sk(sock->sk)->ring, off);
}

/* --- life --- */

static int packet_ioctl(struct sock *sk, u32 cmd, int *val)
{
	return datagram_ioctl(sk, cmd, 0, val);
}

static struct proto packet_prot = {
	.name = "PACKET",
	.obj_size = sizeof(struct packet_sock),
	.ioctl = packet_ioctl,
};

static int packet_release(struct socket *sock)
{
	struct sock *sk = sock->sk;
	struct packet_sock *po;

	if (!sk)
		return 0;
	po = pkt_sk(sk);
	hlist_del_init(&sk->sk_node);
	packet_hook_off(po);
	packet_flush_mclist(po, 0);
	packet_free_ring(po);
	set_device(po, NULL);
	sock->sk = NULL;
	sock_orphan(sk);
	skb_queue_purge(&sk->sk_receive_queue);
	sock_put(sk);
	return 0;
}

static const struct proto_ops packet_ops = {
	.family = AF_PACKET,
	.release = packet_release,
	.bind = packet_bind,
	.connect = packet_connect,
	.accept = sock_no_accept,
	.getname = packet_getname,
	.poll = packet_poll,
	.ioctl = inet_ioctl,
	.listen = sock_no_listen,
	.shutdown = sock_no_shutdown,
	.setsockopt = packet_setsockopt,
	.getsockopt = packet_getsockopt,
	.sendmsg = packet_sendmsg,
	.recvmsg = packet_recvmsg,
	.mmap = packet_mmap,
	.mmap_page = packet_mmap_page,
};

/* @protocol is in network order, as packet(7) has it. */
static int packet_create(struct net *net, struct socket *sock, int protocol)
{
	struct packet_sock *po;
	struct sock *sk;

	if (!capable(CAP_NET_RAW))
		return -EPERM;
	if (sock->type != SOCK_RAW && sock->type != SOCK_DGRAM)
		return -ESOCKTNOSUPPORT;
	sk = sk_alloc(net, AF_PACKET, GFP_KERNEL, &packet_prot);
	if (!sk)
		return -ENOBUFS;
	sock->ops = &packet_ops;
	sock_init_data(sock, sk);
	po = pkt_sk(sk);
	INIT_LIST_HEAD(&po->mclist);
	po->prot_hook.type = (__force __be16)(u16)protocol;
	po->prot_hook.func = packet_rcv;
	po->prot_hook.net = net;
	po->prot_hook.af_packet_priv = sk;
	hlist_add_head(&sk->sk_node, &packet_sklist);
	packet_hook_on(po);
	return 0;
}

static const struct net_proto_family packet_family_ops = {
	.family = AF_PACKET,
	.create = packet_create,
};

/* --- /proc/net/packet --- */

#define PROC_LINE_MAX 128U

static int proc_line(const struct sock *sk, char *text, size_t size)
{
	const struct packet_sock *po = pkt_sk(sk);

	return scnprintf(text, size,
			 "%016x %-6u %-4u %04x   %-5d %1d %-6u %-6u %-6u\n", 0,
			 sk->sk_refcnt, sk->sk_type, ntohs(po->prot_hook.type),
			 po->ifindex, po->running, sk->sk_rmem_alloc, 0U,
			 sock_i_ino(sk));
}

/**
 * packet_proc_next() - /proc/net/packet, as many lines as there is room for.
 * @net, @pos, @text, @size: as struct proc_net_file's next(); *@pos is one
 * more than the sockets so far.
 *
 * Context: task.
 * Return:  as that.
 */
size_t packet_proc_next(struct net *net, u64 *pos, char *text, size_t size)
{
	const struct sock *sk;
	u64 i = 1;
	int n = 0;

	if (!*pos)
		n = scnprintf(text, size,
			      "sk               RefCnt Type Proto  Iface R "
			      "Rmem   User   Inode\n");
	*pos = max(*pos, 1ULL);
	hlist_for_each_entry (sk, &packet_sklist, sk_node) {
		if (sk->sk_net != net || i++ < *pos)
			continue;
		if (size - (size_t)n < PROC_LINE_MAX)
			break;
		n += proc_line(sk, text + n, size - (size_t)n);
		++*pos;
	}
	return (size_t)n;
}

/**
 * packet_init() - Start AF_PACKET; a second call does nothing.
 *
 * Context: boot, after net_dev_init().
 */
void packet_init(void)
{
	if (packet_prot.slab)
		return;
	if (proto_register(&packet_prot) || sock_register(&packet_family_ops))
		panic("packet: no memory");
	register_netdevice_notifier(&packet_notifier);
}
