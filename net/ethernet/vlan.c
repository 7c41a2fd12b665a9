// SPDX-License-Identifier: MIT
/*
 * DOC: VLAN devices (IEEE 802.1Q; rows N5, I7): eth0.5 sends what it is given
 * through eth0 with the tag 5, and receives what comes there with it.
 *
 * Sending, the tag stays beside the packet (skb->vlan_tci) and the device puts
 * it in (NETIF_F_HW_VLAN_CTAG_TX), or validate_xmit_skb_list() does. Received
 * frames have it inside; vlan_rcv(), the handler of their type, takes it out.
 *
 * State: each device's struct vlan_dev_priv, and a hash of them all by device
 * and identifier; changed in task context with softirqs off.
 */
#include "net/ethernet/vlan.h"
#include "lib/err.h"
#include "lib/printk.h"
#include "lib/softirq.h"
#include "lib/uapi/if_vlan.h"
#include "lib/vsprintf.h"

#define VLAN_HASH       64U
#define VLAN_MAP        16U
#define VLAN_PRIORITIES 8U

struct vlan_dev_priv {
	struct net_device *dev, *real_dev; /* real_dev is held */
	struct list_head hash;
	u16 vlan_id;
	u32 nr_egress;
	/* skb->priority to the tag's three bits; who is not here has 0. */
	struct {
		u32 priority;
		u16 qos;
	} egress[VLAN_MAP];
	u32 ingress[VLAN_PRIORITIES]; /* and back */
};

static struct list_head vlan_hash[VLAN_HASH];
static u32 vlan_name_type = VLAN_NAME_TYPE_RAW_PLUS_VID_NO_PAD;

static int vlan_dev_get_iflink(const struct net_device *dev)
{
	const struct vlan_dev_priv *v = netdev_priv(dev);

	return v->real_dev->ifindex;
}

static const struct net_device_ops vlan_netdev_ops;

/**
 * is_vlan_dev() - Is this one of ours?
 * @dev: any device.
 */
bool is_vlan_dev(const struct net_device *dev)
{
	return dev->netdev_ops == &vlan_netdev_ops;
}

/**
 * vlan_dev_vlan_id() - The identifier of its frames.
 * @dev: a VLAN device.
 */
u16 vlan_dev_vlan_id(const struct net_device *dev)
{
	const struct vlan_dev_priv *v = netdev_priv(dev);

	return v->vlan_id;
}

static struct list_head *hash_of(const struct net_device *real, u16 vlan_id)
{
	return &vlan_hash[(vlan_id ^ (u32)real->ifindex * 7) & (VLAN_HASH - 1)];
}

static struct net_device *vlan_find_dev(const struct net_device *real,
					u16 vlan_id)
{
	struct vlan_dev_priv *v;

	list_for_each_entry (v, hash_of(real, vlan_id), hash)
		if (v->real_dev == real && v->vlan_id == vlan_id)
			return v->dev;
	return NULL;
}

/* --- sending --- */

static u16 vlan_tci(const struct vlan_dev_priv *v, u32 priority)
{
	u32 i;

	for (i = 0; i < v->nr_egress; i++)
		if (v->egress[i].priority == priority)
			return (u16)(v->vlan_id | v->egress[i].qos
							  << VLAN_PRIO_SHIFT);
	return v->vlan_id;
}

/* Ownership: consumes @skb. It is counted here when the device below has it,
 * or its queue. */
static netdev_tx_t vlan_dev_hard_start_xmit(struct sk_buff *skb,
					    struct net_device *dev)
{
	const struct vlan_dev_priv *v = netdev_priv(dev);
	u32 len = skb->len;
	int rc;

	skb->vlan_tci = vlan_tci(v, skb->priority);
	skb->vlan_present = 1;
	skb_shinfo(skb)->tx_flags |= SKBTX_VLAN;
	skb->dev = v->real_dev;
	rc = dev_queue_xmit(skb);
	if (rc == NET_XMIT_SUCCESS || rc == NET_XMIT_CN) {
		dev->stats.tx_packets++;
		dev->stats.tx_bytes += len;
	} else {
		dev->stats.tx_dropped++;
	}
	return NETDEV_TX_OK;
}

/* --- receiving --- */

/* The header without the tag is again in front of the packet; false: no
 * memory for a private copy. */
