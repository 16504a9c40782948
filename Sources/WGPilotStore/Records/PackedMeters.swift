import FoundationEssentials
import GRDB
import WGPilotCore

/// What is remembered of the peers of one part: see ``PeerMeter``.
enum PackedMeters {
    /// The longest text of an endpoint: an IPv6 address in brackets, and a port.
    private static let longestEndpoint = 64

    /// As it is stored.
    ///
    /// - Parameter meters: By the number of the peer, all of one part.
    static func data(_ meters: [(id: Int64, meter: PeerMeter)]) -> Data {
        var packed = PackedNumbers()
        var former: Int64 = 0
        for (id, meter) in meters.sorted(by: { $0.id < $1.id }) {
            packed.append(UInt64(bitPattern: id - former))
            former = id
            packed.append(UInt64(meter.keyMark))
            packed.append(meter.counters.received)
            packed.append(meter.counters.sent)
            packed.append(UInt64(clamping: meter.handshake))
            guard let session = meter.session else {
                packed.append(0)
                continue
            }
            packed.append(1)
            packed.append(UInt64(clamping: session.startedAt))
            packed.append(UInt64(clamping: session.lastSeenAt))
            packed.append(session.moved.received)
            packed.append(session.moved.sent)
            packed.append((session.endpoint ?? "").utf8)
        }
        return Data(packed.bytes)
    }

    /// Reads a column.
    static func read(_ row: Row, at index: Int, into meters: inout [Int64: PeerMeter]) throws {
        guard let bytes = try row.withUnsafeData(atIndex: index, { $0.map { Array($0) } }) else { throw damaged }
        var reader = PackedNumbers.Reader(bytes)
        var id: Int64 = 0
        while !reader.isAtEnd {
            guard let distance = reader.next().flatMap({ Int64(exactly: $0) }), let meter = meter(&reader) else {
                throw damaged
            }
            let (next, overflow) = id.addingReportingOverflow(distance)
            if overflow { throw damaged }
            id = next
            meters[id] = meter
        }
    }

    private static var damaged: StoreError { .corrupt(table: "trafficState", column: "meters", id: nil) }

    private static func meter(_ reader: inout PackedNumbers.Reader) -> PeerMeter? {
        guard let mark = reader.next().flatMap({ UInt32(exactly: $0) }), let received = reader.next(),
            let sent = reader.next(), let handshake = reader.next().flatMap({ Int64(exactly: $0) }),
            let hasSession = reader.next()
        else { return nil }
        var meter = PeerMeter(
            keyMark: mark, counters: Transfer(received: received, sent: sent), handshake: handshake)
        if hasSession == 0 { return meter }
        guard let start = reader.next().flatMap({ Int64(exactly: $0) }),
            let seen = reader.next().flatMap({ Int64(exactly: $0) }), let received = reader.next(),
            let sent = reader.next(), let endpoint = reader.nextText(atMost: longestEndpoint)
        else { return nil }
        meter.session = PeerSession(
            startedAt: start, lastSeenAt: seen, moved: Transfer(received: received, sent: sent),
            endpoint: endpoint.isEmpty ? nil : endpoint)
        return meter
    }
}
