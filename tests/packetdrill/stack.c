// SPDX-License-Identifier: MIT
/*
 * DOC: one stack, init_net, behind the calls of stack.h, and the device that
 * packetdrill holds the other end of: bare IP packets, no link header, no
 * queue, checksum and segmentation left to it as a tun device's reader sees
 * them.
 *
 * Everything runs under the big lock of platform_threads.c.
 */
#include "lib/bug.h"
#include "lib/byteorder.h"
#include "lib/file.h"
#include "lib/slab.h"
#include "lib/softirq.h"
#include "lib/syscalls.h"
#include "lib/uapi/fcntl.h"
#include "lib/uapi/unistd.h"
#include "lib/timer.h"
#include "net/core/netdevice.h"
#include "net/core/sch_generic.h"
#include "net/core/zerocopy.h"
#include "net/ipv4/inet_sock.h"
#include "net/ipv4/route.h"
#include "net/wire/tcp.h"
#include "tests/host/host.h"
#include "tests/packetdrill/platform_threads.h"
#include "tests/packetdrill/stack.h"
#include "tests/packetdrill/stack_int.h"

#define FIRST_FD      200
#define ARPHRD_NONE   0xfffe
#define TUN_MTU_MAX   65535
#define TUN_QUEUE_LEN 500
#define MAX_WAIT_NS   (12ULL * 3600 * NSEC_PER_SEC)

extern const struct syscall_def __start_syscalls[];
extern const struct syscall_def __stop_syscalls[];

struct out_packet {
	struct list_head list;
	u64 at_ns; /* of ktime_get_real_ns() */
	u32 len;
	u8 data[];
};

static LIST_HEAD(out_packets);
struct net_device *tun;
static struct files_struct *files;
static u32 peer_mss; /* 0: what comes is never a merged packet */

/* --- the device --- */

/* Ownership of @skb: it is copied and freed; the copy waits for its reader. */
static netdev_tx_t tun_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct out_packet *p = kmalloc(sizeof(*p) + skb->len, GFP_ATOMIC);

	skb_tx_timestamp(skb);
	/* Whoever reads the other end may take any time, so programs' pages
	 * are copied: as a tun device of Linux does. */
	if (skb_orphan_frags_rx(skb, GFP_ATOMIC)) {
		dev->stats.tx_dropped++;
		kfree(p);
		kfree_skb(skb);
		return NETDEV_TX_OK;
	}
	if (!p || (skb->ip_summed == CHECKSUM_PARTIAL &&
		   skb_checksum_help(skb) != 0)) {
		kfree(p);
		dev->stats.tx_dropped++;
		kfree_skb(skb);
		return NETDEV_TX_OK;
	}
	p->at_ns = ktime_get_real_ns();
	p->len = skb->len;
	BUG_ON(skb_copy_bits(skb, 0, p->data, skb->len) != 0);
	list_add_tail(&p->list, &out_packets);
	dev->stats.tx_packets++;
	dev->stats.tx_bytes += skb->len;
	consume_skb(skb);
	return NETDEV_TX_OK;
}

static const struct net_device_ops tun_ops = {
	.ndo_start_xmit = tun_xmit,
};

static void tun_setup(struct net_device *dev)
{
	dev->type = ARPHRD_NONE;
	dev->mtu = 1500;
	dev->max_mtu = TUN_MTU_MAX;
	dev->flags = IFF_POINTOPOINT | IFF_NOARP | IFF_MULTICAST;
	dev->features = NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_TSO |
			NETIF_F_GSO | NETIF_F_LLTX;
	dev->tx_queue_len = TUN_QUEUE_LEN;
	dev->tx_path_noqueue = true;
	dev->netdev_ops = &tun_ops;
}

/* --- start --- */

static ssize_t placeholder_read(struct file *f, struct iov_iter *to)
{
	return -EBADF;
}

static const struct file_operations placeholder_fops = {
	.name = "placeholder",
	.read_iter = placeholder_read,
};

