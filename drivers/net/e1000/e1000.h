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
 */
#pragma once

#include "drivers/net/e1000/e1000_regs.h"
#include "drivers/pci/pci.h"
#include "kernel/dma.h"
#include "kernel/io.h"
#include "net/core/netdevice.h"

#define E1000_TX_RING   256U
#define E1000_RX_RING   256U
#define E1000_RX_BUFFER 2048U
/* Bytes a descriptor takes here; the limit is 16288 (3.3.3). */
#define E1000_TXD_MAX_LEN 8192U
/* Ethernet with a VLAN tag, the longest IPv4 and TCP header, rounded up. */
#define E1000_TX_HEADER 144U

struct e1000_tx_ring {
	struct e1000_tx_desc *desc;
	dma_addr_t dma;
	u32 next_to_use, next_to_clean;
	u32 tail; /* next_to_use at the last doorbell */
	/* With offload, E1000_TX_HEADER bytes a descriptor: TSO's headers. */
	u8 *headers;
	dma_addr_t headers_dma;
	/* What the device's context for sums without TSO holds; 0: nothing. */
	u32 csum_context;
	struct sk_buff *skb[E1000_TX_RING]; /* at a packet's last one */
};

struct e1000_rx_ring {
	struct e1000_rx_desc *desc;
	dma_addr_t dma;
	u8 *buffers; /* E1000_RX_RING times E1000_RX_BUFFER */
	dma_addr_t buffers_dma;
	u32 next_to_clean;
	bool discarding; /* inside a frame that is longer than a buffer */
};

struct e1000_stats {
	u64 tx_packets, tx_bytes, rx_packets, rx_bytes;
	u64 rx_errors, rx_length_errors, rx_no_memory;
	u64 tx_tso, tx_contexts; /* packets cut by the device; descriptors */
	u64 doorbells, interrupts, tx_busy, tx_timeouts;
	u64 missed, crc_errors; /* from the device's own counters */
	u64 first_frame_ns;     /* ktime of the first doorbell; 0: none yet */
};

struct e1000_adapter {
	u8 __iomem *regs;
	struct net_device *netdev;
	struct pci_dev *pdev;
	struct napi_struct napi;
	struct e1000_rx_ring rx;
	struct e1000_stats stats;
	bool offload;      /* e1000.offload: sums and TSO by the device */
	bool link_changed; /* set in hardirq, cleared by the poll */
	struct e1000_tx_ring tx;
};

static inline u32 e1000_read(const struct e1000_adapter *a, u32 reg)
{
	return readl(a->regs + reg);
}

static inline void e1000_write(struct e1000_adapter *a, u32 reg, u32 v)
{
	writel(v, a->regs + reg);
}

/* e1000_hw.c */
int e1000_reset_hw(struct e1000_adapter *a) __must_check;
int e1000_read_mac(struct e1000_adapter *a, u8 mac[ETH_ALEN]) __must_check;
void e1000_set_mac(struct e1000_adapter *a, const u8 mac[ETH_ALEN]);
bool e1000_link_up(const struct e1000_adapter *a);

/* e1000_tx.c */
int e1000_setup_tx(struct e1000_adapter *a) __must_check;
void e1000_free_tx(struct e1000_adapter *a);
netdev_tx_t e1000_xmit_frame(struct sk_buff *skb, struct net_device *dev);
u64 e1000_features_check(const struct sk_buff *skb,
			 const struct net_device *dev, u64 features);
void e1000_clean_tx_irq(struct e1000_adapter *a);
void e1000_tx_timeout(struct net_device *dev);
void e1000_drain_tx(struct e1000_adapter *a);

/* e1000_rx.c */
int e1000_setup_rx(struct e1000_adapter *a) __must_check;
void e1000_free_rx(struct e1000_adapter *a);
int e1000_clean_rx_irq(struct e1000_adapter *a, int budget);
