// SPDX-License-Identifier: MIT
/*
 * DOC: rings: received packets in memory that the program has mapped
 * (PACKET_RX_RING; Linux, Documentation/networking/packet_mmap.rst).
 *
 * Versions 1 and 2 have frames of one size, each with a status word that says
 * whose it is. Version 3, libpcap's, has blocks, into which packets are put
 * one behind the other; a block becomes the program's when it is full or
 * when its first packet has waited for tp_retire_blk_tov. While the next block
 * is still the program's the queue is frozen, and packets are dropped.
 *
 * Nothing that the program can write is believed, but for the status words:
 * places and counts are kept here. Pages are counted one by one, and a mapping
 * holds references: so a ring that is mapped is one whose pages have more than
 * ours, and it cannot be changed then (EBUSY). The file outlives its mappings,
 * so the ring does, too.
 *
 * Put into by packet_rcv() in softirq, by the timer in softirq; made and freed
 * by tasks while the socket is unhooked and the timer stopped.
 */
#include "lib/err.h"
#include "lib/slab.h"
#include "lib/softirq.h"
#include "lib/uapi/time.h"
#include "lib/vsprintf.h"
#include "net/packet/packet_int.h"

/* Of a block without tp_retire_blk_tov. */
#define RETIRE_DEFAULT_NS (8 * NSEC_PER_MSEC)
#define BLK_HDR_LEN       ((u32)sizeof(struct tpacket_block_desc))
#define STATUS_OFFSET     offsetof(struct tpacket_block_desc, block_status)
/* In front of the network header there is room for at least this. */
#define MIN_MAC_ROOM 16U

struct packet_ring {
	struct packet_sock *po;
	u32 block_size, block_nr, frame_size, frame_nr;
	u32 header; /* bytes before a packet's link header, at least */
	u32 at;     /* the frame, or the block, that is next */
	/* Version 3. */
	u32 first;    /* offset of a block's first packet */
	u32 fill;     /* of the next one */
	u32 last;     /* of the last one */
	u32 num_pkts; /* in the block; 0: last says nothing */
	bool open;    /* the block is being filled; else the queue is frozen */
	bool rxhash;
	u64 seq;
	u64 retire_ns;
	struct tpacket_bd_ts ts_first, ts_last;
	struct timer_list timer;
	u32 nr_pages;
	struct page *pages[];
};

/* What all versions tell of a packet. */
struct ring_packet {
	u32 len, snaplen, status;
	u32 mac, net; /* offsets from where its header is */
	u32 sec, nsec;
};

/* --- memory --- */

static u8 *ring_at(const struct packet_ring *ring, u64 off)
{
	return (u8 *)page_address(ring->pages[off >> PAGE_SHIFT]) +
	       (off & ~PAGE_MASK);
}

/* Bytes from @off on that lie in one place. */
static u32 run_at(u64 off, u32 len)
{
	return min(len, (u32)(PAGE_SIZE - (off & ~PAGE_MASK)));
}

static void ring_write(const struct packet_ring *ring, u64 off,
		       const void *from, u32 len)
{
	const u8 *p = from;
	u32 n;

	for (; len; len -= n, off += n, p += n) {
		n = run_at(off, len);
		memcpy(ring_at(ring, off), p, n);
	}
}

static void ring_write_packet(const struct packet_ring *ring, u64 off,
			      const struct sk_buff *skb, u32 len)
{
	u32 done = 0, n;

	for (; done < len; done += n) {
		n = run_at(off + done, len - done);
		/* @len is at most the packet's. */
		WARN_ON(skb_copy_bits(skb, done, ring_at(ring, off + done), n));
	}
}

static u32 read_status(const struct packet_ring *ring, u64 off)
{
	return READ_ONCE(*(const u32 *)(const void *)ring_at(ring, off));
}

/* What was written before is the program's from here on. */
static void write_status(const struct packet_ring *ring, u64 off, u32 status)
{
	barrier();
	WRITE_ONCE(*(u32 *)(void *)ring_at(ring, off), status);
}

/* --- versions --- */