static bool vlan_untag(struct sk_buff *skb, const struct vlan_hdr *h)
{
	u8 *mac;

	skb->protocol = h->h_vlan_encapsulated_proto;
	skb_pull(skb, VLAN_HLEN);
	if (skb_cow_head(skb, 0))
		return false;
	mac = skb_mac_header(skb);
	memmove(mac + VLAN_HLEN, mac, 2 * ETH_ALEN);
	skb->mac_header = (u16)(skb->mac_header + VLAN_HLEN);
	return true;
}

/* To another device than the one whose address it bore? */
static void vlan_set_pkt_type(struct sk_buff *skb, const struct net_device *dev)
{
	const struct ethhdr *eth = (const void *)skb_mac_header(skb);

	if (skb->pkt_type == PACKET_OTHERHOST &&
	    memcmp(eth->h_dest, dev->dev_addr, ETH_ALEN) == 0)
		skb->pkt_type = PACKET_HOST;
}

static int vlan_unhandled(struct sk_buff *skb, struct net_device *dev)
{
	dev->stats.rx_dropped++;
	kfree_skb_reason(skb, SKB_DROP_REASON_UNHANDLED_PROTO);
	return NET_RX_DROP;
}

/* Ownership: consumes @skb, which starts behind the tag's type. */
static int vlan_rcv(struct sk_buff *skb, struct net_device *dev,
		    struct packet_type *pt, struct net_device *orig_dev)
{
	struct net_device *vlan = dev;
	struct vlan_hdr h;
	u16 tci, id;

	if (!pskb_may_pull(skb, VLAN_HLEN)) {
		kfree_skb_reason(skb, SKB_DROP_REASON_PKT_TOO_SMALL);
		return NET_RX_DROP;
	}
	memcpy(&h, skb->data, sizeof(h));
	tci = ntohs(h.h_vlan_TCI);
	id = tci & VLAN_VID_MASK;
	/* Identifier 0 says a priority and no VLAN (9.6). */
	if (id) {
		vlan = vlan_find_dev(dev, id);
		if (!vlan)
			return vlan_unhandled(skb, dev);
	}
	if (!netif_running(vlan))
		return vlan_unhandled(skb, dev);
	if (!vlan_untag(skb, &h)) {
		vlan->stats.rx_dropped++;
		kfree_skb_reason(skb, SKB_DROP_REASON_NOMEM);
		return NET_RX_DROP;
	}
	if (id) {
		const struct vlan_dev_priv *v = netdev_priv(vlan);

		skb->dev = vlan;
		skb->priority = v->ingress[tci >> VLAN_PRIO_SHIFT];
		vlan_set_pkt_type(skb, vlan);
		vlan->stats.rx_packets++;
		vlan->stats.rx_bytes += skb->len + ETH_HLEN;
		vlan->stats.multicast += skb->pkt_type == PACKET_MULTICAST;
	}
	return netif_receive_skb(skb);
}

static struct packet_type vlan_packet_type = {
	.type = htons(ETH_P_8021Q),
	.func = vlan_rcv,
};

/* --- the device --- */

static void vlan_transfer_features(struct net_device *dev)
{
	const struct vlan_dev_priv *v = netdev_priv(dev);

	dev->features = (v->real_dev->features & v->real_dev->vlan_features) |
			NETIF_F_GSO | NETIF_F_LLTX;
	dev->gso_max_size = v->real_dev->gso_max_size;
	dev->gso_max_segs = v->real_dev->gso_max_segs;
	dev->tso_short_last = v->real_dev->tso_short_last;
}

static void vlan_transfer_carrier(struct net_device *dev)
{
	const struct vlan_dev_priv *v = netdev_priv(dev);

	if (netif_carrier_ok(v->real_dev))
		netif_carrier_on(dev);
	else
		netif_carrier_off(dev);
}

static int vlan_dev_open(struct net_device *dev)
{
	const struct vlan_dev_priv *v = netdev_priv(dev);

	if (!netif_running(v->real_dev))
		return -ENETDOWN;
	vlan_transfer_carrier(dev);
	return 0;
}

static int vlan_dev_change_mtu(struct net_device *dev, u32 mtu)
{
	const struct vlan_dev_priv *v = netdev_priv(dev);

	return mtu > v->real_dev->mtu ? -ERANGE : 0;
}

/* The device below hears its own address, and no other. */
static int vlan_dev_set_mac_address(struct net_device *dev, const u8 *addr)
{
	const struct vlan_dev_priv *v = netdev_priv(dev);

	return memcmp(addr, v->real_dev->dev_addr, ETH_ALEN) ? -EOPNOTSUPP : 0;
}

