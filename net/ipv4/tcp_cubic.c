// SPDX-License-Identifier: MIT
/*
 * DOC: CUBIC (RFC 9438) with HyStart++ (RFC 9406).
 *
 * After a reduction from W_max the window follows
 *
 *	W(t) = C (t - K)^3 + W_max,   K = cbrt((W_max - cwnd_epoch) / C)
 *
 * with C = 0.4 segments/s^3: fast at first, flat near W_max, then probing
 * beyond. Where Reno would be ahead (short RTTs, small windows) its estimate
 * is followed instead. Times are in ms here, so 1 / C is 2.5e9 ms^3 a segment.
 *
 * HyStart++ ends slow start before it overshoots: when the RTT has risen by an
 * eighth within a round, growth goes on at a quarter (CSS); if the RTT stays
 * up for five rounds that was it, if it falls back slow start resumes.
 * Deviation: RFC 9406's cap of L segments an ACK is not applied, as GSO
 * receivers acknowledge whole bursts at once.
 *
 * Called by tcp_ack.c through the operations below; state in icsk_ca_priv.
 */
#include "net/ipv4/tcp_int.h"

#define CUBIC_INV_C_MS3 2500000000ULL
/* beta = 0.7 (RFC 9438, section 4.6), in 1/1024. */
#define CUBIC_BETA       717U
#define CUBIC_BETA_SCALE 1024U
/* alpha = 3 (1 - beta) / (1 + beta) = 0.529 (section 4.3), in 1/65536. */
#define CUBIC_ALPHA 34696U
#define WEST_SHIFT  16
/* (t - K) beyond this many ms is far past any W that matters. */
#define CUBIC_MAX_MS (1U << 20)

/* RFC 9406, section 4.3. */
#define HYSTART_MIN_RTT_THRESH_US 4000U
#define HYSTART_MAX_RTT_THRESH_US 16000U
#define HYSTART_MIN_RTT_DIVISOR   8
#define HYSTART_N_RTT_SAMPLE      8
#define HYSTART_CSS_DIVISOR       4
#define HYSTART_CSS_ROUNDS        5
/* Below this many segments there is nothing to overshoot. */
#define HYSTART_LOW_WINDOW 16

struct cubic {
	u32 w_max;      /* segments before the last reduction */
	u32 cwnd_prior; /* the same, not lowered by fast convergence */
	u32 k_ms;
	u32 origin;     /* the plateau of this epoch */
	u64 epoch_ns;   /* when growth began; 0: at the next ACK */
	u64 w_est;      /* Reno's window, segments << WEST_SHIFT */
	u32 cnt;        /* ACKed segments for one more of cwnd */
	u32 min_rtt_us; /* least of the connection */
	/* HyStart++ */
	u32 round_end;               /* snd_nxt when the round began */
	u32 cur_rtt_us, last_rtt_us; /* least of this round, of the last */
	u32 css_base_us;             /* RTT at which CSS was entered */
	u32 samples;
	u8 css_rounds;
	bool css;
	u8 css_credit;
};
static_assert(sizeof(struct cubic) <= ICSK_CA_INLINE * sizeof(u64),
	      "every socket has room for the default");

/* Integer cube root, by binary digits. */
static u32 cube_root(u64 a)
{
	u64 y = 0, b;
	int s;

	for (s = 63; s >= 0; s -= 3) {
		y <<= 1;
		b = 3 * y * (y + 1) + 1;
		if ((a >> s) >= b) {
			a -= b << s;
			y++;
		}
	}
	return (u32)y;
}

static void hystart_round(struct cubic *ca, const struct tcp_sock *tp)
{
	ca->round_end = tp->snd_nxt;
	ca->last_rtt_us = ca->cur_rtt_us;
	ca->cur_rtt_us = ~0U;
	ca->samples = 0;
}

static void hystart_reset(struct cubic *ca, const struct tcp_sock *tp)
{
	hystart_round(ca, tp);
	ca->last_rtt_us = ~0U;
	ca->css = false;
	ca->css_rounds = 0;
	ca->css_credit = 0;
}

static void cubic_reset(struct cubic *ca)
{
	ca->w_max = 0;
	ca->cwnd_prior = 0;
	ca->k_ms = 0;
	ca->origin = 0;
	ca->epoch_ns = 0;
	ca->w_est = 0;
	ca->cnt = 0;
}

