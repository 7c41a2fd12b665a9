/* SPDX-License-Identifier: MIT */
/* DOC: names of code addresses, from the table that the second link adds. */
#pragma once

#include "lib/types.h"

/* Name of the function that holds @addr; *@offset into it. NULL: none. */
const char *kallsyms_lookup(unsigned long addr, unsigned long *offset);
/* True if @addr is in the image's text. */
bool kernel_text_address(u64 addr);
