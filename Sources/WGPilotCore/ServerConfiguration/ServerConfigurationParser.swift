/// Reads a wg-quick file line by line.
struct ServerConfigurationParser {
    /// A `[Peer]` that is not at its end yet.
    private struct OpenPeer {
        let line: Int
        var publicKey: PublicKey?
        var presharedKey: PresharedKey?
        var allowedIPs: [IPPrefix] = []
        var seenAllowedIPs: Set<IPPrefix> = []
        var persistentKeepalive: UInt16 = 0
        var endpoint: SocketEndpoint?
    }

    /// What was read so far.
    private(set) var configuration = ServerConfiguration()
    private var line = 0
    private var interfaceLine: Int?
    private var peer: OpenPeer?
    private var seenKeys: Set<ServerConfigurationKey> = []
    private var seenAddresses: Set<InterfaceAddress> = []
    private var comments = PeerComments()
    private var names = UniqueNames()

    /// Reads the whole file.
    mutating func read(_ text: String) throws(ServerConfigurationFault) {
        guard text.utf8.count <= ServerConfiguration.maximumBytes else {
            throw ServerConfigurationFault(line: 1, reason: "a file has at most 4 MiB")
        }
        var rest = text[...]
        if rest.unicodeScalars.first == "\u{FEFF}" { rest.unicodeScalars.removeFirst() }
        while !rest.isEmpty {
            line += 1
            let end = rest.utf8.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
            try readLine(rest[..<end])
            rest = end == rest.endIndex ? rest[end...] : rest[rest.utf8.index(after: end)...]
        }
        try endPeer(isLast: true)
        if interfaceLine == nil {
            throw ServerConfigurationFault(line: max(1, line), reason: "there is no [Interface] section")
        }
    }

    private func fault(_ reason: String) -> ServerConfigurationFault {
        ServerConfigurationFault(line: line, reason: reason)
    }

    private mutating func readLine(_ text: Substring) throws(ServerConfigurationFault) {
        if text.utf8.contains(0) { throw fault("a NUL byte has no place in a text file") }
        let hash = text.utf8.firstIndex(of: UInt8(ascii: "#"))
        let statement = text[..<(hash ?? text.endIndex)].trimmingSpace
        let comment = hash.map { text[text.utf8.index(after: $0)...] }
        if statement.isEmpty {
            if let comment { comments.comment(comment) } else { comments.blank() }
        } else if statement.utf8.first == UInt8(ascii: "[") {
            try readSection(statement, comment)
        } else {
            comments.setting()
            try readSetting(statement)
        }
    }

    private mutating func readSection(
        _ text: Substring, _ comment: Substring?
    ) throws(ServerConfigurationFault) {
        let isClosed = text.utf8.last == UInt8(ascii: "]") && text.utf8.count <= 64
        switch isClosed ? text.dropFirst().dropLast().trimmingSpace.lowercased() : "" {
        case "interface":
            if let interfaceLine { throw fault("a second [Interface]; the first is in line \(interfaceLine)") }
            comments.setting()
            interfaceLine = line
        case "peer":
            guard interfaceLine != nil else { throw fault("[Peer] stands before [Interface]") }
            try endPeer(isLast: false)
            seenKeys = []
            peer = OpenPeer(line: line)
            comments.header(comment)
        default:
            throw fault("this is not a section: the sections are [Interface] and [Peer]")
        }
    }

    private mutating func endPeer(isLast: Bool) throws(ServerConfigurationFault) {
        guard let peer else { return }
        guard let publicKey = peer.publicKey else {
            throw ServerConfigurationFault(line: peer.line, reason: "this [Peer] has no PublicKey")
        }
        let name = comments.name(isLast: isLast)
        configuration.peers.append(
            ServerConfiguration.Peer(
                name: names.take(name, publicKey), publicKey: publicKey, presharedKey: peer.presharedKey,
                allowedIPs: peer.allowedIPs, persistentKeepalive: peer.persistentKeepalive, endpoint: peer.endpoint,
                line: peer.line))
        self.peer = nil
    }

    private mutating func readSetting(_ text: Substring) throws(ServerConfigurationFault) {
        guard let equals = text.utf8.firstIndex(of: UInt8(ascii: "=")) else {
            throw fault("this is neither a section nor KEY = VALUE")
        }
        let spelling = text[..<equals].trimmingSpace
        let value = text[text.utf8.index(after: equals)...].trimmingSpace
        guard let key = ServerConfigurationKey(spelling: spelling) else {
            // Whatever ends in `=` may be a key that slipped into a line of its own.
            let isWord = spelling.utf8.count <= 24 && spelling.utf8.allSatisfy { (65...90).contains($0 & 0xDF) }
            throw fault("\(isWord ? String(spelling).quotedForMessage : "this") is not a key of a wg-quick file")
        }
        guard interfaceLine != nil else { throw fault("\(key.rawValue) stands before any section") }
        if key.isPeerKey != (peer != nil) {
            throw fault("\(key.rawValue) does not belong in [\(peer == nil ? "Interface" : "Peer")]")
        }
        if !seenKeys.insert(key).inserted && !key.isRepeatable { throw fault("\(key.rawValue) stands twice") }
        if peer != nil {
            try readPeer(key, value)
        } else {
            try readInterface(key, value)
        }
    }

