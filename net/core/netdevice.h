/* SPDX-License-Identifier: MIT */
/*
 * DOC: network devices: what a driver provides, the transmit queue with its
 * qdisc, NAPI, and the entry points of the device layer (dev.c).
 */
#pragma once

#include "lib/list.h"
#include "lib/spinlock.h"
#include "lib/timer.h"
#include "net/core/dql.h"
#include "net/core/net_namespace.h"
#include "net/core/skbuff.h"
#include "net/wire/eth.h"

#define IFNAMSIZ     16
#define MAX_ADDR_LEN 8

/* Device flags (uAPI linux/if.h). */
#define IFF_UP          0x1
#define IFF_BROADCAST   0x2
#define IFF_LOOPBACK    0x8
#define IFF_POINTOPOINT 0x10
#define IFF_RUNNING     0x40
#define IFF_NOARP       0x80
#define IFF_PROMISC     0x100
#define IFF_ALLMULTI    0x200
#define IFF_MULTICAST   0x1000
#define IFF_LOWER_UP    0x10000

/* Features: what the device does for us. */
#define NETIF_F_SG              BIT(0) /* scatter-gather */
#define NETIF_F_IP_CSUM         BIT(1) /* TCP, UDP checksums over IPv4 */
#define NETIF_F_HW_CSUM         BIT(2)
#define NETIF_F_TSO             BIT(3)
#define NETIF_F_GSO             BIT(4)
#define NETIF_F_RXCSUM          BIT(5)
#define NETIF_F_LLTX            BIT(6) /* no transmit lock needed */
#define NETIF_F_LOOPBACK        BIT(7)
#define NETIF_F_HW_VLAN_CTAG_TX BIT(8)

/* qdisc enqueue and dev_queue_xmit() results; errno are negative. */
#define NET_XMIT_SUCCESS 0x00
#define NET_XMIT_DROP    0x01
#define NET_XMIT_CN      0x02
/* dev_queue_xmit() and below to errno for a socket. */
#define net_xmit_errno(e) ((e) != NET_XMIT_CN ? -ENOBUFS : 0)
#define net_xmit_eval(e)  ((e) == NET_XMIT_CN ? 0 : (e))

#define NET_RX_SUCCESS 0
#define NET_RX_DROP    1

typedef enum netdev_tx {
	NETDEV_TX_OK = 0x00,   /* the driver owns the skb */
	NETDEV_TX_BUSY = 0x10, /* the caller keeps it */
} netdev_tx_t;

struct neighbour;
struct Qdisc;
struct net_device;
struct ethtool_ops;

struct rtnl_link_stats64 {
	u64 rx_packets, tx_packets, rx_bytes, tx_bytes;
	u64 rx_errors, tx_errors, rx_dropped, tx_dropped;
	u64 multicast, collisions;
	u64 rx_length_errors, rx_over_errors, rx_crc_errors, rx_frame_errors;
	u64 rx_fifo_errors, rx_missed_errors;
	u64 tx_aborted_errors, tx_carrier_errors, tx_fifo_errors;
};

struct net_device_ops {
	int (*ndo_open)(struct net_device *dev);
	int (*ndo_stop)(struct net_device *dev);
	/*
	 * Takes @skb (or returns NETDEV_TX_BUSY and does not). While
	 * netdev_xmit_more(dev) holds, another frame follows at once and the
	 * doorbell may wait. Task or softirq, txq->xmit_lock held.
	 */
	netdev_tx_t (*ndo_start_xmit)(struct sk_buff *skb,
				      struct net_device *dev);
	void (*ndo_get_stats64)(struct net_device *dev,
				struct rtnl_link_stats64 *s);
	/*
	 * Of @features, what the device can do for this GSO packet; NULL: all.
	 * Without NETIF_F_TSO in the answer the core cuts it. Any context.
	 */
	u64 (*ndo_features_check)(const struct sk_buff *skb,
				  const struct net_device *dev, u64 features);
	int (*ndo_set_mac_address)(struct net_device *dev, const u8 *addr);
	/* IFF_PROMISC or IFF_ALLMULTI has changed. */
	void (*ndo_set_rx_mode)(struct net_device *dev);
	int (*ndo_change_mtu)(struct net_device *dev, u32 mtu);
	/* dev->features is about to become @features, of hw_features. */
	int (*ndo_set_features)(struct net_device *dev, u64 features);
	/* dev_get_iflink(); NULL: none is below. */
	int (*ndo_get_iflink)(const struct net_device *dev);
	/* The ring has stood still for watchdog_timeo_ns; softirq. */
	void (*ndo_tx_timeout)(struct net_device *dev);
};

