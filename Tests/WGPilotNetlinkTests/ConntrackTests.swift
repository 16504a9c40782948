import CMnl
import Testing
import WGPilotCore
import WGPilotTestSupport

@testable import WGPilotNetlink

@Suite("Messages of ctnetlink")
struct ConntrackTests {
    private static let every = ConnectionFilter([.everyV4, .everyV6])

    private static func entry(
        _ bytes: [UInt8], _ filter: ConnectionFilter = every
    ) throws -> ConntrackEntry? {
        var rest = bytes[...]
        let message = try #require(try NetlinkMessage.next(of: &rest))
        return try ConntrackReplies.entry(message, filter)
    }

    private static func connection(_ bytes: [UInt8]) throws -> TrackedConnection {
        try #require(try entry(bytes)).connection
    }

    private static func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    // MARK: Replies, as conntrack(8) printed them

    @Test("a TCP connection whose source is translated is read with its state, ports, flags, mark and number")
    func tcp() throws {
        let connection = try Self.connection(ConntrackCaptures.tcp)
        #expect(
            connection
                == TrackedConnection(
                    id: 276_142_377, protocolNumber: 6,
                    original: .init(
                        source: try Self.address("10.8.0.2"), destination: try Self.address("192.0.2.9"),
                        sourcePort: 40000, destinationPort: 443, packets: 0, bytes: 0),
                    reply: .init(
                        source: try Self.address("192.0.2.9"), destination: try Self.address("203.0.113.1"),
                        sourcePort: 443, destinationPort: 40000, packets: 0, bytes: 0),
                    state: .established, isReplied: true, isAssured: true, timeout: 3599,
                    startedAt: connection.startedAt, mark: 7))
        #expect(connection.initiator.description == "10.8.0.2" && connection.responder.description == "192.0.2.9")
    }

    @Test("echoes of both families are read with type, code and identifier, and what they carried")
    func icmp() throws {
        for (capture, number, type, identifier, bytes) in [
            (ConntrackCaptures.icmp, UInt8(1), UInt8(8), UInt16(19289), UInt64(84)),
            (ConntrackCaptures.icmp6, 58, 128, 19290, 104),
        ] {
            let connection = try Self.connection(capture)
            #expect(connection.protocolNumber == number && connection.timeout == 29)
            #expect(connection.icmp == .init(type: type, code: 0, identifier: identifier))
            #expect(connection.original.packets == 1 && connection.original.bytes == bytes)
            #expect(connection.reply.packets == 1 && connection.reply.bytes == bytes)
            #expect(connection.original.sourcePort == nil && connection.state == nil)
            #expect(connection.isReplied && !connection.isAssured)
        }
    }

    @Test("a UDP connection of IPv6 that nobody answered is read")
    func udp6() throws {
        let connection = try Self.connection(ConntrackCaptures.udp6)
        #expect(connection.id == 3_565_153_911 && connection.protocolNumber == 17 && connection.timeout == 99)
        #expect(connection.original.source.description == "fd00::2")
        #expect(connection.original.destination.description == "fd00::9")
        #expect(connection.original.sourcePort == 5353 && connection.original.destinationPort == 53)
        #expect(!connection.isReplied && !connection.isAssured)
        // The first eight bytes of its CTA_TIMESTAMP_START, 0x18ec3c7de742920f ns, in seconds.
        #expect(connection.startedAt == Int64(0x18ec_3c7d_e742_920f / 1_000_000_000))
    }

    @Test("without accounting and timestamps there are no counters and no time, rather than zeros")
    func unaccounted() throws {
        var builder = AttributeBuilder(header: [2, 0, 0, 0])
        for tuple in [CTA_TUPLE_ORIG, CTA_TUPLE_REPLY] {
            builder.nested(UInt16(tuple.rawValue)) { tuple in
                tuple.nested(UInt16(CTA_TUPLE_IP.rawValue)) { ip in
                    ip.put(UInt16(CTA_IP_V4_SRC.rawValue), bytes: [10, 8, 0, 2])
                    ip.put(UInt16(CTA_IP_V4_DST.rawValue), bytes: [10, 8, 0, 3])
                }
                tuple.nested(UInt16(CTA_TUPLE_PROTO.rawValue)) { proto in
                    proto.put(UInt16(CTA_PROTO_NUM.rawValue), integer: UInt8(47))
                }
            }
        }
        builder.put(UInt16(CTA_ID.rawValue), integer: UInt32(5).bigEndian)
        builder.put(UInt16(CTA_ZONE.rawValue), integer: UInt16(9).bigEndian)
        let connection = try Self.connection(Self.message(try builder.finish()))
        #expect(connection.original.bytes == nil && connection.reply.packets == nil && connection.bytes == nil)
        #expect(connection.startedAt == nil && connection.timeout == nil && connection.zone == 9)
        #expect(connection.protocolName == "gre" && connection.icmp == nil)
    }

    private static func message(_ body: [UInt8]) throws -> [UInt8] {
        let request = NetlinkRequest(
            type: ConntrackRequests.messageType(IPCTNL_MSG_CT_NEW), flags: 2, body: body)
        return try request.framed(sequence: 1, port: 2)
    }

    @Test("the filter is heeded, whatever the kernel sends: by the end that began and the end that was reached")
    func filter() throws {
        let cases: [(String, Bool)] = [
            ("10.8.0.2/32", true), ("10.8.0.0/24", true), ("192.0.2.9/32", true), ("10.8.0.3/32", false),
            // What the hub made of the source is nobody's end.
            ("203.0.113.1/32", false), ("::/0", false),
        ]
        for (block, fits) in cases {
            let entry = try Self.entry(ConntrackCaptures.tcp, ConnectionFilter([try IPPrefix(block)]))
            #expect((entry != nil) == fits, "\(block)")
        }
    }

    @Test("messages of another type and of families that are not IP are passed over")
    func others() throws {
        var bytes = ConntrackCaptures.tcp
        bytes[4] = 1
        var entry = try Self.entry(bytes)
        #expect(entry == nil)
        bytes = ConntrackCaptures.tcp
        bytes[16] = 7
        entry = try Self.entry(bytes)
        #expect(entry == nil)
    }

    @Test("a connection without one of its directions, its protocol or its number is an error, not half a connection")
    func incomplete() throws {
        for attribute in [CTA_TUPLE_ORIG, CTA_TUPLE_REPLY, CTA_ID] {
            var body = Array(ConntrackCaptures.tcp[16..<20])
            var reader = AttributeReader(ConntrackCaptures.tcp[20...])
            while let each = try reader.next() {
                var builder = AttributeBuilder()
                builder.put(each.type, bytes: each.payload)
                if UInt32(each.type) != attribute.rawValue { body += try builder.finish() }
            }
            #expect(throws: NetlinkError.self) { try Self.entry(Self.message(body)) }
        }
    }

    @Test("an address of another family than the message has is an error")
    func mixedFamilies() {
        var bytes = ConntrackCaptures.tcp
        bytes[16] = 10
        #expect(throws: NetlinkError.self) { try Self.entry(bytes) }
    }

    @Test("every cut of a captured message ends in an error or in less, and never reads beyond it")
    func truncation() throws {
        for capture in ConntrackCaptures.all {
            let whole = try Self.connection(capture)
            for count in 20..<capture.count {
                var cut = Array(capture[..<count])
                cut.overwrite(at: 0, with: UInt32(count).hostOrder)
                let entry = try? Self.entry(cut)
                if let entry { #expect(entry.connection.id == whole.id, "\(count)") }
            }
        }
    }

    @Test(
        "captured messages with bytes changed, and bytes that were never one, end in an error or a connection",
        arguments: 0..<64)
    func garbage(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            var bytes = ConntrackCaptures.all.randomElement(using: &random) ?? []
            if Bool.random(using: &random) { bytes = Array(bytes.prefix(20)) + random.bytes(bytes.count - 20) }
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                let place = Int.random(in: 16..<bytes.count, using: &random)
                bytes[place] = UInt8.random(in: .min ... .max, using: &random)
            }
            // Attributes of attributes, with lengths that lie: all of it is hostile.
            if let entry = try? Self.entry(bytes) {
                #expect(entry.tuple.count < bytes.count, "\(random)")
                #expect((try? ConntrackRequests.delete(entry)) != nil, "\(random)")
            }
        }
    }

    // MARK: Requests

    @Test("everything is asked for byte by byte as conntrack(8) asks")
    func dump() throws {
        let capture = ConntrackCaptures.dump
        let sequence = try #require(UInt32(hostOrder: capture[8..<12]))
        #expect(try ConntrackRequests.get(.all(nil)).framed(sequence: sequence, port: 0) == capture)
        #expect(try ConntrackRequests.get(.all(.v6)).body == [10, 0, 0, 0])
    }

    // The layout is that of the kernel's parser, ctnetlink_parse_tuple_filter in net/netfilter/nf_conntrack_netlink.c; a
    // program of its own that sends these very bytes gets the connections of 10.8.5.7 alone from a kernel 6.18.
    @Test("few addresses are asked for by a filter of the kernel, one for each end")
    func filtered() throws {
        let address = try Self.address("10.8.5.7")
        let tuple: [UInt8] = [16, 0, 1, 0x80, 12, 0, 1, 0x80, 8, 0, 1, 0, 10, 8, 5, 7]
        #expect(
            try ConntrackRequests.get(.initiator(address)).body
                == [2, 0, 0, 0] + tuple + [12, 0, 25, 0x80, 8, 0, 1, 0, 1, 0, 0, 0])
        var reply = tuple
        reply[2] = 2
        #expect(
            try ConntrackRequests.get(.responder(address)).body
                == [2, 0, 0, 0] + reply + [12, 0, 25, 0x80, 8, 0, 2, 0, 1, 0, 0, 0])
    }

    @Test("a connection is taken away by its tuple as conntrack(8) gives it, and by its number")
    func delete() throws {
        let entry = try #require(try Self.entry(ConntrackCaptures.tcp))
        let request = try ConntrackRequests.delete(entry)
        let capture = ConntrackCaptures.delete
        #expect(request.type == UInt16(hostOrder: capture[4..<6]) && request.flags == UInt16(hostOrder: capture[6..<8]))
        #expect(request.body == Array(capture[16...]) + [8, 0, 12, 0] + UInt32(276_142_377).bigEndian.hostOrder)
    }

    @Test("no request is ever made that would take everything away")
    func deleteNothing() throws {
        var entry = try #require(try Self.entry(ConntrackCaptures.tcp))
        entry.tuple = []
        #expect(throws: NetlinkError.self) { try ConntrackRequests.delete(entry) }
    }

    @Test("a connection in a zone is taken away in its zone")
    func deleteInZone() throws {
        var entry = try #require(try Self.entry(ConntrackCaptures.udp6))
        entry.connection.zone = 0x0102
        #expect(try ConntrackRequests.delete(entry).body.suffix(8) == [6, 0, 18, 0, 1, 2, 0, 0])
    }
}
