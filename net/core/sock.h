/* SPDX-License-Identifier: MIT */
/*
 * DOC: struct sock, the protocol's side of a socket: queues, memory
 * accounting, the owner lock with its backlog (S4), wake-ups (S5, S7).
 *
 * Memory: sk_wmem_queued is what a stream has queued (truesize);
 * sk_wmem_alloc is what of it, as clones or datagrams, is below the transport
 * and not yet freed by the driver; sk_rmem_alloc is what waits to be read.
 */
#pragma once

#include "lib/list.h"
#include "lib/page.h"
#include "lib/spinlock.h"
#include "lib/timer.h"
#include "net/core/dst.h"
#include "net/core/skbuff.h"
#include "net/core/socket.h"

struct proto;
struct sk_filter;

#define SOCK_MIN_SNDBUF 4608U
#define SOCK_MIN_RCVBUF 2304U

/* sk_shutdown */
#define RCV_SHUTDOWN  1
#define SEND_SHUTDOWN 2
#define SHUTDOWN_MASK 3

/* sk_pacing_status: who holds a paced segment back */
enum {
	SK_PACING_NONE,
	SK_PACING_NEEDED,
	SK_PACING_FQ
};

/* sk_userlocks */
#define SOCK_SNDBUF_LOCK   1
#define SOCK_RCVBUF_LOCK   2
#define SOCK_BINDADDR_LOCK 4
#define SOCK_BINDPORT_LOCK 8

enum sock_flags {
	SOCK_DEAD,
	SOCK_DONE,
	SOCK_URGINLINE,
	SOCK_KEEPOPEN,
	SOCK_LINGER,
	SOCK_BROADCAST,
	SOCK_RCVTSTAMP,                /* SO_TIMESTAMP or SO_TIMESTAMPNS ... */
	SOCK_RCVTSTAMPNS,              /* ... the latter */
	SOCK_TSTAMP_NEW,               /* by an option whose name ends so */
	SOCK_TIMESTAMPING_RX_SOFTWARE, /* SO_TIMESTAMPING asked for it */
	SOCK_SELECT_ERR_QUEUE,
	SOCK_ZEROCOPY,
	SOCK_QUEUE_SHRUNK,
	SOCK_LOCALROUTE,
	SOCK_RCU_FREE,
	SOCK_TXTIME,
	SOCK_DBG,
	SOCK_FILTERED,      /* sk_filter is set */
	SOCK_FILTER_LOCKED, /* and stays as it is */
	SOCK_PASSCRED,      /* AF_UNIX: who sent it comes along */
};

/* Received packets are stamped for the sock's sake. */
#define SK_FLAGS_TIMESTAMP \
	(BIT(SOCK_RCVTSTAMP) | BIT(SOCK_TIMESTAMPING_RX_SOFTWARE))

/* sk_cmsg_flags; the other bits are the family's. */
#define SK_CMSG_TIMESTAMP 0x80

/*
 * The connection's four-tuple and what else a hash look-up compares: all of it
 * in the first 64 bytes.
 */
struct sock_common {
	__be32 skc_daddr;
	__be32 skc_rcv_saddr; /* bound local address, 0: any */
	__be16 skc_dport;
	u16 skc_num; /* local port, host order */
	u16 skc_family;
	u8 skc_state; /* TCP_ESTABLISHED ... (also for UDP, as Linux) */
	u8 skc_reuse : 1;
	u8 skc_reuseport : 1;
	u8 skc_kind : 2; /* SK_FULL, SK_TIMEWAIT, SK_REQUEST */
	int skc_bound_dev_if;
	u32 skc_hash;
	struct hlist_node skc_node; /* established / listening / UDP hash */
	u32 skc_refcnt;
	u32 skc_xmit_gen;                /* xmit_gen of its template; 0: none */
	struct hlist_node skc_bind_node; /* bind bucket's owners */
	struct proto *skc_prot;
	struct net *skc_net;
};
enum {
	SK_FULL,
	SK_TIMEWAIT,
	SK_REQUEST
};