static void cubic_init(struct sock *sk)
{
	struct cubic *ca = inet_csk_ca(sk);

	cubic_reset(ca);
	ca->min_rtt_us = 0;
	ca->cur_rtt_us = ~0U;
	hystart_reset(ca, tcp_sk(sk));
}

/* A growth epoch begins: section 4.2. */
static void epoch_start(struct cubic *ca, u32 cwnd, u64 now)
{
	ca->epoch_ns = now;
	ca->w_est = (u64)cwnd << WEST_SHIFT;
	if (ca->w_max <= cwnd) {
		ca->k_ms = 0;
		ca->origin = cwnd;
	} else {
		ca->k_ms = cube_root(CUBIC_INV_C_MS3 * (ca->w_max - cwnd));
		ca->origin = ca->w_max;
	}
}

/* W at @t_ms of the epoch, at least 1 segment. */
static u32 w_cubic(const struct cubic *ca, u64 t_ms)
{
	u64 d = t_ms < ca->k_ms ? ca->k_ms - t_ms : t_ms - ca->k_ms;
	u64 delta;

	d = min(d, (u64)CUBIC_MAX_MS);
	d = d * d * d;
	if (t_ms >= ca->k_ms)
		return (u32)(ca->origin + d / CUBIC_INV_C_MS3);
	delta = DIV_ROUND_UP(d, CUBIC_INV_C_MS3); /* W rounds down */
	return delta >= ca->origin ? 1 : (u32)(ca->origin - delta);
}

/* Section 4.3: what Reno would have by now. */
static u32 w_est_update(struct cubic *ca, u32 cwnd, u32 acked)
{
	u64 alpha = CUBIC_ALPHA;

	/* Back at the window of the loss, Reno's own slope. */
	if (ca->cwnd_prior && (ca->w_est >> WEST_SHIFT) >= ca->cwnd_prior)
		alpha = 1ULL << WEST_SHIFT;
	ca->w_est += alpha * acked / cwnd;
	return (u32)(ca->w_est >> WEST_SHIFT);
}

/* How many segments must be acknowledged for cwnd to grow by one. */
static void cubic_update(struct cubic *ca, u32 cwnd, u32 acked, u64 now)
{
	u32 target, w_est;
	u64 t_ms;

	if (!ca->epoch_ns)
		epoch_start(ca, cwnd, now);
	/* The window one round trip from now (section 4.4). */
	t_ms = (now - ca->epoch_ns + (u64)ca->min_rtt_us * NSEC_PER_USEC) /
	       NSEC_PER_MSEC;
	target = w_cubic(ca, t_ms);
	target = min(target, cwnd + cwnd / 2);
	if (target > cwnd)
		ca->cnt = cwnd / (target - cwnd);
	else
		ca->cnt = 100 * cwnd; /* the plateau: hardly at all */
	/* Before the first loss there is no plateau to be careful about. */
	if (ca->w_max == 0)
		ca->cnt = min(ca->cnt, 20U);

	w_est = w_est_update(ca, cwnd, acked);
	if (w_est > cwnd)
		ca->cnt = min(ca->cnt, cwnd / (w_est - cwnd));
	ca->cnt = max(ca->cnt, 2U);
}

/* Slow start of CSS: a quarter of the growth. */
static u32 css_growth(struct cubic *ca, u32 acked)
{
	u32 credit = ca->css_credit + acked;

	ca->css_credit = (u8)(credit % HYSTART_CSS_DIVISOR);
	return credit / HYSTART_CSS_DIVISOR;
}

static void cubic_cong_avoid(struct sock *sk, u32 ack, u32 acked)
{
	struct cubic *ca = inet_csk_ca(sk);
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tcp_is_cwnd_limited(sk))
		return;
	if (tcp_in_slow_start(tp)) {
		if (ca->css) {
			tcp_slow_start(tp, css_growth(ca, acked));
			return;
		}
		acked = tcp_slow_start(tp, acked);
		if (!acked)
			return;
	}
	cubic_update(ca, tp->snd_cwnd, acked, tp->tcp_mstamp_ns);
	tcp_cong_avoid_ai(tp, ca->cnt, acked);
}

