// SPDX-License-Identifier: MIT
/*
 * DOC: brings the stack up: its layers in order, the devices, then loopback
 * and the addresses of `ip=` and the routes of `route=`. Called by
 * start_kernel() on the boot task.
 *
 * A machine without a network card, or with an `ip=` that cannot be followed,
 * still runs its program, which then gets ENETUNREACH.
 *
 * `sysctl.NAME=VALUE` sets what Linux calls NAME before any program runs, as
 * on Linux; the names are those of net/ipv4/sysctl_net_ipv4.c. A name that is
 * not known or a value that means nothing is reported and the default stays.
 */
#include "boot/network.h"
#include "lib/err.h"
#include "lib/printk.h"
#include "lib/vsprintf.h"
#include "kernel/cmdline.h"
#include "kernel/stats.h"
#include "net/core/netdevice.h"
#include "net/core/sch_generic.h"
#include "net/ethernet/vlan.h"
#include "net/ipv4/inet_sock.h"
#include "net/ipv4/ip.h"
#include "net/ipv4/ipconfig.h"
#include "net/ipv4/sysctl.h"
#include "net/netlink/netlink.h"
#include "net/packet/packet.h"
#include "net/unix/af_unix.h"
#include "drivers/pci/pci.h"

/* "Tcp", "OutSegs" becomes "tcp.OutSegs". */
static void report_mib(void *arg)
{
	const struct net *net = arg;
	char name[64];
	u32 i;

	for (i = 0; i < NR_SNMP_MIB; i++) {
		if (!net->mib.v[i])
			continue;
		snprintf(name, sizeof(name), "%s.%s", snmp_names[i].group,
			 snmp_names[i].name);
		name[0] = (char)(name[0] | 0x20);
		stats_print(name, net->mib.v[i]);
	}
}

static void report_drops(void *arg)
{
	char name[64];
	u32 i;

	for (i = 0; i < NR_SKB_DROP_REASONS; i++) {
		if (!skb_drop_counts[i])
			continue;
		snprintf(name, sizeof(name), "drop.%s", skb_drop_names[i]);
		stats_print(name, skb_drop_counts[i]);
	}
}

/* What each device counts, as /proc/net/dev would name it. */
static void report_devices(void *arg)
{
	struct rtnl_link_stats64 st;
	struct net_device *dev;
	char name[64];
	u32 i;

	list_for_each_entry (dev, &init_net.dev_base_head, dev_list) {
		const struct {
			const char *name;
			const u64 *value;
		} shown[] = {
			{ "tx_packets", &st.tx_packets },
			{ "tx_bytes", &st.tx_bytes },
			{ "tx_dropped", &st.tx_dropped },
			{ "rx_packets", &st.rx_packets },
			{ "rx_bytes", &st.rx_bytes },
			{ "rx_dropped", &st.rx_dropped },
			{ "rx_errors", &st.rx_errors },
			{ "rx_missed_errors", &st.rx_missed_errors },
		};

		dev_get_stats(dev, &st);
		for (i = 0; i < ARRAY_SIZE(shown); i++) {
			if (!*shown[i].value)
				continue;
			snprintf(name, sizeof(name), "%s.%s", dev->name,
				 shown[i].name);
			stats_print(name, *shown[i].value);
		}
	}
}

static void report_buffers(void *arg)
{
	stats_print("skb.live", (u64)skb_live_count());
}

static u32 count_pci_devices(void)
{
	struct pci_dev *pdev;
	u32 n = 0;

	list_for_each_entry (pdev, &pci_devices, list)
		n++;
	return n;
}

static bool have_nic(void)
{
	struct net_device *dev;

	list_for_each_entry (dev, &init_net.dev_base_head, dev_list)
		if (!(dev->flags & IFF_LOOPBACK))
			return true;
	return false;
}

/**
 * network_init() - Start every layer and probe the devices.
 *
 * Context: boot, once, interrupts on.
 */
void network_init(void)
{
	int err;

	skb_init();
	net_dev_init();
	net_sched_init();
	vlan_init();
	inet_init();
	netlink_init();
	packet_init();
	unix_init();
	err = net_setup(&init_net);
	if (err)
		panic("network: no memory for the stack (error %d)", err);
	stats_register(report_mib, &init_net);
	stats_register(report_drops, NULL);
	stats_register(report_buffers, NULL);
	stats_register(report_devices, NULL);
	pci_init();
}

/* @word is what the command line said, for a message. */
static void apply_sysctl(struct net *net, const struct ctl_table *t,
			 const char *word, const char *value)
{
	int err = sysctl_set(net, t, value);

	if (err == -ENOENT)
		pr_err("network: no congestion control named %s\n", value);
	else if (err == -EINVAL)
		pr_err("network: %s: not from %d to %u\n", word, t->min,
		       t->max);
	else if (err)
		pr_err("network: %s: error %d\n", word, err);
}

/* Linux's name for CUBIC's parameter. */
static void set_hystart(struct net *net)
{
	const char *v = cmdline_get("tcp_cubic.hystart_detect");
	const struct ctl_table *t =
		sysctl_find("/sys/module/tcp_cubic/parameters/hystart_detect");

	if (v && t)
		apply_sysctl(net, t, "tcp_cubic.hystart_detect", v);
}

/* One word `sysctl.NAME=VALUE`. */
static void set_sysctl(const char *word, void *arg)
{
	char name[64], value[SYSCTL_TEXT_MAX];
	const struct ctl_table *t;
	const char *eq = strchr(word, '=');
	struct net *net = arg;
	char *p;

	if (!eq || eq - word >= sizeof(name) || strlen(eq) > sizeof(value)) {
		pr_err("network: sysctl.%s: what is its value?\n", word);
		return;
	}
	memcpy(name, word, (size_t)(eq - word));
	name[eq - word] = '\0';
	t = sysctl_find(name);
	if (!t) {
		pr_err("network: there is no sysctl %s\n", name);
		return;
	}
	/* Several numbers: a comma is what needs no quotes. */
	strscpy(value, eq + 1, sizeof(value));
	for (p = value; *p; p++)
		if (*p == ',')
			*p = ' ';
	/* The prefix is before it. */
	apply_sysctl(net, t, word - strlen("sysctl."), value);
}

/* What is wrong is reported there, and the others still count. */
static void set_routes(struct net *net)
{
	const char *route;
	u32 i;

	for (i = 0; (route = cmdline_get_nth("route", i)); i++)
		(void)ip_route_config(net, route);
}

static void set_vlans(struct net *net)
{
	const char *vlan;
	u32 i;

	for (i = 0; (vlan = cmdline_get_nth("vlan", i)); i++)
		(void)vlan_config(net, vlan);
}

/**
 * network_configure() - `sysctl.*`, loopback up, then what `vlan=`, `ip=` and
 * `route=` say.
 *
 * Context: boot task; with ip=dhcp it sleeps until an answer or a time-out.
 */
void network_configure(void)
{
	const char *ip = cmdline_get("ip");
	int err;

	cmdline_for_each("sysctl.", set_sysctl, &init_net);
	set_hystart(&init_net);
	err = dev_open(init_net.loopback_dev);
	if (err)
		pr_err("network: lo does not open (error %d)\n", err);
	if (!have_nic()) {
		pr_warn("network: no supported NIC found among %u PCI devices; "
			"supported: e1000 (82540EM, 82545EM)\n",
			count_pci_devices());
		return;
	}
	set_vlans(&init_net);
	err = ip ? ip_auto_config(&init_net, ip) : 0;
	if (err)
		pr_err("network: ip=%s failed (error %d)\n", ip, err);
	set_routes(&init_net);
}
