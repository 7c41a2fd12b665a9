// SPDX-License-Identifier: MIT
/*
 * DOC: what goes along with bytes over AF_UNIX: open files (SCM_RIGHTS) and
 * who sent them (SCM_CREDENTIALS). A file on its way has a reference; it is
 * given to the reader as a descriptor, or dropped with the packet. Files that
 * are dropped can be sockets with files in their queues, so they go on a list
 * that one caller empties, and no call is nested in the other.
 *
 * State: the list, and how many files are on their way. Tasks only.
 */
#include "lib/slab.h"
#include "net/unix/unix_int.h"

u32 unix_tot_inflight; /* unix sockets' files on their way, each reference */

static struct scm_fp_list *doomed;
static bool dropping;

static void fp_list_drop(struct scm_fp_list *fpl)
{
	u32 i;

	fpl->next = doomed;
	doomed = fpl;
	if (dropping)
		return;
	dropping = true;
	while ((fpl = doomed)) {
		doomed = fpl->next;
		for (i = 0; i < fpl->count; i++)
			fput(fpl->fp[i]);
		kfree(fpl);
	}
	dropping = false;
}

/**
 * scm_destroy() - What goes along is not wanted after all.
 * @scm: empty afterwards.
 *
 * Context: task; closes files.
 */
void scm_destroy(struct scm_cookie *scm)
{
	if (scm->fp)
		fp_list_drop(scm->fp);
	scm->fp = NULL;
}

/**
 * unix_sk_of_file() - The AF_UNIX sock of an open file.
 * @f: any file.
 *
 * Return: it, or NULL.
 */
struct sock *unix_sk_of_file(struct file *f)
{
	int err;
	struct socket *sock = sock_from_file(f, &err);

	return sock && sock->sk && sock->sk->sk_family == AF_UNIX ? sock->sk
								  : NULL;
}

static void count_inflight(const struct scm_fp_list *fpl, int by)
{
	struct sock *sk;
	u32 i;

	for (i = 0; i < fpl->count; i++) {
		sk = unix_sk_of_file(fpl->fp[i]);
		if (!sk)
			continue;
		unix_sk(sk)->inflight += (u32)by;
		unix_tot_inflight += (u32)by;
	}
}

/* --- sending --- */

static u32 rights_count(const struct cmsghdr *c)
{
	return c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS
		       ? (u32)((c->cmsg_len - sizeof(*c)) / sizeof(int))
		       : 0;
}

static int take_files(const struct cmsghdr *c, struct scm_fp_list *fpl)
{
	const int *fds = CMSG_DATA(c);
	struct file *f;
	u32 i;

	for (i = 0; i < rights_count(c); i++) {
		f = fget(fds[i]);
		if (!f)
			return -EBADF;
		fpl->fp[fpl->count++] = f;
	}
	return 0;
}

static int take_creds(const struct cmsghdr *c, struct ucred *creds)
{
	if (c->cmsg_len != CMSG_LEN(sizeof(*creds)))
		return -EINVAL;
	memcpy(creds, CMSG_DATA(c), sizeof(*creds));
	return 0;
}

static int take_one(const struct cmsghdr *c, struct scm_cookie *scm)
{
	if (c->cmsg_level != SOL_SOCKET)
		return 0;
	if (c->cmsg_type == SCM_CREDENTIALS)
		return take_creds(c, &scm->creds);
	if (c->cmsg_type != SCM_RIGHTS)
		return -EINVAL;
	return scm->fp ? take_files(c, scm->fp) : 0;
}

/**
 * scm_send() - What a message takes along.
 * @msg: its control data.
 * @scm: filled; for scm_attach() or scm_destroy().
 *
 * Context: task.
 * Return:  0; -EBADF: no such descriptor; -EINVAL: too many, or a control
 *          message that means nothing here; -ENOMEM. Nothing is held then.
 */
