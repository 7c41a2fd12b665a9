// SPDX-License-Identifier: MIT
/*
 * DOC: the `route=` of the command line, one route each, in the words of
 * `ip route`:
 *
 *	DST[,via=ADDRESS][,dev=NAME][,src=ADDRESS][,metric=N][,ATTRIBUTE=VALUE]...
 *
 * DST is default, ADDRESS or ADDRESS/BITS. Attributes: mtu, window, advmss,
 * initcwnd, initrwnd, hoplimit, quickack, ssthresh, cwnd, reordering,
 * fastopen_no_cookie; rtt, rto_min: a time in ms, or with its unit (2s, 5ms);
 * features=ecn; congctl=NAME, the congestion control of TCP connections that
 * ask for no other one. A value with `lock:` before it: what ICMP (mtu) or the
 * program (congctl, rto_min) says yields; cwnd counts only so, and rto_min
 * always is so.
 * Without via and dev the attributes are those of the route that there is to
 * DST, say the one that ip= has made.
 *
 * Called at boot by boot/network.c after `ip=`; task context. Calls fib.c.
 */
#include "lib/errno.h"
#include "lib/printk.h"
#include "lib/vsprintf.h"
#include "net/ipv4/ipconfig.h"
#include "net/ipv4/route.h"
#include "net/ipv4/tcp.h"

#define ROUTE_WORD_MAX 48
/* Above the largest RTO no time makes a difference. */
#define ROUTE_TIME_MAX_MS 120000U

/* --- attributes --- */

static int parse_number(const char *v, u32 *value)
{
	return kstrtou32(v, 0, value);
}

/* "200", "200ms", "2s": milliseconds. */
static int parse_ms(const char *v, u32 *value)
{
	char digits[12];
	u32 n = 0, unit = 1;

	for (; v[n] >= '0' && v[n] <= '9'; n++) {
		if (n == sizeof(digits) - 1)
			return -EINVAL;
		digits[n] = v[n];
	}
	digits[n] = '\0';
	if (strcmp(v + n, "s") == 0)
		unit = 1000;
	else if (v[n] && strcmp(v + n, "ms") != 0)
		return -EINVAL;
	if (kstrtou32(digits, 10, value) || *value > ROUTE_TIME_MAX_MS / unit)
		return -EINVAL;
	*value *= unit;
	return 0;
}

static int parse_features(const char *v, u32 *value)
{
	*value = RTAX_FEATURE_ECN;
	return strcmp(v, "ecn") == 0 ? 0 : -EINVAL;
}

static int parse_congctl(const char *v, u32 *value)
{
	*value = tcp_ca_get_key_by_name(v);
	return *value ? 0 : -ENOENT;
}

static const struct {
	const char *name;
	u32 metric;
	int (*parse)(const char *v, u32 *value);
} attributes[] = {
	{ "mtu", RTAX_MTU, parse_number },
	{ "window", RTAX_WINDOW, parse_number },
	{ "rtt", RTAX_RTT, parse_ms },
	{ "ssthresh", RTAX_SSTHRESH, parse_number },
	{ "cwnd", RTAX_CWND, parse_number },
	{ "advmss", RTAX_ADVMSS, parse_number },
	{ "reordering", RTAX_REORDERING, parse_number },
	{ "hoplimit", RTAX_HOPLIMIT, parse_number },
	{ "initcwnd", RTAX_INITCWND, parse_number },
	{ "features", RTAX_FEATURES, parse_features },
	{ "rto_min", RTAX_RTO_MIN, parse_ms },
	{ "initrwnd", RTAX_INITRWND, parse_number },
	{ "quickack", RTAX_QUICKACK, parse_number },
	{ "congctl", RTAX_CC_ALGO, parse_congctl },
	{ "fastopen_no_cookie", RTAX_FASTOPEN_NO_COOKIE, parse_number },
};

/**
 * ip_route_attribute() - An attribute of a route by its name.
 * @name:  as in `ip route`: "mtu".
 * @value: its value; "lock:" before it locks the attribute.
 * @cfg:   its metrics are set.
 *
 * Return: 0; -EINVAL: no such attribute, or no such value; -ENOENT: no such
 *         congestion control.
 */
int ip_route_attribute(const char *name, const char *value,
		       struct fib_config *cfg)
{
	bool lock = strncmp(value, "lock:", 5) == 0;
	u32 i, *m = cfg->metrics, which;
	int err;

	for (i = 0; i < ARRAY_SIZE(attributes); i++)
		if (strcmp(name, attributes[i].name) == 0)
			break;
	if (i == ARRAY_SIZE(attributes))
		return -EINVAL;
	which = attributes[i].metric;
	err = attributes[i].parse(lock ? value + 5 : value, &m[which]);
	if (!err && (lock || which == RTAX_RTO_MIN))
		m[RTAX_LOCK] |= BIT(which);
	return err;
}