/* The link layer: eth.c's for Ethernet; NULL for a device without header. */
struct hh_cache;
struct header_ops {
	int (*create)(struct sk_buff *skb, struct net_device *dev, u16 type,
		      const void *daddr, const void *saddr, u32 len);
	/* Fill @hh from @neigh, so that hh_output is one copy. */
	int (*cache)(const struct neighbour *neigh, struct hh_cache *hh,
		     __be16 type);
};

/* netdev_queue.state */
#define __QUEUE_STATE_DRV_XOFF   BIT(0) /* the driver's ring is full */
#define __QUEUE_STATE_STACK_XOFF BIT(1) /* byte queue limit reached */
#define __QUEUE_STATE_FROZEN     BIT(2)

struct netdev_queue {
	struct net_device *dev;
	struct Qdisc *qdisc;          /* what dev_queue_xmit() uses now */
	struct Qdisc *qdisc_sleeping; /* what it uses while the device is up */
	spinlock_t xmit_lock;         /* ndo_start_xmit and ring */
	u32 state;
	/* Since when the watchdog has seen it stopped, ktime ns; 0: running. */
	u64 trans_start;
	u64 tx_maxrate;
	struct dql dql;
};

struct napi_struct {
	struct list_head poll_list;
	struct net_device *dev;
	/* At most @budget frames received; fewer: call napi_complete_done(). */
	int (*poll)(struct napi_struct *napi, int budget);
	int weight;
	bool scheduled; /* on the poll list */
	bool missed;    /* scheduled again while on it */
	bool disabled;
	struct list_head dev_list;
};
#define NAPI_POLL_WEIGHT 64

/* A packet tap or protocol handler (row D8). */
struct packet_type {
	__be16 type;            /* htons(ETH_P_*) */
	struct net_device *dev; /* NULL: every device */
	/* Consumes @skb. */
	int (*func)(struct sk_buff *skb, struct net_device *dev,
		    struct packet_type *pt, struct net_device *orig_dev);
	/* Of the one handler of its type, or NULL: act on a packet, @len bytes
	 * at @data, that needs no skb for that; false: it does. */
	bool (*bare)(struct net_device *dev, const void *data, u32 len);
	struct net *net;      /* NULL: every stack */
	void *af_packet_priv; /* the packet socket's sock; or NULL */
	struct list_head list;
};

struct in_device;

struct net_device {
	char name[IFNAMSIZ];
	int ifindex;
	u32 flags; /* IFF_* */
	u32 mtu;   /* bytes of network-layer packet */
	u32 min_mtu, max_mtu;
	u16 type; /* ARPHRD_* */
	u16 hard_header_len;
	u8 addr_len;
	bool carrier;
	u32 carrier_changes;
	bool registered;
	bool tx_path_noqueue;   /* wants no qdisc: loopback, dummy */
	bool needs_free_netdev; /* unregister_netdev() frees it too */
	bool xmit_more;         /* see netdev_xmit_more() */
	bool rx_bare;           /* its driver asks netif_receive_bare() */
	bool tso_short_last; /* cuts a packet only if its last segment is short
			      */
	u8 dev_addr[MAX_ADDR_LEN] __aligned(8);
	u8 broadcast[MAX_ADDR_LEN] __aligned(8);
	u64 features;    /* NETIF_F_* in use */
	u64 hw_features; /* that may be switched */
	u32 gso_max_size;
	u16 gso_max_segs;
	u32 tx_queue_len;
	u32 num_tx_queues;
	const struct net_device_ops *netdev_ops;
	const struct header_ops *header_ops;
	struct net *nd_net;
	struct in_device *ip_ptr; /* IPv4's part */
	struct netdev_queue *_tx; /* num_tx_queues of them */
	struct Qdisc *qdisc;      /* the root: mq, or that of the only queue */
	struct list_head dev_list;
	struct list_head ptype_all; /* taps bound to this device */
	struct list_head napi_list;
	struct rtnl_link_stats64 stats; /* core's and software devices' */
	u64 watchdog_timeo_ns;
	struct timer_list watchdog_timer;
	u32 refcnt; /* the owner's, and everyone's who keeps a pointer */
	u32 xmit_recursion; /* depth of noqueue transmits through it */
	void *priv;         /* the driver's, priv_size bytes */
	void (*priv_destructor)(struct net_device *dev);
	const struct ethtool_ops *ethtool_ops;
	u8 perm_addr[MAX_ADDR_LEN]; /* the hardware's; zeroes: none */
	u64 vlan_features;          /* of features: also for tagged frames */
	u32 promiscuity, allmulti; /* how many want IFF_PROMISC, IFF_ALLMULTI */
};

