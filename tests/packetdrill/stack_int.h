/* SPDX-License-Identifier: MIT */
/* DOC: what stack.c and stack_device.c share. */
#pragma once

struct net_device;

extern struct net_device *tun; /* the device that packetdrill holds */
