/* SPDX-License-Identifier: MIT */
/* DOC: crash=NAME on the command line: the test image fails as asked. */
#pragma once

/* Does not return if the command line has crash=. */
void crash_if_asked(void);