struct sock {
	struct sock_common __sk_common;
#define sk_daddr        __sk_common.skc_daddr
#define sk_rcv_saddr    __sk_common.skc_rcv_saddr
#define sk_dport        __sk_common.skc_dport
#define sk_num          __sk_common.skc_num
#define sk_family       __sk_common.skc_family
#define sk_state        __sk_common.skc_state
#define sk_reuse        __sk_common.skc_reuse
#define sk_reuseport    __sk_common.skc_reuseport
#define sk_bound_dev_if __sk_common.skc_bound_dev_if
#define sk_node         __sk_common.skc_node
#define sk_bind_node    __sk_common.skc_bind_node
#define sk_prot         __sk_common.skc_prot
#define sk_net          __sk_common.skc_net
#define sk_refcnt       __sk_common.skc_refcnt
#define sk_hash         __sk_common.skc_hash
#define sk_xmit_gen     __sk_common.skc_xmit_gen

	/* The owner lock: a task holds it across sleeps; softirq sees that
	 * there is an owner and queues to the backlog. */
	struct {
		struct task *owner; /* NULL: nobody */
		struct wait_queue_head wq;
	} sk_lock;
	struct {
		struct sk_buff *head, *tail;
	} sk_backlog;

	/* What a write looks at on its way down, in this order. */
	u32 sk_flags; /* enum sock_flags bits */
	int sk_err;   /* next call gets it; positive errno */
	u8 sk_shutdown;
	u8 sk_protocol;
	u8 sk_userlocks;
	u8 sk_pacing_status;
	u8 sk_pacing_shift;
	bool sk_no_check_tx;
	bool sk_dst_pending_confirm;
	u8 sk_cmsg_flags; /* what recvmsg() adds */
	/* MSG_* that every send has besides its own: MSG_MORE (UDP_CORK),
	 * MSG_TX_STAMP. */
	u32 sk_msg_flags;
	u32 sk_sndbuf;
	u32 sk_wmem_queued;
	u32 sk_wmem_alloc;
	/* Work that a timer or TX completion found the socket owned for, done
	 * by release_cb: bits are the protocol's. */
	u32 sk_tsq_flags;
	u32 sk_backlog_len; /* truesize */
	struct sk_buff_head sk_write_queue;
	union {
		struct rb_root tcp_rtx_queue;
		struct sk_filter *sk_filter; /* with SOCK_FILTERED (filter.c) */
	};
	u64 sk_pacing_rate; /* bytes/s; ~0: unlimited */
	u32 sk_gso_max_size;
	u16 sk_gso_max_segs;
	u16 sk_gso_type;
	u32 sk_priority, sk_mark;
	struct dst_entry *sk_dst_cache; /* one reference */
	void (*sk_write_space)(struct sock *sk);

	/* What a received packet and its reader look at. */
	struct sk_buff_head sk_receive_queue;
	u32 sk_rmem_alloc;
	u32 sk_rcvbuf;
	int sk_rcvlowat;
	u32 sk_drops;
	void (*sk_data_ready)(struct sock *sk);
	struct socket *sk_socket;      /* NULL: orphan */
	struct wait_queue_head *sk_wq; /* the socket's; NULL: orphan */

	/* Seldom: options, errors, the listener's, the beginning and end. */
	u64 sk_sndtimeo_ns, sk_rcvtimeo_ns; /* MAX_SCHEDULE_TIMEOUT: none */
	u64 sk_lingertime_ns;
	u64 sk_max_pacing_rate;
	int sk_err_soft; /* reported when the connection gives up */
	u32 sk_ack_backlog, sk_max_ack_backlog;
	u32 sk_tsflags; /* SOF_TIMESTAMPING_* */
	u32 sk_tskey;   /* OPT_ID: the next datagram's number; a stream's 0 */
	u32 sk_zckey;   /* the next MSG_ZEROCOPY call's number */
	u16 sk_zcnotes; /* its notes that nobody has read yet */
	u16 sk_type;
	u8 sk_clockid, sk_txtime_flags; /* SO_TXTIME */
	u16 sk_write_pending; /* writers that wait for the handshake */
	struct sk_buff_head sk_error_queue;
	struct timer_list sk_timer;
	void (*sk_state_change)(struct sock *sk);
	void (*sk_error_report)(struct sock *sk);
	void (*sk_destruct)(struct sock *sk);
};

