import CMnl
import WGPilotCore

/// Decodes messages of traffic control.
enum TrafficReplies {
    /// `sizeof(struct tcmsg)`.
    private static let headerLength = 20

    /// `struct tcmsg`.
    private struct Header {
        var device: Int32
        var handle: UInt32
        var parent: UInt32
        var info: UInt32

        init(_ message: NetlinkMessage) throws(NetlinkError) {
            let bytes = message.body.dropFirst(4)
            guard let device = Int32(hostOrder: bytes.prefix(4)),
                let handle = UInt32(hostOrder: bytes.dropFirst(4).prefix(4)),
                let parent = UInt32(hostOrder: bytes.dropFirst(8).prefix(4)),
                let info = UInt32(hostOrder: bytes.dropFirst(12).prefix(4))
            else { throw .malformed("traffic control without its header") }
            (self.device, self.handle, self.parent, self.info) = (device, handle, parent, info)
        }
    }

    /// A queue of a device.
    struct Queue: Equatable, Sendable {
        /// The index of the device.
        var device: Int32
        /// Its number; 0 for one that the kernel made by itself.
        var handle: UInt32
        /// Where it hangs.
        var parent: UInt32
        /// Its kind.
        var kind: String
    }

    /// A queue; nil for a message of another type.
    static func queue(_ message: NetlinkMessage) throws(NetlinkError) -> Queue? {
        guard message.type == UInt16(RTM_NEWQDISC) else { return nil }
        let attributes = try message.attributes(after: headerLength)
        let header = try Header(message)
        var kind = ""
        try AttributeReader.forEach(in: attributes) { (attribute) throws(NetlinkError) in
            if Int(attribute.type) == Int(TCA_KIND) { kind = attribute.string }
        }
        return Queue(device: header.device, handle: header.handle, parent: header.parent, kind: kind)
    }

    /// A class of our queue with its number; nil for a message of another type and for other queues' classes.
    static func trafficClass(
        _ message: NetlinkMessage
    ) throws(NetlinkError) -> (number: UInt16, ObservedTraffic.Class)? {
        guard message.type == UInt16(RTM_NEWTCLASS) else { return nil }
        let attributes = try message.attributes(after: headerLength)
        let header = try Header(message)
        guard header.handle & 0xFFFF_0000 == TrafficNumbers.root else { return nil }
        let number = UInt16(truncatingIfNeeded: header.handle)
        // What is not as we make it has no rate of ours.
        var parameters = TrafficClass(rate: 0, burstTicks: 0, quantum: 0)
        try AttributeReader.forEach(in: attributes) { (attribute) throws(NetlinkError) in
            guard Int(attribute.type) == Int(TCA_OPTIONS) else { return }
            if let read = try htb(attribute) { parameters = read }
        }
        // The queue of a class bears the class's number where it is ours; the kernel's own has none.
        return (number, .init(parameters: parameters, hasQueue: header.info == UInt32(number) << 16))
    }

    /// The parameters of a class; nil where its ceiling is another than its rate, which we never set.
    private static func htb(_ options: Attribute) throws(NetlinkError) -> TrafficClass? {
        var numbers: [UInt32] = []
        var rate64: UInt64?
        var ceil64: UInt64?
        try options.forEach { (attribute) throws(NetlinkError) in
            switch Int(attribute.type) {
            case Int(TCA_HTB_PARMS):
                // struct tc_htb_opt has eleven words; a newer kernel may add to them.
                guard attribute.payload.count >= 44 else {
                    throw .malformed("a class of \(attribute.payload.count) bytes")
                }
                numbers = (0..<11).compactMap { UInt32(hostOrder: attribute.payload.dropFirst(4 * $0).prefix(4)) }
            case Int(TCA_HTB_RATE64): rate64 = try attribute.integer()
            case Int(TCA_HTB_CEIL64): ceil64 = try attribute.integer()
            default: break
            }
        }
        guard numbers.count == 11 else { return nil }
        let (rate, ceil) = (rate64 ?? UInt64(numbers[2]), ceil64 ?? UInt64(numbers[5]))
        guard rate == ceil, numbers[6] == numbers[7] else { return nil }
        return TrafficClass(rate: rate, burstTicks: numbers[6], quantum: numbers[8])
    }

