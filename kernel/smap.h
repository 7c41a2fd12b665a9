/* SPDX-License-Identifier: MIT */
/*
 * DOC: for assembler files: SMAP stac, SMAP clac. Between the two the kernel
 * may touch a program's pages (Intel SDM 3A, section 4.6). On a CPU without
 * SMAP, where they are undefined, paging_init() makes each a no-operation
 * before the first one runs.
 */
#pragma once

#ifdef __ASSEMBLER__
/* clang-format off */
	.macro	SMAP insn
9998:	\insn
	.pushsection __smap_sites, "a"
	.balign	4
	.long	9998b - .
	.popsection
	.endm
/* clang-format on */
#endif
