// SPDX-License-Identifier: MIT
/*
 * DOC: `ip route change|replace|add|del DST ...` as scripts have it
 * (docs/PACKETDRILL.md). The way to DST stays what it is, whatever `via` and
 * `dev` say, since there is only one; its attributes become those of the
 * command, and no others.
 */
#include "lib/errno.h"
#include "lib/vsprintf.h"
#include "net/ipv4/ipconfig.h"
#include "net/ipv4/route.h"
#include "tests/packetdrill/platform_threads.h"
#include "tests/packetdrill/stack.h"

#define WORD_MAX 48

/* The next word of @s into @word; after it, or NULL: there is none. */
static const char *next_word(const char *s, char word[WORD_MAX])
{
	size_t n = 0;

	while (*s == ' ' || *s == '\t' || *s == '\n')
		s++;
	for (; *s && *s != ' ' && *s != '\t' && *s != '\n'; s++)
		if (n < WORD_MAX - 1)
			word[n++] = *s;
	word[n] = '\0';
	return n ? s : NULL;
}

/* Words that have a value and say nothing about the path. */
static bool is_way(const char *name)
{
	static const char *const ways[] = { "via",   "dev",   "src",
					    "proto", "scope", "table" };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(ways); i++)
		if (strcmp(name, ways[i]) == 0)
			return true;
	return false;
}

/* "mtu lock 640 initcwnd 11": iproute2 has the lock as a word of its own. */
static int parse_attributes(const char *s, struct fib_config *cfg)
{
	char name[WORD_MAX], value[WORD_MAX + 5], number[WORD_MAX];
	int err = 0;

	while (!err && (s = next_word(s, name)) != NULL) {
		s = next_word(s, value);
		if (!s)
			return -EINVAL;
		if (strcmp(value, "lock") == 0) {
			s = next_word(s, number);
			if (!s)
				return -EINVAL;
			snprintf(value, sizeof(value), "lock:%s", number);
		}
		if (!is_way(name))
			err = ip_route_attribute(name, value, cfg);
	}
	return err;
}

/* The device, gateway and source that packets to @cfg's destination have. */
static int fill_way(struct net *net, struct fib_config *cfg)
{
	struct flowi4 fl4 = { .daddr = cfg->dst };
	struct fib_result res;
	int err = fib_lookup(net, &fl4, &res);

	if (err)
		return err;
	cfg->dev = res.dev;
	cfg->gateway = res.gateway;
	cfg->prefsrc = res.prefsrc;
	cfg->scope = res.gateway ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
	cfg->type = RTN_UNICAST;
	cfg->table = RT_TABLE_MAIN;
	return 0;
}

static int route(struct net *net, const char *words)
{
	struct fib_config cfg = { 0 }, like, old;
	char verb[WORD_MAX], dst[WORD_MAX];
	const char *s = next_word(words, verb);
	int err = s && (s = next_word(s, dst)) ? ip_route_destination(dst, &cfg)
					       : -EINVAL;

	if (err)
		return err;
	if (strcmp(verb, "del") == 0)
		return fib_table_delete(net, &cfg);
	if (strcmp(verb, "change") != 0 && strcmp(verb, "replace") != 0 &&
	    strcmp(verb, "add") != 0)
		return -EINVAL;
	like = cfg;
	err = parse_attributes(s, &cfg);
	if (!err)
		err = fill_way(net, &cfg);
	if (err)
		return err;
	return fib_table_find(net, &like, &old)
		       ? fib_table_replace(net, &old, &cfg)
		       : fib_table_insert(net, &cfg);
}

int stack_ip_route(struct net *net, const char *words)
{
	int err;

	platform_enter();
	err = route(net ?: &init_net, words);
	platform_leave();
	return err;
}
