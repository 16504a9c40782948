import CMnl
import WGPilotCore

/// Decodes messages of ctnetlink; linux/netfilter/nfnetlink_conntrack.h. Numbers in their attributes are in network order.
enum ConntrackReplies {
    /// A connection that the filter fits; nil for others, for messages of another type and for families that are not IP.
    ///
    /// Of a connection that is not wanted, which in a dump of all are nearly all, only the addresses are looked at.
    static func entry(
        _ message: NetlinkMessage, _ filter: ConnectionFilter
    ) throws(NetlinkError) -> ConntrackEntry? {
        guard message.type == ConntrackRequests.messageType(IPCTNL_MSG_CT_NEW) else { return nil }
        let attributes = try message.attributes(after: 4)
        guard let first = message.body.first, let family = AddressFamily(rawValue: UInt16(first)) else { return nil }
        var parts = Parts()
        var reader = AttributeReader(attributes)
        while let attribute = try reader.next() {
            switch UInt32(attribute.type) {
            case CTA_TUPLE_ORIG.rawValue: parts.original = attribute.payload
            case CTA_TUPLE_REPLY.rawValue: parts.reply = attribute.payload
            case CTA_STATUS.rawValue: parts.status = try attribute.bigEndian()
            case CTA_ID.rawValue: parts.id = try attribute.bigEndian()
            case CTA_TIMEOUT.rawValue: parts.timeout = try attribute.bigEndian(UInt32.self)
            case CTA_MARK.rawValue: parts.mark = try attribute.bigEndian()
            case CTA_ZONE.rawValue: parts.zone = try attribute.bigEndian()
            case CTA_PROTOINFO.rawValue: parts.protocolInfo = attribute.payload
            case CTA_COUNTERS_ORIG.rawValue: parts.sent = attribute.payload
            case CTA_COUNTERS_REPLY.rawValue: parts.received = attribute.payload
            case CTA_TIMESTAMP.rawValue: parts.times = attribute.payload
            default: break
            }
        }
        guard let original = parts.original, let reply = parts.reply, let id = parts.id else {
            throw .malformed("a connection without its two directions or its number")
        }
        let (initiator, destination) = try addresses(original, family)
        let (responder, target) = try addresses(reply, family)
        guard filter.fits(initiator: initiator, responder: responder) else { return nil }
        let transport = try Transport(original)
        let back = try Transport(reply)
        var connection = TrackedConnection(
            id: id, protocolNumber: transport.number,
            original: .init(
                source: initiator, destination: destination, sourcePort: transport.source,
                destinationPort: transport.destination),
            reply: .init(
                source: responder, destination: target, sourcePort: back.source, destinationPort: back.destination),
            icmp: transport.icmp, isReplied: parts.status & IPS_SEEN_REPLY.rawValue != 0,
            isAssured: parts.status & IPS_ASSURED.rawValue != 0, timeout: parts.timeout, mark: parts.mark,
            zone: parts.zone)
        if let info = parts.protocolInfo { connection.state = try state(info) }
        if let counters = parts.sent {
            (connection.original.packets, connection.original.bytes) = try counts(counters)
        }
        if let counters = parts.received { (connection.reply.packets, connection.reply.bytes) = try counts(counters) }
        if let times = parts.times { connection.startedAt = try start(times) }
        return ConntrackEntry(connection: connection, family: family, tuple: Array(original))
    }

    /// The attributes of one connection that are of interest.
    private struct Parts {
        var original: ArraySlice<UInt8>?
        var reply: ArraySlice<UInt8>?
        var id: UInt32?
        var status: UInt32 = 0
        var timeout: UInt32?
        var mark: UInt32 = 0
        var zone: UInt16 = 0
        var protocolInfo: ArraySlice<UInt8>?
        var sent: ArraySlice<UInt8>?
        var received: ArraySlice<UInt8>?
        var times: ArraySlice<UInt8>?
    }

    /// Source and destination of a tuple (`CTA_TUPLE_IP`).
    private static func addresses(
        _ tuple: ArraySlice<UInt8>, _ family: AddressFamily
    ) throws(NetlinkError) -> (source: IPAddress, destination: IPAddress) {
        var source: IPAddress?
        var destination: IPAddress?
        var reader = AttributeReader(tuple)
        while let part = try reader.next() {
            guard UInt32(part.type) == CTA_TUPLE_IP.rawValue else { continue }
            var inner = AttributeReader(part.payload)
            while let attribute = try inner.next() {
                switch UInt32(attribute.type) {
                case CTA_IP_V4_SRC.rawValue, CTA_IP_V6_SRC.rawValue:
                    source = IPAddress(networkOrder: attribute.payload)
                case CTA_IP_V4_DST.rawValue, CTA_IP_V6_DST.rawValue:
                    destination = IPAddress(networkOrder: attribute.payload)
                default: break
                }
            }
        }
        guard let source, let destination, AddressFamily(source) == family, AddressFamily(destination) == family else {
            throw .malformed("a direction of a connection without its addresses")
        }
        return (source, destination)
    }

