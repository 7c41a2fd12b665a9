// SPDX-License-Identifier: MIT
/*
 * DOC: ICMP (row I5; RFC 792, RFC 1122 section 3.2.2).
 *
 * Out: errors about packets that came, never about an error, a fragment but
 * the first, or what was meant for many; limited for each host and in all
 * (RFC 1812, section 4.3.2.8). In: echo is answered; an error goes to the
 * transport whose packet it quotes, once the quotation has been checked.
 *
 * State: struct icmp_state in netns_ipv4, softirq or task with softirqs off.
 * Called by ip_input.c and by whoever refuses a packet.
 */
#include "lib/checksum.h"
#include "lib/err.h"
#include "lib/hash.h"
#include "lib/slab.h"
#include "lib/softirq.h"
#include "net/ipv4/ip.h"

#define ICMP_HOST_SLOTS 256
#define ICMP_HOST_BURST 6
#define ICMP_MAX_ERROR  576  /* RFC 1812, section 4.3.2.3 */
#define ICMP_QUOTED     8    /* bytes of transport header at least */
#define ICMP_ERROR_TOS  0xc0 /* RFC 1812, section 4.3.2.5 */

/* One host's token bucket; another host in its slot starts afresh. */
struct icmp_host {
	__be32 addr;
	u64 stamp_ns;
	u64 tokens_ns;
};

struct icmp_state {
	struct icmp_host hosts[ICMP_HOST_SLOTS];
	u32 seed;
};

/* RFC 1122, section 3.2.2.1 and 4.2.3.9. */
const struct icmp_err icmp_err_convert[NR_ICMP_UNREACH + 1] = {
	[ICMP_NET_UNREACH] = { ENETUNREACH, false },
	[ICMP_HOST_UNREACH] = { EHOSTUNREACH, false },
	[ICMP_PROT_UNREACH] = { ENOPROTOOPT, true },
	[ICMP_PORT_UNREACH] = { ECONNREFUSED, true },
	[ICMP_FRAG_NEEDED] = { EMSGSIZE, false },
	[ICMP_SR_FAILED] = { EOPNOTSUPP, false },
	[ICMP_NET_UNKNOWN] = { ENETUNREACH, true },
	[ICMP_HOST_UNKNOWN] = { EHOSTDOWN, true },
	[ICMP_HOST_ISOLATED] = { ENONET, true },
	[ICMP_NET_ANO] = { ENETUNREACH, true },
	[ICMP_HOST_ANO] = { EHOSTUNREACH, true },
	[ICMP_NET_UNR_TOS] = { ENETUNREACH, false },
	[ICMP_HOST_UNR_TOS] = { EHOSTUNREACH, false },
	[ICMP_PKT_FILTERED] = { EHOSTUNREACH, true },
	[ICMP_PREC_VIOLATION] = { EHOSTUNREACH, true },
	[ICMP_PREC_CUTOFF] = { EHOSTUNREACH, true },
};

static bool icmp_is_error(u8 type)
{
	switch (type) {
	case ICMP_DEST_UNREACH:
	case ICMP_SOURCE_QUENCH:
	case ICMP_REDIRECT:
	case ICMP_TIME_EXCEEDED:
	case ICMP_PARAMETERPROB:
		return true;
	default:
		return false;
	}
}

/* --- limits --- */

/* All hosts together: icmp_msgs_per_sec with bursts of icmp_msgs_burst. */
static bool icmp_global_allow(struct netns_ipv4 *n)
{
	u64 now = ktime_get_ns(), since = now - n->icmp_stamp_ns, add;

	since = min_t(u64, since, NSEC_PER_SEC);
	add = since * n->sysctl_icmp_msgs_per_sec / NSEC_PER_SEC;
	if (add) {
		n->icmp_stamp_ns = now;
		n->icmp_credit = (u32)min_t(u64, n->icmp_credit + add,
					    n->sysctl_icmp_msgs_burst);
	}
	if (!n->icmp_credit)
		return false;
	n->icmp_credit--;
	return true;
}

