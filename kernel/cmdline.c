// SPDX-License-Identifier: MIT
/*
 * DOC: splits the command line once, at boot, into options and the first
 * program's arguments. Unknown options are kept: whoever asks finds them.
 */
#include "kernel/cmdline.h"
#include "lib/platform.h"
#include "lib/vsprintf.h"

static char text[2 * CMDLINE_MAX];  /* as given */
static char words[2 * CMDLINE_MAX]; /* cut into words by NULs */
static const char *options[CMDLINE_MAX_ARGS + 1];
static const char *args[CMDLINE_MAX_ARGS + 1];
static const char *env[CMDLINE_MAX_ARGS + 1];
static u32 nr_options, nr_args, nr_env;

/* Cut the next word off *@p, quotes removed; NULL at the end. */
static char *next_word(char **p)
{
	char *in = *p, *out, *word;
	bool quoted = false;

	while (*in == ' ' || *in == '\t' || *in == '\n')
		in++;
	if (!*in)
		return NULL;
	for (word = out = in; *in && (quoted || *in != ' '); in++) {
		if (*in == '"')
			quoted = !quoted;
		else
			*out++ = *in;
	}
	*p = *in ? in + 1 : in;
	*out = 0;
	return word;
}

static bool is_env_name(const char *word)
{
	const char *p;

	for (p = word; (*p >= 'A' && *p <= 'Z') || *p == '_'; p++)
		;
	return p > word && *p == '=';
}

/**
 * cmdline_init() - Take the command line in.
 * @line: copied; what exceeds the space is cut off.
 *
 * Context: boot, before memory.
 */
void cmdline_init(const char *line)
{
	char *p = words, *word;
	bool after = false;

	strscpy(text, line, sizeof(text));
	strscpy(words, line, sizeof(words));
	while ((word = next_word(&p)) != NULL) {
		if (!after && strcmp(word, "--") == 0)
			after = true;
		else if (after && nr_args < CMDLINE_MAX_ARGS)
			args[nr_args++] = word;
		else if (!after && is_env_name(word) &&
			 nr_env < CMDLINE_MAX_ARGS)
			env[nr_env++] = word;
		else if (!after && nr_options < CMDLINE_MAX_ARGS)
			options[nr_options++] = word;
	}
}

/**
 * cmdline_text() - The whole command line.
 *
 * Return: as given, NUL-terminated.
 */
const char *cmdline_text(void)
{
	return text;
}

/* The value if @word is @name or @name=value, else NULL. */
static const char *match(const char *word, const char *name)
{
	size_t n = strlen(name);

	if (strncmp(word, name, n) != 0)
		return NULL;
	if (word[n] == '=')
		return word + n + 1;
	return word[n] ? NULL : word + n;
}

/**
 * cmdline_get_nth() - An option that may be given several times.
 * @name: without "=".
 * @nth:  0 is the first.
 *
 * Return: its value, "" for a bare name; NULL if there are not so many.
 */
const char *cmdline_get_nth(const char *name, u32 nth)
{
	const char *v;
	u32 i;

	for (i = 0; i < nr_options; i++) {
		v = match(options[i], name);
		if (v && nth-- == 0)
			return v;
	}
	return NULL;
}

/**
 * cmdline_get() - An option's value; the last one given counts.
 * @name: without "=".
 *
 * Return: the value, "" for a bare name, NULL if absent.
 */
const char *cmdline_get(const char *name)
{
	const char *v, *last = NULL;
	u32 i;

	for (i = 0; i < nr_options; i++) {
		v = match(options[i], name);
		if (v)
			last = v;
	}
	return last;
}

/**
 * cmdline_for_each() - Options whose names begin alike.
 * @prefix: of the names.
 * @fn:     called with what follows the prefix, in order.
 * @arg:    for it.
 */
void cmdline_for_each(const char *prefix,
		      void (*fn)(const char *rest, void *arg), void *arg)
{
	size_t n = strlen(prefix);
	u32 i;

	for (i = 0; i < nr_options; i++)
		if (strncmp(options[i], prefix, n) == 0)
			fn(options[i] + n, arg);
}

/**
 * cmdline_flag() - A yes-or-no option.
 * @name: without "=".
 * @dflt: when it is absent.
 *
 * Return: true for the bare name, 1, y, yes, on.
 */
bool cmdline_flag(const char *name, bool dflt)
{
	const char *v = cmdline_get(name);

	if (!v)
		return dflt;
	return !*v || *v == '1' || *v == 'y' || strcmp(v, "on") == 0;
}

/**
 * cmdline_u64() - A number.
 * @name: without "=".
 * @dflt: when it is absent or not a number.
 *
 * Return: the value; 0x and 0 prefixes are understood.
 */
u64 cmdline_u64(const char *name, u64 dflt)
{
	const char *v = cmdline_get(name);
	u64 n;

	return v && kstrtou64(v, 0, &n) == 0 ? n : dflt;
}

/**
 * cmdline_init_args() - The first program's arguments, after `--`.
 * @n: set to their number.
 *
 * Return: an array ended by NULL.
 */
const char *const *cmdline_init_args(u32 *n)
{
	*n = nr_args;
	return args;
}

/**
 * cmdline_init_env() - The first program's environment: NAME=value words.
 * @n: set to their number.
 *
 * Return: an array ended by NULL.
 */
const char *const *cmdline_init_env(u32 *n)
{
	*n = nr_env;
	return env;
}
