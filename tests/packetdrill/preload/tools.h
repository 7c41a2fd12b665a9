/* SPDX-License-Identifier: MIT */
/* DOC: the tools of a script's commands: nstat, ip, tc, ethtool. */
#pragma once

/* Instead of the tool that this process is, and then it ends; returns if it is
 * some other program. */
void be_tool(int argc, char **argv);
