// SPDX-License-Identifier: MIT
/* DOC: the counters' names as /proc/net/snmp and /proc/net/netstat print
   them, made from the list that makes the enum. */
#include "net/core/snmp.h"

#define SNMP_NAME_(group, name) { #group, #name },
const struct snmp_name snmp_names[NR_SNMP_MIB] = { SNMP_MIB_LIST(SNMP_NAME_) };
