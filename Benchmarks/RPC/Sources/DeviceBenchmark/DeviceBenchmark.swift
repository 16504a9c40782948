import Foundation
import WGPilotCore
import WGPilotNetlink

/// A WireGuard device brought to what a file says, and one of its peers changed again and again:
/// `DeviceBenchmark FILE DEVICE TURNS`. The device is there already, with or without its peers.
///
/// What the daemon does of this, without its database, its socket and what it does to the rest of the machine. Prints one
/// line of JSON: the milliseconds of the first but for reading the file, and those of each change.
@main
enum DeviceBenchmark {
    private struct Times: Encodable {
        var fill: Double
        var changes: [Double]
    }

    static func main() async throws {
        let words = CommandLine.arguments
        guard words.count == 4, let turns = Int(words[3]), turns >= 0 else {
            print("usage: \(words[0]) FILE DEVICE TURNS")
            exit(64)
        }
        let kernel = try await KernelDetection.detect(preference: .kernel)
        let clock = ContinuousClock()
        let desired = try device(words[2], file: words[1])
        let beginning = clock.now
        let observed = try await kernel.observe(desired.name)
        let plan = Plan.between(desired: desired, observed: observed, name: desired.name)
        try await kernel.apply(
            plan.steps.filter { step in
                if case .configure = step { true } else { false }
            })
        var times = Times(fill: (clock.now - beginning) / .milliseconds(1), changes: [])
        guard let key = desired.peers.keys.first else { throw CocoaError(.fileReadCorruptFile) }
        // The first one warms up and does not count.
        for turn in -1..<turns {
            var update = PeerUpdate(publicKey: key)
            update.persistentKeepalive = UInt16(20 + abs(turn) % 2)
            let start = clock.now
            try await kernel.apply([.configure(desired.name, DeviceChange(peers: [.update(update)]))])
            if turn >= 0 { times.changes.append((clock.now - start) / .milliseconds(1)) }
        }
        print(String(decoding: try JSONEncoder().encode(times), as: UTF8.self))
    }

    private static func device(_ name: String, file: String) throws -> DesiredInterface {
        let configuration = try ServerConfiguration(parsing: try String(contentsOfFile: file, encoding: .utf8))
        guard let privateKey = configuration.privateKey else { throw CocoaError(.fileReadCorruptFile) }
        let peers = configuration.peers.map { peer in
            DesiredPeer(
                publicKey: peer.publicKey, presharedKey: peer.presharedKey, allowedIPs: Set(peer.allowedIPs),
                persistentKeepalive: peer.persistentKeepalive, endpoint: peer.endpoint)
        }
        return DesiredInterface(
            name: try InterfaceName(name), privateKey: privateKey, listenPort: configuration.listenPort ?? 0, mtu: nil,
            addresses: configuration.addresses,
            peers: Dictionary(peers.map { ($0.publicKey, $0) }) { first, _ in first })
    }
}
