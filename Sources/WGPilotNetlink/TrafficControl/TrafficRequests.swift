import CMnl
import WGPilotCore

/// Encodes requests of traffic control as tc(8) and ip(8) do; rtnetlink(7), linux/rtnetlink.h, linux/pkt_sched.h,
/// linux/pkt_cls.h.
enum TrafficRequests {
    /// What keeps a class's packets in order while they wait.
    enum Leaf: Hashable, Sendable {
        /// By flow, each in its turn, none for long (tc-fq_codel(8)).
        case fairQueue
        /// First in, first out (tc-pfifo(8)), for kernels without the other.
        case fifo
    }

    // MARK: Devices

    /// Makes a device that takes what comes from peers.
    static func makeDevice(_ name: String) throws(NetlinkError) -> NetlinkRequest {
        // struct ifinfomsg, all of it zero.
        var builder = AttributeBuilder(header: [UInt8](repeating: 0, count: 16))
        builder.put(UInt16(IFLA_TXQLEN), integer: TrafficNumbers.deviceQueue)
        builder.put(UInt16(IFLA_GROUP), integer: TrafficNumbers.group)
        builder.put(UInt16(IFLA_IFNAME), string: name)
        builder.nested(UInt16(IFLA_LINKINFO), isMarked: false) { info in
            info.put(UInt16(IFLA_INFO_KIND), bytes: "ifb".utf8)
        }
        return .acknowledged(UInt16(RTM_NEWLINK), flags: NLM_F_CREATE | NLM_F_EXCL, try builder.finish())
    }

    // MARK: Queues

    /// Asks for the queues of all devices; the kernel does not filter.
    static func getQueues() -> NetlinkRequest { .dump(UInt16(RTM_GETQDISC), header(0)) }

    /// Makes our queue on a device, which sends on what no filter leads to a class, at once and without a limit
    /// (`default 0`).
    static func makeQueue(_ device: Int32) throws(NetlinkError) -> NetlinkRequest {
        var builder = AttributeBuilder(
            header: header(device, handle: TrafficNumbers.root, parent: TrafficNumbers.rootParent))
        builder.put(UInt16(TCA_KIND), string: "htb")
        builder.nested(UInt16(TCA_OPTIONS), isMarked: false) { options in
            // struct tc_htb_glob: version 3, rate2quantum 10 (of no use, as every class says its quantum), the default class,
            // debug, a counter.
            options.put(UInt16(TCA_HTB_INIT), bytes: ([3, 10, 0, 0, 0] as [UInt32]).flatMap(\.hostOrder))
            options.put(UInt16(TCA_HTB_DIRECT_QLEN), integer: TrafficNumbers.directQueue)
        }
        return .acknowledged(UInt16(RTM_NEWQDISC), flags: NLM_F_CREATE | NLM_F_EXCL, try builder.finish())
    }

    /// Takes our queue off a device; the number keeps it from being another's.
    static func removeQueue(_ device: Int32) -> NetlinkRequest {
        .acknowledged(
            UInt16(RTM_DELQDISC), header(device, handle: TrafficNumbers.root, parent: TrafficNumbers.rootParent))
    }

    /// Gives a device a place for filters of what comes in.
    static func makeIngress(_ device: Int32) throws(NetlinkError) -> NetlinkRequest {
        try ingress(UInt16(RTM_NEWQDISC), device, flags: NLM_F_CREATE | NLM_F_EXCL)
    }

    /// Takes that place away.
    static func removeIngress(_ device: Int32) throws(NetlinkError) -> NetlinkRequest {
        try ingress(UInt16(RTM_DELQDISC), device, flags: 0)
    }

    private static func ingress(_ type: UInt16, _ device: Int32, flags: Int32) throws(NetlinkError) -> NetlinkRequest {
        var builder = AttributeBuilder(
            header: header(device, handle: TrafficNumbers.ingress, parent: TrafficNumbers.ingressParent))
        builder.put(UInt16(TCA_KIND), string: "ingress")
        return .acknowledged(type, flags: flags, try builder.finish())
    }

    // MARK: Classes

    /// Asks for the classes of a device.
    static func getClasses(_ device: Int32) -> NetlinkRequest { .dump(UInt16(RTM_GETTCLASS), header(device)) }