static const struct net_device_ops vlan_netdev_ops = {
	.ndo_open = vlan_dev_open,
	.ndo_set_mac_address = vlan_dev_set_mac_address,
	.ndo_start_xmit = vlan_dev_hard_start_xmit,
	.ndo_change_mtu = vlan_dev_change_mtu,
	.ndo_get_iflink = vlan_dev_get_iflink,
};

static void vlan_free(struct net_device *dev)
{
	const struct vlan_dev_priv *v = netdev_priv(dev);

	dev_put(v->real_dev);
}

static void vlan_setup(struct net_device *dev)
{
	ether_setup(dev);
	dev->netdev_ops = &vlan_netdev_ops;
	/* Also for the tag, where software puts it in. */
	dev->hard_header_len += VLAN_HLEN;
	dev->max_mtu = 0; /* vlan_dev_change_mtu() knows */
	dev->tx_path_noqueue = true;
	dev->needs_free_netdev = true;
}

/**
 * register_vlan_device() - Make a VLAN device.
 * @real:    the device that its frames use.
 * @name:    its own.
 * @vlan_id: 1 to 4094.
 *
 * Context: task.
 * Return:  it, not up; -ERANGE: the identifier; -EOPNOTSUPP: not on @real;
 *          -EEXIST: there is one, or the name is taken; -EINVAL: the name;
 *          -ENOBUFS.
 */
struct net_device *register_vlan_device(struct net_device *real,
					const char *name, u16 vlan_id)
{
	struct vlan_dev_priv *v;
	struct net_device *dev;
	int err;

	if (!vlan_id || vlan_id >= VLAN_N_VID - 1)
		return ERR_PTR(-ERANGE);
	if (real->addr_len != ETH_ALEN || (real->flags & IFF_LOOPBACK))
		return ERR_PTR(-EOPNOTSUPP);
	if (vlan_find_dev(real, vlan_id))
		return ERR_PTR(-EEXIST);
	dev = alloc_netdev_mqs(sizeof(*v), name, vlan_setup, 1);
	if (!dev)
		return ERR_PTR(-ENOBUFS);
	v = netdev_priv(dev);
	v->dev = dev;
	v->real_dev = real;
	v->vlan_id = vlan_id;
	dev->mtu = real->mtu;
	memcpy(dev->dev_addr, real->dev_addr, ETH_ALEN);
	dev->carrier = real->carrier;
	vlan_transfer_features(dev);
	err = register_netdev(real->nd_net, dev);
	if (err) {
		free_netdev(dev);
		return ERR_PTR(err);
	}
	dev_hold(real);
	dev->priv_destructor = vlan_free;
	local_bh_disable();
	list_add_tail(&v->hash, hash_of(real, vlan_id));
	local_bh_enable();
	return dev;
}

/* One that is on @real, or NULL. */
static struct net_device *any_vlan_of(const struct net_device *real)
{
	const struct vlan_dev_priv *v;
	struct net_device *dev;

	list_for_each_entry (dev, &real->nd_net->dev_base_head, dev_list) {
		v = netdev_priv(dev);
		if (is_vlan_dev(dev) && v->real_dev == real)
			return dev;
	}
	return NULL;
}

/* --- what happens to the device below --- */

static void follow(struct net_device *dev, enum netdev_event event)
{
	const struct vlan_dev_priv *v = netdev_priv(dev);

	switch (event) {
	case NETDEV_CHANGE:
		vlan_transfer_carrier(dev);
		break;
	case NETDEV_FEAT_CHANGE:
		vlan_transfer_features(dev);
		break;
	case NETDEV_CHANGEADDR:
		if (dev_set_mac_address(dev, v->real_dev->dev_addr))
			pr_warn("%s: keeps its address\n", dev->name);
		break;
	case NETDEV_CHANGEMTU:
		if (dev->mtu > v->real_dev->mtu &&
		    dev_set_mtu(dev, v->real_dev->mtu))
			pr_warn("%s: keeps its MTU\n", dev->name);
		break;
	case NETDEV_GOING_DOWN:
		dev_close(dev);
		break;
	case NETDEV_UP:
		if (dev_open(dev))
			pr_warn("%s: does not open\n", dev->name);
		break;
	default:
		break;
	}
}

/* If it is one of ours, it receives nothing from now on. */
static void forget(struct net_device *dev)
{
	struct vlan_dev_priv *v = netdev_priv(dev);

	if (!is_vlan_dev(dev))
		return;
	local_bh_disable();
	list_del(&v->hash);
	local_bh_enable();
}

