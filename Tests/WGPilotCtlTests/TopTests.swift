import Testing
import WGPilotProtocol

@testable import WGPilotCtl

@Suite struct TopTests {
    private static func status(_ received: UInt64, _ sent: UInt64) -> PeerStatusMessage {
        PeerStatusMessage(received: received, sent: sent, persistentKeepalive: 0, online: true)
    }

    /// Catches a rate out of the total, out of a counter that began anew, or one that never ends.
    @Test func ratesAreDifferencesInTime() {
        var rates = TransferRates()
        rates.note(1, Self.status(1_000_000, 0), at: 10)
        #expect(rates.rate(of: 1, at: 10) == .init())
        rates.note(1, Self.status(1_002_000, 500), at: 11)
        #expect(rates.rate(of: 1, at: 11.5) == .init(received: 2000, sent: 500))
        #expect(rates.rate(of: 1, at: 15) == .init(), "nothing was told for four seconds")
        rates.note(1, Self.status(10, 10), at: 16)
        #expect(rates.rate(of: 1, at: 16) == .init(), "the interface was made anew")
        rates.note(1, nil, at: 17)
        rates.note(1, Self.status(5000, 0), at: 18)
        #expect(rates.rate(of: 1, at: 18) == .init(), "it was away")
    }

    private static func view(_ choice: TopView.Choice) -> TopView {
        var mirror = HubMirror()
        var event = WatchEvent(sequence: 1, epoch: "e", kind: "snapshot")
        event.networks = [Samples.network]
        event.peers = [Samples.peer, Samples.barePeer]
        _ = mirror.apply(event)
        _ = mirror.apply(WatchEvent(sequence: 1, epoch: "e", kind: "live"))
        return TopView(mirror, TransferRates(), choice, notice: nil, at: 0)
    }

    /// Catches rows in the wrong order, and rows that should be hidden.
    @Test func rowsAreSortedAndFiltered() {
        func names(_ choice: TopView.Choice) -> [Substring] {
            Self.view(choice).lines(columns: 200, lines: 24, now: 3000).dropFirst(3).map { $0.prefix { $0 != " " } }
        }
        #expect(names(.init(order: .name)) == ["office/laptop", "office/日本"])
        #expect(names(.init(order: .name, isReversed: true)) == ["office/日本", "office/laptop"])
        #expect(names(.init(order: .received)) == ["office/laptop", "office/日本"])
        #expect(names(.init(order: .name, onlyOnline: true)) == ["office/laptop"])
        #expect(names(.init(order: .name, offset: 1)) == ["office/日本"])
    }

    /// Catches a table that shows the keepalive that is stored instead of the kernel's, or not where it should be another.
    @Test func theKernelsKeepaliveIsShown() throws {
        let lines = Self.view(.init(order: .keepalive)).lines(columns: 200, lines: 24, now: 3000)
        let column = try #require(lines[2].firstRange(of: "KEEPALIVE"))
        let row = try #require(lines.dropFirst(3).first)
        #expect(row.hasPrefix("office/laptop") && row.contains(" every 5 s, to be off "), "\(row)")
        let place = lines[2].distance(from: lines[2].startIndex, to: column.lowerBound)
        // The name of the second is two characters that are two cells wide each.
        #expect(lines[4].dropFirst(place - 2).hasPrefix("-"), "\(lines[4])")
    }

    /// Catches columns that people sort by and that a narrow terminal cuts off.
    @Test func aNarrowTerminalKeepsTheRates() {
        let head = Self.view(.init()).lines(columns: 80, lines: 24, now: 3000)[2]
        #expect(head.contains("RX/S") && head.contains("TX/S") && !head.contains("KEEPALIVE"), "\(head)")
    }

    /// Catches a picture that does not fit and makes the terminal scroll.
    @Test(arguments: [(1, 1), (5, 3), (20, 4), (80, 24)]) func thePictureFits(columns: Int, lines: Int) {
        let picture = Self.view(.init()).lines(columns: columns, lines: lines, now: 3000)
        #expect(picture.count <= lines)
        #expect(picture.allSatisfy { DisplayWidth.of($0) <= columns })
    }
}
