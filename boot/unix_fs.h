/* SPDX-License-Identifier: MIT */
/* DOC: AF_UNIX's names in the file tree. */
#pragma once

void unix_fs_init(void);