static void vlan_device_event(struct notifier_block *nb,
			      enum netdev_event event, struct net_device *real)
{
	const struct vlan_dev_priv *v;
	struct net_device *dev, *tmp;

	if (event == NETDEV_UNREGISTER) {
		forget(real);
		while ((dev = any_vlan_of(real)) != NULL)
			unregister_netdev(dev);
		return;
	}
	list_for_each_entry_safe (dev, tmp, &real->nd_net->dev_base_head,
				  dev_list) {
		v = netdev_priv(dev);
		if (is_vlan_dev(dev) && v->real_dev == real)
			follow(dev, event);
	}
}

static struct notifier_block vlan_notifier = { .call = vlan_device_event };

/**
 * vlan_init() - Receive tagged frames, and hear of devices; a second call does
 * nothing.
 *
 * Context: boot, after net_dev_init().
 */
void vlan_init(void)
{
	u32 i;

	if (vlan_hash[0].next)
		return;
	for (i = 0; i < VLAN_HASH; i++)
		INIT_LIST_HEAD(&vlan_hash[i]);
	register_netdevice_notifier(&vlan_notifier);
	dev_add_pack(&vlan_packet_type);
}

/* --- configuration --- */

static int vlan_add(struct net_device *real, int vlan_id)
{
	char name[2 * IFNAMSIZ];
	struct net_device *dev;

	if (vlan_id < 0 || vlan_id >= VLAN_N_VID)
		return -ERANGE;
	if (vlan_name_type == VLAN_NAME_TYPE_PLUS_VID)
		snprintf(name, sizeof(name), "vlan%04d", vlan_id);
	else if (vlan_name_type == VLAN_NAME_TYPE_PLUS_VID_NO_PAD)
		snprintf(name, sizeof(name), "vlan%d", vlan_id);
	else if (vlan_name_type == VLAN_NAME_TYPE_RAW_PLUS_VID)
		snprintf(name, sizeof(name), "%s.%04d", real->name, vlan_id);
	else
		snprintf(name, sizeof(name), "%s.%d", real->name, vlan_id);
	dev = register_vlan_device(real, name, (u16)vlan_id);
	return IS_ERR(dev) ? (int)PTR_ERR(dev) : 0;
}

static int vlan_set_egress(struct vlan_dev_priv *v, u32 priority, s16 qos)
{
	u32 i;

	if (qos < 0 || qos >= VLAN_PRIORITIES)
		return -EINVAL;
	for (i = 0; i < v->nr_egress; i++)
		if (v->egress[i].priority == priority)
			break;
	if (i == VLAN_MAP)
		return -ENOBUFS;
	v->egress[i].priority = priority;
	v->egress[i].qos = (u16)qos;
	v->nr_egress = max(v->nr_egress, i + 1);
	return 0;
}

