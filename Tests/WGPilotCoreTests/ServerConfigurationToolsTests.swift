import Foundation
import Testing
import WGPilotCore
import WGPilotTestSupport

/// What the programs of wireguard-tools make of the same text: `wg-quick strip`, then `wg setconf` on a device of
/// wireguard-go in a network namespace of the test's own, then `wg show dump`.
@Suite("A server's wg-quick file as the tools read it", .enabled(if: geteuid() == 0, "namespaces need root"))
struct ServerConfigurationToolsTests {
    /// For each file what `wg show dump` tells after it was set, or nil where a tool refused it.
    static func dumps(_ texts: [String]) async throws -> [String?] {
        let directory = FileManager.default.temporaryDirectory.appending(path: "wgpilot-core-\(UUID())")
        try FileManager.default.createDirectory(
            at: directory, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: directory) }
        for (number, text) in texts.enumerated() {
            try Data(text.utf8).write(to: directory.appending(path: "\(number).conf"))
        }
        // wireguard-go returns when the device is there, and ends with it. Each file gets a new device, so that nothing
        // of the one before can stay.
        let script = """
            number=0
            while [ -e "$2/$number.conf" ]; do
                wireguard-go "$1" >"$2/log" 2>&1 || { cat "$2/log" >&2; exit 1; }
                if wg-quick strip "$2/$number.conf" >"$2/stripped" 2>"$2/error" \\
                    && wg setconf "$1" "$2/stripped" 2>>"$2/error"; then
                    wg show "$1" dump
                else
                    echo refused
                fi
                echo --
                ip link delete "$1"
                turns=0
                while [ -e "/run/wireguard/$1.sock" ] && [ $turns -lt 1000000 ]; do turns=$((turns + 1)); done
                number=$((number + 1))
            done
            """
        let outcome = try await WireGuardTools.run(
            "unshare", ["--net", "bash", "-c", script, "test", "wgpc\(getpid())", directory.path()])
        #expect(outcome.status == 0, "\(outcome.error)")
        return outcome.output.components(separatedBy: "--\n").dropLast().map { $0 == "refused\n" ? nil : $0 }
    }

    /// The configuration in the words of `wg show dump`, allowed IPs and peers sorted.
    private static func lines(_ configuration: ServerConfiguration) -> [String] {
        let interface = [
            configuration.privateKey?.revealed ?? "(none)", configuration.privateKey?.publicKey.description ?? "(none)",
            configuration.listenPort.map { "\($0)" } ?? "any",
        ]
        return [interface.joined(separator: " ")]
            + configuration.peers.map { peer in
                [
                    peer.publicKey.description, peer.presharedKey?.revealed ?? "(none)",
                    peer.endpoint?.description ?? "(none)",
                    Set(peer.allowedIPs).map(\.description).sorted().joined(separator: ","),
                    peer.persistentKeepalive == 0 ? "off" : "\(peer.persistentKeepalive)",
                ].joined(separator: " ")
            }.sorted()
    }

    /// The same of a dump; without a port of our own the device has one of its choice.
    private static func lines(_ dump: String, _ configuration: ServerConfiguration) -> [String] {
        var rows = dump.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
        if configuration.listenPort == nil { rows[0][2] = "any" }
        return rows.prefix(1).map { $0.prefix(3).joined(separator: " ") }
            + rows.dropFirst().map { row in
                let blocks = row[3] == "(none)" ? "" : row[3].split(separator: ",").sorted().joined(separator: ",")
                return [row[0], row[1], row[2], blocks, row[7]].joined(separator: " ")
            }.sorted()
    }

    @Test("files typed in many ways are the same to the tools and to us", arguments: [1, 2, 3] as [UInt64])
    func typedFiles(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        var texts: [String] = []
        for _ in 0..<15 { texts.append(random.typed(try random.serverConfiguration().text)) }
        for (text, dump) in zip(texts, try await Self.dumps(texts)) {
            let dump = try #require(dump, "refused: \(text), \(random)")
            let configuration = try ServerConfiguration(parsing: text)
            #expect(Self.lines(configuration) == Self.lines(dump, configuration), "\(text), \(random)")
        }
    }

    @Test(
        "a file that we take after it was damaged, the tools take too, and as the same", arguments: [4, 5] as [UInt64])
    func damagedFiles(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        var taken: [(text: String, configuration: ServerConfiguration)] = []
        while taken.count < 15 {
            let text = random.mutated(random.typed(try random.serverConfiguration().text))
            if let configuration = try? ServerConfiguration(parsing: text) { taken.append((text, configuration)) }
        }
        for (taken, dump) in zip(taken, try await Self.dumps(taken.map(\.text))) {
            let dump = try #require(dump, "refused: \(taken.text), \(random)")
            #expect(
                Self.lines(taken.configuration) == Self.lines(dump, taken.configuration), "\(taken.text), \(random)")
        }
    }

    @Test("what is written is read again as the same, whatever the names", arguments: 1...30 as ClosedRange<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<10 {
            let configuration = try random.serverConfiguration()
            var read = try ServerConfiguration(parsing: configuration.text)
            for index in read.peers.indices { read.peers[index].line = nil }
            #expect(read == configuration, "\(random)")
        }
    }

    @Test("the tools read what is written, names and all")
    func writtenFiles() async throws {
        var random = SeededGenerator(seed: 6)
        let configurations = try (0..<10).map { _ in try random.serverConfiguration() }
        for (configuration, dump) in zip(configurations, try await Self.dumps(configurations.map(\.text))) {
            #expect(Self.lines(configuration) == Self.lines(try #require(dump), configuration), "\(random)")
        }
    }

    @Test("the tools refuse a broken file: the checks above can fail")
    func refusal() async throws {
        let key = "[Interface]\nPrivateKey = \(KeyVector.captured.privateKey)\n"
        let dumps = try await Self.dumps([key, key + "Adress = 10.8.0.1/24\n"])
        #expect(dumps.count == 2)
        #expect(dumps.first??.hasPrefix(KeyVector.captured.privateKey) == true)
        #expect(dumps.last == .some(nil))
    }
}

