/* SPDX-License-Identifier: MIT */
/* DOC: sysfuzz's table of ioctl() requests with pointers to nothing. */
#pragma once

void all_ioctls(void);
