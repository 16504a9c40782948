import Testing
import WGPilotCore
import WGPilotTestSupport

@testable import WGPilotNetlink

@Suite("Messages of traffic control")
struct TrafficMessagesTests {
    private static func expect(_ request: NetlinkRequest, is capture: [UInt8]) throws {
        let sequence = try #require(UInt32(hostOrder: capture[8..<12]))
        #expect(try request.framed(sequence: sequence, port: 0) == capture)
    }

    private static func block(_ text: String) throws -> IPPrefix { try IPPrefix(text) }

    @Test("a device is made byte by byte as ip(8) makes it")
    func device() throws {
        try Self.expect(try TrafficRequests.makeDevice("ifb-wg0"), is: TrafficCaptures.makeDevice)
    }

    @Test("queues are made and taken away byte by byte as tc(8) does it")
    func queues() throws {
        try Self.expect(try TrafficRequests.makeQueue(2), is: TrafficCaptures.makeQueue)
        try Self.expect(try TrafficRequests.makeIngress(2), is: TrafficCaptures.makeIngress)
        try Self.expect(try TrafficRequests.removeIngress(2), is: TrafficCaptures.removeIngress)
        // tc(8) gives no number and takes away whatever is there; ours goes only where it bears our number.
        var removal = TrafficCaptures.removeQueue
        removal.overwrite(at: 24, with: [0, 0, 0x47, 0x57])
        try Self.expect(TrafficRequests.removeQueue(2), is: removal)
    }

    @Test("a class is set as tc(8) sets it, but for the tables of times that no kernel reads any more")
    func classes() throws {
        var slow = TrafficClass(kbps: 10_000)
        slow.quantum = 1500
        try Self.expect(try TrafficRequests.setClass(2, 1, slow), like: TrafficCaptures.setClass)
        try Self.expect(
            try TrafficRequests.setClass(2, 2, TrafficClass(kbps: 100_000_000)), like: TrafficCaptures.setFastClass)
        try Self.expect(TrafficRequests.removeClass(2, 2), is: TrafficCaptures.removeClass)
    }