/* The flags that change nothing about the frame. */
#define MSG_FAST (MSG_DONTWAIT | MSG_NOSIGNAL)

struct proto {
	const char *name;
	u32 obj_size;
	struct kmem_cache *slab;
	void (*close)(struct sock *sk, u64 timeout_ns);
	int (*connect)(struct sock *sk, struct sockaddr *addr, int len);
	int (*disconnect)(struct sock *sk, int flags);
	struct sock *(*accept)(struct sock *sk, u32 file_flags, int *err);
	int (*ioctl)(struct sock *sk, u32 cmd, int *val);
	int (*init)(struct sock *sk);
	void (*destroy)(struct sock *sk);
	void (*shutdown)(struct sock *sk, int how);
	void (*keepalive)(struct sock *sk, int on); /* SO_KEEPALIVE was set */
	int (*setsockopt)(struct sock *sk, int level, int name,
			  const void __user *val, u32 len);
	int (*getsockopt)(struct sock *sk, int level, int name,
			  void __user *val, int __user *len);
	ssize_t (*sendmsg)(struct sock *sk, struct msghdr *msg, size_t len);
	ssize_t (*recvmsg)(struct sock *sk, struct msghdr *msg, size_t len,
			   int flags);
	/* sendto(), write() or a sendmsg() of one range, of a socket with a
	 * template, sk_xmit_gen != 0: @flags are of MSG_FAST alone, @alen is
	 * right for the family unless @uaddr is NULL.
	 */
	ssize_t (*send_fast)(struct sock *sk, void __user *buf, size_t len,
			     u32 flags, const void __user *uaddr, int alen);
	int (*bind)(struct sock *sk, struct sockaddr *addr, int len);
	int (*backlog_rcv)(struct sock *sk, struct sk_buff *skb);
	void (*release_cb)(struct sock *sk);
	int (*hash)(struct sock *sk);
	void (*unhash)(struct sock *sk);
	/* Bind to @snum or, for 0, to a free port (RFC 6056); 0 or errno. */
	int (*get_port)(struct sock *sk, u16 snum);
	bool (*stream_memory_free)(const struct sock *sk, u32 wake);
	/* A stream's next byte to be acknowledged, or to be @written; 0, or
	 * -EINVAL while there is no stream. NULL: datagrams. */
	int (*stream_pos)(const struct sock *sk, bool written, u32 *pos);
	/* SOF_TIMESTAMPING_OPT_STATS: attributes in a packet; NULL: no memory.
	 */
	struct sk_buff *(*tstamp_stats)(const struct sock *sk);
	/* A filter does not cut a received packet below this. */
	u8 filter_cap;
	bool no_autobind;
	bool memory_accounting;
	u32 sockets_inuse;
};

static inline struct net *sock_net(const struct sock *sk)
{
	return sk->sk_net;
}

static inline bool sock_flag(const struct sock *sk, enum sock_flags f)
{
	return sk->sk_flags & BIT(f);
}

static inline void sock_set_flag(struct sock *sk, enum sock_flags f)
{
	sk->sk_flags |= BIT(f);
}

static inline void sock_reset_flag(struct sock *sk, enum sock_flags f)
{
	sk->sk_flags &= ~BIT(f);
}

/* --- life (sock.c) --- */
int proto_register(struct proto *prot) __must_check;
/* One reference for the caller; zeroed, sk_prot and sk_net set. */
struct sock *sk_alloc(struct net *net, int family, gfp_t gfp,
		      struct proto *prot) __must_check;
void sock_init_data(struct socket *sock, struct sock *sk);
/* A copy of a listener for a new connection; locked, two references. */
struct sock *sk_clone_lock(const struct sock *sk, gfp_t gfp) __must_check;
static inline void sock_hold(struct sock *sk)
{
	sk->sk_refcnt++;
}
void sock_put(struct sock *sk);
/* Tie to, and cut from, the struct socket. */
void sock_graft(struct sock *sk, struct socket *parent);
void sock_orphan(struct sock *sk);

