// SPDX-License-Identifier: MIT
/*
 * DOC: struct sock: life, owner lock with backlog (S4), memory accounting
 * (S5), wake-ups (S7), timers and the cached route. Protocols call it from
 * both sides: system calls under lock_sock(), softirq without.
 *
 * A sock lives while it is referenced or a packet charged to it is below
 * (sk_wmem_alloc): the last of the two frees it. sk_lock.owner decides who may
 * touch the protocol's state; it changes with softirqs off, so a softirq sees
 * it either way and puts the packet on the backlog if it is set.
 */
#include "net/core/sock.h"
#include "lib/count.h"
#include "lib/slab.h"
#include "lib/uapi/poll.h"
#include "lib/uapi/tcp.h"
#include "net/core/filter.h"
#include "net/core/netdevice.h"
#include "net/core/timestamping.h"

/* A page run for sk_page_frag(): eight pages, or one when those are short. */
#define SK_FRAG_ORDER 3
/* Less than this at the end of a run is not worth a fragment. */
#define SK_FRAG_MIN 32

/**
 * proto_register() - Make a protocol's socks allocatable.
 * @prot: the protocol; obj_size is set.
 *
 * Return: 0 or -ENOMEM.
 */
int proto_register(struct proto *prot)
{
	if (prot->slab)
		return 0;
	prot->slab = kmem_cache_create(prot->name, prot->obj_size, 64);
	return prot->slab ? 0 : -ENOMEM;
}

static struct sock *obj_alloc(const struct proto *prot, gfp_t gfp)
{
	if (prot->slab)
		return kmem_cache_zalloc(prot->slab, gfp);
	return kzalloc(prot->obj_size, gfp);
}

/**
 * sk_alloc() - A new sock.
 * @net:    its stack.
 * @family: AF_*.
 * @gfp:    allocation flags.
 * @prot:   its protocol.
 *
 * Return: it, zeroed, with one reference, or NULL: no memory.
 */
struct sock *sk_alloc(struct net *net, int family, gfp_t gfp,
		      struct proto *prot)
{
	struct sock *sk = obj_alloc(prot, gfp);

	if (!sk)
		return NULL;
	sk->sk_family = (u16)family;
	sk->sk_prot = prot;
	sk->sk_net = net;
	sk->sk_refcnt = 1;
	prot->sockets_inuse++;
	return sk;
}

/* Nothing refers to it and no packet of it is below. */
static void sk_destroy(struct sock *sk)
{
	struct proto *prot = sk->sk_prot;

	if (sk->sk_destruct)
		sk->sk_destruct(sk);
	BUG_ON(sk->sk_backlog.head);
	if (unlikely(sk->sk_flags & SK_FLAGS_TIMESTAMP))
		net_disable_timestamp();
	kfree(sk_filter_of(sk));
	sk_dst_reset(sk);
	prot->sockets_inuse--;
	if (prot->slab)
		kmem_cache_free(prot->slab, sk);
	else
		kfree(sk);
}

/* The default sk_destruct: what waits to be read is lost. */
static void sock_def_destruct(struct sock *sk)
{
	skb_queue_purge(&sk->sk_receive_queue);
	skb_queue_purge(&sk->sk_write_queue);
	skb_queue_purge(&sk->sk_error_queue);
}

/**
 * sock_put() - Drop a reference.
 * @sk: the sock; it lives on until the last packet charged to it is freed.
 *
 * Context: task or softirq.
 */
void sock_put(struct sock *sk)
{
	/* The last packet must not be freed between the two questions. */
	local_bh_disable();
	BUG_ON(sk->sk_refcnt == 0);
	if (--sk->sk_refcnt == 0 && sk->sk_wmem_alloc == 0)
		sk_destroy(sk);
	local_bh_enable();
}

static void sock_lock_init(struct sock *sk)
{
	sk->sk_lock.owner = NULL;
	init_waitqueue_head(&sk->sk_lock.wq);
	sk->sk_backlog.head = NULL;
	sk->sk_backlog.tail = NULL;
	sk->sk_backlog_len = 0;
}

