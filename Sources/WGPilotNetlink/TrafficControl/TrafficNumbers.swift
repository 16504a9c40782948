import CMnl
import WGPilotCore

/// Numbers of traffic control (linux/pkt_sched.h, linux/pkt_cls.h) and those that we chose.
enum TrafficNumbers {
    /// The number of our queue on a device, by which it is known: `5747:`.
    static let root = UInt32(TrafficShape.mark) << 16
    /// `TC_H_ROOT`.
    static let rootParent: UInt32 = 0xFFFF_FFFF
    /// `TC_H_INGRESS`, of which a `clsact` has the same (`TC_H_CLSACT`).
    static let ingressParent: UInt32 = 0xFFFF_FFF1
    /// The number of either: `ffff:`.
    static let ingress: UInt32 = 0xFFFF_0000
    /// Where filters of what comes in hang (`TC_H_MIN_INGRESS`), in an `ingress` as in a `clsact`.
    static let ingressFilters: UInt32 = 0xFFFF_FFF2
    /// By this the devices are known that we made: their group (`IFLA_GROUP`), which the kernel sets as it makes them.
    static let group = UInt32(TrafficShape.mark)
    /// How many packets wait on their way through such a device. Its default of 32 (`TX_Q_LIMIT`, drivers/net/ifb.c) would
    /// lose the rest of a burst before anything was queued.
    static let deviceQueue: UInt32 = 1000
    /// How many packets of peers without a limit wait while the device is busy.
    static let directQueue: UInt32 = 1000

    /// The priority of our filters of a family, which is how they are known. Those that people give are smaller, so theirs
    /// come first.
    static func priority(isV4: Bool) -> UInt16 { isV4 ? TrafficShape.mark : TrafficShape.mark + 1 }

    /// `ETH_P_IP` and `ETH_P_IPV6`, linux/if_ether.h.
    static func etherType(isV4: Bool) -> UInt16 { isV4 ? 0x0800 : 0x86DD }

    /// The priority and the protocol of our filters as `struct tcmsg` has them: the protocol in network order.
    static func info(isV4: Bool) -> UInt32 {
        UInt32(priority(isV4: isV4)) << 16 | UInt32(etherType(isV4: isV4).bigEndian)
    }

    /// Where in an IP header the address stands, in bytes (RFC 791 §3.1, RFC 8200 §3).
    static func offset(isV4: Bool, isSource: Bool) -> Int {
        switch (isV4, isSource) {
        case (true, true): 12
        case (true, false): 16
        case (false, true): 8
        case (false, false): 24
        }
    }
}