/* The inode number that fstat() shows; 0: no program has it. Task, or softirqs
 * off. */
static inline u32 sock_i_ino(const struct sock *sk)
{
	return sk->sk_socket ? anon_ino(&sk->sk_socket->ino) : 0;
}

/* --- the owner lock --- */
/* Task only; sleeps while another task owns it. */
void lock_sock(struct sock *sk);
/* Processes the backlog in order, runs release_cb, then lets go. */
void release_sock(struct sock *sk);
/* Run the backlog now, still owning the lock (long loops call it). */
void sk_flush_backlog(struct sock *sk);
static inline bool sock_owned_by_user(const struct sock *sk)
{
	return sk->sk_lock.owner;
}
/* Softirq, socket owned: queue for the owner. -ENOBUFS: over the limit, the
 * skb is still the caller's. */
int sk_add_backlog(struct sock *sk, struct sk_buff *skb,
		   u32 limit) __must_check;

/* --- memory --- */
void sock_wfree(struct sk_buff *skb); /* skb->destructor of sent packets */
void sock_rfree(struct sk_buff *skb);
void sock_efree(struct sk_buff *skb);
/* For a protocol's own destructor of sent packets: take @truesize off
 * sk_wmem_alloc; the last one frees a sock that nobody refers to. */
void sk_wmem_uncharge(struct sock *sk, u32 truesize);
void skb_set_owner_w(struct sk_buff *skb, struct sock *sk);
void skb_set_owner_r(struct sk_buff *skb, struct sock *sk);
/* A charged skb for a datagram; waits by the timeout. NULL and *@err. */
struct sk_buff *sock_alloc_send_skb(struct sock *sk, u32 size, bool noblock,
				    int *err) __must_check;
struct sk_buff *sock_wmalloc(struct sock *sk, u32 size, bool force,
			     gfp_t gfp) __must_check;
/*
 * The pages that a stream's bytes are copied into: the stack's, for all its
 * sockets, so that an idle one holds none. Only tasks copy, and they are not
 * preempted between the refill and the use.
 */
static inline struct page_frag *sk_page_frag(struct sock *sk)
{
	return &sk->sk_net->page_frag;
}
/* Make it usable; false: no memory (pressure was noted). */
bool sk_page_frag_refill(struct sock *sk, struct page_frag *pfrag);
/* To sk_receive_queue with accounting; -ENOMEM: no room, -EPERM: the filter
 * says no; then it is still the caller's. */
int sock_queue_rcv_skb(struct sock *sk, struct sk_buff *skb) __must_check;
/* What to free it for. */
static inline enum skb_drop_reason sock_rcv_drop_reason(int err)
{
	return err == -EPERM ? SKB_DROP_REASON_SOCKET_FILTER
			     : SKB_DROP_REASON_SOCKET_RCVBUFF;
}
int sock_queue_err_skb(struct sock *sk, struct sk_buff *skb) __must_check;
/* The oldest report, the caller's; sk_err becomes the next one's. */
struct sk_buff *sock_dequeue_err_skb(struct sock *sk) __must_check;
/* EPOLLERR, if there is an error or a report. */
u32 sk_poll_err(const struct sock *sk);