static void sock_queues_init(struct sock *sk)
{
	skb_queue_head_init(&sk->sk_receive_queue);
	skb_queue_head_init(&sk->sk_write_queue);
	skb_queue_head_init(&sk->sk_error_queue);
	sk->tcp_rtx_queue = RB_ROOT;
}

/* The protocol that wants its keepalive or other timers sets its own. */
static void sock_timer_unset(struct timer_list *t)
{
	WARN_ON(1);
}

/**
 * sock_init_data() - Set what every sock begins with.
 * @sock: its socket, or NULL.
 * @sk:   the sock, from sk_alloc().
 */
void sock_init_data(struct socket *sock, struct sock *sk)
{
	sock_lock_init(sk);
	sock_queues_init(sk);
	timer_setup(&sk->sk_timer, sock_timer_unset);
	sk->sk_sndbuf = sk->sk_net->sysctl_wmem_default;
	sk->sk_rcvbuf = sk->sk_net->sysctl_rmem_default;
	sk->sk_state = TCP_CLOSE;
	sk->sk_sndtimeo_ns = MAX_SCHEDULE_TIMEOUT;
	sk->sk_rcvtimeo_ns = MAX_SCHEDULE_TIMEOUT;
	sk->sk_rcvlowat = 1;
	sk->sk_pacing_rate = ~0ULL;
	sk->sk_max_pacing_rate = ~0ULL;
	sk->sk_pacing_shift = 10;
	sk->sk_state_change = sock_def_wakeup;
	sk->sk_data_ready = sock_def_readable;
	sk->sk_write_space = sock_def_write_space;
	sk->sk_error_report = sock_def_error_report;
	sk->sk_destruct = sock_def_destruct;
	if (sock) {
		sk->sk_type = sock->type;
		sock_graft(sk, sock);
	}
}

/**
 * sk_clone_lock() - A listener's copy for a new connection.
 * @sk:  the listener.
 * @gfp: allocation flags.
 *
 * Queues, timers, memory counts, route and page are the copy's own and empty.
 * It is an orphan, not owned by a task; in softirq nothing else runs, which
 * is all the locking it needs.
 *
 * Context: softirq, or task with softirqs off.
 * Return:  the copy with two references, or NULL: no memory.
 */
struct sock *sk_clone_lock(const struct sock *sk, gfp_t gfp)
{
	struct proto *prot = sk->sk_prot;
	struct sock *copy = obj_alloc(prot, gfp);

	if (!copy)
		return NULL;
	memcpy(copy, sk, prot->obj_size);
	INIT_HLIST_NODE(&copy->sk_node);
	INIT_HLIST_NODE(&copy->sk_bind_node);
	sock_lock_init(copy);
	sock_queues_init(copy);
	timer_setup(&copy->sk_timer, sk->sk_timer.function);
	copy->sk_refcnt = 2;
	copy->sk_wmem_alloc = 0;
	copy->sk_wmem_queued = 0;
	copy->sk_rmem_alloc = 0;
	copy->sk_drops = 0;
	copy->sk_zckey = 0;
	copy->sk_zcnotes = 0;
	copy->sk_dst_cache = NULL;
	copy->sk_dst_pending_confirm = false;
	copy->sk_tsq_flags = 0;
	copy->sk_err = 0;
	copy->sk_err_soft = 0;
	copy->sk_ack_backlog = 0;
	copy->sk_write_pending = 0;
	copy->sk_socket = NULL;
	copy->sk_wq = NULL;
	sock_reset_flag(copy, SOCK_DONE);
	copy->sk_userlocks &= (u8) ~(SOCK_BINDADDR_LOCK | SOCK_BINDPORT_LOCK);
	if (unlikely(copy->sk_flags & SK_FLAGS_TIMESTAMP))
		net_enable_timestamp();
	prot->sockets_inuse++;
	return copy;
}

/**
 * sock_graft() - Tie a sock to the socket that refers to it.
 * @sk:     the sock.
 * @parent: the socket.
 */
void sock_graft(struct sock *sk, struct socket *parent)
{
	local_bh_disable();
	parent->sk = sk;
	sk->sk_socket = parent;
	sk->sk_wq = &parent->wq;
	local_bh_enable();
}