    /// What a tuple says of the protocol (`CTA_TUPLE_PROTO`).
    private struct Transport {
        var number: UInt8 = 0
        var source: UInt16?
        var destination: UInt16?
        var icmp: TrackedConnection.ICMP?

        init(_ tuple: ArraySlice<UInt8>) throws(NetlinkError) {
            var found = false
            var (type, code, identifier) = (UInt8?.none, UInt8(0), UInt16(0))
            var reader = AttributeReader(tuple)
            while let part = try reader.next() {
                guard UInt32(part.type) == CTA_TUPLE_PROTO.rawValue else { continue }
                var inner = AttributeReader(part.payload)
                while let attribute = try inner.next() {
                    switch UInt32(attribute.type) {
                    case CTA_PROTO_NUM.rawValue:
                        number = try attribute.integer()
                        found = true
                    case CTA_PROTO_SRC_PORT.rawValue: source = try attribute.bigEndian(UInt16.self)
                    case CTA_PROTO_DST_PORT.rawValue: destination = try attribute.bigEndian(UInt16.self)
                    case CTA_PROTO_ICMP_TYPE.rawValue, CTA_PROTO_ICMPV6_TYPE.rawValue:
                        type = try attribute.integer(UInt8.self)
                    case CTA_PROTO_ICMP_CODE.rawValue, CTA_PROTO_ICMPV6_CODE.rawValue:
                        code = try attribute.integer()
                    case CTA_PROTO_ICMP_ID.rawValue, CTA_PROTO_ICMPV6_ID.rawValue:
                        identifier = try attribute.bigEndian()
                    default: break
                    }
                }
            }
            guard found else { throw .malformed("a connection without its protocol") }
            icmp = type.map { TrackedConnection.ICMP(type: $0, code: code, identifier: identifier) }
        }
    }

    /// How far a TCP connection has come; nil for other protocols and for states that are not known here.
    private static func state(_ info: ArraySlice<UInt8>) throws(NetlinkError) -> TrackedConnection.TCPState? {
        var state: TrackedConnection.TCPState?
        var reader = AttributeReader(info)
        while let part = try reader.next() {
            guard UInt32(part.type) == CTA_PROTOINFO_TCP.rawValue else { continue }
            var inner = AttributeReader(part.payload)
            while let attribute = try inner.next() {
                guard UInt32(attribute.type) == CTA_PROTOINFO_TCP_STATE.rawValue else { continue }
                state = TrackedConnection.TCPState(rawValue: try attribute.integer())
            }
        }
        return state
    }

    /// Packets and bytes of one direction.
    private static func counts(
        _ counters: ArraySlice<UInt8>
    ) throws(NetlinkError) -> (packets: UInt64?, bytes: UInt64?) {
        var (packets, bytes) = (UInt64?.none, UInt64?.none)
        var reader = AttributeReader(counters)
        while let attribute = try reader.next() {
            switch UInt32(attribute.type) {
            case CTA_COUNTERS_PACKETS.rawValue: packets = try attribute.bigEndian(UInt64.self)
            case CTA_COUNTERS_BYTES.rawValue: bytes = try attribute.bigEndian(UInt64.self)
            default: break
            }
        }
        return (packets, bytes)
    }

    /// When it began, in seconds since 1970; the kernel has it in nanoseconds.
    private static func start(_ times: ArraySlice<UInt8>) throws(NetlinkError) -> Int64? {
        var start: Int64?
        var reader = AttributeReader(times)
        while let attribute = try reader.next() {
            guard UInt32(attribute.type) == CTA_TIMESTAMP_START.rawValue else { continue }
            start = Int64(try attribute.bigEndian(UInt64.self) / 1_000_000_000)
        }
        return start
    }
}

extension Attribute {
    /// The payload as an integer in network order; throws when it has another width.
    fileprivate func bigEndian<Value: FixedWidthInteger & BitwiseCopyable>(
        _: Value.Type = Value.self
    ) throws(NetlinkError) -> Value {
        Value(bigEndian: try integer(Value.self))
    }
}
