/* SPDX-License-Identifier: MIT */
/*
 * DOC: the SNMP and netstat counters under the names that /proc/net/snmp and
 * /proc/net/netstat give them. One list makes the enum, the array and the
 * printed names, so that they cannot differ. What only Doorbell counts is a
 * group of its own: bytes that TCP queued without copying them (row B4), and
 * those of them that had to be copied on the way.
 */
#pragma once

#include "lib/types.h"

/* X(group, Name): RFC 4293 (Ip), 4022 (Tcp), 4113 (Udp), 2011 (Icmp). */
/* A list, arranged by hand. */
/* clang-format off */
#define SNMP_MIB_LIST(X)                                                       \
	X(Ip, InReceives) X(Ip, InHdrErrors) X(Ip, InAddrErrors)               \
	X(Ip, ForwDatagrams) X(Ip, InUnknownProtos) X(Ip, InDiscards)          \
	X(Ip, InDelivers) X(Ip, OutRequests) X(Ip, OutDiscards)                \
	X(Ip, OutNoRoutes) X(Ip, ReasmTimeout) X(Ip, ReasmReqds)               \
	X(Ip, ReasmOKs) X(Ip, ReasmFails) X(Ip, FragOKs) X(Ip, FragFails)      \
	X(Ip, FragCreates) X(Ip, OutTransmits)                                 \
	X(Icmp, InMsgs) X(Icmp, InErrors) X(Icmp, InCsumErrors)                \
	X(Icmp, InDestUnreachs) X(Icmp, InTimeExcds) X(Icmp, InParmProbs)      \
	X(Icmp, InSrcQuenchs) X(Icmp, InRedirects) X(Icmp, InEchos)            \
	X(Icmp, InEchoReps) X(Icmp, InTimestamps) X(Icmp, InTimestampReps)     \
	X(Icmp, InAddrMasks) X(Icmp, InAddrMaskReps) X(Icmp, OutMsgs)          \
	X(Icmp, OutErrors) X(Icmp, OutRateLimitGlobal)                         \
	X(Icmp, OutRateLimitHost) X(Icmp, OutDestUnreachs)                     \
	X(Icmp, OutTimeExcds) X(Icmp, OutParmProbs) X(Icmp, OutSrcQuenchs)     \
	X(Icmp, OutRedirects) X(Icmp, OutEchos) X(Icmp, OutEchoReps)           \
	X(Icmp, OutTimestamps) X(Icmp, OutTimestampReps)                       \
	X(Icmp, OutAddrMasks) X(Icmp, OutAddrMaskReps)                         \
	X(Tcp, ActiveOpens) X(Tcp, PassiveOpens) X(Tcp, AttemptFails)          \
	X(Tcp, EstabResets) X(Tcp, CurrEstab) X(Tcp, InSegs) X(Tcp, OutSegs)   \
	X(Tcp, RetransSegs) X(Tcp, InErrs) X(Tcp, OutRsts)                     \
	X(Tcp, InCsumErrors)                                                   \
	X(Udp, InDatagrams) X(Udp, NoPorts) X(Udp, InErrors)                   \
	X(Udp, OutDatagrams) X(Udp, RcvbufErrors) X(Udp, SndbufErrors)         \
	X(Udp, InCsumErrors)                                                   \
	X(TcpExt, SyncookiesSent) X(TcpExt, SyncookiesRecv)                    \
	X(TcpExt, SyncookiesFailed) X(TcpExt, EmbryonicRsts)                   \
	X(TcpExt, PruneCalled) X(TcpExt, RcvPruned) X(TcpExt, OfoPruned)       \
	X(TcpExt, OutOfWindowIcmps) X(TcpExt, LockDroppedIcmps)                \
	X(TcpExt, TW) X(TcpExt, TWRecycled) X(TcpExt, TWKilled)                \
	X(TcpExt, PAWSActive) X(TcpExt, PAWSEstab) X(TcpExt, PAWSOldAck)       \
	X(TcpExt, PAWSTimewait) X(TcpExt, TSEcrRejected) X(TcpExt, DelayedACKs) \
	X(TcpExt, DelayedACKLocked) X(TcpExt, DelayedACKLost)                  \
	X(TcpExt, ListenOverflows) X(TcpExt, ListenDrops)                      \
	X(TcpExt, TCPHPHits) X(TcpExt, TCPPureAcks) X(TcpExt, TCPHPAcks)       \
	X(TcpExt, TCPRenoRecovery) X(TcpExt, TCPSackRecovery)                  \
	X(TcpExt, TCPSACKReneging) X(TcpExt, TCPSACKReorder)                   \
	X(TcpExt, TCPRenoReorder) X(TcpExt, TCPTSReorder)                      \
	X(TcpExt, TCPFullUndo) X(TcpExt, TCPPartialUndo)                       \
	X(TcpExt, TCPDSACKUndo) X(TcpExt, TCPLossUndo)                         \
	X(TcpExt, TCPLostRetransmit) X(TcpExt, TCPRenoFailures)                \
	X(TcpExt, TCPSackFailures) X(TcpExt, TCPLossFailures)                  \
	X(TcpExt, TCPFastRetrans) X(TcpExt, TCPSlowStartRetrans)               \
	X(TcpExt, TCPTimeouts) X(TcpExt, TCPRenoRecoveryFail)                  \
	X(TcpExt, TCPSackRecoveryFail) X(TcpExt, TCPLossProbes)                \
	X(TcpExt, TCPLossProbeRecovery) X(TcpExt, TCPRcvCollapsed)             \
	X(TcpExt, TCPBacklogCoalesce) X(TcpExt, TCPDSACKOldSent)               \
	X(TcpExt, TCPDSACKOfoSent) X(TcpExt, TCPDSACKRecv)                     \
	X(TcpExt, TCPDSACKOfoRecv) X(TcpExt, TCPAbortOnData)                   \
	X(TcpExt, TCPAbortOnClose) X(TcpExt, TCPAbortOnMemory)                 \
	X(TcpExt, TCPAbortOnTimeout) X(TcpExt, TCPAbortOnLinger)               \
	X(TcpExt, TCPAbortFailed) X(TcpExt, TCPMemoryPressures)                \
	X(TcpExt, TCPSACKDiscard) X(TcpExt, TCPDSACKIgnoredOld)                \
	X(TcpExt, TCPDSACKIgnoredNoUndo) X(TcpExt, TCPDSACKIgnoredDubious)     \
	X(TcpExt, TCPDSACKRecvSegs) X(TcpExt, TCPSpuriousRTOs)                 \
	X(TcpExt, TCPBacklogDrop) X(TcpExt, TCPDeferAcceptDrop)                \
	X(TcpExt, TCPTimeWaitOverflow) X(TcpExt, TCPReqQFullDoCookies)         \
	X(TcpExt, TCPReqQFullDrop) X(TcpExt, TCPRetransFail)                   \
	X(TcpExt, TCPRcvCoalesce) X(TcpExt, TCPOFOQueue)                       \
	X(TcpExt, TCPOFODrop) X(TcpExt, TCPOFOMerge)                           \
	X(TcpExt, TCPChallengeACK) X(TcpExt, TCPSYNChallenge)                  \
	X(TcpExt, TCPSpuriousRtxHostQueues) X(TcpExt, TCPAutoCorking)          \
	X(TcpExt, TCPFromZeroWindowAdv) X(TcpExt, TCPToZeroWindowAdv)          \
	X(TcpExt, TCPWantZeroWindowAdv) X(TcpExt, TCPSynRetrans)               \
	X(TcpExt, TCPOrigDataSent) X(TcpExt, TCPHystartTrainDetect)            \
	X(TcpExt, TCPHystartDelayDetect) X(TcpExt, TCPHystartDelayCwnd)        \
	X(TcpExt, TCPACKSkippedSynRecv)                                        \
	X(TcpExt, TCPACKSkippedPAWS) X(TcpExt, TCPACKSkippedSeq)               \
	X(TcpExt, TCPACKSkippedFinWait2) X(TcpExt, TCPACKSkippedTimeWait)      \
	X(TcpExt, TCPACKSkippedChallenge) X(TcpExt, TCPWinProbe)               \
	X(TcpExt, TCPKeepAlive) X(TcpExt, TCPDelivered)                        \
	X(TcpExt, TCPDeliveredCE)                                              \
	X(TcpExt, TCPAckCompressed) X(TcpExt, TCPZeroWindowDrop)               \
	X(TcpExt, BeyondWindow) X(TcpExt, TCPRcvQDrop)                         \
	X(TcpExt, TcpTimeoutRehash) X(TcpExt, TCPMD5Unexpected)                \
	X(TcpExt, TCPBadOptions) X(TcpExt, TCPFastOpenActive)                  \
	X(TcpExt, TCPFastOpenActiveFail) X(TcpExt, TCPFastOpenPassive)         \
	X(TcpExt, TCPFastOpenPassiveFail)                                      \
	X(TcpExt, TCPFastOpenListenOverflow)                                   \
	X(TcpExt, TCPFastOpenCookieReqd) X(TcpExt, TCPFastOpenBlackhole)       \
	X(TcpExt, TCPFastOpenPassiveAltKey)                                    \
	X(TcpExt, TCPMTUPFail) X(TcpExt, TCPMTUPSuccess)                       \
	X(IpExt, InNoRoutes) X(IpExt, InTruncatedPkts) X(IpExt, InMcastPkts)   \
	X(IpExt, OutMcastPkts) X(IpExt, InBcastPkts) X(IpExt, OutBcastPkts)    \
	X(IpExt, InOctets) X(IpExt, OutOctets) X(IpExt, InCsumErrors)          \
	X(Doorbell, SentByReference) X(Doorbell, CopiedAfterAll)
/* clang-format on */

#define SNMP_ENUM_(group, name) MIB_##group##_##name,
enum snmp_mib {
	SNMP_MIB_LIST(SNMP_ENUM_) NR_SNMP_MIB
};
#undef SNMP_ENUM_

struct netns_mib {
	u64 v[NR_SNMP_MIB];
};

struct snmp_name {
	const char *group, *name;
};
extern const struct snmp_name snmp_names[NR_SNMP_MIB];

#define NET_INC_STATS(net, id)    ((net)->mib.v[MIB_##id]++)
#define NET_ADD_STATS(net, id, n) ((net)->mib.v[MIB_##id] += (n))
#define NET_DEC_STATS(net, id)    ((net)->mib.v[MIB_##id]--)
