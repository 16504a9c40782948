/// A connection through this machine, as the kernel's connection tracking has it.
public struct TrackedConnection: Hashable, Sendable {
    /// What goes one way.
    public struct Flow: Hashable, Sendable {
        /// Where its packets come from.
        public var source: IPAddress
        /// Where its packets go.
        public var destination: IPAddress
        /// The port that they come from; nil for a protocol without ports.
        public var sourcePort: UInt16?
        /// The port that they go to; nil for a protocol without ports.
        public var destinationPort: UInt16?
        /// How many packets there were; nil where the kernel does not count.
        public var packets: UInt64?
        /// How many bytes these had, headers of IP included; nil where the kernel does not count.
        public var bytes: UInt64?

        /// Makes it from its parts.
        public init(
            source: IPAddress, destination: IPAddress, sourcePort: UInt16? = nil, destinationPort: UInt16? = nil,
            packets: UInt64? = nil, bytes: UInt64? = nil
        ) {
            self.source = source
            self.destination = destination
            self.sourcePort = sourcePort
            self.destinationPort = destinationPort
            self.packets = packets
            self.bytes = bytes
        }
    }

    /// An echo, or what else ICMP is used for.
    public struct ICMP: Hashable, Sendable {
        /// The type of the first message.
        public var type: UInt8
        /// Its code.
        public var code: UInt8
        /// The identifier by which an answer is known.
        public var identifier: UInt16

        /// Makes it from its parts.
        public init(type: UInt8, code: UInt8, identifier: UInt16) {
            self.type = type
            self.code = code
            self.identifier = identifier
        }
    }

    /// How far a TCP connection has come: `enum tcp_conntrack`, linux/netfilter/nf_conntrack_tcp.h, by its numbers.
    public enum TCPState: UInt8, Hashable, Sendable, CaseIterable {
        case none, synSent, synReceived, established, finWait, closeWait, lastAck, timeWait, close, synSent2

        /// The name as conntrack(8) and /proc/net/nf_conntrack print it, in lower case.
        public var name: String {
            switch self {
            case .none: "none"
            case .synSent: "syn-sent"
            case .synReceived: "syn-recv"
            case .established: "established"
            case .finWait: "fin-wait"
            case .closeWait: "close-wait"
            case .lastAck: "last-ack"
            case .timeWait: "time-wait"
            case .close: "close"
            case .synSent2: "syn-sent2"
            }
        }
    }

    /// The kernel's number for it; another connection may have it later.
    public var id: UInt32
    /// The protocol that IP carries: 6 is TCP.
    public var protocolNumber: UInt8
    /// From whom it was begun, as the first packet had it when it came.
    public var original: Flow
    /// What is expected back, as it comes from the other end: where addresses are translated, not the reverse of
    /// ``original``.
    public var reply: Flow
    /// How far it has come, with TCP.
    public var state: TCPState?
    /// What it is, with ICMP.
    public var icmp: ICMP?
    /// Whether anything came back (`IPS_SEEN_REPLY`).
    public var isReplied: Bool
    /// Whether it is established for the kernel, and kept when the table gets full (`IPS_ASSURED`).
    public var isAssured: Bool
    /// Seconds until it is forgotten unless more comes.
    public var timeout: UInt32?
    /// When it began, in seconds since 1970-01-01 UTC; nil where the kernel does not note it.
    public var startedAt: Int64?
    /// The mark that rules gave it.
    public var mark: UInt32
    /// The zone of tracking; 0 unless rules set another.
    public var zone: UInt16

    /// Makes it from its parts.
    public init(
        id: UInt32, protocolNumber: UInt8, original: Flow, reply: Flow, state: TCPState? = nil, icmp: ICMP? = nil,
        isReplied: Bool = false, isAssured: Bool = false, timeout: UInt32? = nil, startedAt: Int64? = nil,
        mark: UInt32 = 0, zone: UInt16 = 0
    ) {
        self.id = id
        self.protocolNumber = protocolNumber
        self.original = original
        self.reply = reply
        self.state = state
        self.icmp = icmp
        self.isReplied = isReplied
        self.isAssured = isAssured
        self.timeout = timeout
        self.startedAt = startedAt
        self.mark = mark
        self.zone = zone
    }

    /// Who began it, by the true address: masquerading changes what the other end sees, not this.
    public var initiator: IPAddress { original.source }

    /// Who was reached in the end, by the true address, wherever the first packet said that it goes.
    public var responder: IPAddress { reply.source }

    /// The name of the protocol; its number for one that is seldom met (IANA's protocol numbers).
    public var protocolName: String {
        switch protocolNumber {
        case 1: "icmp"
        case 6: "tcp"
        case 17: "udp"
        case 33: "dccp"
        case 47: "gre"
        case 50: "esp"
        case 58: "icmpv6"
        case 132: "sctp"
        case 136: "udplite"
        default: String(protocolNumber)
        }
    }

    /// The bytes of both directions; nil where the kernel does not count.
    public var bytes: UInt64? {
        guard let sent = original.bytes, let received = reply.bytes else { return nil }
        return sent.addingReportingOverflow(received).overflow ? .max : sent + received
    }
}