/* --- streams (stream.c) --- */
static inline u32 sk_stream_min_wspace(const struct sock *sk)
{
	return sk->sk_wmem_queued >> 1;
}
static inline s32 sk_stream_wspace(const struct sock *sk)
{
	return (s32)(sk->sk_sndbuf - sk->sk_wmem_queued);
}
static inline bool __sk_stream_memory_free(const struct sock *sk, u32 wake)
{
	if (sk->sk_wmem_queued >= sk->sk_sndbuf)
		return false;
	return sk->sk_prot->stream_memory_free
		       ? sk->sk_prot->stream_memory_free(sk, wake)
		       : true;
}
static inline bool sk_stream_memory_free(const struct sock *sk)
{
	return __sk_stream_memory_free(sk, 0);
}
static inline bool sk_stream_is_writeable(const struct sock *sk)
{
	return sk_stream_wspace(sk) >= (s32)sk_stream_min_wspace(sk) &&
	       __sk_stream_memory_free(sk, 1);
}
/* Waits release the lock and run the backlog. 0, -EAGAIN, -EPIPE, -EINTR. */
int sk_stream_wait_memory(struct sock *sk, u64 *timeo_ns);
int sk_stream_wait_connect(struct sock *sk, u64 *timeo_ns);
void sk_stream_wait_close(struct sock *sk, u64 timeo_ns);
/* -EPIPE (and SIGPIPE unless MSG_NOSIGNAL) or the pending sk_err. */
int sk_stream_error(struct sock *sk, int flags, int err);
void sk_stream_write_space(struct sock *sk);
void sk_stream_kill_queues(struct sock *sk);
/* 1: data, shutdown or error arrived; 0: timeout; sk is locked again. */
int sk_wait_data(struct sock *sk, u64 *timeo_ns, const struct sk_buff *skb);

/* --- events, as sk_*() callbacks' defaults (sock.c) --- */
void sock_def_wakeup(struct sock *sk);
void sock_def_readable(struct sock *sk);
void sock_def_write_space(struct sock *sk);
void sock_def_error_report(struct sock *sk);

static inline int sock_error(struct sock *sk)
{
	int err = sk->sk_err;

	sk->sk_err = 0;
	return -err;
}

static inline u64 sock_sndtimeo(const struct sock *sk, bool noblock)
{
	return noblock ? 0 : sk->sk_sndtimeo_ns;
}

static inline u64 sock_rcvtimeo(const struct sock *sk, bool noblock)
{
	return noblock ? 0 : sk->sk_rcvtimeo_ns;
}

static inline int sock_rcvlowat(const struct sock *sk, bool waitall, int len)
{
	int v = waitall ? len : min(sk->sk_rcvlowat, len);

	return v ?: 1;
}

static inline int sock_intr_errno(u64 timeo_ns)
{
	return timeo_ns == MAX_SCHEDULE_TIMEOUT ? -ERESTARTSYS : -EINTR;
}

static inline bool sock_writeable(const struct sock *sk)
{
	return sk->sk_wmem_alloc < sk->sk_sndbuf >> 1;
}

/* --- SOL_SOCKET --- */
int sock_setsockopt(struct socket *sock, int level, int name,
		    const void __user *val, u32 len);
int sock_getsockopt(struct socket *sock, int level, int name, void __user *val,
		    int __user *len);
/* Options shared with upper levels: an int out of / into user memory. */
int copy_int_from_sockopt(const void __user *val, u32 len, int *res);
int put_sockopt(void __user *val, int __user *ulen, const void *src, int len);

/* --- the cached route (row I1) --- */
void sk_setup_caps(struct sock *sk, struct dst_entry *dst); /* takes dst */
struct dst_entry *__sk_dst_check(struct sock *sk, u32 cookie);
void sk_dst_reset(struct sock *sk);

/* --- timers that hold a reference on the socket while pending --- */
void sk_reset_timer(struct sock *sk, struct timer_list *t, u64 expires_ns);
void sk_stop_timer(struct sock *sk, struct timer_list *t);

/* --- datagrams (datagram.c) --- */
struct sk_buff *skb_recv_datagram(struct sock *sk, int flags,
				  int *err) __must_check;
void skb_free_datagram(struct sock *sk, struct sk_buff *skb);
int datagram_ioctl(struct sock *sk, u32 cmd, u32 header, int *val);
u32 datagram_poll(struct file *f, struct socket *sock, struct poll_table *pt);

/* The ordinary way, for a proto.send_fast. */
ssize_t sock_send_plain(struct sock *sk, void __user *buf, size_t len,
			u32 flags, const void __user *uaddr);
/* proto_ops entries for what a family does not have. */
int sock_no_listen(struct socket *sock, int backlog);
int sock_no_accept(struct socket *sock, struct socket *newsock, u32 flags);
int sock_no_shutdown(struct socket *sock, int how);
