# SPDX-License-Identifier: MIT
"""The launcher's parts; `cli` is the way in.

common    paths, the error that ends the launcher, what apt calls a command
archive   the initramfs: a cpio writer and what goes into the archive
process   children that die with the launcher, signals
netns     a nameless network namespace with a tap
network   the three kinds of network, as the guest and the host see them
machine   QEMU's command line, the console, the exit status
bundle    self-contained bootable files
capture   reading a pcap
transfer  a file into a listener, and the report about it
"""
