import Glibc
import Testing

@testable import WGPilotNetlink

@Suite("Answers of the kernel")
struct AnswerReaderTests {
    /// The numbers of the dump in ``Captures/device``.
    private static let sequence: UInt32 = 0x6B05_82EA
    private static let port: UInt32 = 402

    private static func message(
        type: UInt16, flags: UInt16 = 0, sequence: UInt32 = sequence, port: UInt32 = port, body: [UInt8] = []
    ) -> [UInt8] {
        UInt32(16 + body.count).hostOrder + type.hostOrder + flags.hostOrder + sequence.hostOrder + port.hostOrder
            + body
    }

    private static func reader(isDump: Bool = true) -> AnswerReader {
        AnswerReader(sequence: sequence, port: port, isDump: isDump)
    }

    /// Reads datagrams and gives the outcome and how many messages with data there were.
    private static func read(
        _ datagrams: [[UInt8]], isDump: Bool = true
    ) throws -> (outcome: AnswerReader.Outcome?, count: Int) {
        var reader = reader(isDump: isDump)
        var count = 0
        for datagram in datagrams {
            let outcome = try reader.read(datagram[...]) { (_) throws(NetlinkError) in count += 1 }
            if let outcome { return (outcome, count) }
        }
        return (nil, count)
    }

    private static let done = message(type: 3, flags: 2, body: [0, 0, 0, 0])
    private static let data = message(type: 32, flags: 2, body: [0, 1, 0, 0])

    @Test("a captured dump is complete with its DONE, in one datagram or in two")
    func dump() throws {
        let whole = Captures.device
        #expect(try Self.read([whole]) == (.complete, 1))
        #expect(try Self.read([Array(whole.prefix(560)), Array(whole.dropFirst(560))]) == (.complete, 1))
        #expect(try Self.read([Array(whole.prefix(560))]) == (nil, 1))
    }

    @Test("a dump that ends with an error in its DONE has failed, however much of it came")
    func failedDump() throws {
        let end = Self.message(type: 3, flags: 2, body: Int32(-ENOMEM).hostOrder)
        #expect(
            try Self.read([Self.data, Self.data, end])
                == (.failed(.refused(errno: ENOMEM, kernelMessage: nil)), 2))
    }

    @Test(
        "a dump that ends half-way for want of a right, a device or room is an error of that kind",
        arguments: [
            (EPERM, KernelError.Code.notPermitted), (ENODEV, .noSuchDevice), (ENOBUFS, .busy), (ENOMEM, .exhausted),
        ])
    func typedFailure(_ errno: Int32, _ code: KernelError.Code) throws {
        for end in [3, 2] as [UInt16] {
            let message = Self.message(type: end, flags: 2, body: Int32(-errno).hostOrder)
            let (outcome, count) = try Self.read([Self.data, message])
            guard case .failed(let error) = outcome else {
                Issue.record("\(String(describing: outcome))")
                continue
            }
            #expect(count == 1 && error.refusal == errno)
            #expect(KernelError(error, operation: "read interface wg0").code == code)
        }
        let lost = NetlinkError.system(call: "recv", errno: errno)
        #expect(KernelError(lost, operation: "read interface wg0").code == code)
    }

    @Test("an interrupted dump is marked, wherever the mark stands")
    func interrupted() throws {
        let marked = Self.message(type: 32, flags: 2 | 0x10, body: [0, 1, 0, 0])
        let markedEnd = Self.message(type: 3, flags: 2 | 0x10, body: [0, 0, 0, 0])
        #expect(try Self.read([marked, Self.data, Self.done]) == (.interrupted, 2))
        #expect(try Self.read([Self.data, markedEnd]) == (.interrupted, 1))
        let end = Self.message(type: 3, flags: 2, body: Int32(-EINTR).hostOrder)
        #expect(try Self.read([Self.data, end]) == (.interrupted, 1))
    }

    @Test("a captured acknowledgement ends a request")
    func acknowledgement() throws {
        var reader = AnswerReader(sequence: 0x6B05_82EA, port: 396, isDump: false)
        #expect(try reader.read(Captures.acknowledgement[...]) { (_) throws(NetlinkError) in } == .complete)
    }

    @Test("a captured error keeps its number and the kernel's words")
    func words() throws {
        var reader = AnswerReader(sequence: 0x6B05_830F, port: 436, isDump: false)
        let outcome = try reader.read(Captures.unknownKind[...]) { (_) throws(NetlinkError) in }
        #expect(outcome == .failed(.refused(errno: EOPNOTSUPP, kernelMessage: "Unknown device type")))
    }

    @Test("a garbled or cut extended acknowledgement costs the words and not the error", arguments: 20..<108)
    func cutWords(_ length: Int) throws {
        var bytes = Array(Captures.unknownKind.prefix(length))
        bytes.replaceSubrange(0..<4, with: UInt32(length).hostOrder)
        var reader = AnswerReader(sequence: 0x6B05_830F, port: 436, isDump: false)
        let outcome = try reader.read(bytes[...]) { (_) throws(NetlinkError) in }
        #expect(outcome == .failed(.refused(errno: EOPNOTSUPP, kernelMessage: nil)))
    }

    @Test("words are cleared of control characters, for they end in logs and terminals")
    func hostileWords() throws {
        let text = Array("\u{1B}[2Jno\n".utf8) + [0]
        var builder = AttributeBuilder()
        builder.put(1, bytes: text)
        // NLMSG_ERROR with CAPPED and ACK_TLVS.
        let body = Int32(-EINVAL).hostOrder + [UInt8](repeating: 0, count: 16) + builder.bytes
        let bytes = Self.message(type: 2, flags: 0x300, body: body)
        #expect(
            try Self.read([bytes], isDump: false)
                == (.failed(.refused(errno: EINVAL, kernelMessage: "[2Jno")), 0))
    }

    @Test("what does not belong to the request is an error")
    func strangers() {
        let strangers = [
            Self.message(type: 32, sequence: Self.sequence &- 1, body: [0, 1, 0, 0]),
            Self.message(type: 32, port: 1, body: [0, 1, 0, 0]),
            Self.message(type: 4),
            Self.message(type: 2, body: [0, 0, 0, 0]),
            Self.message(type: 2, body: Int32(5).hostOrder),
            Self.message(type: 2, body: Int32.min.hostOrder),
            Self.message(type: 2, body: [1, 2]),
            [],
        ]
        for bytes in strangers {
            #expect(throws: NetlinkError.self) { try Self.read([bytes]) }
        }
        #expect(throws: NetlinkError.self) { try Self.read([Self.done], isDump: false) }
    }

    @Test("a message cut at any length is an error or unfinished, and never more than was sent")
    func truncation() {
        for length in 0..<Captures.device.count {
            let result = try? Self.read([Array(Captures.device.prefix(length))])
            #expect(result?.outcome == nil, "complete at \(length) bytes")
        }
    }
}
