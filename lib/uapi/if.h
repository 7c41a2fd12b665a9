/* SPDX-License-Identifier: MIT */
/* DOC: the interface and route ioctls (uAPI linux/sockios.h, linux/if.h,
   linux/route.h). */
#pragma once

#include "lib/uapi/socket.h"

#define SIOCADDRT      0x890B
#define SIOCDELRT      0x890C
#define SIOCGIFNAME    0x8910
#define SIOCGIFCONF    0x8912
#define SIOCGIFFLAGS   0x8913
#define SIOCSIFFLAGS   0x8914
#define SIOCGIFADDR    0x8915
#define SIOCSIFADDR    0x8916
#define SIOCGIFDSTADDR 0x8917
#define SIOCGIFBRDADDR 0x8919
#define SIOCSIFBRDADDR 0x891A
#define SIOCGIFNETMASK 0x891B
#define SIOCSIFNETMASK 0x891C
#define SIOCGIFMETRIC  0x891D
#define SIOCGIFMTU     0x8921
#define SIOCSIFMTU     0x8922
#define SIOCGIFHWADDR  0x8927
#define SIOCGIFINDEX   0x8933
#define SIOCGIFTXQLEN  0x8942
#define SIOCETHTOOL    0x8946
#define SIOCDARP       0x8953
#define SIOCGARP       0x8954
#define SIOCSARP       0x8955

struct ifreq {
	char ifr_name[16];
	union {
		struct sockaddr ifru_addr;
		struct sockaddr_in ifru_in;
		u16 ifru_flags;
		int ifru_ivalue;
		void __user *ifru_data;
		u8 ifru_pad_[24];
	} u;
};
static_assert(sizeof(struct ifreq) == 40, "uAPI, x86_64");

struct ifconf {
	int ifc_len; /* bytes of ifc_buf; on return: filled */
	int pad_;
	void __user *ifc_buf;
};
static_assert(sizeof(struct ifconf) == 16, "uAPI, x86_64");

/* arp(7) */
#define ATF_COM     0x02 /* the hardware address is known */
#define ATF_PERM    0x04
#define ATF_PUBL    0x08
#define ATF_NETMASK 0x20
#define ATF_DONTPUB 0x40

struct arpreq {
	struct sockaddr_in arp_pa;
	struct sockaddr arp_ha;
	int arp_flags;
	struct sockaddr arp_netmask;
	char arp_dev[16];
};
static_assert(sizeof(struct arpreq) == 68, "uAPI, x86_64");

#define RTF_UP      0x1
#define RTF_GATEWAY 0x2
#define RTF_HOST    0x4
#define RTF_REJECT  0x200

struct rtentry {
	u64 rt_pad1;
	struct sockaddr_in rt_dst, rt_gateway, rt_genmask;
	u16 rt_flags;
	u16 rt_pad2;
	u64 rt_pad3, rt_pad4;
	s16 rt_metric; /* one more than the priority */
	const char __user *rt_dev;
	u64 rt_mtu, rt_window;
	u16 rt_irtt;
};
static_assert(sizeof(struct rtentry) == 120, "uAPI, x86_64");
