import WGPilotCore

/// An IP packet, as much of one as a packet filter looks at, with right checksums (RFC 791, 8200, 9293, 768, 792, 4443).
struct NftablesPacket: Hashable {
    var source: IPAddress
    var destination: IPAddress
    /// 6, 17, or 1 and 58 for an echo.
    var protocolNumber: UInt8
    /// The source port, or the number of an echo.
    var sourcePort: UInt16
    /// The destination port; 0 for an echo.
    var destinationPort: UInt16
    /// Of TCP: SYN 2, RST 4, ACK 16; of an echo: its type.
    var flags: UInt8 = 0
    /// The largest segment that a SYN offers.
    var maximumSegment: UInt16 = 1460

    /// The first packet of a conversation.
    init(
        from source: IPAddress, to destination: IPAddress, _ transport: AccessService.TransportProtocol,
        sourcePort: UInt16, port: UInt16 = 0
    ) {
        self.source = source
        self.destination = destination
        self.sourcePort = sourcePort
        destinationPort = transport == .icmp ? 0 : port
        switch transport {
        case .tcp: (protocolNumber, flags) = (6, 2)
        case .udp, .any: protocolNumber = 17
        case .icmp: (protocolNumber, flags) = source.isV4 ? (1, 8) : (58, 128)
        }
    }

    /// What the other end says to it: SYN and ACK, a datagram back, or the echo's reply.
    var answer: NftablesPacket {
        var answer = self
        swap(&answer.source, &answer.destination)
        switch protocolNumber {
        case 6, 17:
            swap(&answer.sourcePort, &answer.destinationPort)
            if protocolNumber == 6 { answer.flags = 18 }
        case 1: answer.flags = 0
        default: answer.flags = 129
        }
        return answer
    }

    var bytes: [UInt8] {
        var body: [UInt8]
        let checksumAt: Int
        switch protocolNumber {
        case 6:
            body = sourcePort.wire + destinationPort.wire + [0, 0, 0, 1, 0, 0, 0, 0]
            body += [0x60, flags, 0xFF, 0xFF, 0, 0, 0, 0, 2, 4] + maximumSegment.wire
            checksumAt = 16
        case 17:
            body = sourcePort.wire + destinationPort.wire + [0, 9, 0, 0, 0]
            checksumAt = 6
        default:
            body = [flags, 0, 0, 0] + sourcePort.wire + [0, 1]
            checksumAt = 2
        }
        var pseudo: [UInt8] = []
        if protocolNumber != 1 {
            pseudo = source.bytes + destination.bytes + [0, protocolNumber] + UInt16(body.count).wire
        }
        body.replaceSubrange(checksumAt...checksumAt + 1, with: Self.checksum(pseudo + body).wire)
        if !source.isV4 {
            let header = [0x60, 0, 0, 0] + UInt16(body.count).wire + [protocolNumber, 64]
            return header + source.bytes + destination.bytes + body
        }
        var header: [UInt8] = [0x45, 0] + UInt16(20 + body.count).wire + [0, 0, 0x40, 0, 64, protocolNumber, 0, 0]
        header += source.bytes + destination.bytes
        header.replaceSubrange(10...11, with: Self.checksum(header).wire)
        return header + body
    }

    /// Reads a packet; nil for one that is none of these kinds.
    init?(_ bytes: some Collection<UInt8>) {
        let bytes = Array(bytes)
        guard let version = bytes.first.map({ $0 >> 4 }) else { return nil }
        let header = version == 4 ? 20 : 40
        guard bytes.count >= header + 8, version == 4 || version == 6 else { return nil }
        let (from, width) = version == 4 ? (12, 4) : (8, 16)
        guard let source = IPAddress(bytes: bytes[from..<from + width]),
            let destination = IPAddress(bytes: bytes[from + width..<from + 2 * width])
        else { return nil }
        self.source = source
        self.destination = destination
        protocolNumber = bytes[version == 4 ? 9 : 6]
        let body = bytes[header...]
        let word = { (at: Int) in UInt16(body[header + at]) << 8 | UInt16(body[header + at + 1]) }
        switch protocolNumber {
        case 6 where body.count >= 20:
            (sourcePort, destinationPort, flags) = (word(0), word(2), body[header + 13])
            // The only option that is sent here.
            maximumSegment = body.count >= 24 ? word(22) : 0
        case 17:
            (sourcePort, destinationPort) = (word(0), word(2))
        case 1, 58:
            (sourcePort, destinationPort, flags) = (word(4), 0, body[header])
        default:
            return nil
        }
    }

    /// The Internet checksum, RFC 1071.
    private static func checksum(_ bytes: [UInt8]) -> UInt16 {
        var sum: UInt32 = 0
        for (index, byte) in bytes.enumerated() { sum += UInt32(byte) << (index.isMultiple(of: 2) ? 8 : 0) }
        while sum >> 16 != 0 { sum = sum & 0xFFFF + sum >> 16 }
        return ~UInt16(truncatingIfNeeded: sum)
    }
}

extension UInt16 {
    /// The two bytes in network order.
    fileprivate var wire: [UInt8] { [UInt8(truncatingIfNeeded: self >> 8), UInt8(truncatingIfNeeded: self)] }
}
