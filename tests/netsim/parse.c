// SPDX-License-Identifier: MIT
/* DOC: numbers with units, as the command line gives them. */
#include <stdlib.h>
#include "tests/netsim/sim.h"

struct unit {
	const char *name;
	double factor;
};

static const struct unit rate_units[] = {
	{ "", 1 },       { "k", 1e3 },    { "K", 1e3 },
	{ "M", 1e6 },    { "G", 1e9 },    { "kbit", 1e3 },
	{ "Mbit", 1e6 }, { "Gbit", 1e9 }, {}
};

static const struct unit time_units[] = { { "ns", 1 },   { "us", 1e3 },
					  { "ms", 1e6 }, { "s", 1e9 },
					  { "m", 60e9 }, {} };

static const struct unit size_units[] = {
	{ "", 1 },         { "k", 1e3 },      { "K", 1e3 },
	{ "M", 1e6 },      { "G", 1e9 },      { "Ki", 1024 },
	{ "Mi", 1 << 20 }, { "Gi", 1 << 30 }, {}
};

static const struct unit chance_units[] = { { "", 1e9 }, { "%", 1e7 }, {} };

static const struct unit count_units[] = { { "", 1 }, {} };

/* No sign, no exponent, no hexadecimal: digits and at most one point. */
static bool parse(const char *text, const struct unit *u, u64 *value)
{
	size_t digits = 0, points = 0;
	double v;

	while ((text[digits] >= '0' && text[digits] <= '9') ||
	       (text[digits] == '.' && !points++))
		digits++;
	if (digits == points)
		return false;
	v = strtod(text, NULL);
	for (; u->name; u++)
		if (strcmp(text + digits, u->name) == 0)
			break;
	if (!u->name || v * u->factor > 9e18)
		return false;
	*value = (u64)(v * u->factor + 0.5);
	return true;
}

bool parse_count(const char *text, u64 *n)
{
	return !strchr(text, '.') && parse(text, count_units, n);
}

bool parse_rate(const char *text, u64 *bps)
{
	return parse(text, rate_units, bps);
}

bool parse_time(const char *text, u64 *ns)
{
	return parse(text, time_units, ns) || (parse_count(text, ns) && !*ns);
}

bool parse_size(const char *text, u64 *size)
{
	return parse(text, size_units, size);
}

bool parse_chance(const char *text, u32 *ppb)
{
	u64 v;

	if (!parse(text, chance_units, &v) || v > SIM_PPB)
		return false;
	*ppb = (u32)v;
	return true;
}
