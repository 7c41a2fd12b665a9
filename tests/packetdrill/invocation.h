/* SPDX-License-Identifier: MIT */
/* DOC: how packetdrill was called, as far as the stack must know it. */
#pragma once

struct invocation {
	char local[64];  /* dotted; "" if packetdrill draws one of the prefix */
	char remote[64]; /* dotted */
	unsigned int prefix_len;
	unsigned int mtu;
	unsigned int mss; /* of merged packets; 0: none come */
	int any_ip;       /* every address of the prefix is the machine's */
	int wire;         /* client of another machine */
	int init_scripts;
};

/* For script number @script of the command line, from 0; @flags: --so_flags,
 * which wins, or NULL to look for it. */
void invocation_read(struct invocation *inv, const char *flags, int script);