/* --- parsing --- */

/* Up to the next comma, into @word. Return: after it; NULL: too long. */
static const char *next_word(const char *s, char word[ROUTE_WORD_MAX])
{
	size_t n = 0;

	while (s[n] && s[n] != ',') {
		if (n == ROUTE_WORD_MAX - 1)
			return NULL;
		word[n] = s[n];
		n++;
	}
	word[n] = '\0';
	return s[n] ? s + n + 1 : s + n;
}

static int parse_addr(const char *s, __be32 *addr)
{
	return ipconfig_parse_addr(s, strlen(s), addr) ? 0 : -EINVAL;
}

/**
 * ip_route_destination() - Read "default", an address or a prefix.
 * @word: is written to.
 * @cfg:  dst and prefix_len are set.
 *
 * Return: 0; -EINVAL.
 */
int ip_route_destination(char *word, struct fib_config *cfg)
{
	char *slash = strchr(word, '/');
	u32 bits = 32;

	if (strcmp(word, "default") == 0)
		return 0;
	if (slash) {
		*slash = '\0';
		if (kstrtou32(slash + 1, 10, &bits) || bits > 32)
			return -EINVAL;
	}
	cfg->prefix_len = (u8)bits;
	/* What is below the mask must be zero. */
	return parse_addr(word, &cfg->dst) ||
			       (cfg->dst & ~inet_make_mask((int)bits))
		       ? -EINVAL
		       : 0;
}

static int parse_option(struct net *net, char *word, struct fib_config *cfg)
{
	char *v = strchr(word, '=');

	if (!v)
		return -EINVAL;
	*v++ = '\0';
	if (strcmp(word, "via") == 0)
		return parse_addr(v, &cfg->gateway) || !cfg->gateway ? -EINVAL
								     : 0;
	if (strcmp(word, "src") == 0)
		return parse_addr(v, &cfg->prefsrc);
	if (strcmp(word, "metric") == 0)
		return kstrtou32(v, 0, &cfg->metric);
	if (strcmp(word, "dev") == 0) {
		cfg->dev = dev_get_by_name(net, v);
		return cfg->dev ? 0 : -ENODEV;
	}
	return ip_route_attribute(word, v, cfg);
}

static int parse_route(struct net *net, const char *spec,
		       struct fib_config *cfg)
{
	char word[ROUTE_WORD_MAX];
	const char *s = next_word(spec, word);
	int err = s ? ip_route_destination(word, cfg) : -EINVAL;

	while (!err && *s) {
		s = next_word(s, word);
		err = s ? parse_option(net, word, cfg) : -EINVAL;
	}
	return err;
}

/* --- applying --- */

/* Give the best route to that destination what @cfg says. */
static int route_change(struct net *net, const struct fib_config *cfg)
{
	const struct fib_config like = { .dst = cfg->dst,
					 .prefix_len = cfg->prefix_len };
	struct fib_config old, new;
	u32 i;

	if (!fib_table_find(net, &like, &old))
		return -ESRCH;
	new = old;
	for (i = 0; i < RTAX_NR_; i++)
		if (cfg->metrics[i])
			new.metrics[i] = cfg->metrics[i];
	if (cfg->prefsrc)
		new.prefsrc = cfg->prefsrc;
	if (cfg->metric)
		new.metric = cfg->metric;
	return fib_table_replace(net, &old, &new);
}

static const char *why(int err)
{
	switch (err) {
	case -EINVAL:
		return "malformed";
	case -ENODEV:
		return "there is no such device";
	case -ENOENT:
		return "there is no such congestion control";
	case -ESRCH:
		return "there is no such route to change";
	default:
		return "refused";
	}
}

/**
 * ip_route_config() - Add or change one route as the command line says.
 * @net:  the stack; devices and addresses are configured.
 * @spec: the value of `route=`.
 *
 * Context: task.
 * Return:  0; with a message -EINVAL: malformed, -ENODEV, -ENOENT: no such
 *          congestion control, -ESRCH: no route to change, -ENETUNREACH: the
 *          gateway is not on a link, -ENOMEM.
 */
int ip_route_config(struct net *net, const char *spec)
{
	struct fib_config cfg = { .type = RTN_UNICAST,
				  .protocol = RTPROT_BOOT };
	int err = parse_route(net, spec, &cfg);

	if (!err) {
		cfg.scope = cfg.gateway ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
		err = cfg.gateway || cfg.dev ? fib_table_insert(net, &cfg)
					     : route_change(net, &cfg);
	}
	if (err)
		pr_err("route=%s: %s (error %d)\n", spec, why(err), -err);
	return err;
}
