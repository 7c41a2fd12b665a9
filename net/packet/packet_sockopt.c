// SPDX-License-Identifier: MIT
/*
 * DOC: options of AF_PACKET (packet(7)), and memberships: what a socket wants
 * its device's receiver to hear. All in task context.
 */
#include "lib/errno.h"
#include "lib/slab.h"
#include "lib/softirq.h"
#include "net/packet/packet_int.h"

/* --- memberships --- */

/* Tell the device: one more or one less. Groups are heard all or none. */
static void membership_change(struct net_device *dev,
			      const struct packet_mclist *m, int inc)
{
	switch (m->type) {
	case PACKET_MR_PROMISC:
	case PACKET_MR_UNICAST:
		dev_set_promiscuity(dev, inc);
		return;
	case PACKET_MR_MULTICAST:
	case PACKET_MR_ALLMULTI:
		dev_set_allmulti(dev, inc);
		return;
	default: /* Linux minds as little */
		return;
	}
}

static struct packet_mclist *find_membership(const struct packet_sock *po,
					     const struct packet_mreq *mr)
{
	struct packet_mclist *m;

	list_for_each_entry (m, &po->mclist, entry)
		if (m->ifindex == mr->mr_ifindex && m->type == mr->mr_type &&
		    m->alen == mr->mr_alen &&
		    memcmp(m->addr, mr->mr_address, m->alen) == 0)
			return m;
	return NULL;
}

static int membership_add(struct packet_sock *po, const struct packet_mreq *mr)
{
	struct net_device *dev =
		dev_get_by_index(sock_net(&po->sk), mr->mr_ifindex);
	struct packet_mclist *m;

	if (!dev)
		return -ENODEV;
	if (mr->mr_alen > dev->addr_len)
		return -EINVAL;
	if ((mr->mr_type == PACKET_MR_MULTICAST ||
	     mr->mr_type == PACKET_MR_UNICAST) &&
	    mr->mr_alen != dev->addr_len)
		return -EINVAL;
	m = find_membership(po, mr);
	if (m) {
		m->count++;
		return 0;
	}
	m = kzalloc(sizeof(*m), GFP_KERNEL);
	if (!m)
		return -ENOBUFS;
	m->ifindex = mr->mr_ifindex;
	m->type = mr->mr_type;
	m->alen = mr->mr_alen;
	m->count = 1;
	memcpy(m->addr, mr->mr_address, m->alen);
	list_add(&m->entry, &po->mclist);
	membership_change(dev, m, 1);
	return 0;
}

static void membership_end(struct packet_sock *po, struct packet_mclist *m)
{
	struct net_device *dev =
		dev_get_by_index(sock_net(&po->sk), m->ifindex);

	if (dev)
		membership_change(dev, m, -1);
	list_del(&m->entry);
	kfree(m);
}

static int membership_drop(struct packet_sock *po, const struct packet_mreq *mr)
{
	struct packet_mclist *m = find_membership(po, mr);

	if (!m)
		return -EADDRNOTAVAIL;
	if (--m->count == 0)
		membership_end(po, m);
	return 0;
}

/**
 * packet_flush_mclist() - A socket, or a device, is about to go.
 * @po:      the socket.
 * @ifindex: of memberships of this device; 0: of all.
 *
 * Context: task.
 */
void packet_flush_mclist(struct packet_sock *po, int ifindex)
{
	struct packet_mclist *m, *tmp;

	list_for_each_entry_safe (m, tmp, &po->mclist, entry)
		if (!ifindex || m->ifindex == ifindex)
			membership_end(po, m);
}

static int set_membership(struct packet_sock *po, int name,
			  const void __user *val, u32 len)
{
	struct packet_mreq mr;

	if (len < sizeof(mr))
		return -EINVAL;
	if (copy_from_user(&mr, val, sizeof(mr)))
		return -EFAULT;
	if (mr.mr_alen > sizeof(mr.mr_address))
		return -EINVAL;
	return name == PACKET_ADD_MEMBERSHIP ? membership_add(po, &mr)
					     : membership_drop(po, &mr);
}

/* --- options --- */

static int set_ring(struct packet_sock *po, const void __user *val, u32 len)
{
	struct tpacket_req3 req = { 0 };
	u32 size = po->version == TPACKET_V3 ? sizeof(struct tpacket_req3)
					     : sizeof(struct tpacket_req);

	if (len < size)
		return -EINVAL;
	if (copy_from_user(&req, val, size))
		return -EFAULT;
	return packet_set_ring(po, &req);
}

