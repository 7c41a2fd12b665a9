/* SPDX-License-Identifier: MIT */
/*
 * DOC: start-up configuration: what `ip=` or a DHCP server said, kept for
 * whoever writes /etc/resolv.conf or asks for the host's name.
 */
#pragma once

#include "net/ipv4/ip.h"

#define IPCONFIG_DNS    3
#define IPCONFIG_ROUTES 8
#define IPCONFIG_NAME   65

struct ipconfig_route {
	__be32 dst;
	u8 prefix_len;
	__be32 gateway;
};

struct ipconfig {
	char device[IFNAMSIZ]; /* "": the first that is no loopback */
	bool dhcp;
	__be32 client, server, gateway, netmask; /* 0: not given */
	__be32 dns[IPCONFIG_DNS];
	__be32 ntp;
	char hostname[IPCONFIG_NAME], domain[IPCONFIG_NAME];
	u32 mtu;       /* 0: the device's */
	u64 lease_ns;  /* from DHCP; 0: for ever */
	u32 nr_routes; /* besides the gateway (RFC 3442) */
	struct ipconfig_route routes[IPCONFIG_ROUTES];
};

/* 0: *@c is filled; 1: configuration is off; -EINVAL with a message. */
int ipconfig_parse(const char *arg, struct ipconfig *c) __must_check;
bool ipconfig_parse_addr(const char *s, size_t len, __be32 *ip);
/* What is in force since ip_auto_config(). */
const struct ipconfig *ipconfig_get(void);
/* "nameserver …" lines as in resolv.conf(5); length, as scnprintf(). */
int ipconfig_resolv_conf(char *buf, size_t size);

/* --- route_config.c --- */
struct fib_config;
int ip_route_attribute(const char *name, const char *value,
		       struct fib_config *cfg) __must_check;
int ip_route_destination(char *word, struct fib_config *cfg);
/* What one `route=` says; errors have a message. */
int ip_route_config(struct net *net, const char *spec);

/* --- dhcp.c --- */
/* Ask on @dev; 0 and *@c filled, -ETIMEDOUT, or another errno. */
int dhcp_configure(struct net *net, struct net_device *dev,
		   struct ipconfig *c) __must_check;