/**
 * packet_header_size() - The header of a ring's packet (PACKET_HDRLEN).
 * @version: TPACKET_*.
 *
 * Return: its bytes, without the name behind it; 0: there is no such version.
 */
u32 packet_header_size(u32 version)
{
	static const u8 sizes[] = { sizeof(struct tpacket_hdr),
				    sizeof(struct tpacket2_hdr),
				    sizeof(struct tpacket3_hdr) };

	return version < ARRAY_SIZE(sizes) ? sizes[version] : 0;
}

/* The header with the name behind it, as programs count it. */
static u32 header_len(u32 version)
{
	return TPACKET_ALIGN(packet_header_size(version)) +
	       (u32)sizeof(struct sockaddr_ll);
}

static void write_v1(const struct packet_ring *ring, u64 off,
		     const struct ring_packet *p)
{
	struct tpacket_hdr h = {
		.tp_len = p->len,
		.tp_snaplen = p->snaplen,
		.tp_mac = (u16)p->mac,
		.tp_net = (u16)p->net,
		.tp_sec = p->sec,
		.tp_usec = p->nsec / 1000,
	};

	ring_write(ring, off, &h, sizeof(h));
}

static void write_v2(const struct packet_ring *ring, u64 off,
		     const struct ring_packet *p, const struct sk_buff *skb)
{
	struct tpacket2_hdr h = {
		.tp_len = p->len,
		.tp_snaplen = p->snaplen,
		.tp_mac = (u16)p->mac,
		.tp_net = (u16)p->net,
		.tp_sec = p->sec,
		.tp_nsec = p->nsec,
		.tp_vlan_tci = skb->vlan_present ? skb->vlan_tci : 0,
		.tp_vlan_tpid = skb->vlan_present ? ETH_P_8021Q : 0,
	};

	ring_write(ring, off, &h, sizeof(h));
}

static void write_v3(const struct packet_ring *ring, u64 off,
		     const struct ring_packet *p, const struct sk_buff *skb,
		     u32 next)
{
	struct tpacket3_hdr h = {
		.tp_next_offset = next,
		.tp_sec = p->sec,
		.tp_nsec = p->nsec,
		.tp_snaplen = p->snaplen,
		.tp_len = p->len,
		.tp_status = p->status,
		.tp_mac = (u16)p->mac,
		.tp_net = (u16)p->net,
		.tp_rxhash = ring->rxhash ? skb->hash : 0,
		.tp_vlan_tci = skb->vlan_present ? skb->vlan_tci : 0,
		.tp_vlan_tpid = skb->vlan_present ? ETH_P_8021Q : 0,
	};

	ring_write(ring, off, &h, sizeof(h));
}

/* --- version 3: blocks --- */

static u64 block_at(const struct packet_ring *ring, u32 i)
{
	return (u64)i * ring->block_size;
}

static struct tpacket_bd_ts now_ts(void)
{
	struct timespec ts = ns_to_timespec(ktime_get_real_ns());

	return (struct tpacket_bd_ts){ (u32)ts.tv_sec, (u32)ts.tv_nsec };
}

/* Begin the current block; false: it is still the program's. */
static bool block_open(struct packet_ring *ring)
{
	u64 off = block_at(ring, ring->at);

	ring->open = read_status(ring, off + STATUS_OFFSET) == TP_STATUS_KERNEL;
	ring->fill = ring->first;
	ring->num_pkts = 0;
	ring->ts_first = now_ts();
	return ring->open;
}

/* The current block becomes the program's, and the next one the current. */
static void block_close(struct packet_ring *ring, u32 status)
{
	u64 off = block_at(ring, ring->at);
	struct tpacket_block_desc d = {
		.version = TPACKET_V3,
		.offset_to_priv = BLK_HDR_LEN,
		.num_pkts = ring->num_pkts,
		.offset_to_first_pkt = ring->first,
		.blk_len = ring->fill,
		.seq_num = ++ring->seq,
		.ts_first_pkt = ring->ts_first,
		.ts_last_pkt = ring->ts_last,
	};
	u32 none = 0;

	ring_write(ring, off + ring->last, &none, sizeof(none));
	ring_write(ring, off, &d, sizeof(d));
	if (ring->po->stats.tp_drops)
		status |= TP_STATUS_LOSING;
	write_status(ring, off + STATUS_OFFSET, TP_STATUS_USER | status);
	ring->at = ring->at + 1 == ring->block_nr ? 0 : ring->at + 1;
	ring->po->sk.sk_data_ready(&ring->po->sk);
	if (!block_open(ring))
		ring->po->stats.tp_freeze_q_cnt++;
}

