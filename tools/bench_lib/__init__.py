# SPDX-License-Identifier: MIT
"""`make bench`: Doorbell, a Linux guest, the bare device and lwIP, measured
side by side. machines.py boots one and runs the suite of apps/bench; sink.py
is the host's side; debian.py makes the Linux guest; report.py and plots.py
say what came out."""