static inline void *netdev_priv(const struct net_device *dev)
{
	return dev->priv;
}

static inline struct net *dev_net(const struct net_device *dev)
{
	return dev->nd_net;
}

static inline struct netdev_queue *netdev_get_tx_queue(struct net_device *dev,
						       u32 i)
{
	return &dev->_tx[i];
}

static inline bool netif_running(const struct net_device *dev)
{
	return dev->flags & IFF_UP;
}

static inline bool netif_carrier_ok(const struct net_device *dev)
{
	return dev->carrier;
}

/* Room that an skb needs in front of the network header. */
#define LL_RESERVED_SPACE(dev) ALIGN((u32)(dev)->hard_header_len, 16U)

/* --- devices (dev.c) --- */
/* @setup fills type-specific fields (ether_setup). %d in @name: next free. */
struct net_device *alloc_netdev_mqs(u32 priv_size, const char *name,
				    void (*setup)(struct net_device *),
				    u32 txqs) __must_check;
void free_netdev(struct net_device *dev);
int register_netdev(struct net *net, struct net_device *dev) __must_check;
void unregister_netdev(struct net_device *dev);
int dev_open(struct net_device *dev) __must_check;
void dev_close(struct net_device *dev);
int dev_set_mtu(struct net_device *dev, u32 mtu) __must_check;
int dev_change_name(struct net_device *dev, const char *name) __must_check;
int dev_set_mac_address(struct net_device *dev, const u8 *addr) __must_check;
void dev_set_promiscuity(struct net_device *dev, int inc);
void dev_set_allmulti(struct net_device *dev, int inc);
void dev_change_tx_queue_len(struct net_device *dev, u32 len);
int dev_set_features(struct net_device *dev, u64 wanted) __must_check;
/* Keep the memory of @dev; see free_netdev(). */
static inline void dev_hold(struct net_device *dev)
{
	dev->refcnt++;
}
void dev_put(struct net_device *dev);
/* No reference is taken by these two; NULL if there is none. */
struct net_device *dev_get_by_name(struct net *net, const char *name);
struct net_device *dev_get_by_index(struct net *net, int ifindex);
void dev_get_stats(struct net_device *dev, struct rtnl_link_stats64 *s);
void ether_setup(struct net_device *dev); /* net/ethernet/eth.c */
__be16 eth_type_trans(struct sk_buff *skb, struct net_device *dev);

/* Events for the layers above (address, route and neighbour tables). */
enum netdev_event {
	NETDEV_UP,
	NETDEV_DOWN,
	NETDEV_GOING_DOWN,
	NETDEV_CHANGE, /* carrier */
	NETDEV_CHANGEMTU,
	NETDEV_CHANGEADDR,
	NETDEV_CHANGENAME,
	NETDEV_CHANGETXQLEN,
	NETDEV_FEAT_CHANGE,
	NETDEV_REGISTER,
	NETDEV_UNREGISTER,
};
struct notifier_block {
	void (*call)(struct notifier_block *nb, enum netdev_event event,
		     struct net_device *dev);
	struct list_head list;
};
void register_netdevice_notifier(struct notifier_block *nb);
/* The index of the device below this one, or its own. */
static inline int dev_get_iflink(const struct net_device *dev)
{
	return dev->netdev_ops->ndo_get_iflink
		       ? dev->netdev_ops->ndo_get_iflink(dev)
		       : dev->ifindex;
}

void netif_carrier_on(struct net_device *dev);
void netif_carrier_off(struct net_device *dev);

/* --- the generation of the short ways --- */
/*
 * Grows with every change that could give the next packet of a flow another
 * frame, or another way, out or in, than the last one had: routes, addresses,
 * neighbours, hooks of either direction, taps, queueing disciplines, a device's
 * state, MTU or address, settings of the stack. Who prepares frames
 * (net/ipv4/udp_fast.c, tcp_output_fast.c), and who knows that nothing stands
 * between the device and a connection (inet_lookup_clear()), compares it each
 * time.
 */
