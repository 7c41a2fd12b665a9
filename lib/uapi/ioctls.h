/* SPDX-License-Identifier: MIT */
/* DOC: ioctl() requests that any file may get (uAPI asm-generic/ioctls.h). */
#pragma once

#define FIONREAD 0x541b /* the terminals' too: lib/uapi/termios.h */
#define FIONBIO  0x5421
#define FIONCLEX 0x5450
#define FIOCLEX  0x5451
#define FIOASYNC 0x5452