    /// Makes a class, or changes it in place.
    static func setClass(_ device: Int32, _ number: UInt16, _ parameters: TrafficClass) throws(NetlinkError)
        -> NetlinkRequest
    {
        var builder = AttributeBuilder(
            header: header(device, handle: TrafficNumbers.root | UInt32(number), parent: TrafficNumbers.root))
        builder.put(UInt16(TCA_KIND), string: "htb")
        let rate32 = UInt32(clamping: parameters.rate)
        // struct tc_ratespec: cell_log, linklayer, overhead (2), cell_align (2), mpu (2), rate (4). With the link layer said
        // (TC_LINKLAYER_ETHERNET) the kernel computes times by itself and needs no table of them (htb_change_class).
        let rate: [UInt8] = [3, 1, 0, 0, 0xFF, 0xFF, 0, 0] + rate32.hostOrder
        builder.nested(UInt16(TCA_OPTIONS), isMarked: false) { options in
            if parameters.rate >= 1 << 32 {
                options.put(UInt16(TCA_HTB_RATE64), integer: parameters.rate)
                options.put(UInt16(TCA_HTB_CEIL64), integer: parameters.rate)
            }
            // struct tc_htb_opt: rate, ceil, buffer, cbuffer, quantum, level, prio.
            let numbers = [parameters.burstTicks, parameters.burstTicks, parameters.quantum, 0, 0]
            options.put(UInt16(TCA_HTB_PARMS), bytes: rate + rate + numbers.flatMap(\.hostOrder))
        }
        return .acknowledged(UInt16(RTM_NEWTCLASS), flags: NLM_F_CREATE | NLM_F_REPLACE, try builder.finish())
    }

    /// Takes a class away.
    static func removeClass(_ device: Int32, _ number: UInt16) -> NetlinkRequest {
        .acknowledged(
            UInt16(RTM_DELTCLASS),
            header(device, handle: TrafficNumbers.root | UInt32(number), parent: TrafficNumbers.root))
    }

    /// Gives a class its queue.
    ///
    /// - Parameter isNew: Whether there is none of the kind yet; the number of flows can only be said then.
    static func setLeaf(
        _ device: Int32, _ number: UInt16, _ parameters: TrafficClass, _ leaf: Leaf, isNew: Bool
    ) throws(NetlinkError) -> NetlinkRequest {
        var builder = AttributeBuilder(
            header: header(
                device, handle: UInt32(number) << 16, parent: TrafficNumbers.root | UInt32(number)))
        switch leaf {
        case .fairQueue:
            builder.put(UInt16(TCA_KIND), string: "fq_codel")
            builder.nested(UInt16(TCA_OPTIONS), isMarked: false) { options in
                options.put(UInt16(TCA_FQ_CODEL_LIMIT), integer: parameters.queueLimit)
                if isNew { options.put(UInt16(TCA_FQ_CODEL_FLOWS), integer: TrafficClass.flows) }
                options.put(UInt16(TCA_FQ_CODEL_INTERVAL), integer: parameters.interval)
                options.put(UInt16(TCA_FQ_CODEL_TARGET), integer: parameters.target)
            }
        case .fifo:
            builder.put(UInt16(TCA_KIND), string: "pfifo")
            // struct tc_fifo_qopt.
            builder.put(UInt16(TCA_OPTIONS), integer: parameters.queueLimit)
        }
        return .acknowledged(UInt16(RTM_NEWQDISC), flags: NLM_F_CREATE | NLM_F_REPLACE, try builder.finish())
    }

    /// Takes the queue of a class away; the kernel puts one of its own there.
    static func removeLeaf(_ device: Int32, _ number: UInt16) -> NetlinkRequest {
        .acknowledged(
            UInt16(RTM_DELQDISC),
            header(device, handle: UInt32(number) << 16, parent: TrafficNumbers.root | UInt32(number)))
    }

    // MARK: Filters

    /// Asks for the filters that hang in one place.
    static func getFilters(_ device: Int32, parent: UInt32) -> NetlinkRequest {
        .dump(UInt16(RTM_GETTFILTER), header(device, parent: parent))
    }

    /// Makes a table.
    static func makeTable(_ device: Int32, parent: UInt32, _ table: TrafficTable) throws(NetlinkError) -> NetlinkRequest
    {
        try filter(device, parent: parent, isV4: table.isV4, UInt32(table.id) << 20, flags: NLM_F_CREATE | NLM_F_EXCL) {
            $0.put(UInt16(TCA_U32_DIVISOR), integer: UInt32(256))
        }
    }

    /// Leads to a table from the one before it, or from the root: everything there goes on in the bucket that some bits of
    /// the address tell.
    static func link(
        _ device: Int32, parent: UInt32, _ table: TrafficTable, isSource: Bool
    ) throws(NetlinkError) -> NetlinkRequest {
        let (word, mask) = table.hash
        let offset = UInt16(TrafficNumbers.offset(isV4: table.isV4, isSource: isSource) + 4 * word)
        let bucket = table.parent.flatMap { first in table.branch.map { first.handle(bucket: $0) } }
        // In the root table each table has the place of its own number; in a bucket of a first table there is only this.
        let handle = bucket.map { $0 | 1 } ?? UInt32(table.id)
        return try filter(device, parent: parent, isV4: table.isV4, handle, flags: NLM_F_CREATE) { options in
            options.put(UInt16(TCA_U32_LINK), integer: UInt32(table.id) << 20)
            if let bucket { options.put(UInt16(TCA_U32_HASH), integer: bucket) }
            // struct tc_u32_sel: flags, offshift, nkeys, offmask (2), off (2), offoff (2), hoff (2), hmask (4); then one key
            // that matches anything.
            options.put(
                UInt16(TCA_U32_SEL),
                bytes: [0, 0, 1, 0, 0, 0, 0, 0, 0, 0] + offset.hostOrder + mask.bigEndian.hostOrder
                    + [UInt8](repeating: 0, count: 16))
        }
    }

