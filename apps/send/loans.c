// SPDX-License-Identifier: MIT
/* DOC: see loans.h. */
#include "apps/send/loans.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* <linux/errqueue.h>, which not every libc's headers go with. */
struct report {
	uint32_t error;
	uint8_t origin, type, code, pad;
	uint32_t lo, hi;
};
#define ORIGIN_ZEROCOPY 5
#define CODE_COPIED     1

int loans_init(struct loans *l, size_t size)
{
	unsigned int i;

	for (i = 0; i < LOAN_SLOTS; i++) {
		l->slot[i] = malloc(size);
		if (!l->slot[i])
			return -1;
	}
	return 0;
}

unsigned char *loans_buffer(struct loans *l)
{
	unsigned int i;

	for (i = 0; i < LOAN_SLOTS; i++)
		if (!l->calls[i]) {
			l->current = i;
			return l->slot[i];
		}
	return NULL;
}

int loans_may_send(const struct loans *l)
{
	return l->in_flight < LOAN_CALLS;
}

void loans_sent(struct loans *l)
{
	l->user[l->next % LOAN_CALLS] = (unsigned char)l->current;
	l->calls[l->current]++;
	l->next++;
	l->in_flight++;
}

static int take(struct loans *l, const struct report *r)
{
	uint32_t n = r->hi - r->lo + 1, i;

	if (n > l->in_flight || l->next - 1 - r->hi >= l->in_flight)
		return -1;
	for (i = 0; i < n; i++) {
		unsigned int slot = l->user[(r->lo + i) % LOAN_CALLS];

		if (!l->calls[slot])
			return -1;
		l->calls[slot]--;
	}
	l->in_flight -= n;
	if (r->code & CODE_COPIED)
		l->copied += n;
	else
		l->referred += n;
	return (int)n;
}

int loans_reap(struct loans *l, int sock)
{
	union {
		struct cmsghdr align;
		char bytes[256];
	} control;
	struct msghdr msg;
	struct cmsghdr *c;
	struct report r;
	int told = 0, n;

	for (;;) {
		memset(&msg, 0, sizeof(msg));
		msg.msg_control = control.bytes;
		msg.msg_controllen = sizeof(control.bytes);
		if (recvmsg(sock, &msg, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
			return told;
		for (c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c)) {
			if (c->cmsg_level != IPPROTO_IP ||
			    c->cmsg_type != IP_RECVERR)
				continue;
			memcpy(&r, CMSG_DATA(c), sizeof(r));
			if (r.origin != ORIGIN_ZEROCOPY)
				continue;
			n = take(l, &r);
			if (n < 0)
				return -1;
			told += n;
		}
	}
}