/**
 * sock_orphan() - Cut a sock from its socket, which is being closed.
 * @sk: the sock.
 */
void sock_orphan(struct sock *sk)
{
	local_bh_disable();
	sock_set_flag(sk, SOCK_DEAD);
	sk->sk_socket = NULL;
	sk->sk_wq = NULL;
	local_bh_enable();
}

/**
 * lock_sock() - Become the owner.
 * @sk: the sock.
 *
 * Context: task; sleeps while another task is the owner.
 */
void lock_sock(struct sock *sk)
{
	struct wait_queue_entry wait;

	local_bh_disable();
	if (sk->sk_lock.owner) {
		BUG_ON(sk->sk_lock.owner == task_current());
		init_waitqueue_entry(&wait, task_current());
		wait.exclusive = true;
		do {
			prepare_to_wait(&sk->sk_lock.wq, &wait);
			local_bh_enable();
			schedule_timeout(MAX_SCHEDULE_TIMEOUT);
			local_bh_disable();
		} while (sk->sk_lock.owner);
		finish_wait(&sk->sk_lock.wq, &wait);
	}
	sk->sk_lock.owner = task_current();
	local_bh_enable();
}

/* With softirqs off, which are on while a packet is processed. */
static void backlog_run(struct sock *sk)
{
	struct sk_buff *skb, *next;

	while ((skb = sk->sk_backlog.head)) {
		sk->sk_backlog.head = NULL;
		sk->sk_backlog.tail = NULL;
		local_bh_enable();
		for (; skb; skb = next) {
			next = skb->next;
			skb->next = NULL;
			sk->sk_prot->backlog_rcv(sk, skb);
		}
		local_bh_disable();
	}
	/* Only now: whoever floods the socket meets the limit meanwhile. */
	sk->sk_backlog_len = 0;
}

/**
 * sk_flush_backlog() - Process the backlog, and stay the owner.
 * @sk: the sock, owned.
 *
 * Context: task.
 */
void sk_flush_backlog(struct sock *sk)
{
	if (!sk->sk_backlog.head)
		return;
	local_bh_disable();
	backlog_run(sk);
	local_bh_enable();
}

/**
 * release_sock() - Process what came meanwhile, then let go.
 * @sk: the sock, owned.
 *
 * Context: task.
 */
void release_sock(struct sock *sk)
{
	local_bh_disable();
	if (sk->sk_backlog.head)
		backlog_run(sk);
	if (sk->sk_prot->release_cb)
		sk->sk_prot->release_cb(sk);
	sk->sk_lock.owner = NULL;
	wake_up(&sk->sk_lock.wq);
	local_bh_enable();
}

/**
 * sk_add_backlog() - Leave a packet to the owner.
 * @sk:    the sock, owned by a task.
 * @skb:   the packet.
 * @limit: bytes that the backlog and what waits to be read may hold.
 *
 * Ownership: takes @skb on success.
 * Context:   softirq.
 * Return:    0, or -ENOBUFS: it is full.
 */
int sk_add_backlog(struct sock *sk, struct sk_buff *skb, u32 limit)
{
	if (sk->sk_backlog_len + sk->sk_rmem_alloc > limit)
		return -ENOBUFS;
	skb_dst_force(skb);
	skb->next = NULL;
	if (sk->sk_backlog.tail)
		sk->sk_backlog.tail->next = skb;
	else
		sk->sk_backlog.head = skb;
	sk->sk_backlog.tail = skb;
	sk->sk_backlog_len += skb->truesize;
	return 0;
}

/**
 * sk_wmem_uncharge() - A packet of @sk below the transport is gone.
 * @sk:       the sock; freed if this was the last and nobody refers to it.
 * @truesize: what the packet was charged.
 *
 * Context: task or softirq.
 */
void sk_wmem_uncharge(struct sock *sk, u32 truesize)
{
	bool under,
		last = count_sub_and_test(&sk->sk_wmem_alloc, truesize, &under);

	WARN_ON(under);
	if (last && unlikely(sk->sk_refcnt == 0))
		sk_destroy(sk);
}