/* Descriptors below FIRST_FD are the program's own: never given out here. */
static int fill_low_fds(void)
{
	struct file *f = file_alloc(&placeholder_fops, NULL, 0);
	int fd;

	files = files_alloc();
	if (!f || !files)
		return -ENOMEM;
	test_set_files(files);
	for (fd = 0; fd < FIRST_FD; fd++) {
		get_file(f);
		if (fd_install(files, f, 0, false) != fd)
			return -ENOMEM;
	}
	fput(f);
	return 0;
}

static int parse_ip(const char *text, __be32 *addr)
{
	u32 value = 0, part = 0, dots = 0;

	for (; *text; text++) {
		if (*text == '.' && ++dots <= 3) {
			value = value << 8 | part;
			part = 0;
		} else if (*text >= '0' && *text <= '9') {
			part = part * 10 + (u32)(*text - '0');
			if (part > 255)
				return -EINVAL;
		} else {
			return -EINVAL;
		}
	}
	*addr = htonl(value << 8 | part);
	return dots == 3 ? 0 : -EINVAL;
}

/* packetdrill draws a random address of the prefix when it is told none: then
 * all of them are this machine's, but for the peer's. */
static int own_whole_prefix(const struct fib_config *cfg, __be32 remote)
{
	struct fib_config local = *cfg, peer = *cfg;
	int err;

	local.type = RTN_LOCAL;
	local.scope = RT_SCOPE_HOST;
	peer.dst = remote;
	peer.prefix_len = 32;
	peer.type = RTN_UNICAST;
	peer.scope = RT_SCOPE_LINK;
	err = fib_table_insert(&init_net, &local);
	return err ? err : fib_table_insert(&init_net, &peer);
}

/* The rest of the world is behind tun0. */
static int add_routes(const struct stack_config *config, __be32 addr,
		      __be32 remote)
{
	struct fib_config prefix = {
		.dst = addr & inet_make_mask((int)config->prefix_len),
		.prefix_len = (u8)config->prefix_len,
		.prefsrc = addr,
		.table = RT_TABLE_LOCAL,
		.dev = tun,
	};
	struct fib_config out = {
		.type = RTN_UNICAST,
		.scope = RT_SCOPE_LINK,
		.table = RT_TABLE_MAIN,
		.prefsrc = addr,
		.dev = tun,
	};
	int err = 0;

	if (config->prefix_is_local && config->prefix_len < 32)
		err = own_whole_prefix(&prefix, remote);
	return err ? err : fib_table_insert(&init_net, &out);
}

static int configure(const struct stack_config *config)
{
	__be32 addr, remote;
	int err;

	err = parse_ip(config->local, &addr);
	if (!err)
		err = parse_ip(config->remote, &remote);
	if (err || config->prefix_len > 32)
		return -EINVAL;
	peer_mss = config->peer_mss;
	err = dev_open(init_net.loopback_dev);
	if (!err)
		err = dev_set_mtu(tun, config->mtu);
	if (!err)
		err = dev_open(tun);
	if (!err)
		err = inet_addr_add(tun, addr, (u8)config->prefix_len, 0);
	return err ? err : add_routes(config, addr, remote);
}

static int start(const struct stack_config *config)
{
	int err;

	timers_init();
	skb_init();
	net_dev_init();
	net_sched_init();
	inet_init();
	err = net_setup(&init_net);
	if (err)
		return err;
	/* What scripts that know Linux expect of CUBIC, and of ACKs. */
	init_net.ipv4->tcp_hystart_detect = 3;
	init_net.ipv4->sysctl_tcp_comp_sack_nr = 44;
	tun = alloc_netdev_mqs(0, "tun%d", tun_setup, 1);
	if (!tun)
		return -ENOMEM;
	err = register_netdev(&init_net, tun);
	if (!err)
		err = configure(config);
	return err ? err : fill_low_fds();
}

