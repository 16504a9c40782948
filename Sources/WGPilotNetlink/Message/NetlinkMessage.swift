import CMnl

/// One message from the kernel; a view of the receive buffer.
struct NetlinkMessage {
    /// `sizeof(struct nlmsghdr)`.
    static let headerLength = 16

    /// The message type.
    let type: UInt16
    /// `NLM_F_…` flags.
    let flags: UInt16
    /// The sequence number of the request that it answers.
    let sequence: UInt32
    /// The port of the socket that it is for.
    let port: UInt32
    /// What follows the header.
    let body: ArraySlice<UInt8>

    /// Takes the first message off a datagram; nil when nothing is left.
    static func next(of datagram: inout ArraySlice<UInt8>) throws(NetlinkError) -> NetlinkMessage? {
        if datagram.isEmpty { return nil }
        let start = datagram.startIndex
        guard datagram.count >= headerLength, let length = UInt32(hostOrder: datagram[start..<start + 4]),
            let type = UInt16(hostOrder: datagram[start + 4..<start + 6]),
            let flags = UInt16(hostOrder: datagram[start + 6..<start + 8]),
            let sequence = UInt32(hostOrder: datagram[start + 8..<start + 12]),
            let port = UInt32(hostOrder: datagram[start + 12..<start + 16])
        else { throw .malformed("\(datagram.count) bytes where a message should be") }
        guard length >= UInt32(headerLength), length <= UInt32(clamping: datagram.count) else {
            throw .malformed("a message of length \(length) in \(datagram.count) bytes")
        }
        let body = datagram[start + headerLength..<start + Int(length)]
        let step = min((Int(length) + 3) & ~3, datagram.count)
        datagram = datagram[(start + step)...]
        return NetlinkMessage(type: type, flags: flags, sequence: sequence, port: port, body: body)
    }

    /// The body after a family's own header of the given length.
    func attributes(after header: Int) throws(NetlinkError) -> ArraySlice<UInt8> {
        guard body.count >= header else { throw .malformed("a message of \(body.count) bytes without its header") }
        return body.dropFirst(header)
    }

    /// What an `NLMSG_ERROR` or `NLMSG_DONE` says: nil for success. Both begin with an error number of four bytes,
    /// negated; a DONE whose number is not 0 ends a dump that failed half-way.
    func outcome() throws(NetlinkError) -> NetlinkError? {
        let isDone = type == UInt16(NLMSG_DONE)
        // Some families end a dump with a DONE that has no number at all.
        if isDone, body.isEmpty { return nil }
        guard let code = Int32(hostOrder: body.prefix(4)) else { throw .malformed("an outcome without its number") }
        if code == 0 { return nil }
        guard code < 0, code > -4096 else { throw .malformed("an outcome of \(code)") }
        return .refused(errno: -code, kernelMessage: extendedAcknowledgement(isDone: isDone))
    }

    /// The words of the kernel's extended acknowledgement (`NLMSGERR_ATTR_MSG`). They only explain an error that is
    /// certain already, so a garbled or cut one is no error of its own.
    private func extendedAcknowledgement(isDone: Bool) -> String? {
        guard flags & UInt16(NLM_F_ACK_TLVS) != 0 else { return nil }
        // After the number an NLMSG_ERROR repeats the request: its header, or all of it unless NLM_F_CAPPED is set.
        var skip = 4
        if !isDone {
            skip += Self.headerLength
            if flags & UInt16(NLM_F_CAPPED) == 0 {
                guard let length = UInt32(hostOrder: body.dropFirst(4).prefix(4)), length >= UInt32(Self.headerLength),
                    length <= UInt32(clamping: body.count)
                else { return nil }
                skip = 4 + (Int(length) + 3) & ~3
            }
        }
        var reader = AttributeReader(body.dropFirst(skip))
        while let attribute = try? reader.next() {
            if attribute.type == UInt16(NLMSGERR_ATTR_MSG.rawValue) {
                let text = String(
                    attribute.string.unicodeScalars.filter { $0.value >= 32 && $0.value != 127 }.prefix(200))
                return text.isEmpty ? nil : text
            }
        }
        return nil
    }
}