/* Whether sk_write_space() would do anything. */
static bool sk_write_space_wanted(const struct sock *sk)
{
	return (sk->sk_write_space != sock_def_write_space && sk->sk_refcnt) ||
	       (sk->sk_wq && waitqueue_active(sk->sk_wq));
}

static noinline void sock_wfree_slow(struct sock *sk, u32 truesize)
{
	/* The last byte stays charged while others are told, so that the sock
	 * outlives it. */
	if (sk_write_space_wanted(sk)) {
		sk_wmem_uncharge(sk, truesize - 1);
		sk->sk_write_space(sk);
		truesize = 1;
	}
	sk_wmem_uncharge(sk, truesize);
}

/**
 * sock_wfree() - Destructor of a sent packet: its space is the writer's again.
 * @skb: the packet.
 *
 * Context: task or softirq.
 */
void sock_wfree(struct sk_buff *skb)
{
	struct sock *sk = skb->sk;

	/* Usually nobody waits, and the sock stays. */
	if (likely(sk->sk_write_space == sock_def_write_space && sk->sk_wq &&
		   !waitqueue_active(sk->sk_wq) && sk->sk_refcnt &&
		   sk->sk_wmem_alloc >= skb->truesize))
		sk->sk_wmem_alloc -= skb->truesize;
	else
		sock_wfree_slow(sk, skb->truesize);
}

/**
 * sock_efree() - Destructor of a packet that only refers to a sock.
 * @skb: the packet; it has a reference of its own and is charged nothing.
 *
 * Context: task or softirq.
 */
void sock_efree(struct sk_buff *skb)
{
	sock_put(skb->sk);
}

/**
 * sock_rfree() - Destructor of a received packet.
 * @skb: the packet; its sock is alive, since it is on a queue of it or read
 *       by a task that holds it.
 */
void sock_rfree(struct sk_buff *skb)
{
	u32 was = count_fetch_sub(&skb->sk->sk_rmem_alloc, skb->truesize);

	WARN_ON(skb->truesize > was);
}

/**
 * skb_set_owner_w() - Charge a packet to its sender.
 * @skb: the packet.
 * @sk:  the sender.
 */
void skb_set_owner_w(struct sk_buff *skb, struct sock *sk)
{
	skb_orphan(skb);
	skb->sk = sk;
	skb->destructor = sock_wfree;
	sk->sk_wmem_alloc += skb->truesize;
}

/**
 * skb_set_owner_r() - Charge a packet to its receiver.
 * @skb: the packet.
 * @sk:  the receiver.
 */
void skb_set_owner_r(struct sk_buff *skb, struct sock *sk)
{
	skb_orphan(skb);
	skb->sk = sk;
	skb->destructor = sock_rfree;
	sk->sk_rmem_alloc += skb->truesize;
}

/**
 * sock_wmalloc() - A packet charged to a sender, if it has room.
 * @sk:    the sender.
 * @size:  bytes of buffer.
 * @force: without looking at the room.
 * @gfp:   allocation flags.
 *
 * Return: the packet, or NULL: no room or no memory.
 */
struct sk_buff *sock_wmalloc(struct sock *sk, u32 size, bool force, gfp_t gfp)
{
	struct sk_buff *skb;

	if (!force && sk->sk_wmem_alloc >= sk->sk_sndbuf)
		return NULL;
	skb = alloc_skb(size, gfp);
	if (skb)
		skb_set_owner_w(skb, sk);
	return skb;
}

static bool sock_may_alloc(const struct sock *sk)
{
	return sk->sk_err || (sk->sk_shutdown & SEND_SHUTDOWN) ||
	       sk->sk_wmem_alloc < sk->sk_sndbuf;
}

/* Sleep until there is room, an error, or the end; 0 or a negative errno. */
static int sock_wait_for_wmem(struct sock *sk, u64 *timeo_ns)
{
	int err;

	if (!*timeo_ns || !sk->sk_socket)
		return -EAGAIN;
	sk->sk_socket->flags |= SOCK_NOSPACE;
	err = wait_event_interruptible_timeout(sk->sk_wq, sock_may_alloc(sk),
					       timeo_ns);
	if (err == -ETIME)
		return -EAGAIN;
	return err ? sock_intr_errno(*timeo_ns) : 0;
}