static bool icmp_host_allow(struct netns_ipv4 *n, __be32 addr)
{
	u32 slot = hash_2words((__force u32)addr, n->icmp->seed, 0);
	struct icmp_host *h = &n->icmp->hosts[slot % ICMP_HOST_SLOTS];
	u64 now = ktime_get_ns();
	u64 cost = n->sysctl_icmp_ratelimit * NSEC_PER_MSEC;

	if (h->addr != addr || !h->stamp_ns) {
		h->addr = addr;
		h->tokens_ns = ICMP_HOST_BURST * cost;
	} else {
		h->tokens_ns = min_t(u64, h->tokens_ns + now - h->stamp_ns,
				     ICMP_HOST_BURST * cost);
	}
	h->stamp_ns = now;
	if (h->tokens_ns < cost)
		return false;
	h->tokens_ns -= cost;
	return true;
}

/* What of @type may go to @addr by @rt now. */
static bool icmp_allow(struct net *net, const struct rtable *rt, u8 type,
		       u8 code, __be32 addr)
{
	struct netns_ipv4 *n = net->ipv4;

	/* Path MTU discovery must not fail by limits. */
	if (type == ICMP_DEST_UNREACH && code == ICMP_FRAG_NEEDED)
		return true;
	if (!(BIT(type) & n->sysctl_icmp_ratemask) ||
	    (rt->dst.dev->flags & IFF_LOOPBACK))
		return true;
	if (!icmp_global_allow(n)) {
		NET_INC_STATS(net, Icmp_OutRateLimitGlobal);
		return false;
	}
	if (icmp_host_allow(n, addr))
		return true;
	NET_INC_STATS(net, Icmp_OutRateLimitHost);
	return false;
}

/* --- sending --- */

/* The counters of each type: MIB_*, 0 for none. */
static const struct {
	u16 in, out;
} icmp_mib[NR_ICMP_TYPES + 1] = {
#define ICMP_MIB(name)                                \
	{                                             \
		MIB_Icmp_In##name, MIB_Icmp_Out##name \
	}
	[ICMP_ECHOREPLY] = ICMP_MIB(EchoReps),
	[ICMP_DEST_UNREACH] = ICMP_MIB(DestUnreachs),
	[ICMP_SOURCE_QUENCH] = ICMP_MIB(SrcQuenchs),
	[ICMP_REDIRECT] = ICMP_MIB(Redirects),
	[ICMP_ECHO] = ICMP_MIB(Echos),
	[ICMP_TIME_EXCEEDED] = ICMP_MIB(TimeExcds),
	[ICMP_PARAMETERPROB] = ICMP_MIB(ParmProbs),
	[ICMP_TIMESTAMP] = ICMP_MIB(Timestamps),
	[ICMP_TIMESTAMPREPLY] = ICMP_MIB(TimestampReps),
	[ICMP_ADDRESS] = ICMP_MIB(AddrMasks),
	[ICMP_ADDRESSREPLY] = ICMP_MIB(AddrMaskReps),
};

/**
 * icmp_out_count() - A message leaves.
 * @net:  the stack.
 * @type: ICMP_*.
 */
void icmp_out_count(struct net *net, u8 type)
{
	NET_INC_STATS(net, Icmp_OutMsgs);
	if (type <= NR_ICMP_TYPES && icmp_mib[type].out)
		net->mib.v[icmp_mib[type].out]++;
}

/*
 * Send an ICMP message of @len bytes, header included, whose payload is
 * @from's bytes from the network header or, for a reply, from its ICMP
 * header's end on. Takes @rt's reference.
 */