int scm_send(const struct msghdr *msg, struct scm_cookie *scm)
{
	const struct cmsghdr *c;
	size_t n = 0;
	int err = 0;

	scm->fp = NULL;
	scm->creds = (struct ucred){ .pid = (u32)task_tgid() };
	if (likely(!msg->msg_controllen))
		return 0;
	for_each_cmsghdr(c, msg) n += rights_count(c);
	if (n > SCM_MAX_FD)
		return -EINVAL;
	if (n) {
		scm->fp = kzalloc(sizeof(*scm->fp) + n * sizeof(struct file *),
				  GFP_KERNEL);
		if (!scm->fp)
			return -ENOMEM;
	}
	for_each_cmsghdr(c, msg)
	{
		err = take_one(c, scm);
		if (err)
			break;
	}
	if (err)
		scm_destroy(scm);
	return err;
}

static void scm_skb_destruct(struct sk_buff *skb)
{
	struct scm_cookie *scm = &unix_cb(skb)->scm;

	if (scm->fp) {
		count_inflight(scm->fp, -1);
		scm_destroy(scm);
	}
	sock_wfree(skb);
}

/**
 * scm_attach() - Bind what goes along to the packet it goes with.
 * @skb: the packet, charged to its sender.
 * @scm: its files belong to the packet afterwards.
 */
void scm_attach(struct sk_buff *skb, struct scm_cookie *scm)
{
	unix_cb(skb)->scm = *scm;
	if (!scm->fp)
		return;
	count_inflight(scm->fp, 1);
	skb->destructor = scm_skb_destruct;
	scm->fp = NULL;
}

/* --- receiving --- */

static struct scm_fp_list *fp_list_copy(const struct scm_fp_list *fpl)
{
	size_t size = sizeof(*fpl) + fpl->count * sizeof(struct file *);
	struct scm_fp_list *copy = kmalloc(size, GFP_KERNEL);
	u32 i;

	if (!copy)
		return NULL;
	memcpy(copy, fpl, size);
	for (i = 0; i < copy->count; i++)
		get_file(copy->fp[i]);
	return copy;
}

/**
 * scm_detach() - What came along with a packet.
 * @skb:  the packet.
 * @scm:  gets it; holds no files yet.
 * @peek: leave it with the packet, too. Without memory the files stay away.
 */
void scm_detach(struct sk_buff *skb, struct scm_cookie *scm, bool peek)
{
	struct scm_cookie *from = &unix_cb(skb)->scm;

	scm->creds = from->creds;
	if (!from->fp)
		return;
	if (peek) {
		scm->fp = fp_list_copy(from->fp);
		return;
	}
	count_inflight(from->fp, -1);
	scm->fp = from->fp;
	from->fp = NULL;
}

/* As many files as there is room for become descriptors. */
static void give_files(struct msghdr *msg, struct scm_fp_list *fpl, int flags)
{
	size_t room = msg->msg_controllen;
	int fds[SCM_MAX_FD];
	u32 i, n = 0;

	room = room > CMSG_LEN(0) ? (room - CMSG_LEN(0)) / sizeof(int) : 0;
	for (i = 0; i < fpl->count && i < room; i++) {
		fds[i] = fd_install(task_files(), fpl->fp[i], 0,
				    flags & MSG_CMSG_CLOEXEC);
		if (fds[i] < 0)
			break;
		n++;
	}
	if (n)
		put_cmsg(msg, SOL_SOCKET, SCM_RIGHTS, (int)(n * sizeof(int)),
			 fds);
	if (n < fpl->count)
		msg->msg_flags |= MSG_CTRUNC;
	/* What has become a descriptor is the table's; the rest is dropped. */
	fpl->count -= n;
	memmove(fpl->fp, fpl->fp + n, fpl->count * sizeof(fpl->fp[0]));
}

/**
 * scm_recv() - Give a reader what came along.
 * @sk:    the reader's sock: SO_PASSCRED.
 * @msg:   room for control data.
 * @scm:   empty afterwards.
 * @flags: MSG_CMSG_CLOEXEC.
 *
 * Context: task.
 */
void scm_recv(const struct sock *sk, struct msghdr *msg, struct scm_cookie *scm,
	      int flags)
{
	if (sock_flag(sk, SOCK_PASSCRED))
		put_cmsg(msg, SOL_SOCKET, SCM_CREDENTIALS, sizeof(scm->creds),
			 &scm->creds);
	if (!scm->fp)
		return;
	give_files(msg, scm->fp, flags);
	scm_destroy(scm);
}
