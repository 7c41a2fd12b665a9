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
 * The slope is computed 32 times a second, or when cwnd has changed.
 *
 * HyStart++ ends the first slow start before it overshoots: when the RTT has
 * risen by an eighth within a round, growth goes on at a quarter (CSS); if the
 * RTT stays up for five rounds that was it, if it falls back slow start
 * resumes. Deviation: RFC 9406's cap of L segments an ACK is not applied, as
 * GSO receivers acknowledge whole bursts at once. tcp_cubic.hystart_detect on
 * the kernel command line is Linux's parameter of that name: 2 is the older
 * HyStart by delay, which leaves slow start at once; 0 is neither.
 *
 * Called by tcp_ack.c through the operations below; state in icsk_ca_priv.
 */
#include "net/ipv4/tcp_int.h"

#define CUBIC_INV_C_MS3 2500000000ULL
/* beta = 0.7 (RFC 9438, section 4.6), in 1/1024. */
#define CUBIC_BETA       717U
#define CUBIC_BETA_SCALE 1024U
/* alpha = 3 (1 - beta) / (1 + beta) = 9 / 17 (section 4.3). */
#define CUBIC_ALPHA_NUM 9U
#define CUBIC_ALPHA_DEN 17U
/* (t - K) beyond this many ms is far past any W that matters. */
#define CUBIC_MAX_MS (1U << 20)
/* How long a slope is used while cwnd stays. */
#define CUBIC_UPDATE_MS 31U

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
	u32 w_max;      /* the plateau: segments before the last reduction */
	u32 cwnd_prior; /* the same, not lowered by fast convergence; 0: none */
	u32 undo_w_max; /* w_max before that; 0: there was none */
	u32 k_ms;
	u32 epoch_ms;   /* when growth began; 0: at the next ACK */
	u32 updated_ms; /* when the slope was computed last */
	u32 cnt;        /* the slope: ACKed segments for one more of cwnd */
	u32 cnt_cwnd;   /* cwnd when it was */
	u32 w_est;      /* Reno's window, segments */
	u32 est_acked;  /* ACKed since that grew */
	u32 min_rtt_us; /* least of the connection */
	/* HyStart++ */
	u32 round_end;               /* snd_nxt when the round began */
	u32 cur_rtt_us, last_rtt_us; /* least of this round, of the last */
	u32 css_base_us;             /* RTT at which CSS was entered */
	u8 samples;
	u8 css_rounds;
	u8 css_credit;
	u8 css : 1, epoch_over : 1;
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

static void cubic_init(struct sock *sk)
{
	struct cubic *ca = inet_csk_ca(sk);

	memset(ca, 0, sizeof(*ca));
	ca->cur_rtt_us = ~0U;
	hystart_reset(ca, tcp_sk(sk));
}

static u32 now_ms(const struct tcp_sock *tp)
{
	return (u32)(tp->tcp_mstamp_ns / NSEC_PER_MSEC) ?: 1;
}

/* --- the curve --- */

/* A growth epoch begins: section 4.2. */
static void epoch_start(struct cubic *ca, u32 cwnd, u32 now)
{
	ca->epoch_ms = now;
	ca->epoch_over = 0;
	ca->w_est = cwnd;
	ca->est_acked = 0;
	ca->cnt_cwnd = 0;
	if (ca->w_max > cwnd) {
		ca->k_ms = cube_root(CUBIC_INV_C_MS3 * (ca->w_max - cwnd));
	} else {
		ca->k_ms = 0;
		ca->w_max = cwnd;
	}
}

/* W at @t_ms of the epoch, at least 1 segment; what is to go to the plateau, or
 * has gone from it, in whole segments. */
static u32 w_cubic(const struct cubic *ca, u64 t_ms)
{
	u64 d = t_ms < ca->k_ms ? ca->k_ms - t_ms : t_ms - ca->k_ms;
	u64 delta;

	d = min(d, (u64)CUBIC_MAX_MS);
	delta = d * d * d / CUBIC_INV_C_MS3;
	if (t_ms >= ca->k_ms)
		return (u32)(ca->w_max + delta);
	return delta >= ca->w_max ? 1 : (u32)(ca->w_max - delta);
}