    /// Compares all but what the missing tables change: the lengths of message and options, and the flags (`add` and
    /// `replace`, while ours does both).
    private static func expect(_ request: NetlinkRequest, like capture: [UInt8]) throws {
        let made = try request.framed(sequence: try #require(UInt32(hostOrder: capture[8..<12])), port: 0)
        #expect(made.count == capture.count)
        var expected = capture
        for (offset, length) in [(0, 2), (6, 2), (44, 2)] {
            expected.overwrite(at: offset, with: Array(made[offset..<offset + length]))
        }
        #expect(made == expected)
        #expect(UInt16(hostOrder: made[44..<46]) == UInt16(made.count - 44))
    }

    @Test("a class's queue is made byte by byte as tc(8) makes it")
    func leaves() throws {
        // A limit whose queue has 100 packets and a target of 17 ms is none of ours, so these numbers are put in.
        let parameters = TrafficClass(kbps: 1000)
        var fair = TrafficCaptures.fairQueue
        fair[6] = 5  // replace instead of add
        fair[7] = 5
        fair.overwrite(at: 60, with: parameters.queueLimit.hostOrder)
        fair.overwrite(at: 76, with: parameters.interval.hostOrder)
        fair.overwrite(at: 84, with: parameters.target.hostOrder)
        try Self.expect(try TrafficRequests.setLeaf(2, 1, parameters, .fairQueue, isNew: true), is: fair)
        var fifo = TrafficCaptures.fifo
        fifo.overwrite(at: 52, with: parameters.queueLimit.hostOrder)
        try Self.expect(try TrafficRequests.setLeaf(2, 1, parameters, .fifo, isNew: true), is: fifo)
        let changed = try TrafficRequests.setLeaf(2, 1, parameters, .fairQueue, isNew: false)
        #expect(changed.body.count == fair.count - 16 - 8, "without the number of flows")
    }

    @Test("tables and what leads to them are made byte by byte as tc(8) makes them")
    func tables() throws {
        let root = TrafficNumbers.root
        let path = TrafficTable.path(to: try Self.block("10.8.0.5/32"))
        try #require(path.count == 2)
        try Self.expect(try TrafficRequests.makeTable(2, parent: root, path[0]), is: TrafficCaptures.makeTable)
        try Self.expect(
            try TrafficRequests.link(2, parent: root, path[0], isSource: false), is: TrafficCaptures.linkFirst)
        try Self.expect(
            try TrafficRequests.link(2, parent: root, path[1], isSource: false), is: TrafficCaptures.linkSecond)
        let path6 = TrafficTable.path(to: try Self.block("fd00::5/128"))
        try Self.expect(
            try TrafficRequests.link(2, parent: root, path6[0], isSource: false), is: TrafficCaptures.linkFirst6)
    }

    @Test("filters are made and taken away byte by byte as tc(8) does it, of both families")
    func filters() throws {
        let root = TrafficNumbers.root
        try Self.expect(
            try TrafficRequests.makeFilter(
                2, parent: root, try Self.block("10.8.0.5/32"), handle: 0x1000_5001, isSource: false, .toClass(1)),
            is: TrafficCaptures.filter4)
        try Self.expect(
            try TrafficRequests.makeFilter(
                2, parent: root, try Self.block("fd00::5/128"), handle: 0x2000_5001, isSource: false, .toClass(1)),
            is: TrafficCaptures.filter6)
        try Self.expect(
            try TrafficRequests.makeFilter(
                2, parent: TrafficNumbers.ingressFilters, try Self.block("172.17.0.0/20"), handle: 0x0151_0001,
                isSource: true, .toDevice(3)), is: TrafficCaptures.redirect)
        try Self.expect(
            try TrafficRequests.removeFilter(2, parent: root, isV4: true, handle: 0x1000_5001),
            is: TrafficCaptures.removeFilter)
        try Self.expect(
            TrafficRequests.removeFilters(2, parent: TrafficNumbers.ingressFilters, isV4: true),
            is: TrafficCaptures.removeFilters)
    }

    private static func messages(_ capture: [UInt8]) throws -> [NetlinkMessage] {
        var rest = capture[...]
        var messages: [NetlinkMessage] = []
        while let message = try NetlinkMessage.next(of: &rest) { messages.append(message) }
        return messages
    }

    @Test("captured queues are read, the kernel's own and ours apart")
    func readQueues() throws {
        let queues = try Self.messages(TrafficCaptures.queues).map { try #require(try TrafficReplies.queue($0)) }
        #expect(
            queues == [
                .init(device: 1, handle: 0, parent: 0xFFFF_FFFF, kind: "noqueue"),
                .init(device: 2, handle: 0x5747_0000, parent: 0xFFFF_FFFF, kind: "htb"),
                .init(device: 2, handle: 0x0001_0000, parent: 0x5747_0001, kind: "pfifo"),
                .init(device: 2, handle: 0xFFFF_0000, parent: 0xFFFF_FFF1, kind: "ingress"),
            ])
    }

    @Test("a captured class is read as it was set, and is told from one with another ceiling")
    func readClasses() throws {
        let message = try #require(try Self.messages(TrafficCaptures.classes).first)
        let (number, found) = try #require(try TrafficReplies.trafficClass(message))
        var parameters = TrafficClass(kbps: 10_000)
        parameters.quantum = 1500
        #expect(number == 1 && found == .init(parameters: parameters, hasQueue: true))

        var other = TrafficCaptures.classes
        // The ceiling's rate: after the header of the message (16), of traffic control (20), the kind (8), the options'
        // (4) and the parameters' (4), the rate (12) and eight of the ceiling.
        other[16 + 20 + 8 + 4 + 4 + 12 + 8] ^= 1
        other[32] = 2  // The queue of the class bears another number.
        let otherMessage = try #require(try Self.messages(other).first)
        let changed = try #require(try TrafficReplies.trafficClass(otherMessage))
        #expect(changed.1 == .init(parameters: TrafficClass(rate: 0, burstTicks: 0, quantum: 0), hasQueue: false))
    }

    @Test("captured filters are read with their tables and classes")
    func readFilters() throws {
        var filters = TrafficReplies.Filters()
        for message in try Self.messages(TrafficCaptures.filters) {
            try TrafficReplies.add(message, to: &filters, isSource: false, redirection: nil)
        }
        let tables = ["10.8.0.5/32", "fd00::5/128"].flatMap { text in
            (try? Self.block(text)).map { TrafficTable.path(to: $0) } ?? []
        }
        #expect(
            filters.tree
                == TrafficTree(
                    tables: Set(tables),
                    filters: [
                        try Self.block("10.8.0.5/32"): .init(handle: 0x1000_5001, target: 1),
                        try Self.block("fd00::5/128"): .init(handle: 0x2000_5001, target: 1),
                    ]))
        #expect(!filters.hasOthers && filters.strays.isEmpty)

        var sources = TrafficReplies.Filters()
        for message in try Self.messages(TrafficCaptures.filters) {
            try TrafficReplies.add(message, to: &sources, isSource: true, redirection: nil)
        }
        #expect(sources.filters.isEmpty && sources.strays.count == 2, "they look at the other address")
    }