    /// What filters of one place there are.
    struct Filters: Equatable, Sendable {
        /// The filters that are ours, and what stands among them.
        var filters: [IPPrefix: TrafficTree.Filter] = [:]
        /// What stands among our filters and is none of them.
        var strays: Set<TrafficTree.Stray> = []
        /// The tables.
        var tables: Set<TrafficTable> = []
        /// The tables that something leads to.
        var linked: Set<TrafficTable> = []
        /// Whether there are filters of others.
        var hasOthers = false

        /// The filters with the tables that can be used: a table to which nothing leads is as good as none.
        var tree: TrafficTree {
            TrafficTree(tables: tables.intersection(linked), filters: filters, strays: strays)
        }
    }

    /// Adds what a message tells of filters.
    ///
    /// - Parameters:
    ///   - isSource: Whether our filters there look at where packets come from.
    ///   - redirection: The device to which our filters there lead; nil where they lead to classes.
    static func add(
        _ message: NetlinkMessage, to filters: inout Filters, isSource: Bool, redirection: Int32?
    ) throws(NetlinkError) {
        guard message.type == UInt16(RTM_NEWTFILTER) else { return }
        let attributes = try message.attributes(after: headerLength)
        let header = try Header(message)
        guard let isV4 = [true, false].first(where: { TrafficNumbers.info(isV4: $0) == header.info }) else {
            filters.hasOthers = true
            return
        }
        var node = Node()
        try AttributeReader.forEach(in: attributes) { (attribute) throws(NetlinkError) in
            guard Int(attribute.type) == Int(TCA_OPTIONS) else { return }
            try node.read(attribute)
        }
        let table = TrafficTable(id: UInt16(truncatingIfNeeded: header.handle >> 20))
        if node.divisor != nil {
            if let table, table.isV4 == isV4 { filters.tables.insert(table) }
        } else if let link = node.link {
            if let table = TrafficTable(id: UInt16(truncatingIfNeeded: link >> 20)), table.isV4 == isV4 {
                filters.linked.insert(table)
            }
        } else if header.handle != 0 {
            guard let block = node.block(isV4: isV4, isSource: isSource), filters.filters[block] == nil,
                let table = TrafficTable.path(to: block).last,
                table.handle(bucket: table.bucket(of: block)) == header.handle & ~0xFFF
            else {
                filters.strays.insert(.init(isV4: isV4, handle: header.handle))
                return
            }
            let target: UInt16
            if let redirection {
                target = node.redirection == redirection ? 1 : 0
            } else {
                let isOurs = node.classID & 0xFFFF_0000 == TrafficNumbers.root
                target = isOurs ? UInt16(truncatingIfNeeded: node.classID) : 0
            }
            filters.filters[block] = .init(handle: header.handle, target: target)
        }
    }

    /// What u32 tells of a table, a link or a filter.
    private struct Node {
        var divisor: UInt32?
        var link: UInt32?
        var classID: UInt32 = 0
        var redirection: Int32?
        /// The keys: mask, value and offset.
        var keys: [(mask: UInt32, value: UInt32, offset: Int32)] = []

        mutating func read(_ options: Attribute) throws(NetlinkError) {
            var reader = AttributeReader(options.payload)
            while let attribute = try reader.next() {
                switch Int(attribute.type) {
                case Int(TCA_U32_DIVISOR): divisor = try attribute.integer()
                case Int(TCA_U32_LINK): link = try attribute.integer()
                case Int(TCA_U32_CLASSID): classID = try attribute.integer()
                case Int(TCA_U32_SEL): try readSelector(attribute.payload)
                case Int(TCA_U32_ACT): try readActions(attribute)
                default: break
                }
            }
        }

