import WGPilotCore

/// Reads the answer of a userspace WireGuard, as it comes in; <https://www.wireguard.com/xplatform/>.
///
/// The other side is a process of root's, but a parser that trusts it would crash the daemon with it: a line has a limit,
/// a value that is not understood is an error, and nothing is kept but what was understood.
struct UAPIResponse {
    /// Why an answer is not one. Never repeats the text, which may be a key.
    struct Malformed: Error, Equatable {
        /// What is wrong.
        let reason: String
    }

    /// What the answer told so far.
    private(set) var device = WireGuardDevice()
    /// The error number it ended with, 0 for success; nil before the end.
    private(set) var errno: Int32?
    /// Whether the empty line that ends an answer was read.
    private(set) var isComplete = false

    private let statusOnly: Bool
    private var partial: [UInt8] = []
    private var peer: ObservedPeer?

    /// A line holds a key in hexadecimal at most, or an address.
    private static let lineLimit = 512

    /// Makes a parser.
    ///
    /// - Parameter statusOnly: Leaves out keys and allowed IPs, which cost the most.
    init(statusOnly: Bool = false) {
        self.statusOnly = statusOnly
    }

    /// Reads the next bytes.
    mutating func read(_ bytes: ArraySlice<UInt8>) throws(Malformed) {
        var rest = bytes
        while !isComplete, let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let line = rest[rest.startIndex..<end]
            rest = rest[(end + 1)...]
            if partial.isEmpty {
                try read(line: line)
            } else {
                guard partial.count + line.count <= Self.lineLimit else { throw Malformed(reason: "a line too long") }
                partial += line
                defer {
                    wipe(&partial)
                    partial.removeAll(keepingCapacity: true)
                }
                try read(line: partial[...])
            }
        }
        if isComplete {
            if !rest.isEmpty { throw Malformed(reason: "text after the end of the answer") }
            return
        }
        guard partial.count + rest.count <= Self.lineLimit else { throw Malformed(reason: "a line too long") }
        partial += rest
    }

    private mutating func read(line: ArraySlice<UInt8>) throws(Malformed) {
        if line.isEmpty {
            finishPeer()
            guard errno != nil else { throw Malformed(reason: "an answer without errno") }
            isComplete = true
            return
        }
        guard errno == nil, line.count <= Self.lineLimit, let separator = line.firstIndex(of: UInt8(ascii: "=")) else {
            throw Malformed(reason: "a line that is not key=value")
        }
        let value = line[(separator + 1)...]
        switch Key(line[..<separator]) {
        case .publicKey:
            finishPeer()
            guard let key = PublicKey(bytes: try Self.bytes(hex: value)) else {
                throw Malformed(reason: "a public key")
            }
            peer = ObservedPeer(publicKey: key)
        case .errno:
            errno = try Self.number(value)
        case .privateKey:
            if !statusOnly { device.privateKey = try Self.secret(value) { PrivateKey(bytes: $0) } }
        case .listenPort:
            device.listenPort = try Self.number(value)
        case .presharedKey:
            if !statusOnly { peer?.presharedKey = try Self.secret(value) { PresharedKey(bytes: $0) } }
        case .endpoint:
            peer?.status.endpoint = try Self.endpoint(value)
        case .handshake:
            let seconds: Int64 = try Self.number(value)
            peer?.status.latestHandshake = seconds > 0 ? seconds : nil
        case .received:
            peer?.status.received = try Self.number(value)
        case .sent:
            peer?.status.sent = try Self.number(value)
        case .keepalive:
            let interval: UInt16 = try Self.number(value)
            peer?.persistentKeepalive = interval
            peer?.status.persistentKeepalive = interval
        case .allowedIP:
            if !statusOnly { peer?.allowedIPs.insert(try Self.prefix(value)) }
        case .other:
            // Newer versions may tell more.
            break
        }
    }

    private mutating func finishPeer() {
        if let peer { device.peers[peer.publicKey] = peer }
        peer = nil
    }

    // MARK: Keys

    private enum Key {
        case publicKey, errno, privateKey, listenPort, presharedKey, endpoint, handshake, received, sent, keepalive
        case allowedIP, other

        init(_ name: ArraySlice<UInt8>) {
            // An answer can hold hundreds of thousands of lines, so they are told apart without a String for each; the
            // length alone leaves few candidates.
            switch name.count {
            case 5 where name.says("errno"): self = .errno
            case 8 where name.says("rx_bytes"): self = .received
            case 8 where name.says("tx_bytes"): self = .sent
            case 8 where name.says("endpoint"): self = .endpoint
            case 10 where name.says("allowed_ip"): self = .allowedIP
            case 10 where name.says("public_key"): self = .publicKey
            case 11 where name.says("private_key"): self = .privateKey
            case 11 where name.says("listen_port"): self = .listenPort
            case 13 where name.says("preshared_key"): self = .presharedKey
            case 23 where name.says("last_handshake_time_sec"): self = .handshake
            case 29 where name.says("persistent_keepalive_interval"): self = .keepalive
            default: self = .other
            }
        }
    }

    // MARK: Values

    private static func number<Value: FixedWidthInteger>(_ text: ArraySlice<UInt8>) throws(Malformed) -> Value {
        var digits = text
        let negative = digits.first == UInt8(ascii: "-")
        if negative { digits = digits.dropFirst() }
        var value: Value = 0
        guard !digits.isEmpty else { throw Malformed(reason: "a number") }
        for byte in digits {
            let digit = byte &- UInt8(ascii: "0")
            guard digit <= 9 else { throw Malformed(reason: "a number") }
            let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
            let step = Value(truncatingIfNeeded: digit)
            let (sum, overflow2) =
                negative ? tens.subtractingReportingOverflow(step) : tens.addingReportingOverflow(step)
            guard !overflow, !overflow2 else { throw Malformed(reason: "a number out of range") }
            value = sum
        }
        return value
    }

    private static func bytes(hex text: ArraySlice<UInt8>) throws(Malformed) -> [UInt8] {
        guard text.count == 64 else { throw Malformed(reason: "a key") }
        var out: [UInt8] = []
        out.reserveCapacity(32)
        var high: UInt8 = 0
        var isHigh = true
        var bad: Int16 = 0
        for character in text {
            let nibble = nibble(character)
            bad |= nibble >> 8
            if isHigh {
                high = UInt8(truncatingIfNeeded: nibble)
            } else {
                out.append(high << 4 | UInt8(truncatingIfNeeded: nibble & 15))
            }
            isHigh.toggle()
        }
        guard bad == 0 else {
            wipe(&out)
            throw Malformed(reason: "a key")
        }
        return out
    }

    /// The value of a hexadecimal digit, or -1; by arithmetic, for the same reason as in ``UAPIRequest``.
    private static func nibble(_ character: UInt8) -> Int16 {
        let value = Int16(character)
        var result: Int16 = -1
        // "0"…"9", "a"…"f", "A"…"F": each product is negative exactly inside its range.
        result += (((47 - value) & (value - 58)) >> 15) & (value - 47)
        result += (((96 - value) & (value - 103)) >> 15) & (value - 86)
        result += (((64 - value) & (value - 71)) >> 15) & (value - 54)
        return result
    }

    private static func secret<Key>(
        _ text: ArraySlice<UInt8>, _ make: ([UInt8]) -> Key?
    ) throws(Malformed) -> Key? {
        var bytes = try bytes(hex: text)
        defer { wipe(&bytes) }
        return bytes.contains { $0 != 0 } ? make(bytes) : nil
    }

    private static func address(_ text: ArraySlice<UInt8>) throws(Malformed) -> IPAddress {
        guard text.count <= 45, let address = IPAddress(String(decoding: text, as: UTF8.self)) else {
            throw Malformed(reason: "an address")
        }
        return address
    }

    private static func prefix(_ text: ArraySlice<UInt8>) throws(Malformed) -> IPPrefix {
        guard let slash = text.firstIndex(of: UInt8(ascii: "/")) else { throw Malformed(reason: "an allowed IP") }
        let address = try address(text[..<slash])
        let length: UInt8 = try number(text[(slash + 1)...])
        guard length <= address.bitWidth else { throw Malformed(reason: "an allowed IP") }
        return IPPrefix(masking: address, length: length)
    }

    private static func endpoint(_ text: ArraySlice<UInt8>) throws(Malformed) -> SocketEndpoint {
        guard let colon = text.lastIndex(of: UInt8(ascii: ":")) else { throw Malformed(reason: "an endpoint") }
        let port: UInt16 = try number(text[(colon + 1)...])
        var host = text[..<colon]
        let isBracketed = host.first == UInt8(ascii: "[") && host.last == UInt8(ascii: "]") && host.count > 2
        if isBracketed {
            // A zone says only through which interface a link-local peer was heard.
            host = host.dropFirst().dropLast()
            host = host.prefix { $0 != UInt8(ascii: "%") }
        }
        let address = try address(host)
        guard address.isV4 != isBracketed else { throw Malformed(reason: "an endpoint") }
        return SocketEndpoint(address: address, port: port)
    }
}

extension ArraySlice<UInt8> {
    /// Whether the bytes are those of the text, which has as many.
    fileprivate func says(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { expected in unsafe elementsEqual(expected) }
    }
}
