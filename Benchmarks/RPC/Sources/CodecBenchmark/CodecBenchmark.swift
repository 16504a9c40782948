import Foundation
import WGPilotProtocol

/// Full peers through our codec and through Foundation's JSON, turn and turn about: `CodecBenchmark COUNT TURNS`.
///
/// Prints one line of JSON: for each way the milliseconds of every turn, and the bytes of either form.
@main
enum CodecBenchmark {
    struct Mismatch: Error {}

    struct Outcome: Encodable {
        var cborEncode: [Double] = []
        var cborDecode: [Double] = []
        var jsonEncode: [Double] = []
        var jsonDecode: [Double] = []
        var cborBytes = 0
        var jsonBytes = 0
    }

    static func main() throws {
        let words = CommandLine.arguments
        let count = words.count > 1 ? Int(words[1]) ?? 10_000 : 10_000
        let turns = words.count > 2 ? Int(words[2]) ?? 7 : 7
        let only = words.count > 3 ? words[3] : nil
        let peers = (0..<count).map(peer)
        var outcome = Outcome()
        // The first turn warms both up and counts for neither.
        for turn in -1..<turns {
            let bodies: [() throws -> Void] = [
                { try cbor(peers, turn >= 0, &outcome) }, { try json(peers, turn >= 0, &outcome) },
            ]
            if let only {
                try bodies[only == "cbor" ? 0 : 1]()
            } else {
                for body in turn % 2 == 0 ? bodies : bodies.reversed() { try body() }
            }
        }
        print(String(decoding: try JSONEncoder().encode(outcome), as: UTF8.self))
    }

    private static func cbor(_ peers: [PeerMessage], _ counts: Bool, _ outcome: inout Outcome) throws {
        let (encoder, decoder) = (CBOREncoder(), CBORDecoder())
        var messages: [[UInt8]] = []
        messages.reserveCapacity(peers.count)
        let encoding = try milliseconds {
            for peer in peers { messages.append(try encoder.encode(peer)) }
        }
        var read: [PeerMessage] = []
        read.reserveCapacity(peers.count)
        let decoding = try milliseconds {
            for message in messages { read.append(try decoder.decode(PeerMessage.self, from: message)) }
        }
        guard read == peers else { throw Mismatch() }
        outcome.cborBytes = messages.reduce(0) { $0 + $1.count }
        guard counts else { return }
        outcome.cborEncode.append(encoding)
        outcome.cborDecode.append(decoding)
    }

    private static func json(_ peers: [PeerMessage], _ counts: Bool, _ outcome: inout Outcome) throws {
        let (encoder, decoder) = (JSONEncoder(), JSONDecoder())
        var messages: [Data] = []
        messages.reserveCapacity(peers.count)
        let encoding = try milliseconds {
            for peer in peers { messages.append(try encoder.encode(peer)) }
        }
        var read: [PeerMessage] = []
        read.reserveCapacity(peers.count)
        let decoding = try milliseconds {
            for message in messages { read.append(try decoder.decode(PeerMessage.self, from: message)) }
        }
        guard read == peers else { throw Mismatch() }
        outcome.jsonBytes = messages.reduce(0) { $0 + $1.count }
        guard counts else { return }
        outcome.jsonEncode.append(encoding)
        outcome.jsonDecode.append(decoding)
    }

    private static func milliseconds(_ body: () throws -> Void) rethrows -> Double {
        let took = try ContinuousClock().measure(body)
        return Double(took.components.seconds) * 1e3 + Double(took.components.attoseconds) / 1e15
    }

    /// A peer with every field there is, as the golden vectors have it, and no two alike.
    private static func peer(_ number: Int) -> PeerMessage {
        let key = Data((0..<32).map { UInt8(truncatingIfNeeded: number &* 31 &+ $0 &* 7) }).base64EncodedString()
        let (high, low) = (number / 250, number % 250 + 2)
        return PeerMessage(
            id: Int64(number + 7), networkID: 3, name: "laptop-\(number)", email: "ann.\(number)@example.org",
            publicKey: key, addresses: ["10.8.\(high).\(low)", "fd12:3456:789a::\(number)"], role: "site-gateway",
            siteNetworks: ["192.168.7.0/24"], endpoint: "203.0.113.9:51820", persistentKeepalive: 25, hubKeepalive: 300,
            tunnel: "full", extraCIDRs: ["10.0.0.0/8"], dnsServers: ["1.1.1.1"], mtu: 1280, notes: "kept in the cellar",
            tags: ["it", "berlin"], enabled: true, holdsPrivateKey: true, hasPresharedKey: true,
            createdAt: 1_700_000_002 + Int64(number), updatedAt: 1_700_000_003 + Int64(number),
            status: PeerStatusMessage(
                endpoint: "198.51.100.7:40000", latestHandshake: 1_700_000_100, received: 5_000_000_000, sent: 70_000,
                persistentKeepalive: 15, online: true))
    }
}
