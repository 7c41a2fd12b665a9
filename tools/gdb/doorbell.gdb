# SPDX-License-Identifier: MIT
# gdb -x tools/gdb/doorbell.gdb, from the top of the tree, after `make debug`.
set pagination off
set confirm off
file build/doorbell.elf
source tools/gdb/doorbell.py
target remote 127.0.0.1:1234
# The image runs in the upper half from start_kernel on.
hbreak start_kernel
echo Commands: lx-ps lx-fds lx-sock lx-skb lx-queue lx-bt (help NAME); c to go on.\n