/* Section 4.3: what Reno would have by now. */
static u32 w_est_update(struct cubic *ca, u32 cwnd)
{
	u32 need = max(cwnd * CUBIC_ALPHA_DEN / CUBIC_ALPHA_NUM, 1U);

	/* Back at the window of the loss, Reno's own slope. */
	if (ca->cwnd_prior && ca->w_est >= ca->cwnd_prior)
		need = max(cwnd, 1U);
	ca->w_est += ca->est_acked / need;
	ca->est_acked %= need;
	return ca->w_est;
}

/* How many segments must be acknowledged for cwnd to grow by one. */
static void cubic_update(struct cubic *ca, u32 cwnd, u32 acked, u32 now)
{
	u32 target, w_est;

	if (!ca->epoch_ms || ca->epoch_over)
		epoch_start(ca, cwnd, now);
	ca->est_acked += acked;
	if (ca->cnt_cwnd == cwnd && now - ca->updated_ms <= CUBIC_UPDATE_MS)
		return;
	ca->cnt_cwnd = cwnd;
	ca->updated_ms = now;
	/* The window one round trip from now (section 4.4). */
	target = w_cubic(ca, now - ca->epoch_ms +
				     ca->min_rtt_us / (u32)USEC_PER_MSEC);
	target = min(target, cwnd + cwnd / 2);
	if (target > cwnd)
		ca->cnt = cwnd / (target - cwnd);
	else
		ca->cnt = 100 * cwnd; /* the plateau: hardly at all */
	/* Before the first loss there is no plateau to be careful about. */
	if (!ca->cwnd_prior)
		ca->cnt = min(ca->cnt, 20U);

	w_est = w_est_update(ca, cwnd);
	if (w_est > cwnd)
		ca->cnt = min(ca->cnt, cwnd / (w_est - cwnd));
	ca->cnt = max(ca->cnt, 2U);
}

/* Time in which the window was not used is not growth time (section 5.8). */
static void epoch_shift(struct cubic *ca, u32 since, u32 now)
{
	if (!ca->epoch_ms || (s32)(now - since) <= 0)
		return;
	ca->epoch_ms += now - since;
	ca->updated_ms += now - since;
	if ((s32)(now - ca->epoch_ms) < 0)
		ca->epoch_ms = now;
	if ((s32)(now - ca->updated_ms) < 0)
		ca->updated_ms = now;
}

/* --- growth and reduction --- */

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

	if (!tcp_is_cwnd_limited(sk)) {
		epoch_shift(ca, ca->updated_ms, now_ms(tp));
		return;
	}
	if (tcp_in_slow_start(tp)) {
		if (ca->css) {
			tcp_slow_start(tp, css_growth(ca, acked));
			return;
		}
		acked = tcp_slow_start(tp, acked);
		if (!acked)
			return;
	}
	cubic_update(ca, tp->snd_cwnd, acked, now_ms(tp));
	tcp_cong_avoid_ai(tp, ca->cnt, acked);
}

/* Section 4.6 and, for the plateau, fast convergence of section 4.7. */
static u32 cubic_ssthresh(struct sock *sk)
{
	struct cubic *ca = inet_csk_ca(sk);
	u32 cwnd = tcp_sk(sk)->snd_cwnd;

	ca->epoch_over = 1;
	ca->undo_w_max = ca->cwnd_prior ? ca->w_max : 0;
	if (ca->cwnd_prior && cwnd < ca->w_max)
		ca->w_max = cwnd * (CUBIC_BETA_SCALE + CUBIC_BETA) /
			    (2 * CUBIC_BETA_SCALE);
	else
		ca->w_max = cwnd;
	ca->cwnd_prior = cwnd;
	return max(cwnd * CUBIC_BETA / CUBIC_BETA_SCALE, 2U);
}

/* Section 4.9: nothing was lost: the epoch goes on as if nothing had been. */
static u32 cubic_undo_cwnd(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct cubic *ca = inet_csk_ca(sk);

	if (ca->epoch_over) {
		ca->epoch_over = 0;
		ca->cwnd_prior = ca->undo_w_max;
		ca->w_max = ca->undo_w_max;
		if (!ca->undo_w_max)
			ca->epoch_ms = 0; /* at the next ACK */
	}
	return max(tp->snd_cwnd, tp->prior_cwnd);
}

