/* SPDX-License-Identifier: MIT */
/* DOC: the commands of a script, and the folder that stands for the machine's
 * settings in them. */
#pragma once

/* The folder's files anew, as the stack is. */
void commands_start(void);
void before_command(void);
void after_command(void);