/* Section 4.6 and, for the plateau, fast convergence of section 4.7. */
static u32 cubic_ssthresh(struct sock *sk)
{
	struct cubic *ca = inet_csk_ca(sk);
	u32 cwnd = tcp_sk(sk)->snd_cwnd;

	ca->epoch_ns = 0;
	ca->cwnd_prior = cwnd;
	if (cwnd < ca->w_max)
		ca->w_max = cwnd * (CUBIC_BETA_SCALE + CUBIC_BETA) /
			    (2 * CUBIC_BETA_SCALE);
	else
		ca->w_max = cwnd;
	return max(cwnd * CUBIC_BETA / CUBIC_BETA_SCALE, 2U);
}

static u32 cubic_undo_cwnd(struct sock *sk)
{
	return max(tcp_sk(sk)->snd_cwnd, tcp_sk(sk)->prior_cwnd);
}

static void cubic_set_state(struct sock *sk, u8 new_state)
{
	struct cubic *ca = inet_csk_ca(sk);

	if (new_state == TCP_CA_Loss) {
		cubic_reset(ca);
		hystart_reset(ca, tcp_sk(sk));
	}
}

/* Idle time is not growth time (section 5.8): the epoch moves along. */
static void cubic_cwnd_event(struct sock *sk, enum tcp_ca_event ev)
{
	struct cubic *ca = inet_csk_ca(sk);
	const struct tcp_sock *tp = tcp_sk(sk);
	u64 now = tp->tcp_mstamp_ns;

	if (ev != CA_EVENT_TX_START || !ca->epoch_ns || now <= tp->lsndtime_ns)
		return;
	ca->epoch_ns = min(ca->epoch_ns + (now - tp->lsndtime_ns), now);
}

/* RFC 9406, section 4.2. */
static void hystart_leave(struct sock *sk, struct cubic *ca)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tp->snd_ssthresh = tp->snd_cwnd;
	ca->css = false;
	NET_INC_STATS(sock_net(sk), TcpExt_TCPHystartDelayDetect);
}

static bool hystart_rtt_rose(const struct cubic *ca)
{
	u32 thresh;

	if (ca->samples < HYSTART_N_RTT_SAMPLE || ca->cur_rtt_us == ~0U ||
	    ca->last_rtt_us == ~0U)
		return false;
	thresh = clamp_t(u32, ca->last_rtt_us / HYSTART_MIN_RTT_DIVISOR,
			 HYSTART_MIN_RTT_THRESH_US, HYSTART_MAX_RTT_THRESH_US);
	return ca->cur_rtt_us >= ca->last_rtt_us + thresh;
}

static void hystart_update(struct sock *sk, struct cubic *ca, u32 rtt_us)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (after(tp->snd_una, ca->round_end)) {
		if (ca->css && ++ca->css_rounds >= HYSTART_CSS_ROUNDS) {
			hystart_leave(sk, ca);
			return;
		}
		hystart_round(ca, tp);
	}
	ca->cur_rtt_us = min(ca->cur_rtt_us, rtt_us);
	ca->samples++;
	if (!ca->css) {
		if (tp->snd_cwnd >= HYSTART_LOW_WINDOW &&
		    hystart_rtt_rose(ca)) {
			ca->css = true;
			ca->css_rounds = 0;
			ca->css_base_us = ca->cur_rtt_us;
		}
	} else if (ca->samples >= HYSTART_N_RTT_SAMPLE &&
		   ca->cur_rtt_us < ca->css_base_us) {
		ca->css = false; /* it was noise: full slow start again */
	}
}

static void cubic_pkts_acked(struct sock *sk, const struct ack_sample *sample)
{
	struct cubic *ca = inet_csk_ca(sk);
	u32 rtt_us;

	if (sample->rtt_us < 0)
		return;
	rtt_us = max((u32)sample->rtt_us, 1U);
	if (!ca->min_rtt_us || rtt_us < ca->min_rtt_us)
		ca->min_rtt_us = rtt_us;
	if (tcp_in_slow_start(tcp_sk(sk)))
		hystart_update(sk, ca, rtt_us);
}

struct tcp_congestion_ops cubictcp = {
	.name = "cubic",
	.init = cubic_init,
	.ssthresh = cubic_ssthresh,
	.cong_avoid = cubic_cong_avoid,
	.undo_cwnd = cubic_undo_cwnd,
	.set_state = cubic_set_state,
	.cwnd_event = cubic_cwnd_event,
	.pkts_acked = cubic_pkts_acked,
};