static void icmp_xmit(struct net *net, struct rtable *rt,
		      const struct flowi4 *fl4, const struct icmphdr *hdr,
		      struct sk_buff *from, int offset, u32 len,
		      const struct ip_options *opt)
{
	u32 optlen = opt ? opt->optlen : 0;
	u32 ll = LL_RESERVED_SPACE(rt->dst.dev) + 16;
	u32 hlen = (u32)sizeof(struct iphdr) + optlen;
	struct sk_buff *skb = alloc_skb(ll + hlen + len, GFP_ATOMIC);
	struct icmphdr *icmph;
	struct iphdr *iph;
	u32 back = offset < 0 ? (u32)-offset : 0;
	int err;

	if (!skb) {
		ip_rt_put(rt);
		NET_INC_STATS(net, Icmp_OutErrors);
		return;
	}
	skb_reserve(skb, ll + hlen);
	icmph = skb_put(skb, len);
	skb_reset_transport_header(skb);
	*icmph = *hdr;
	/* The quotation starts before what is @from's data now. */
	skb_push(from, back);
	err = skb_copy_bits(from, offset < 0 ? 0 : (u32)offset, icmph + 1,
			    len - (u32)sizeof(*icmph));
	skb_pull(from, back);
	if (err) {
		ip_rt_put(rt);
		NET_INC_STATS(net, Icmp_OutErrors);
		kfree_skb_reason(skb, SKB_DROP_REASON_PKT_TOO_SMALL);
		return;
	}
	icmph->checksum = 0;
	icmph->checksum = ip_compute_csum(icmph, len);
	iph = skb_push(skb, hlen);
	skb_reset_network_header(skb);
	ip_start_header(iph, optlen, fl4->flowi4_tos);
	iph->frag_off = 0;
	iph->ttl = (u8)ip4_dst_hoplimit(&rt->dst);
	iph->protocol = IPPROTO_ICMP;
	iph->saddr = fl4->saddr;
	iph->daddr = fl4->daddr;
	if (optlen)
		ip_options_build(skb, opt, fl4->daddr, fl4->saddr);
	ip_select_ident(net, skb, NULL, 1);
	skb_dst_set(skb, &rt->dst);
	icmp_out_count(net, hdr->type);
	ip_local_out(net, NULL, skb);
}

/* RFC 1122, section 3.2.2: about what no error may be sent. */
static bool icmp_may_report(struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	u8 type_buf;
	const u8 *type;

	if (!skb_dst(skb) || skb->pkt_type != PACKET_HOST)
		return false;
	if (skb_rtable(skb)->rt_type == RTN_BROADCAST ||
	    skb_rtable(skb)->rt_type == RTN_MULTICAST)
		return false;
	if (iph->frag_off & htons(IP_OFFSET))
		return false;
	if (ipv4_is_multicast(iph->saddr) || ipv4_is_lbcast(iph->saddr) ||
	    ipv4_is_zeronet(iph->saddr))
		return false;
	if (iph->protocol != IPPROTO_ICMP)
		return true;
	type = skb_header_pointer(
		skb, (u32)(skb_network_offset(skb) + (int)ip_hdrlen(skb)), 1,
		&type_buf);
	return type && !icmp_is_error(*type);
}

static u32 icmp_quote_len(const struct sk_buff *skb, const struct rtable *rt,
			  u32 optlen)
{
	u32 have = (u32)((int)skb->len - skb_network_offset(skb));
	u32 room = min_t(u32, dst_mtu(&rt->dst), ICMP_MAX_ERROR);
	u32 hdrs =
		(u32)(sizeof(struct iphdr) + sizeof(struct icmphdr)) + optlen;

	room = room > hdrs ? room - hdrs : 0;
	return min(have, room);
}

/**
 * icmp_send() - Tell a packet's sender what is wrong with it.
 * @skb_in: network header set, route set; data at it or at what follows.
 * @type, @code: the message. @info: its second word, network order.
 *
 * Ownership: @skb_in stays the caller's.
 * Context:   task or softirq.
 */
void icmp_send(struct sk_buff *skb_in, int type, int code, __be32 info)
{
	const struct iphdr *iph = ip_hdr(skb_in);
	struct icmphdr hdr = { .type = (u8)type, .code = (u8)code };
	struct net *net = dev_net(skb_in->dev);
	struct flowi4 fl4;
	struct rtable *rt;
	bool ours;

	if (!icmp_may_report(skb_in))
		return;
	ours = inet_addr_type(net, iph->daddr) == RTN_LOCAL;
	flowi4_init_output(&fl4, 0, skb_in->mark,
			   (u8)((iph->tos & IPTOS_TOS_MASK) | ICMP_ERROR_TOS),
			   RT_SCOPE_UNIVERSE, IPPROTO_ICMP, 0, iph->saddr,
			   ours ? iph->daddr : 0, 0, 0);
	local_bh_disable();
	rt = ip_route_output_flow(net, &fl4, NULL);
	if (IS_ERR(rt))
		goto out;
	if (!icmp_allow(net, rt, (u8)type, (u8)code, iph->saddr)) {
		ip_rt_put(rt);
		goto out;
	}
	hdr.un.gateway = info;
	icmp_xmit(net, rt, &fl4, &hdr, skb_in, skb_network_offset(skb_in),
		  (u32)sizeof(hdr) + icmp_quote_len(skb_in, rt, 0), NULL);
out:
	local_bh_enable();
}