/* Until a packet may be allocated; 0 or the reason why not. */
static noinline int sock_wait_to_alloc(struct sock *sk, u64 timeo)
{
	int err;

	for (;;) {
		err = sock_error(sk);
		if (err)
			return err;
		if (sk->sk_shutdown & SEND_SHUTDOWN)
			return -EPIPE;
		if (sk->sk_wmem_alloc < sk->sk_sndbuf)
			return 0;
		if (sk->sk_socket)
			sk->sk_socket->flags |= SOCK_ASYNC_NOSPACE;
		err = sock_wait_for_wmem(sk, &timeo);
		if (err)
			return err;
	}
}

/**
 * sock_alloc_send_skb() - A packet to send, waiting for room (S5).
 * @sk:      the sender.
 * @size:    bytes of buffer.
 * @noblock: do not wait.
 * @err:     set on failure: the pending error, -EPIPE after shutdown,
 *           -EAGAIN no room in time, -EINTR or -ERESTARTSYS, -ENOBUFS.
 *
 * Context: task; sleeps unless @noblock.
 * Return:  the packet, charged, or NULL.
 */
struct sk_buff *sock_alloc_send_skb(struct sock *sk, u32 size, bool noblock,
				    int *err)
{
	struct sk_buff *skb;

	if (unlikely(sk->sk_err || (sk->sk_shutdown & SEND_SHUTDOWN) ||
		     sk->sk_wmem_alloc >= sk->sk_sndbuf)) {
		*err = sock_wait_to_alloc(sk, sock_sndtimeo(sk, noblock));
		if (*err)
			return NULL;
	}
	skb = alloc_skb(size, GFP_KERNEL);
	if (unlikely(!skb)) {
		*err = -ENOBUFS;
		return NULL;
	}
	skb->sk = sk;
	skb->destructor = sock_wfree;
	sk->sk_wmem_alloc += skb->truesize;
	return skb;
}

/**
 * sk_page_frag_refill() - Have room for at least SK_FRAG_MIN bytes.
 * @sk:    the sock.
 * @pfrag: its fragment space.
 *
 * Return: true, or false: no memory.
 */
bool sk_page_frag_refill(struct sock *sk, struct page_frag *pfrag)
{
	if (pfrag->page) {
		if (page_count(pfrag->page) == 1)
			pfrag->offset = 0; /* no packet uses it any more */
		if (pfrag->size - pfrag->offset >= SK_FRAG_MIN)
			return true;
		put_page(pfrag->page);
	}
	pfrag->offset = 0;
	pfrag->page = alloc_pages(GFP_KERNEL, SK_FRAG_ORDER);
	if (!pfrag->page)
		pfrag->page = alloc_page(GFP_KERNEL);
	if (!pfrag->page)
		return false;
	pfrag->size = (u32)page_size(pfrag->page);
	return true;
}

static __force_inline void queue_rcv(struct sock *sk, struct sk_buff *skb)
{
	skb->dev = NULL;
	skb_set_owner_r(skb, sk);
	skb_dst_force(skb);
	__skb_queue_tail(&sk->sk_receive_queue, skb);
}

/* The filter is asked, and nobody woken for a socket that is closed. */
static noinline int queue_rcv_unusual(struct sock *sk, struct sk_buff *skb)
{
	int err = sk_filter_trim_cap(sk, skb, sk->sk_prot->filter_cap);

	if (err)
		return err;
	queue_rcv(sk, skb);
	if (!sock_flag(sk, SOCK_DEAD))
		sk->sk_data_ready(sk);
	return 0;
}

/**
 * sock_queue_rcv_skb() - Hand a packet to the reader.
 * @sk:  the receiver.
 * @skb: the packet; a filter sees it from its data on.
 *
 * Ownership: takes @skb on success.
 * Context:   softirq, or task with softirqs off.
 * Return:    0; -ENOMEM: the receive buffer is full (counted in sk_drops), or
 *            no memory; -EPERM: the socket's filter does not want it.
 */