extern u32 xmit_gen;
static inline void xmit_gen_bump(void)
{
	xmit_gen = xmit_gen + 1 ?: 1; /* 0 is nobody's */
}

/* --- transmit --- */
/* Consumes @skb, which starts at the link header. 0, NET_XMIT_* or errno. */
int dev_queue_xmit(struct sk_buff *skb);
/* Hand a chain to the driver; what it did not take comes back. */
struct sk_buff *dev_hard_start_xmit(struct sk_buff *first,
				    struct net_device *dev,
				    struct netdev_queue *txq, int *ret);
/* Checksum and segment in software what the device cannot; NULL: dropped. */
struct sk_buff *validate_xmit_skb_list(struct sk_buff *skb,
				       struct net_device *dev);

static inline bool netdev_xmit_more(const struct net_device *dev)
{
	return dev->xmit_more;
}

static inline bool netif_xmit_stopped(const struct netdev_queue *q)
{
	return q->state & (__QUEUE_STATE_DRV_XOFF | __QUEUE_STATE_STACK_XOFF);
}

static inline bool netif_xmit_frozen_or_stopped(const struct netdev_queue *q)
{
	return q->state & (__QUEUE_STATE_DRV_XOFF | __QUEUE_STATE_STACK_XOFF |
			   __QUEUE_STATE_FROZEN);
}

static inline void netif_tx_stop_queue(struct netdev_queue *q)
{
	q->state |= __QUEUE_STATE_DRV_XOFF;
}

static inline bool netif_tx_queue_stopped(const struct netdev_queue *q)
{
	return q->state & __QUEUE_STATE_DRV_XOFF;
}

static inline void netif_tx_start_queue(struct netdev_queue *q)
{
	q->state &= ~__QUEUE_STATE_DRV_XOFF;
	q->trans_start = 0;
}
/* Ring space again: let the qdisc go on (raises NET_TX). */
void netif_tx_wake_queue(struct netdev_queue *q);
/* ndo_start_xmit(): @bytes of one frame are in the ring; at the limit the
 * queue stops. */
static inline void netdev_tx_sent_queue(struct netdev_queue *q, u32 bytes)
{
	dql_queued(&q->dql, bytes);
	if (unlikely(dql_avail(&q->dql) < 0))
		q->state |= __QUEUE_STATE_STACK_XOFF;
}
void netdev_tx_restart_queue(struct netdev_queue *q);
/* The device has sent @pkts frames, @bytes as netdev_tx_sent_queue() was told
 * in all. Task or softirq. */
static inline void netdev_tx_completed_queue(struct netdev_queue *q, u32 pkts,
					     u32 bytes)
{
	if (unlikely(!pkts))
		return;
	dql_completed(&q->dql, bytes);
	if (unlikely(q->state & __QUEUE_STATE_STACK_XOFF))
		netdev_tx_restart_queue(q);
}
void netdev_tx_reset_queue(struct netdev_queue *q);
/* From hard interrupt: free @skb later, in NET_TX. */
void dev_consume_skb_irq(struct sk_buff *skb);

/* --- receive --- */
void netif_napi_add(struct net_device *dev, struct napi_struct *napi,
		    int (*poll)(struct napi_struct *, int));
void netif_napi_del(struct napi_struct *napi);
void napi_enable(struct napi_struct *napi);
void napi_disable(struct napi_struct *napi);
/* From hard interrupt or anywhere: poll soon. False if already scheduled. */
bool napi_schedule(struct napi_struct *napi);
/* Poll is done; false if it was scheduled again meanwhile. */
bool napi_complete_done(struct napi_struct *napi, int work);
/* A frame as it lies in the ring: has the stack acted on it? */
bool netif_receive_bare(struct net_device *dev, const void *frame, u32 len);
/* From poll: up the stack. Consumes @skb; skb->protocol is set. */
int netif_receive_skb(struct sk_buff *skb);
/* From anywhere (loopback): through the backlog queue. Consumes @skb. */
int netif_rx(struct sk_buff *skb);
/* Taps, of all devices or of one: mostly none. */
extern u32 netdev_nr_taps;
void dev_add_pack(struct packet_type *pt);
void dev_remove_pack(struct packet_type *pt);
/* Registers NET_TX, NET_RX, the backlog, and lo in each stack; at boot. */
void net_dev_init(void);