/* --- receiving --- */

/* RFC 1122, section 3.2.2.6: every bit of the request comes back. */
static void icmp_echo(struct sk_buff *skb)
{
	struct net *net = dev_net(skb->dev);
	const struct iphdr *iph = ip_hdr(skb);
	struct icmphdr hdr = *icmp_hdr(skb);
	bool unicast = skb_rtable(skb)->rt_type == RTN_LOCAL;
	struct ip_options opt;
	struct flowi4 fl4;
	struct rtable *rt;

	if (net->ipv4->sysctl_icmp_echo_ignore_all ||
	    (!unicast && net->ipv4->sysctl_icmp_echo_ignore_broadcasts) ||
	    hdr.code)
		return;
	hdr.type = ICMP_ECHOREPLY;
	ip_options_echo(&opt, (const u8 *)(iph + 1), &IPCB(skb)->opt);
	flowi4_init_output(&fl4, 0, skb->mark, iph->tos, RT_SCOPE_UNIVERSE,
			   IPPROTO_ICMP, 0, iph->saddr,
			   unicast ? iph->daddr : 0, 0, 0);
	rt = ip_route_output_flow(net, &fl4, NULL);
	if (IS_ERR(rt))
		return;
	if (rt->rt_type == RTN_BROADCAST || rt->rt_type == RTN_MULTICAST ||
	    !icmp_allow(net, rt, hdr.type, 0, iph->saddr)) {
		ip_rt_put(rt);
		return;
	}
	icmp_xmit(net, rt, &fl4, &hdr, skb, sizeof(hdr), skb->len,
		  opt.optlen ? &opt : NULL);
}

/* Whether a "fragmentation needed" is to be heard at all. */
static bool frag_needed_counts(const struct net *net,
			       const struct iphdr *quoted)
{
	switch (net->ipv4->sysctl_ip_no_pmtu_disc) {
	case IP_NO_PMTU_DISC_IGNORE:
		return false;
	case IP_NO_PMTU_DISC_STRICT:
		return quoted->protocol == IPPROTO_TCP;
	default:
		return true;
	}
}

/* The second word of an error, in host order, as the transports want it. */
static u32 icmp_error_info(const struct net *net, const struct icmphdr *icmph,
			   const struct iphdr *quoted)
{
	u32 mtu;

	if (icmph->type == ICMP_PARAMETERPROB)
		return ntohl(icmph->un.gateway) >> 24;
	if (icmph->type != ICMP_DEST_UNREACH || icmph->code != ICMP_FRAG_NEEDED)
		return 0;
	if (net->ipv4->sysctl_ip_no_pmtu_disc == IP_NO_PMTU_DISC_MIN)
		return 0;
	mtu = ntohs(icmph->un.frag.mtu);
	/* RFC 1191, section 5: an old router does not say. */
	return mtu ?: min_t(u32, 576, ntohs(quoted->tot_len));
}