    /// What becomes of what a filter matches.
    enum Verdict: Hashable, Sendable {
        /// It goes to a class.
        case toClass(UInt16)
        /// It goes to another device, as if it left by that.
        case toDevice(Int32)
    }

    /// Makes a filter.
    static func makeFilter(
        _ device: Int32, parent: UInt32, _ block: IPPrefix, handle: UInt32, isSource: Bool, _ verdict: Verdict
    ) throws(NetlinkError) -> NetlinkRequest {
        let isV4 = block.address.isV4
        return try filter(device, parent: parent, isV4: isV4, handle, flags: NLM_F_CREATE | NLM_F_EXCL) { options in
            switch verdict {
            case .toClass(let number):
                options.put(UInt16(TCA_U32_CLASSID), integer: TrafficNumbers.root | UInt32(number))
            case .toDevice(let index):
                options.nested(UInt16(TCA_U32_ACT), isMarked: false) { actions in
                    // The only one of a list.
                    actions.nested(1, isMarked: false) { action in
                        action.put(UInt16(TCA_ACT_KIND), string: "mirred")
                        action.nested(UInt16(TCA_ACT_OPTIONS)) { redirection in
                            // struct tc_mirred: index, capab, action (TC_ACT_STOLEN), refcnt, bindcnt, eaction, ifindex.
                            redirection.put(
                                UInt16(TCA_MIRRED_PARMS),
                                bytes: ([0, 0, TC_ACT_STOLEN, 0, 0, TCA_EGRESS_REDIR, index] as [Int32]).flatMap(
                                    \.hostOrder))
                        }
                    }
                }
            }
            options.put(UInt16(TCA_U32_HASH), integer: handle & ~0xFFF)
            let keys = keys(block, isSource: isSource)
            // struct tc_u32_sel with the flag TC_U32_TERMINAL: whoever is found here is not looked for any further.
            options.put(
                UInt16(TCA_U32_SEL),
                bytes: [UInt8(TC_U32_TERMINAL), 0, UInt8(truncatingIfNeeded: keys.count / 16)]
                    + [UInt8](repeating: 0, count: 13) + keys)
        }
    }

    /// Takes one filter away.
    static func removeFilter(
        _ device: Int32, parent: UInt32, isV4: Bool, handle: UInt32
    ) throws(NetlinkError) -> NetlinkRequest {
        var builder = AttributeBuilder(
            header: header(device, handle: handle, parent: parent, info: TrafficNumbers.info(isV4: isV4)))
        builder.put(UInt16(TCA_KIND), string: "u32")
        return .acknowledged(UInt16(RTM_DELTFILTER), try builder.finish())
    }

    /// Takes all filters of ours of a family away, with their tables.
    static func removeFilters(_ device: Int32, parent: UInt32, isV4: Bool) -> NetlinkRequest {
        .acknowledged(
            UInt16(RTM_DELTFILTER), header(device, parent: parent, info: TrafficNumbers.info(isV4: isV4)))
    }

    private static func filter(
        _ device: Int32, parent: UInt32, isV4: Bool, _ handle: UInt32, flags: Int32,
        _ options: (inout AttributeBuilder) -> Void
    ) throws(NetlinkError) -> NetlinkRequest {
        var builder = AttributeBuilder(
            header: header(device, handle: handle, parent: parent, info: TrafficNumbers.info(isV4: isV4)))
        builder.put(UInt16(TCA_KIND), string: "u32")
        builder.nested(UInt16(TCA_OPTIONS), isMarked: false, options)
        return .acknowledged(UInt16(RTM_NEWTFILTER), flags: flags, try builder.finish())
    }

    /// What a packet is compared with, a word of 32 bits at a time, those that the block says nothing of left out.
    /// `struct tc_u32_key`: mask and value in network order, where, and what to add to that.
    private static func keys(_ block: IPPrefix, isSource: Bool) -> [UInt8] {
        let offset = TrafficNumbers.offset(isV4: block.address.isV4, isSource: isSource)
        var keys: [UInt8] = []
        for (index, word) in block.address.words.enumerated() {
            let bits = Int(block.length) - 32 * index
            // One key at least: a filter of every address compares nothing.
            if bits <= 0 && index > 0 { break }
            let mask: UInt32 = bits <= 0 ? 0 : bits >= 32 ? .max : .max << UInt32(32 - bits)
            keys += mask.bigEndian.hostOrder + word.bigEndian.hostOrder
            keys += Int32(offset + 4 * index).hostOrder + Int32(0).hostOrder
        }
        return keys
    }

    /// `struct tcmsg`: family and padding (4), index, handle, parent, info.
    private static func header(
        _ device: Int32, handle: UInt32 = 0, parent: UInt32 = 0, info: UInt32 = 0
    ) -> [UInt8] {
        [0, 0, 0, 0] + device.hostOrder + handle.hostOrder + parent.hostOrder + info.hostOrder
    }
}
