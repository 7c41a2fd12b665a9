/* SPDX-License-Identifier: MIT */
/*
 * DOC: the e1000 driver's own state and the calls between its files.
 *
 * The transmit ring:
 *
 *	next_to_clean           next_to_use
 *	     |  owned by device      |   free
 *
 * Both count without wrapping and are masked at use, so full and empty differ.
 * A packet's skb sits with its last descriptor and is the driver's until that
 * one's DD. Guarded by the queue's xmit_lock, taken with softirqs off.
 *
 * The receive ring has fixed 2 KiB buffers that never leave it: a frame is
 * copied into an skb of its own size, so that an allocation failure costs that
 * one frame and the ring cannot starve. A sender receives mostly ACKs.
 *
 * Ring sizes are powers of two, so that masking is all that wrapping takes.
 */
#pragma once

#include "drivers/net/e1000/e1000_regs.h"
#include "drivers/pci/pci.h"
#include "kernel/dma.h"
#include "kernel/io.h"
#include "net/core/ethtool.h"
#include "net/core/netdevice.h"

#define E1000_RING_MIN     64U
#define E1000_RING_MAX     4096U
#define E1000_RING_DEFAULT 256U
#define E1000_RX_BUFFER    2048U
/* Bytes a descriptor takes here; the limit is 16288 (3.3.3). */
#define E1000_TXD_MAX_LEN 8192U
/* Ethernet with a VLAN tag, the longest IPv4 and TCP header, rounded up. */
#define E1000_TX_HEADER 144U
/* The most descriptors a packet takes: context, TSO's header, linear part,
 * fragments, each cut at E1000_TXD_MAX_LEN; and one slot stays free so that
 * TDT never meets TDH. */
#define E1000_TX_WORST_CASE \
	(MAX_SKB_FRAGS + 3U + 65536U / E1000_TXD_MAX_LEN + 1U)
/* A stopped queue is woken when this much is free: not for every frame. */
#define E1000_TX_WAKE (2U * E1000_TX_WORST_CASE)

struct e1000_tx_ring {
	struct e1000_tx_desc *desc;
	struct sk_buff **skb; /* at a packet's last descriptor */
	u32 mask;             /* descriptors less one */
	u32 full; /* with more descriptors in use a packet may not fit */
	u32 next_to_use, next_to_clean;
	u32 tail; /* next_to_use at the last doorbell */
	/* What the device's context for sums without TSO holds; 0: nothing. */
	u32 csum_context;
	dma_addr_t dma;
	/* With TSO, E1000_TX_HEADER bytes a descriptor for the headers. */
	u8 *headers;
	dma_addr_t headers_dma;
	bool restarted; /* the watchdog has, and no packet was sent since */
	/* When the driver's timer looked last: something waited, and where. */
	bool seen_busy;
	u32 seen_clean;
};

struct e1000_rx_ring {
	struct e1000_rx_desc *desc;
	dma_addr_t dma;
	u8 *buffers; /* E1000_RX_BUFFER for each descriptor */
	dma_addr_t buffers_dma;
	u32 mask; /* descriptors less one */
	u32 next_to_clean;
	bool discarding; /* inside a frame that is longer than a buffer */
};

/* The device's own counters, summed up (8254x SDM, 13.7). */
struct e1000_hw_stats {
	u64 gptc, gotc, gprc, gorc, bprc, mprc, bptc, mptc;
	u64 crcerrs, rxerrc, mpc, rnbc, ruc, roc, rlec;
	u64 tsctc, tsctfc, ecol, latecol, colc;
};

struct e1000_stats {
	u64 tx_packets, tx_bytes, rx_packets, rx_bytes;
	u64 rx_errors, rx_length_errors, rx_no_memory;
	u64 tx_tso, tx_contexts; /* packets cut by the device; descriptors */
	u64 doorbells, interrupts, tx_busy, tx_timeouts;
	u64 tx_restart_queue; /* a stopped queue was woken */
	u64 resets;           /* of the whole device */
	u64 first_frame_ns;   /* ktime of the first doorbell; 0: none yet */
	struct e1000_hw_stats hw;
};

struct e1000_adapter {
	u8 __iomem *regs;
	struct net_device *netdev;
	struct pci_dev *pdev;
	struct napi_struct napi;
	struct e1000_rx_ring rx;
	struct e1000_stats stats;
	bool link_changed; /* set in hardirq, cleared by the poll */
	struct e1000_tx_ring tx;
	/* Moderation, in microseconds: least time between interrupts, 0: none;
	 * how long a completion may wait for others. */
	u32 itr_us, tx_us;
	u32 msg_enable; /* NETIF_MSG_*: what is said on the console */
	/* Every two seconds: see e1000_watchdog(). */
	struct timer_list watchdog;
};

static inline u32 e1000_read(const struct e1000_adapter *a, u32 reg)
{
	return readl(a->regs + reg);
}

static inline void e1000_write(struct e1000_adapter *a, u32 reg, u32 v)
{
	writel(v, a->regs + reg);
}

static inline u32 e1000_tx_unused(const struct e1000_tx_ring *r)
{
	return r->mask - (r->next_to_use - r->next_to_clean);
}

/* e1000_hw.c */
int e1000_reset_hw(struct e1000_adapter *a) __must_check;
int e1000_read_mac(struct e1000_adapter *a, u8 mac[ETH_ALEN]) __must_check;
void e1000_set_multicast(struct e1000_adapter *a);
void e1000_set_mac(struct e1000_adapter *a, const u8 mac[ETH_ALEN]);
bool e1000_link_up(const struct e1000_adapter *a);
int e1000_phy_read(struct e1000_adapter *a, u32 reg, u16 *value) __must_check;
int e1000_phy_write(struct e1000_adapter *a, u32 reg, u16 value) __must_check;
void e1000_set_vlan(struct e1000_adapter *a, bool insert);
void e1000_set_moderation(struct e1000_adapter *a);

/* e1000_main.c */
void e1000_reinit(struct e1000_adapter *a);

/* e1000_tx.c */
netdev_tx_t e1000_xmit_frame(struct sk_buff *skb, struct net_device *dev);
u64 e1000_features_check(const struct sk_buff *skb,
			 const struct net_device *dev, u64 features);
void e1000_clean_tx_irq(struct e1000_adapter *a);
void e1000_reclaim_tx(struct e1000_adapter *a);

/* e1000_ring.c */
u32 e1000_ring_size(u64 wanted);
int e1000_setup_tx(struct e1000_adapter *a, u32 size) __must_check;
void e1000_start_tx(struct e1000_adapter *a);
void e1000_free_tx(struct e1000_adapter *a);
void e1000_drain_tx(struct e1000_adapter *a);
int e1000_alloc_headers(struct e1000_adapter *a) __must_check;
int e1000_resize_tx(struct e1000_adapter *a, u32 size) __must_check;
int e1000_resize_rx(struct e1000_adapter *a, u32 size) __must_check;
void e1000_tx_timeout(struct net_device *dev);
bool e1000_tx_stands_still(struct e1000_adapter *a);

/* e1000_rx.c */
int e1000_setup_rx(struct e1000_adapter *a, u32 size) __must_check;
void e1000_start_rx(struct e1000_adapter *a);
void e1000_free_rx(struct e1000_adapter *a);
int e1000_clean_rx_irq(struct e1000_adapter *a, int budget);

/* e1000_ethtool.c */
#define E1000_ITR_MAX_US 10000U
#define E1000_TX_MAX_US  10000U
extern const struct ethtool_ops e1000_ethtool_ops;
void e1000_update_stats(struct e1000_adapter *a);