/* Its first packet has waited long enough. */
static void block_timer(struct timer_list *t)
{
	struct packet_ring *ring = from_timer(ring, t, timer);

	if (ring->open && ring->num_pkts)
		block_close(ring, TP_STATUS_BLK_TMO);
}

/* Room for @len bytes, a multiple of 8 that an empty block has. */
static bool block_reserve(struct packet_ring *ring, u32 len, u64 *off)
{
	if (!ring->open && !block_open(ring))
		return false;
	if (len > ring->block_size - ring->fill)
		block_close(ring, 0);
	if (!ring->open)
		return false;
	if (!ring->num_pkts) {
		ring->ts_first = now_ts();
		mod_timer(&ring->timer, ktime_get_ns() + ring->retire_ns);
	}
	ring->ts_last = now_ts();
	*off = block_at(ring, ring->at) + ring->fill;
	ring->last = ring->fill;
	ring->fill += len;
	ring->num_pkts++;
	return true;
}

/* --- a packet --- */

static u64 frame_at(const struct packet_ring *ring, u32 i)
{
	u32 per_block = ring->block_size / ring->frame_size;

	return block_at(ring, i / per_block) +
	       (u64)(i % per_block) * ring->frame_size;
}

/* Where things will stand, counted from the packet's header, in a frame of
 * @most bytes. False: 16 bits cannot say it. */
static bool lay_out(const struct packet_ring *ring, const struct sk_buff *skb,
		    u32 most, struct ring_packet *p)
{
	u32 mac_len = (u32)skb_network_offset(skb);

	if (ring->po->sk.sk_type != SOCK_RAW) {
		p->net = TPACKET_ALIGN(ring->header) + MIN_MAC_ROOM +
			 ring->po->reserve;
		p->mac = p->net;
	} else {
		p->net = TPACKET_ALIGN(ring->header +
				       max(mac_len, MIN_MAC_ROOM)) +
			 ring->po->reserve;
		p->mac = p->net - mac_len;
	}
	p->mac = min(p->mac, most);
	p->snaplen = min(p->snaplen, most - p->mac);
	return p->net <= 0xffff;
}

static void stamp(struct ring_packet *p, const struct sk_buff *skb)
{
	u64 ns = ktime_get_real_ns();
	struct timespec ts;

	if (skb->tstamp)
		ns -= ktime_get_ns() - skb->tstamp;
	ts = ns_to_timespec(ns);
	p->sec = (u32)ts.tv_sec;
	p->nsec = (u32)ts.tv_nsec;
	p->status |= (u32)TP_STATUS_TS_SOFTWARE;
}

/* Versions 1 and 2. */
static bool frame_put(struct packet_ring *ring, const struct sk_buff *skb,
		      const struct sockaddr_ll *sll, struct ring_packet *p)
{
	u32 name_at = TPACKET_ALIGN(packet_header_size(ring->po->version));
	u64 off = frame_at(ring, ring->at);

	if (read_status(ring, off) != TP_STATUS_KERNEL ||
	    !lay_out(ring, skb, ring->frame_size, p))
		return false;
	ring_write_packet(ring, off + p->mac, skb, p->snaplen);
	if (ring->po->version == TPACKET_V1)
		write_v1(ring, off, p);
	else
		write_v2(ring, off, p, skb);
	ring_write(ring, off + name_at, sll, sizeof(*sll));
	if (ring->po->stats.tp_drops)
		p->status |= TP_STATUS_LOSING;
	write_status(ring, off, p->status);
	ring->at = ring->at + 1 == ring->frame_nr ? 0 : ring->at + 1;
	ring->po->sk.sk_data_ready(&ring->po->sk);
	return true;
}

