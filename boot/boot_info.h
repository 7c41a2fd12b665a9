/* SPDX-License-Identifier: MIT */
/* DOC: reads what the boot loader left, before anything else runs. */
#pragma once

#include "kernel/boot_info.h"

/* @magic and @info as boot/multiboot.S leaves them. Also sets the command
 * line. Afterwards the loader's own structures are not needed. */
void boot_info_init(u32 magic, u64 info);