int stack_start(const struct stack_config *config)
{
	int err;

	platform_init();
	platform_enter();
	err = start(config);
	platform_leave();
	return err;
}

/* --- calls --- */

static long dispatch(u32 nr, const long a[6])
{
	const struct syscall_def *def;

	for (def = __start_syscalls; def < __stop_syscalls; def++)
		if (def->nr == nr)
			return def->fn((u64)a[0], (u64)a[1], (u64)a[2],
				       (u64)a[3], (u64)a[4], (u64)a[5]);
	return -ENOSYS;
}

long stack_syscall(unsigned int nr, const long args[6])
{
	long ret;

	platform_enter();
	ret = dispatch(nr, args);
	if (softirq_pending_mask)
		do_softirq();
	platform_settle();
	platform_leave();
	return ret;
}

/* --- a file outside --- */

struct host_file {
	stack_read *read;
	const void *ctx;
};

/* file_operations.get_piece: a page with what is there now. */
static ssize_t host_file_piece(struct file *f, loff_t pos, size_t len,
			       struct bio_vec *piece)
{
	const struct host_file *hf = f->private_data;
	struct page *page = alloc_page(GFP_KERNEL);
	ssize_t n;

	if (!page)
		return -ENOMEM;
	n = hf->read(hf->ctx, page_address(page), min_t(size_t, len, PAGE_SIZE),
		     pos);
	if (n <= 0) {
		put_page(page);
		return n < 0 ? -EIO : 0;
	}
	*piece = (struct bio_vec){ page, (u32)n, 0 };
	return n;
}

static loff_t host_file_llseek(struct file *f, loff_t off, int whence)
{
	return -EINVAL;
}

static const struct file_operations host_file_ops = {
	.name = "host file",
	.llseek = host_file_llseek,
	.get_piece = host_file_piece,
};

long stack_send_host_file(int out, stack_read *read, const void *ctx,
			  long *offset, unsigned long n)
{
	struct host_file hf = { read, ctx };
	struct file *f;
	long ret = -ENOMEM, in = -ENOMEM;

	platform_enter();
	f = file_alloc(&host_file_ops, &hf, O_RDONLY);
	if (f)
		in = fd_install(files, f, FIRST_FD, false);
	platform_leave();
	if (in >= 0) {
		ret = stack_syscall(
			__NR_sendfile,
			(const long[6]){ out, in, (long)offset, (long)n });
		stack_syscall(__NR_close, (const long[6]){ in });
	} else if (f) {
		fput(f);
	}
	return ret;
}

int stack_has_fd(int fd)
{
	bool has = false;

	platform_enter();
	if (files && fd >= FIRST_FD && (u32)fd < files->max_fds)
		has = files->fd[fd] != NULL;
	platform_leave();
	return has;
}

/* --- packets --- */

/*
 * What a packet costs its receiver in Linux, coming from a tun device: the
 * struct, and a buffer of a power of two, or of whole pages if it is large.
 * Windows follow from this, and scripts may name them.
 */
static u32 tun_truesize(u32 len)
{
	const u32 skb_struct = 256, shared_info = 320, small_head = 576;
	u32 size = ALIGN(len + NET_SKB_PAD, 64) + shared_info;

	if (size <= small_head)
		size = small_head;
	else if (size <= 2 * PAGE_SIZE)
		size = (u32)roundup_pow_of_two(size);
	else
		size = ALIGN(size, (u32)PAGE_SIZE);
	return skb_struct + size;
}

/* Larger than a segment: it stands for several, as a device merges them. */
static void mark_merged(struct sk_buff *skb)
{
	const struct iphdr *iph = (const struct iphdr *)skb->data;
	const struct tcphdr *th;
	u32 hdr;

	if (skb->len < sizeof(*iph) + sizeof(*th) || iph->version != 4 ||
	    iph->protocol != IPPROTO_TCP)
		return;
	hdr = iph->ihl * 4U;
	if (skb->len < hdr + sizeof(*th))
		return;
	th = (const struct tcphdr *)(skb->data + hdr);
	hdr += th->doff * 4U;
	if (skb->len <= hdr + peer_mss)
		return;
	skb_shinfo(skb)->gso_type = SKB_GSO_TCPV4;
	skb_shinfo(skb)->gso_size = (u16)peer_mss;
	skb_shinfo(skb)->gso_segs = (u16)DIV_ROUND_UP(skb->len - hdr, peer_mss);
}