extension SeededGenerator {
    /// A name from the hard ones, or of characters from all over Unicode.
    fileprivate mutating func displayName() -> DisplayName? {
        let hard = [
            "[Peer]", "Name = x", "# x", "#", "Client: x (1)", "a # b", "PostUp = reboot", KeyVector.bob.privateKey,
            "日本語 👩‍💻", "e\u{301}", "\"'`$(reboot)", "name", "=", "PublicKey = x", "friendly_json={\"name\": \"y\"}",
            "x ###", "### x", "END_PEER x", "naïve café",
        ]
        if once(in: 2) { return try? DisplayName(hard[number(below: hard.count)]) }
        var text = String.UnicodeScalarView()
        for _ in 0...number(below: 20) {
            let limit = once(in: 2) ? 0x250 : 0x1_1000
            if let scalar = Unicode.Scalar(UInt32(number(below: limit))) { text.append(scalar) }
        }
        return try? DisplayName(new: String(text))
    }

    /// A block of either family, no host bits set.
    fileprivate mutating func block() -> IPPrefix {
        once(in: 3)
            ? IPPrefix(
                masking: .v6(IPv6Address(rawValue: UInt128.random(in: 0...(.max), using: &self))),
                length: UInt8(number(below: 129)))
            : IPPrefix(
                masking: .v4(IPv4Address(rawValue: UInt32.random(in: 0...(.max), using: &self))),
                length: UInt8(number(below: 33)))
    }

    /// A configuration with anything that one can hold; names and blocks are unique in it.
    fileprivate mutating func serverConfiguration() throws -> ServerConfiguration {
        var names: Set<DisplayName> = []
        var blocks: Set<IPPrefix> = []
        var peers: [ServerConfiguration.Peer] = []
        for _ in 0..<number(below: 6) {
            guard let name = displayName(), names.insert(name).inserted else { continue }
            var own: [IPPrefix] = []
            for _ in 0..<number(below: 4) {
                let block = block()
                if blocks.insert(block).inserted { own.append(block) }
            }
            let address = block().address
            peers.append(
                ServerConfiguration.Peer(
                    name: name, publicKey: try #require(PublicKey(bytes: bytes(32))),
                    presharedKey: once(in: 2) ? PresharedKey(bytes: bytes(32)) : nil, allowedIPs: own,
                    persistentKeepalive: once(in: 2) ? 0 : UInt16.random(in: 0...(.max), using: &self),
                    endpoint: once(in: 3)
                        ? SocketEndpoint(address: address, port: UInt16(1 + number(below: 65535))) : nil))
        }
        return ServerConfiguration(
            privateKey: once(in: 4) ? nil : PrivateKey(bytes: bytes(32)),
            addresses: (0..<number(below: 3)).map { _ in
                let block = block()
                return InterfaceAddress(address: block.address, prefixLength: block.length)
            },
            listenPort: once(in: 4) ? nil : UInt16(1 + number(below: 65535)),
            mtu: once(in: 2) ? nil : 1280 + number(below: 1000), peers: peers)
    }

    /// The text of a configuration as somebody could have typed it.
    fileprivate mutating func typed(_ text: String) -> String {
        var out = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            var line = String(line)
            if let mark = line.firstIndex(of: "="), !line.hasPrefix("#") {
                var key = String(line[..<mark].dropLast())
                var value = String(line[line.index(after: mark)...].dropFirst())
                if once(in: 3) { key = once(in: 2) ? key.lowercased() : key.uppercased() }
                if key.lowercased() == "allowedips", once(in: 3) {
                    value = value.split(separator: ", ").joined(separator: once(in: 2) ? "," : " ,  ")
                }
                line = ["", " ", "\t"][number(below: 3)] + key + ["=", " = ", "\t=  "][number(below: 3)] + value
                if once(in: 4) { line += " # \(key) = nothing" }
            }
            out += line + (once(in: 5) ? " \r\n" : "\n")
            if once(in: 8) { out += "\n# a remark\n" }
        }
        return out
    }
}