static bool block_put(struct packet_ring *ring, const struct sk_buff *skb,
		      const struct sockaddr_ll *sll, struct ring_packet *p)
{
	u32 len;
	u64 off;

	if (!lay_out(ring, skb, ring->block_size - ring->first, p))
		return false;
	len = ALIGN(p->mac + p->snaplen, 8U);
	if (!block_reserve(ring, len, &off))
		return false;
	write_v3(ring, off, p, skb, len);
	ring_write(ring, off + TPACKET_ALIGN(sizeof(struct tpacket3_hdr)), sll,
		   sizeof(*sll));
	ring_write_packet(ring, off + p->mac, skb, p->snaplen);
	return true;
}

/**
 * packet_ring_put() - A packet into a socket's ring.
 * @po:      with a ring.
 * @skb:     as the socket's type wants it.
 * @sll:     its name.
 * @snaplen: bytes of it that the filter keeps, at most its length.
 *
 * Ownership: @skb stays the caller's.
 * Context:   softirq, or task with softirqs off.
 * Return:    false: there was no room.
 */
bool packet_ring_put(struct packet_sock *po, const struct sk_buff *skb,
		     const struct sockaddr_ll *sll, u32 snaplen)
{
	struct ring_packet p = { .len = skb->len,
				 .snaplen = snaplen,
				 .status =
					 TP_STATUS_USER | packet_status(skb) };
	bool ok;

	stamp(&p, skb);
	ok = po->version == TPACKET_V3 ? block_put(po->ring, skb, sll, &p)
				       : frame_put(po->ring, skb, sll, &p);
	if (!ok)
		po->sk.sk_data_ready(&po->sk); /* somebody must read */
	return ok;
}

/**
 * packet_ring_readable() - Whether the last one that was filled is unread.
 * @ring: the ring.
 *
 * Context: any.
 */
bool packet_ring_readable(const struct packet_ring *ring)
{
	bool blocks = ring->po->version == TPACKET_V3;
	u32 n = blocks ? ring->block_nr : ring->frame_nr;
	u32 prev = (ring->at ?: n) - 1;

	return read_status(ring, blocks ? block_at(ring, prev) + STATUS_OFFSET
					: frame_at(ring, prev)) !=
	       TP_STATUS_KERNEL;
}

/* --- mapping --- */

/**
 * packet_ring_may_map() - A program wants to map the ring: all of it.
 * @ring: NULL: there is none.
 * @off, @len: in bytes.
 *
 * Return: 0 or -EINVAL.
 */
int packet_ring_may_map(const struct packet_ring *ring, u64 off, u64 len)
{
	if (!ring || off || len != (u64)ring->nr_pages << PAGE_SHIFT)
		return -EINVAL;
	return 0;
}

/**
 * packet_ring_page() - A page of it, for a mapping.
 * @ring: NULL: there is none.
 * @off:  in bytes.
 *
 * Ownership: one reference is the caller's.
 * Return:    the page; NULL: the ring has no such page.
 */
struct page *packet_ring_page(const struct packet_ring *ring, u64 off)
{
	struct page *page;

	if (!ring || off >> PAGE_SHIFT >= ring->nr_pages)
		return NULL;
	page = ring->pages[off >> PAGE_SHIFT];
	get_page(page);
	return page;
}

/* Somebody else has pages of it. */
static bool is_mapped(const struct packet_ring *ring)
{
	u32 i;

	for (i = 0; i < ring->nr_pages; i++)
		if (page_count(ring->pages[i]) > 1)
			return true;
	return false;
}

/* --- life --- */

static void ring_free(struct packet_ring *ring)
{
	u32 i;

	for (i = 0; i < ring->nr_pages; i++)
		put_page(ring->pages[i]);
	kfree(ring);
}