static int set_int(struct packet_sock *po, int name, int v)
{
	switch (name) {
	case PACKET_AUXDATA:
		po->auxdata = v;
		return 0;
	case PACKET_ORIGDEV:
		po->origdev = v;
		return 0;
	case PACKET_IGNORE_OUTGOING:
		if (v < 0 || v > 1)
			return -EINVAL;
		po->ignore_outgoing = v;
		return 0;
	case PACKET_TIMESTAMP:
		po->tstamp = v;
		return 0;
	case PACKET_RESERVE:
		if (v < 0)
			return -EINVAL;
		if (po->ring)
			return -EBUSY;
		po->reserve = (u32)v;
		return 0;
	default: /* PACKET_VERSION */
		if (!packet_header_size((u32)v))
			return -EINVAL;
		if (po->ring)
			return -EBUSY;
		po->version = (u8)v;
		return 0;
	}
}

/**
 * packet_setsockopt() - proto_ops.setsockopt.
 * @sock: the socket. @level: SOL_PACKET. @name: PACKET_*.
 * @val, @len: in a program's memory.
 *
 * Context: task.
 * Return:  0 or a negative errno.
 */
int packet_setsockopt(struct socket *sock, int level, int name,
		      const void __user *val, u32 len)
{
	struct packet_sock *po = pkt_sk(sock->sk);
	int v, err;

	if (level != SOL_PACKET)
		return -ENOPROTOOPT;
	switch (name) {
	case PACKET_ADD_MEMBERSHIP:
	case PACKET_DROP_MEMBERSHIP:
		return set_membership(po, name, val, len);
	case PACKET_RX_RING:
		return set_ring(po, val, len);
	case PACKET_AUXDATA:
	case PACKET_ORIGDEV:
	case PACKET_IGNORE_OUTGOING:
	case PACKET_TIMESTAMP:
	case PACKET_RESERVE:
	case PACKET_VERSION:
		err = copy_int_from_sockopt(val, len, &v);
		return err ? err : set_int(po, name, v);
	default:
		return -ENOPROTOOPT;
	}
}

/* Reading clears. */
static int get_statistics(struct packet_sock *po, void __user *val,
			  int __user *len)
{
	struct tpacket_stats_v3 st;

	local_bh_disable();
	st = po->stats;
	memset(&po->stats, 0, sizeof(po->stats));
	local_bh_enable();
	return put_sockopt(val, len, &st,
			   po->version == TPACKET_V3
				   ? sizeof(st)
				   : sizeof(struct tpacket_stats));
}

/* In: a version; out: its header's size. */
static int get_hdrlen(void __user *val, int __user *len)
{
	int room, v;

	if (copy_from_user(&room, len, sizeof(room)))
		return -EFAULT;
	if (room < (int)sizeof(v))
		return -EINVAL;
	if (copy_from_user(&v, val, sizeof(v)))
		return -EFAULT;
	v = (int)packet_header_size((u32)v);
	return v ? put_sockopt(val, len, &v, sizeof(v)) : -EINVAL;
}

/**
 * packet_getsockopt() - proto_ops.getsockopt.
 * @sock: the socket. @level: SOL_PACKET. @name: PACKET_*.
 * @val, @len: where to, in a program's memory.
 *
 * Context: task.
 * Return:  0 or a negative errno.
 */
int packet_getsockopt(struct socket *sock, int level, int name,
		      void __user *val, int __user *len)
{
	struct packet_sock *po = pkt_sk(sock->sk);
	int v;

	if (level != SOL_PACKET)
		return -ENOPROTOOPT;
	switch (name) {
	case PACKET_STATISTICS:
		return get_statistics(po, val, len);
	case PACKET_HDRLEN:
		return get_hdrlen(val, len);
	case PACKET_VERSION:
		v = po->version;
		break;
	case PACKET_RESERVE:
		v = (int)po->reserve;
		break;
	case PACKET_TIMESTAMP:
		v = po->tstamp;
		break;
	case PACKET_AUXDATA:
		v = po->auxdata;
		break;
	case PACKET_ORIGDEV:
		v = po->origdev;
		break;
	case PACKET_IGNORE_OUTGOING:
		v = po->ignore_outgoing;
		break;
	default:
		return -ENOPROTOOPT;
	}
	return put_sockopt(val, len, &v, sizeof(v));
}
