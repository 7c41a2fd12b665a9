// SPDX-License-Identifier: MIT
/*
 * DOC: the device, as a script's `ethtool -K`, `tc qdisc` and `ip link` set it
 * up; and /proc/net.
 */
#include "lib/err.h"
#include "net/core/netdevice.h"
#include "net/core/sch_generic.h"
#include "net/ipv4/proc.h"
#include "tests/packetdrill/platform_threads.h"
#include "tests/packetdrill/stack.h"
#include "tests/packetdrill/stack_int.h"

/* --- ethtool -K --- */

int stack_set_feature(const char *name, int on)
{
	static const struct {
		const char *name;
		u64 bits;
	} features[] = {
		{ "tso", NETIF_F_TSO },
		{ "tcp-segmentation-offload", NETIF_F_TSO },
		{ "gso", NETIF_F_GSO },
		{ "generic-segmentation-offload", NETIF_F_GSO },
		{ "sg", NETIF_F_SG },
		{ "tx", NETIF_F_HW_CSUM },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(features); i++) {
		if (strcmp(name, features[i].name) != 0)
			continue;
		platform_enter();
		if (on)
			tun->features |= features[i].bits;
		else
			tun->features &= ~features[i].bits;
		platform_leave();
		return 0;
	}
	return -ENOENT;
}

/* --- tc qdisc --- */

static struct Qdisc *make_qdisc(const char *kind, long limit)
{
	struct {
		struct nlattr head;
		u32 limit;
	} opt = { { sizeof(opt), 0 }, (u32)limit };
	const struct Qdisc_ops *ops;

	if (strcmp(kind, noqueue_qdisc.ops->id) == 0)
		return &noqueue_qdisc;
	ops = qdisc_lookup_ops(kind);
	if (!ops)
		return ERR_PTR(-ENOENT);
	return qdisc_create(&tun->_tx[0], ops, limit < 0 ? NULL : &opt.head);
}

int stack_set_qdisc(const char *kind, long limit)
{
	struct Qdisc *q;
	int err;

	platform_enter();
	q = make_qdisc(kind, limit);
	err = IS_ERR(q) ? (int)PTR_ERR(q) : dev_graft_qdisc(&tun->_tx[0], q);
	platform_leave();
	return err;
}

/* --- ip link --- */

int stack_set_mtu(unsigned int mtu)
{
	int err;

	platform_enter();
	err = dev_set_mtu(tun, mtu);
	platform_leave();
	return err;
}

int stack_set_queue(unsigned int packets)
{
	platform_enter();
	tun->tx_queue_len = packets;
	platform_leave();
	return 0;
}

int stack_set_link(int up)
{
	int err = 0;

	platform_enter();
	if (up)
		err = dev_open(tun);
	else
		dev_close(tun);
	platform_leave();
	return err;
}

/* --- /proc/net --- */

static_assert(STACK_RECORD >= PROC_NET_RECORD, "a record fits");

const char *stack_proc_name(unsigned int i)
{
	const struct proc_net_file *file = proc_net_at(i);

	return file ? file->name : NULL;
}

unsigned long stack_proc_next(unsigned int i, unsigned long long *pos,
			      char text[STACK_RECORD])
{
	u64 at = *pos;
	size_t n;

	platform_enter();
	n = proc_net_at(i)->next(&init_net, &at, text, STACK_RECORD);
	platform_leave();
	*pos = at;
	return n;
}
