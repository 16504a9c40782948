internal import WGPilotProtocol

extension Status {
    /// The status as a payload whose frame has a length of at most `limit`, which is at least
    /// `Frame.leastMaximumLength`. Details are dropped, and texts cut, where they would not fit.
    func encoded(within limit: Int) -> [UInt8] {
        let room = limit - Frame.minimumLength
        if let whole = try? CBOREncoder().encode(self), whole.count <= room { return whole }
        let requestID = metadata[MetadataKey.requestID].map { [MetadataKey.requestID: String($0.prefix(64))] }
        // 512 characters are at most 2 KiB each as ordinary text; a text of huge clusters is left out below.
        let short = Status(
            code: code, message: String(message.prefix(512)), reason: String(reason.prefix(64)),
            metadata: requestID ?? [:])
        if let cut = try? CBOREncoder().encode(short), cut.count <= room { return cut }
        // {1: code}: the codes are below 24, so one byte each.
        return [0xa1, 0x01, code.rawValue]
    }
}