/* Commands that are about a VLAN device. */
static int vlan_dev_command(struct net_device *dev, struct vlan_ioctl_args *a)
{
	struct vlan_dev_priv *v = netdev_priv(dev);

	switch (a->cmd) {
	case SET_VLAN_INGRESS_PRIORITY_CMD:
		if (a->vlan_qos < 0 || a->vlan_qos >= VLAN_PRIORITIES)
			return -EINVAL;
		v->ingress[a->vlan_qos] = a->u.skb_priority;
		return 0;
	case SET_VLAN_EGRESS_PRIORITY_CMD:
		return vlan_set_egress(v, a->u.skb_priority, a->vlan_qos);
	case SET_VLAN_FLAG_CMD: /* the one that there is is always on */
		return a->u.flag == VLAN_FLAG_REORDER_HDR && a->vlan_qos
			       ? 0
			       : -EINVAL;
	case DEL_VLAN_CMD:
		unregister_netdev(dev);
		return 0;
	case GET_VLAN_REALDEV_NAME_CMD:
		strscpy(a->u.device2, v->real_dev->name, sizeof(a->u.device2));
		return 0;
	case GET_VLAN_VID_CMD:
		a->u.VID = v->vlan_id;
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}

static bool only_asks(int cmd)
{
	return cmd == GET_VLAN_REALDEV_NAME_CMD || cmd == GET_VLAN_VID_CMD;
}

/**
 * vlan_ioctl_handler() - SIOCSIFVLAN, SIOCGIFVLAN.
 * @net: the stack.
 * @arg: the user's struct vlan_ioctl_args.
 *
 * Context: task.
 * Return:  0; -EFAULT; -EPERM; -ENODEV: no such device; -EINVAL: it is none
 *          for this command; -ERANGE, -EEXIST: the identifier; -EOPNOTSUPP.
 */
int vlan_ioctl_handler(struct net *net, void __user *arg)
{
	struct vlan_ioctl_args a;
	struct net_device *dev;
	int err;

	if (copy_from_user(&a, arg, sizeof(a)))
		return -EFAULT;
	a.device1[sizeof(a.device1) - 1] = '\0';
	if (!only_asks(a.cmd) && !capable(CAP_NET_ADMIN))
		return -EPERM;
	if (a.cmd == SET_VLAN_NAME_TYPE_CMD) {
		if (a.u.name_type >= VLAN_NAME_TYPE_HIGHEST)
			return -EINVAL;
		vlan_name_type = a.u.name_type;
		return 0;
	}
	dev = dev_get_by_name(net, a.device1);
	if (!dev)
		return -ENODEV;
	if (a.cmd == ADD_VLAN_CMD)
		return vlan_add(dev, a.u.VID);
	if (!is_vlan_dev(dev))
		return -EINVAL;
	err = vlan_dev_command(dev, &a);
	if (err || !only_asks(a.cmd))
		return err;
	return copy_to_user(arg, &a, sizeof(a)) ? -EFAULT : 0;
}

/* The number at the end of @name, which has @len bytes; -1: there is none. */
static int trailing_number(const char *name, size_t len)
{
	size_t i = len;
	int n = 0;

	while (i && name[i - 1] >= '0' && name[i - 1] <= '9')
		i--;
	if (i == len || len - i > 4)
		return -1;
	for (; i < len; i++)
		n = n * 10 + (name[i] - '0');
	return n;
}

/**
 * vlan_config() - `vlan=NAME:DEVICE` of the command line, in dracut's syntax.
 * @net:  the stack, its devices registered.
 * @word: what follows the equals sign. NAME ends in the identifier: eth0.5,
 *        vlan5, vlan0005.
 *
 * Context: task, at boot, before `ip=`.
 * Return:  0; a negative errno, with a message.
 */
int vlan_config(struct net *net, const char *word)
{
	const char *colon = strchr(word, ':');
	struct net_device *real = NULL, *dev;
	char name[IFNAMSIZ] = "";
	int id = -1, err = -EINVAL;

	if (colon && colon - word < IFNAMSIZ) {
		memcpy(name, word, (size_t)(colon - word));
		id = trailing_number(name, strlen(name));
		real = dev_get_by_name(net, colon + 1);
	}
	if (id < 0) {
		pr_err("vlan=%s: say NAME:DEVICE; NAME ends in a number\n",
		       word);
		return err;
	}
	if (!real) {
		pr_err("vlan=%s: there is no such device\n", word);
		return -ENODEV;
	}
	dev = register_vlan_device(real, name, (u16)id);
	err = IS_ERR(dev) ? (int)PTR_ERR(dev) : dev_open(real) ?: dev_open(dev);
	if (err)
		pr_err("vlan=%s: error %d\n", word, -err);
	return err;
}

/**
 * vlan_show() - What vconfig(8) and people read in /proc/net/vlan/config.
 * @net:  the stack.
 * @text: where to.
 * @size: its bytes.
 *
 * Return: bytes written, without the terminating zero.
 */
int vlan_show(const struct net *net, char *text, size_t size)
{
	static const char *const types[] = {
		"VLAN_NAME_TYPE_PLUS_VID", "VLAN_NAME_TYPE_RAW_PLUS_VID",
		"VLAN_NAME_TYPE_PLUS_VID_NO_PAD",
		"VLAN_NAME_TYPE_RAW_PLUS_VID_NO_PAD"
	};
	const struct vlan_dev_priv *v;
	const struct net_device *dev;
	int n;

	n = scnprintf(text, size, "VLAN Dev name    | VLAN ID\nName-Type: %s\n",
		      types[vlan_name_type]);
	list_for_each_entry (dev, &net->dev_base_head, dev_list) {
		if (!is_vlan_dev(dev))
			continue;
		v = netdev_priv(dev);
		n += scnprintf(text + n, size - (size_t)n, "%-15s| %d  | %s\n",
			       dev->name, v->vlan_id, v->real_dev->name);
	}
	return n;
}