/* An error: check what it quotes and pass it to the transport. */
static bool icmp_unreach(struct sk_buff *skb)
{
	struct net *net = dev_net(skb->dev);
	const struct icmphdr *icmph;
	const struct net_protocol *p;
	const struct iphdr *quoted;
	u8 protocol;
	u32 info, hlen;

	if (!pskb_may_pull(skb, sizeof(*icmph) + sizeof(*quoted)))
		return false;
	quoted = (const struct iphdr *)(icmp_hdr(skb) + 1);
	hlen = quoted->ihl * 4U;
	if (quoted->ihl < 5 || quoted->version != 4 ||
	    (quoted->frag_off & htons(IP_OFFSET)))
		return false;
	if (!pskb_may_pull(skb, (u32)sizeof(*icmph) + hlen + ICMP_QUOTED))
		return false;
	icmph = icmp_hdr(skb);
	quoted = (const struct iphdr *)(icmph + 1);
	/* What is not from us is none of our business. */
	if (inet_addr_type(net, quoted->saddr) != RTN_LOCAL)
		return true;
	if (icmph->type == ICMP_DEST_UNREACH &&
	    icmph->code == ICMP_FRAG_NEEDED && !frag_needed_counts(net, quoted))
		return true;
	info = icmp_error_info(net, icmph, quoted);
	protocol = quoted->protocol;
	skb_pull(skb, sizeof(*icmph));
	raw_icmp_error(skb, protocol, info);
	p = inet_protos[protocol];
	if (protocol == IPPROTO_ICMP)
		ping_err(skb, info);
	else if (p && p->err_handler)
		p->err_handler(skb, info);
	return true;
}

/* True: the message was in order. */
static bool icmp_dispatch(struct sk_buff *skb)
{
	u8 type = icmp_hdr(skb)->type;

	if (type <= NR_ICMP_TYPES && icmp_mib[type].in)
		dev_net(skb->dev)->mib.v[icmp_mib[type].in]++;
	switch (type) {
	case ICMP_ECHO:
		icmp_echo(skb);
		return true;
	case ICMP_ECHOREPLY:
		ping_rcv(skb);
		return true;
	case ICMP_DEST_UNREACH:
	case ICMP_TIME_EXCEEDED:
	case ICMP_PARAMETERPROB:
		return icmp_unreach(skb);
	default:
		/* RFC 1122, section 3.2.2: unknown types are discarded; source
		 * quench is obsolete (RFC 6633); redirects are not followed,
		 * for anyone on the link could forge them. */
		return true;
	}
}

/**
 * icmp_rcv() - Take an ICMP message.
 * @skb: starts at the ICMP header, route set.
 *
 * Ownership: consumes @skb.
 * Context:   softirq.
 * Return:    0.
 */
int icmp_rcv(struct sk_buff *skb)
{
	struct net *net = dev_net(skb->dev);

	NET_INC_STATS(net, Icmp_InMsgs);
	if (!pskb_may_pull(skb, sizeof(struct icmphdr))) {
		NET_INC_STATS(net, Icmp_InErrors);
		kfree_skb_reason(skb, SKB_DROP_REASON_PKT_TOO_SMALL);
		return 0;
	}
	if (skb->ip_summed != CHECKSUM_UNNECESSARY &&
	    csum_fold(skb_checksum(skb, 0, skb->len, 0))) {
		NET_INC_STATS(net, Icmp_InCsumErrors);
		NET_INC_STATS(net, Icmp_InErrors);
		kfree_skb_reason(skb, SKB_DROP_REASON_ICMP_CSUM);
		return 0;
	}
	if (icmp_dispatch(skb)) {
		consume_skb(skb);
		return 0;
	}
	NET_INC_STATS(net, Icmp_InErrors);
	kfree_skb_reason(skb, SKB_DROP_REASON_PKT_TOO_SMALL);
	return 0;
}

static const struct net_protocol icmp_protocol = { .handler = icmp_rcv };

/**
 * icmp_net_init() - Make a stack's limits.
 * @net: the stack.
 *
 * Return: 0 or -ENOMEM.
 */
int icmp_net_init(struct net *net)
{
	struct icmp_state *st = kzalloc(sizeof(*st), GFP_KERNEL);

	if (!st)
		return -ENOMEM;
	get_random_bytes(&st->seed, sizeof(st->seed));
	net->ipv4->icmp = st;
	net->ipv4->icmp_credit = net->ipv4->sysctl_icmp_msgs_burst;
	net->ipv4->icmp_stamp_ns = ktime_get_ns();
	return 0;
}

/**
 * icmp_net_exit() - Free them.
 * @net: the stack.
 */
void icmp_net_exit(struct net *net)
{
	kfree(net->ipv4->icmp);
}

/**
 * icmp_init() - Receive ICMP; once, at boot.
 */
void icmp_init(void)
{
	inet_protos[IPPROTO_ICMP] = &icmp_protocol;
}