/* Pages of a ring that is asked for; 0: what was asked is wrong. */
static u64 ring_pages(const struct packet_sock *po,
		      const struct tpacket_req3 *req)
{
	u32 least = header_len(po->version) + po->reserve, per_block;
	u32 priv = req->tp_sizeof_priv;

	if ((int)req->tp_block_size <= 0 || (req->tp_block_size & ~PAGE_MASK))
		return 0;
	if (least < po->reserve || req->tp_frame_size < least ||
	    req->tp_frame_size % TPACKET_ALIGNMENT)
		return 0;
	if (po->version == TPACKET_V3 &&
	    req->tp_block_size <
		    (u64)BLK_HDR_LEN + ALIGN((u64)priv, 8UL) + least)
		return 0;
	per_block = req->tp_block_size / req->tp_frame_size;
	if (!per_block || (u64)per_block * req->tp_block_nr != req->tp_frame_nr)
		return 0;
	return (u64)req->tp_block_nr * (req->tp_block_size >> PAGE_SHIFT);
}

static struct packet_ring *ring_alloc(u64 nr)
{
	struct packet_ring *ring;

	/* The rest of the machine wants to live, too. */
	if (nr > nr_free_pages() / 2)
		return NULL;
	ring = kzalloc(sizeof(*ring) + nr * sizeof(ring->pages[0]), GFP_KERNEL);
	if (!ring)
		return NULL;
	for (; ring->nr_pages < nr; ring->nr_pages++) {
		ring->pages[ring->nr_pages] = alloc_page(__GFP_ZERO);
		if (!ring->pages[ring->nr_pages]) {
			ring_free(ring);
			return NULL;
		}
	}
	return ring;
}

static void ring_init(struct packet_ring *ring, struct packet_sock *po,
		      const struct tpacket_req3 *req)
{
	ring->po = po;
	ring->block_size = req->tp_block_size;
	ring->block_nr = req->tp_block_nr;
	ring->frame_size = req->tp_frame_size;
	ring->frame_nr = req->tp_frame_nr;
	ring->header = header_len(po->version);
	ring->first = BLK_HDR_LEN + ALIGN(req->tp_sizeof_priv, 8U);
	ring->rxhash = req->tp_feature_req_word & TP_FT_REQ_FILL_RXHASH;
	ring->retire_ns = RETIRE_DEFAULT_NS;
	if (req->tp_retire_blk_tov)
		ring->retire_ns = req->tp_retire_blk_tov * NSEC_PER_MSEC;
	timer_setup(&ring->timer, block_timer);
	if (po->version == TPACKET_V3)
		block_open(ring);
}

/* @po gets this one, NULL: none; what waits to be read is lost. */
static void ring_exchange(struct packet_sock *po, struct packet_ring *ring)
{
	struct packet_ring *old = po->ring;
	bool was = po->running;

	packet_hook_off(po);
	if (old)
		del_timer(&old->timer);
	po->ring = ring;
	local_bh_disable();
	skb_queue_purge(&po->sk.sk_receive_queue);
	local_bh_enable();
	if (was)
		packet_hook_on(po);
	if (old)
		ring_free(old);
}

/**
 * packet_set_ring() - PACKET_RX_RING.
 * @po:  the socket; version and reserve are set.
 * @req: tp_block_nr 0: no ring any more.
 *
 * Context: task.
 * Return:  0; -EINVAL; -EBUSY: there is one, or it is mapped; -ENOMEM.
 */
int packet_set_ring(struct packet_sock *po, const struct tpacket_req3 *req)
{
	struct packet_ring *ring = NULL;
	u64 nr;

	if (po->ring && is_mapped(po->ring))
		return -EBUSY;
	if (!req->tp_block_nr) {
		if (req->tp_frame_nr)
			return -EINVAL;
		ring_exchange(po, NULL);
		return 0;
	}
	if (po->ring)
		return -EBUSY;
	nr = ring_pages(po, req);
	if (!nr)
		return -EINVAL;
	ring = ring_alloc(nr);
	if (!ring)
		return -ENOMEM;
	ring_init(ring, po, req);
	ring_exchange(po, ring);
	return 0;
}

/**
 * packet_free_ring() - The socket is being closed; nothing is mapped.
 * @po: the socket, unhooked.
 *
 * Context: task.
 */
void packet_free_ring(struct packet_sock *po)
{
	if (po->ring)
		ring_exchange(po, NULL);
}