    private mutating func readInterface(
        _ key: ServerConfigurationKey, _ value: Substring
    ) throws(ServerConfigurationFault) {
        switch key {
        case .privateKey:
            do throws(InvalidValue) {
                if value != Self.noKey { configuration.privateKey = try PrivateKey(value) }
            } catch {
                throw fault(error.message)
            }
        case .address:
            for text in value.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
                let (address, length) = try block(text, "10.8.0.1/24")
                let interfaceAddress = InterfaceAddress(address: address, prefixLength: length)
                if seenAddresses.insert(interfaceAddress).inserted { configuration.addresses.append(interfaceAddress) }
            }
        case .listenPort:
            configuration.listenPort = UInt16(truncatingIfNeeded: try number(value, in: 0...65535, "a port"))
        case .mtu:
            configuration.mtu = try number(value, in: 1...65535, "an MTU")
        default:
            addForeign(key, value)
        }
    }

    private mutating func readPeer(
        _ key: ServerConfigurationKey, _ value: Substring
    ) throws(ServerConfigurationFault) {
        switch key {
        case .publicKey, .presharedKey:
            do throws(InvalidValue) {
                if key == .publicKey {
                    peer?.publicKey = try PublicKey(value)
                } else if value != Self.noKey {
                    peer?.presharedKey = try PresharedKey(value)
                }
            } catch {
                throw fault(error.message)
            }
        case .allowedIPs:
            if value.isEmpty { return }
            for text in value.split(separator: ",", omittingEmptySubsequences: false) {
                let (address, length) = try block(text.trimmingSpace, "10.8.0.2/32")
                let prefix = IPPrefix(masking: address, length: length)
                if peer?.seenAllowedIPs.insert(prefix).inserted == true { peer?.allowedIPs.append(prefix) }
            }
        case .persistentKeepalive:
            if value.lowercased() == "off" { return }
            let seconds = try number(value, in: 0...65535, "a keepalive interval")
            peer?.persistentKeepalive = UInt16(truncatingIfNeeded: seconds)
        case .endpoint:
            if let endpoint = try? SocketEndpoint(value) {
                peer?.endpoint = endpoint
            } else if Self.isNamedEndpoint(value) {
                addForeign(key, value)
            } else {
                throw fault("this is not an endpoint such as 192.0.2.1:51820")
            }
        default: break
        }
    }

    private mutating func addForeign(_ key: ServerConfigurationKey, _ value: Substring) {
        configuration.foreignLines.append(
            ServerConfiguration.ForeignLine(line: line, key: key.rawValue))
    }

    /// The base64 of 32 zero bytes, by which the kernel means that there is no key (linux/wireguard.h).
    private static let noKey = Substring(String(repeating: "A", count: 43) + "=")

    /// `ADDRESS/LENGTH`, or an address alone with the length of its family.
    private func block(
        _ text: Substring, _ example: String
    ) throws(ServerConfigurationFault) -> (address: IPAddress, length: UInt8) {
        let slash = text.utf8.firstIndex(of: UInt8(ascii: "/"))
        if let address = IPAddress(text[..<(slash ?? text.endIndex)]) {
            guard let slash else { return (address, address.bitWidth) }
            let digits = text[text.utf8.index(after: slash)...]
            if let length = Self.decimal(digits), length <= Int(address.bitWidth) {
                return (address, UInt8(truncatingIfNeeded: length))
            }
        }
        throw fault("this is not an address with a prefix length such as \(example)")
    }

    private func number(
        _ text: Substring, in range: ClosedRange<Int>, _ what: String
    ) throws(ServerConfigurationFault) -> Int {
        guard let number = Self.decimal(text), range.contains(number) else {
            throw fault("this is not \(what): a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private static func decimal(_ text: Substring) -> Int? {
        guard text.utf8.count <= 9, text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int(text)
    }

    /// A host that must be looked up first, or an address that is only valid on one link.
    private static func isNamedEndpoint(_ text: Substring) -> Bool {
        guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")),
            let port = decimal(text[text.utf8.index(after: colon)...]), (1...65535).contains(port)
        else { return false }
        let host = text[..<colon]
        if EndpointHost.isDNSName(host) { return true }
        guard host.utf8.first == UInt8(ascii: "["), host.utf8.last == UInt8(ascii: "]") else { return false }
        let zoned = host.dropFirst().dropLast()
        return zoned.utf8.firstIndex(of: UInt8(ascii: "%")).map { IPv6Address(zoned[..<$0]) != nil } ?? false
    }
}