int sock_queue_rcv_skb(struct sock *sk, struct sk_buff *skb)
{
	if (sk->sk_rmem_alloc >= sk->sk_rcvbuf) {
		sk->sk_drops++;
		return -ENOMEM;
	}
	/* One look for both: a filter costs nothing where there is none. */
	if (unlikely(sk->sk_flags & (BIT(SOCK_DEAD) | BIT(SOCK_FILTERED))))
		return queue_rcv_unusual(sk, skb);
	queue_rcv(sk, skb);
	sk->sk_data_ready(sk);
	return 0;
}

static void wake_with(struct sock *sk, u32 key)
{
	if (sk->sk_wq && waitqueue_active(sk->sk_wq))
		wake_up_poll(sk->sk_wq, key);
}

/**
 * sock_def_wakeup() - The state changed: wake everyone.
 * @sk: the sock.
 */
void sock_def_wakeup(struct sock *sk)
{
	wake_with(sk, 0);
}

/**
 * sock_def_readable() - There is something to read: wake readers.
 * @sk: the sock.
 */
void sock_def_readable(struct sock *sk)
{
	wake_with(sk, EPOLLIN | EPOLLPRI | EPOLLRDNORM | EPOLLRDBAND);
}

/**
 * sock_def_write_space() - Packets were freed: wake writers of datagrams.
 * @sk: the sock.
 *
 * Only once half of the buffer is free again, so that each wake-up is worth
 * it (S7).
 */
void sock_def_write_space(struct sock *sk)
{
	if (2 * sk->sk_wmem_alloc > sk->sk_sndbuf)
		return;
	if (sk->sk_socket)
		sk->sk_socket->flags &=
			~(u32)(SOCK_NOSPACE | SOCK_ASYNC_NOSPACE);
	wake_with(sk, EPOLLOUT | EPOLLWRNORM | EPOLLWRBAND);
}

/**
 * sock_def_error_report() - sk_err or the error queue was set.
 * @sk: the sock.
 */
void sock_def_error_report(struct sock *sk)
{
	wake_with(sk, EPOLLERR);
}

/**
 * sk_setup_caps() - Cache a route, and what its device can do.
 * @sk:  the sock.
 * @dst: the route; the caller's reference is taken over.
 */
void sk_setup_caps(struct sock *sk, struct dst_entry *dst)
{
	sk_dst_reset(sk);
	sk->sk_dst_cache = dst;
	sk->sk_gso_max_size = dst->dev->gso_max_size;
	sk->sk_gso_max_segs = dst->dev->gso_max_segs;
}

/**
 * __sk_dst_check() - The cached route if it is still right (I1).
 * @sk:     the sock.
 * @cookie: the family's, for its check.
 *
 * Return: the route, without a reference, or NULL: look it up again.
 */
struct dst_entry *__sk_dst_check(struct sock *sk, u32 cookie)
{
	struct dst_entry *dst = sk->sk_dst_cache;

	if (!dst || dst_check(dst, cookie))
		return dst;
	sk_dst_reset(sk);
	return NULL;
}

/**
 * sk_dst_reset() - Forget the cached route.
 * @sk: the sock.
 */
void sk_dst_reset(struct sock *sk)
{
	struct dst_entry *dst = sk->sk_dst_cache;

	sk->sk_xmit_gen = 0;
	sk->sk_dst_cache = NULL;
	if (dst)
		dst_release(dst);
}

/**
 * sk_reset_timer() - Set a sock's timer; while pending it holds a reference.
 * @sk:         the sock.
 * @t:          one of its timers; its function ends with sock_put().
 * @expires_ns: of ktime_get_ns().
 */
void sk_reset_timer(struct sock *sk, struct timer_list *t, u64 expires_ns)
{
	if (!mod_timer(t, expires_ns))
		sock_hold(sk);
}

/**
 * sk_stop_timer() - Stop a sock's timer and drop its reference.
 * @sk: the sock; the caller holds another reference.
 * @t:  one of its timers.
 */
void sk_stop_timer(struct sock *sk, struct timer_list *t)
{
	if (del_timer(t))
		sock_put(sk);
}
