import CMnl

/// A netlink message on its way to the kernel, all but its sequence number and port.
struct NetlinkRequest: Sendable {
    /// The message type: a command of rtnetlink, or the number of a generic netlink family.
    let type: UInt16
    /// `NLM_F_…` flags, linux/netlink.h.
    let flags: UInt16
    /// What follows the header.
    var body: [UInt8]

    /// Makes a request for a dump.
    static func dump(_ type: UInt16, _ body: [UInt8]) -> NetlinkRequest {
        NetlinkRequest(type: type, flags: UInt16(NLM_F_REQUEST | NLM_F_DUMP), body: body)
    }

    /// Makes a request that the kernel acknowledges, after its data if there is any.
    static func acknowledged(_ type: UInt16, flags: Int32 = 0, _ body: [UInt8]) -> NetlinkRequest {
        NetlinkRequest(
            type: type, flags: UInt16(truncatingIfNeeded: NLM_F_REQUEST | NLM_F_ACK | flags), body: body)
    }

    /// Whether it asks for a dump.
    var isDump: Bool { flags & UInt16(NLM_F_DUMP) == UInt16(NLM_F_DUMP) }

    /// The whole message, header and all.
    ///
    ///      0        4      6      8        12       16
    ///     +--------+------+------+--------+--------+--------
    ///     | length | type | flags| seq    | port   | body …
    ///     +--------+------+------+--------+--------+--------
    func framed(sequence: UInt32, port: UInt32) throws(NetlinkError) -> [UInt8] {
        let (length, overflow) = NetlinkMessage.headerLength.addingReportingOverflow(body.count)
        guard !overflow, let length = UInt32(exactly: length) else { throw .tooLong }
        var out: [UInt8] = []
        out.reserveCapacity(Int(length))
        out += length.hostOrder
        out += type.hostOrder
        out += flags.hostOrder
        out += sequence.hostOrder
        out += port.hostOrder
        out += body
        return out
    }
}