static int packet_in(const void *packet, u32 len)
{
	struct sk_buff *skb = netdev_alloc_skb(tun, len);
	u8 version = len ? *(const u8 *)packet >> 4 : 0;

	if (!skb)
		return -ENOMEM;
	memcpy(skb_put(skb, len), packet, len);
	skb->truesize = tun_truesize(len);
	if (peer_mss)
		mark_merged(skb);
	skb->protocol = htons(version == 6 ? ETH_P_IPV6 : ETH_P_IP);
	skb->pkt_type = PACKET_HOST;
	skb_reset_mac_header(skb);
	skb_reset_network_header(skb);
	tun->stats.rx_packets++;
	tun->stats.rx_bytes += len;
	local_bh_disable();
	netif_receive_skb(skb);
	local_bh_enable();
	return 0;
}

int stack_packet_in(const void *packet, unsigned long len)
{
	int err;

	if (len > TUN_MTU_MAX)
		return -EMSGSIZE;
	platform_enter();
	err = packet_in(packet, (u32)len);
	platform_settle();
	platform_leave();
	return err;
}

static struct out_packet *wait_for_packet(void)
{
	u64 end = ktime_get_ns() + MAX_WAIT_NS;
	struct out_packet *p;

	while (list_empty(&out_packets))
		if (ktime_get_ns() >= end || !platform_step(~0ULL))
			return NULL;
	p = list_first_entry(&out_packets, struct out_packet, list);
	list_del(&p->list);
	return p;
}

long stack_packet_out(void *packet, unsigned long size, long long *time_us)
{
	struct out_packet *p;
	long len = -1;

	platform_enter();
	p = wait_for_packet();
	if (p) {
		len = (long)min((unsigned long)p->len, size);
		memcpy(packet, p->data, (size_t)len);
		*time_us = (s64)(p->at_ns / NSEC_PER_USEC);
		kfree(p);
	}
	platform_leave();
	return len;
}

/* --- time --- */

long long stack_time_us(void)
{
	s64 us;

	platform_enter();
	if (!platform_saw_time())
		platform_step(ktime_get_ns() + NSEC_PER_USEC);
	us = (s64)(ktime_get_real_ns() / NSEC_PER_USEC);
	platform_leave();
	return us;
}

int stack_woke_calls(void)
{
	static u64 told;
	u64 n;

	platform_enter();
	n = platform_wakes() - told;
	told += n;
	platform_leave();
	return n != 0;
}

int stack_call_sleeps(void)
{
	int sleeps;

	platform_enter();
	sleeps = platform_sleepers() != 0;
	platform_leave();
	return sleeps;
}

int stack_wait_call(long long end_us)
{
	u64 end, wakes, real = 0;
	int ret = 1;

	platform_enter();
	real = ktime_get_real_ns() - ktime_get_ns();
	end = (u64)end_us * NSEC_PER_USEC - real;
	wakes = platform_wakes();
	while (ret == 1 && platform_wakes() == wakes) {
		if (ktime_get_ns() >= end)
			ret = 0;
		else if (!platform_has_timer())
			ret = -1;
		else
			platform_step(end);
	}
	platform_leave();
	return ret;
}

void stack_sleep_us(unsigned long us)
{
	u64 end, wakes;

	platform_enter();
	end = ktime_get_ns() + us * NSEC_PER_USEC;
	wakes = platform_wakes();
	while (ktime_get_ns() < end && platform_wakes() == wakes)
		platform_step(end);
	platform_leave();
}
