// SPDX-License-Identifier: MIT
/*
 * DOC: control messages of a script: given to sendmsg(), and compared with
 * what recvmsg() brought, one by one.
 *
 *	msg_control=[{cmsg_level=SOL_TCP, cmsg_type=TCP_CM_INQ, cmsg_data=9000},
 *		     {cmsg_level=SOL_SOCKET, cmsg_type=SCM_TIMESTAMPING,
 *		      cmsg_data={scm_sec=0, scm_nsec=20000000}}, ...]
 *
 * A time counts from the script's start; 0 is any time.
 */
#include "tests/packetdrill/runner/pkt.h"
#include "lib/uapi/net_tstamp.h"

static const struct pkt_expr *find(const struct pkt_expr *e, const char *name)
{
	for (e = e->child; e; e = e->next)
		if (e->name && strcmp(e->name, name) == 0)
			return e;
	return NULL;
}

static s64 value(const struct pkt_expr *e, const char *name)
{
	const struct pkt_expr *m = find(e, name);

	pkt_check(m && m->type == EX_INT, "a control message without %s", name);
	return m->num;
}

static bool is_stamp(int type)
{
	return type == SO_TIMESTAMPING || type == SO_TIMESTAMPING_NEW;
}

static void check_stamp(const struct pkt_expr *want, const void *data, u32 i)
{
	s64 at = value(want, "scm_sec") * (s64)NSEC_PER_SEC +
		 value(want, "scm_nsec");
	struct scm_timestamping got;

	memcpy(&got, data, sizeof(got));
	if (!at || !pkt.backend->calendar)
		return;
	at -= (s64)(timespec_to_ns(&got.ts[0]) - pkt.backend->calendar());
	pkt_check(at <= pkt.backend->tolerance_ns &&
			  -at <= pkt.backend->tolerance_ns,
		  "control message %u: the time is %lld us too early", i,
		  at / 1000);
}

static void check_error(const struct pkt_expr *want, const void *data, u32 i)
{
	struct sock_extended_err ee;

	memcpy(&ee, data, sizeof(ee));
	pkt_check(ee.ee_errno == value(want, "ee_errno") &&
			  ee.ee_origin == value(want, "ee_origin") &&
			  ee.ee_type == value(want, "ee_type") &&
			  ee.ee_code == value(want, "ee_code") &&
			  ee.ee_info == (u32)value(want, "ee_info") &&
			  ee.ee_data == (u32)value(want, "ee_data"),
		  "control message %u: ee_errno=%u ee_origin=%u ee_type=%u "
		  "ee_code=%u ee_info=%u ee_data=%u",
		  i, ee.ee_errno, ee.ee_origin, ee.ee_type, ee.ee_code,
		  ee.ee_info, ee.ee_data);
}

static void check_one(const struct pkt_expr *want, const struct cmsghdr *c,
		      u32 i)
{
	const struct pkt_expr *data = find(want, "cmsg_data");
	int v = 0;

	pkt_check(c->cmsg_level == value(want, "cmsg_level") &&
			  c->cmsg_type == value(want, "cmsg_type"),
		  "control message %u: level %d, type %d", i, c->cmsg_level,
		  c->cmsg_type);
	pkt_check(data, "control message %u: no cmsg_data", i);
	if (data->type == EX_ELLIPSIS)
		return;
	if (c->cmsg_level == SOL_IP && c->cmsg_type == IP_RECVERR) {
		check_error(data, c + 1, i);
	} else if (c->cmsg_level == SOL_SOCKET && is_stamp(c->cmsg_type)) {
		check_stamp(data, c + 1, i);
	} else {
		memcpy(&v, c + 1, min(c->cmsg_len - sizeof(*c), sizeof(v)));
		pkt_check(v == (int)data->num, "control message %u: it is %d",
			  i, v);
	}
}

/**
 * pkt_cmsg_check() - Compare what was received with what the script has.
 * @list:    msg_control of the script.
 * @control: of recvmsg(), aligned.
 * @len:     its bytes.
 */
void pkt_cmsg_check(const struct pkt_expr *list, const u8 *control, size_t len)
{
	const struct pkt_expr *e = list->child;
	const struct cmsghdr *c;
	size_t at = 0;
	u32 i = 0;

	while (at + sizeof(*c) <= len) {
		c = (const struct cmsghdr *)(const void *)(control + at);
		pkt_check(e, "control message %u: level %d, type %d comes", i,
			  c->cmsg_level, c->cmsg_type);
		check_one(e, c, i++);
		at += CMSG_ALIGN(c->cmsg_len);
		e = e->next;
	}
	pkt_check(!e, "control message %u does not come", i);
}

/**
 * pkt_cmsg_build() - Control messages of a send: each holds an int.
 * @list: msg_control of the script.
 * @to:   aligned room for @room bytes.
 * @room: bytes.
 *
 * Return: bytes used.
 */
size_t pkt_cmsg_build(const struct pkt_expr *list, u8 *to, size_t room)
{
	const struct pkt_expr *e;
	struct cmsghdr c;
	size_t at = 0;
	int v;

	for (e = list->child; e; e = e->next) {
		c = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(v)),
				      .cmsg_level = (int)value(e, "cmsg_level"),
				      .cmsg_type = (int)value(e, "cmsg_type") };
		v = (int)value(e, "cmsg_data");
		pkt_check(at + CMSG_SPACE(sizeof(v)) <= room,
			  "too many control messages");
		memcpy(to + at, &c, sizeof(c));
		memcpy(to + at + sizeof(c), &v, sizeof(v));
		at += CMSG_SPACE(sizeof(v));
	}
	return at;
}