/* Section 4.8: after a time-out the plateau is where slow start ends. */
static void cubic_set_state(struct sock *sk, u8 new_state)
{
	struct cubic *ca = inet_csk_ca(sk);

	if (new_state == TCP_CA_Loss) {
		ca->epoch_over = 1;
		ca->w_max = 0;
		ca->cwnd_prior = 0;
		hystart_reset(ca, tcp_sk(sk));
	}
}

static void cubic_cwnd_event(struct sock *sk, enum tcp_ca_event ev)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (ev == CA_EVENT_TX_START)
		epoch_shift(inet_csk_ca(sk),
			    (u32)(tp->lsndtime_ns / NSEC_PER_MSEC), now_ms(tp));
}

/* --- HyStart --- */

/* RFC 9406, section 4.2. */
static void hystart_leave(struct sock *sk, struct cubic *ca)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tp->snd_ssthresh = tp->snd_cwnd;
	ca->css = 0;
	NET_INC_STATS(sock_net(sk), TcpExt_TCPHystartDelayDetect);
	NET_ADD_STATS(sock_net(sk), TcpExt_TCPHystartDelayCwnd, tp->snd_cwnd);
}

static bool hystart_rtt_rose(const struct cubic *ca, u32 base_us)
{
	u32 thresh;

	if (ca->samples < HYSTART_N_RTT_SAMPLE || ca->cur_rtt_us == ~0U ||
	    base_us == ~0U)
		return false;
	thresh = clamp_t(u32, base_us / HYSTART_MIN_RTT_DIVISOR,
			 HYSTART_MIN_RTT_THRESH_US, HYSTART_MAX_RTT_THRESH_US);
	return ca->cur_rtt_us >= base_us + thresh;
}

/* One more sample of this round. Return: a round has ended before it. */
static bool hystart_sample(struct cubic *ca, const struct tcp_sock *tp,
			   u32 rtt_us)
{
	bool next = after(tp->snd_una, ca->round_end);

	if (next)
		hystart_round(ca, tp);
	ca->cur_rtt_us = min(ca->cur_rtt_us, rtt_us);
	if (ca->samples < 0xff)
		ca->samples++;
	return next;
}

/* As Linux has it: more than eight samples of a round are above the least RTT
 * of the connection. */
static void hystart_delay(struct sock *sk, struct cubic *ca, u32 rtt_us)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tp->snd_cwnd < HYSTART_LOW_WINDOW)
		return;
	hystart_sample(ca, tp, rtt_us);
	if (ca->samples > HYSTART_N_RTT_SAMPLE &&
	    hystart_rtt_rose(ca, ca->min_rtt_us))
		hystart_leave(sk, ca);
}

static void hystart_plus_plus(struct sock *sk, struct cubic *ca, u32 rtt_us)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (hystart_sample(ca, tp, rtt_us) && ca->css &&
	    ++ca->css_rounds >= HYSTART_CSS_ROUNDS) {
		hystart_leave(sk, ca);
		return;
	}
	if (!ca->css) {
		if (tp->snd_cwnd >= HYSTART_LOW_WINDOW &&
		    hystart_rtt_rose(ca, ca->last_rtt_us)) {
			ca->css = 1;
			ca->css_rounds = 0;
			ca->css_base_us = ca->cur_rtt_us;
		}
	} else if (ca->samples >= HYSTART_N_RTT_SAMPLE &&
		   ca->cur_rtt_us < ca->css_base_us) {
		ca->css = 0; /* it was noise: full slow start again */
	}
}

/* RFC 9406, section 4.3: only in the first slow start. */
static void hystart_update(struct sock *sk, struct cubic *ca, u32 rtt_us)
{
	u8 detect = tcp_net(sk)->tcp_hystart_detect;

	if (detect & TCP_HYSTART_PLUS_PLUS) {
		if (tcp_sk(sk)->snd_ssthresh >= TCP_INFINITE_SSTHRESH)
			hystart_plus_plus(sk, ca, rtt_us);
	} else if (detect & TCP_HYSTART_DELAY) {
		hystart_delay(sk, ca, rtt_us);
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