    @Test("a captured redirection is read, and one to another device is told apart")
    func readRedirects() throws {
        let block = try Self.block("172.17.0.0/20")
        for (device, target) in [(3, 1), (4, 0), (-1, 0)] as [(Int32, UInt16)] {
            var filters = TrafficReplies.Filters()
            for message in try Self.messages(TrafficCaptures.redirects) {
                try TrafficReplies.add(message, to: &filters, isSource: true, redirection: device)
            }
            #expect(
                filters.tree
                    == TrafficTree(
                        tables: Set(TrafficTable.path(to: block)),
                        filters: [block: .init(handle: 0x0151_0001, target: target)]))
        }
    }

    @Test("filters of another priority or protocol are others'")
    func others() throws {
        var capture = TrafficCaptures.filters
        // The priority, in the upper half of the fifth word of struct tcmsg.
        capture.overwrite(at: 34, with: UInt16(49152).hostOrder)
        var filters = TrafficReplies.Filters()
        try TrafficReplies.add(
            try #require(try Self.messages(capture).first), to: &filters, isSource: false, redirection: nil)
        #expect(filters.hasOthers && filters.tree == TrafficTree())
    }

    @Test("attributes that are cut or lie about their length are refused, and never read beyond their end")
    func truncated() throws {
        var random = SeededGenerator()
        let captures = [
            TrafficCaptures.queues, TrafficCaptures.classes, TrafficCaptures.filters, TrafficCaptures.redirects,
        ]
        for capture in captures {
            for message in try Self.messages(capture) {
                for count in 0..<message.body.count {
                    // Whatever it is taken for, it ends in a value or in an error.
                    Self.read(message.type, Array(message.body.prefix(count)))
                }
                for _ in 0..<200 {
                    var body = Array(message.body)
                    for _ in 0...Int.random(in: 0...3, using: &random) {
                        body[Int.random(in: body.indices, using: &random)] = .random(in: .min ... .max, using: &random)
                    }
                    Self.read(message.type, body)
                }
            }
        }
        // Three that are certain: no header, an option beyond the end, a selector of more keys than there are.
        let message = try #require(try Self.messages(TrafficCaptures.filters).dropFirst(2).first)
        var keys = Array(message.body)
        let selector = try #require(keys.indices.dropFirst(40).first { keys[$0...].starts(with: [1, 0, 1, 0]) })
        keys[selector + 2] = 200
        for body in [Array(message.body.prefix(19)), Array(message.body.prefix(60)), keys] {
            var filters = TrafficReplies.Filters()
            #expect(throws: NetlinkError.self) {
                try TrafficReplies.add(
                    Self.message(message.type, body), to: &filters, isSource: false, redirection: nil)
            }
        }
    }

    private static func message(_ type: UInt16, _ body: [UInt8]) -> NetlinkMessage {
        NetlinkMessage(type: type, flags: 2, sequence: 1, port: 1, body: body[...])
    }

    private static func read(_ type: UInt16, _ body: [UInt8]) {
        let message = message(type, body)
        _ = try? TrafficReplies.queue(message)
        _ = try? TrafficReplies.trafficClass(message)
        var filters = TrafficReplies.Filters()
        try? TrafficReplies.add(message, to: &filters, isSource: true, redirection: 3)
        // What is read of it stands where the kernel would look.
        for (block, filter) in filters.filters {
            #expect(TrafficTable.path(to: block).last.map { UInt32($0.id) } == filter.handle >> 20)
        }
    }
}