        private mutating func readSelector(_ bytes: ArraySlice<UInt8>) throws(NetlinkError) {
            guard bytes.count >= 16 else { throw .malformed("a selector of \(bytes.count) bytes") }
            let count = Int(bytes.dropFirst(2).first ?? 0)
            guard bytes.count >= 16 + 16 * count else {
                throw .malformed("a selector of \(count) keys in \(bytes.count) bytes")
            }
            for index in 0..<count {
                let key = bytes.dropFirst(16 + 16 * index)
                guard let mask = UInt32(hostOrder: key.prefix(4)),
                    let value = UInt32(hostOrder: key.dropFirst(4).prefix(4)),
                    let offset = Int32(hostOrder: key.dropFirst(8).prefix(4))
                else { throw .malformed("a selector's key") }
                keys.append((mask.bigEndian, value.bigEndian, offset))
            }
        }

        private mutating func readActions(_ attribute: Attribute) throws(NetlinkError) {
            var actions = AttributeReader(attribute.payload)
            while let action = try actions.next() {
                var kind = ""
                var index: Int32?
                var parts = AttributeReader(action.payload)
                while let part = try parts.next() {
                    if Int(part.type) == Int(TCA_ACT_KIND) { kind = part.string }
                    guard Int(part.type) == Int(TCA_ACT_OPTIONS) else { continue }
                    var options = AttributeReader(part.payload)
                    while let option = try options.next() {
                        // struct tc_mirred: the last two of its seven words are what it does and the device.
                        guard Int(option.type) == Int(TCA_MIRRED_PARMS), option.payload.count >= 28,
                            Int32(hostOrder: option.payload.dropFirst(20).prefix(4)) == TCA_EGRESS_REDIR
                        else { continue }
                        index = Int32(hostOrder: option.payload.dropFirst(24).prefix(4))
                    }
                }
                if kind == "mirred" { redirection = index }
            }
        }

        /// The block that the keys describe; nil where they describe something else.
        func block(isV4: Bool, isSource: Bool) -> IPPrefix? {
            let offset = TrafficNumbers.offset(isV4: isV4, isSource: isSource)
            guard !keys.isEmpty, keys.count <= (isV4 ? 1 : 4) else { return nil }
            var bits = 0
            var number: UInt128 = 0
            for (index, key) in keys.enumerated() {
                let isPrefix = key.mask == 0 || (~key.mask &+ 1) & ~key.mask == 0
                // Only the last word may be of fewer bits.
                guard Int(key.offset) == offset + 4 * index, isPrefix, bits == 32 * index else { return nil }
                bits += key.mask.leadingZeroBitCount == 0 ? (~key.mask).leadingZeroBitCount : 0
                number |= UInt128(key.value & key.mask) << UInt128(isV4 ? 0 : 96 - 32 * index)
            }
            let address: IPAddress =
                isV4
                ? .v4(IPv4Address(rawValue: UInt32(truncatingIfNeeded: number))) : .v6(IPv6Address(rawValue: number))
            return IPPrefix(masking: address, length: UInt8(truncatingIfNeeded: bits))
        }
    }

    /// What of a link says whether it is the device that we made.
    struct Device: Equatable, Sendable {
        /// Its index.
        var index: Int32
        /// Its kind; nil for hardware and loopback.
        var kind: String?
        /// Its group.
        var group: UInt32
        /// Whether it is up.
        var isUp: Bool

        /// Whether we made it.
        var isOurs: Bool { kind == "ifb" && group == TrafficNumbers.group }
    }

    /// A link; nil for a message of another type.
    static func device(_ message: NetlinkMessage) throws(NetlinkError) -> Device? {
        guard let link = try RouteReplies.link(message) else { return nil }
        var device = Device(index: Int32(clamping: link.index), kind: link.kind, group: 0, isUp: link.isUp)
        try AttributeReader.forEach(in: try message.attributes(after: 16)) { (attribute) throws(NetlinkError) in
            if Int(attribute.type) == Int(IFLA_GROUP) { device.group = try attribute.integer() }
        }
        return device
    }
}
