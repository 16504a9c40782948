import Testing
import WGPilotProtocol
import WGPilotTestSupport

/// Bytes from somebody who means harm: whatever they are, there is an error or a value, and never a trap.
@Suite struct CBORHostileInputTests {
    private static var vectors: [[UInt8]] {
        get throws {
            var generator = SeededGenerator(seed: 7)
            var message = SampleMessage.random(using: &generator)
            message.parts = Array(message.parts.prefix(3))
            message.tags = Array(message.tags.prefix(3))
            message.matrix = [[1], [], [2, 70_000]]
            let error = RPCError.invalidFields([.init(field: "name", message: "taken"), .init(field: "x", message: "")])
            return [
                try CBOREncoder().encode(message),
                try CBOREncoder().encode(Status(error)),
                try CBOREncoder().encode(
                    Hello(
                        maximumFrameLength: 4096, agent: "a/1", caller: .init(uid: 1000, gid: 100, role: "operator"))),
                try CBOREncoder().encode(
                    RequestHead(method: "a.B/C", timeoutMilliseconds: 5, metadata: ["request-id": "x", "k": "v"])),
                hex("a3 1903e8 1801  1801 7801 79  190018 9801 6178"),
            ]
        }
    }

    /// Decodes as every type; what is accepted must be stable.
    private func probe(_ bytes: [UInt8], _ comment: Comment) throws {
        try probe(SampleMessage.self, bytes, comment)
        try probe(Status.self, bytes, comment)
        try probe(Hello.self, bytes, comment)
        try probe(RequestHead.self, bytes, comment)
        try probe([SampleMessage.Part].self, bytes, comment)
    }

    private func probe<T: Codable & Equatable>(_ type: T.Type, _ bytes: [UInt8], _ comment: Comment) throws {
        let value: T
        do throws(CBORError) {
            value = try CBORDecoder().decode(type, from: bytes)
        } catch {
            let offset = try #require(error.offset, comment)
            #expect((0...bytes.count).contains(offset), comment)
            return
        }
        let again = try CBOREncoder().encode(value)
        #expect(try CBORDecoder().decode(type, from: again) == value, comment)
    }

    @Test func `every truncation is an error`() throws {
        for vector in try Self.vectors {
            for length in 0..<vector.count {
                #expect(throws: CBORError.self) {
                    try CBORDecoder().decode(SampleMessage.self, from: Array(vector.prefix(length)))
                }
            }
        }
    }

    @Test func `mutated messages give a value or an error`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SeededGenerator(seed: seed)
        for vector in try Self.vectors {
            for _ in 0..<1500 {
                var bytes = vector
                for _ in 0..<Int.random(in: 1...4, using: &generator) {
                    let index = Int.random(in: 0..<bytes.count, using: &generator)
                    switch Int.random(in: 0...4, using: &generator) {
                    case 0: bytes[index] = UInt8(truncatingIfNeeded: generator.next())
                    case 1: bytes[index] ^= 1 << UInt8.random(in: 0...7, using: &generator)
                    case 2: bytes.insert(UInt8(truncatingIfNeeded: generator.next()), at: index)
                    case 3: if bytes.count > 1 { bytes.remove(at: index) }
                    default: bytes.append(contentsOf: bytes[index...].prefix(16))
                    }
                }
                try probe(bytes, "seed \(seed), bytes \(hexText(bytes))")
            }
        }
    }

    @Test func `random bytes give a value or an error`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<3000 {
            let bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                UInt8(truncatingIfNeeded: generator.next())
            }
            try probe(bytes, "seed \(seed), bytes \(hexText(bytes))")
        }
    }

    @Test(arguments: [
        "9bffffffffffffffff", "9b7fffffffffffffff", "9affffffff", "bbffffffffffffffff", "bb4000000000000000",
        "bb8000000000000000", "5bffffffffffffffff", "5b7fffffffffffffff", "7b7fffffffffffffff", "baffffffff00",
        "a1019bffffffffffffffff",
    ])
    func `a count beyond the bytes is refused before anything is reserved for it`(text: String) {
        let error = #expect(throws: CBORError.self) {
            try CBORDecoder().decode(SampleMessage.self, from: hex(text))
        }
        #expect(error?.code == .truncated)
    }

    struct Nest: Codable {
        var inner: [Nest]

        init(depth: Int) {
            inner = depth > 1 ? [Nest(depth: depth - 1)] : []
        }

        init(from decoder: any Decoder) throws {
            inner = try decoder.singleValueContainer().decode([Nest].self)
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(inner)
        }
    }

    @Test func `nesting ends at the limit, for both sides alike`() throws {
        let deepest = [UInt8](repeating: 0x81, count: 31) + [0x80]
        _ = try CBORDecoder().decode(Nest.self, from: deepest)
        #expect(try CBOREncoder().encode(Nest(depth: 32)) == deepest)
        let deeper = [UInt8](repeating: 0x81, count: 32) + [0x80]
        let error = #expect(throws: CBORError.self) { try CBORDecoder().decode(Nest.self, from: deeper) }
        #expect(error?.code == .tooDeep)
        #expect(throws: CBORError.self) { try CBOREncoder().encode(Nest(depth: 33)) }
        let million = [UInt8](repeating: 0x81, count: 1_000_000)
        #expect(throws: CBORError.self) { try CBORDecoder().decode(Nest.self, from: million) }
        let limits = CBORDecoder.Limits(maximumDepth: 2)
        #expect(throws: CBORError.self) { try CBORDecoder(limits: limits).decode(Nest.self, from: hex("818180")) }
        _ = try CBORDecoder(limits: limits).decode(Nest.self, from: hex("8180"))
    }

    @Test func `input above the limit is refused unread`() {
        let decoder = CBORDecoder(limits: .init(maximumBytes: 3))
        let error = #expect(throws: CBORError.self) { try decoder.decode(Int.self, from: hex("1a00000001")) }
        #expect(error?.code == .tooManyBytes)
    }

    @Test func `a large map out of order is checked for duplicates without much ado`() throws {
        // 60,000 keys downwards, then one of them again.
        var bytes: [UInt8] = hex("ba0000ea61")
        for key in (0..<60_000).reversed() {
            bytes += [0x19, UInt8(key >> 8), UInt8(key & 0xff), 0x00]
        }
        let error = #expect(throws: CBORError.self) {
            try CBORDecoder().decode(CBORMessageTests.Empty.self, from: bytes + hex("19 0007 00"))
        }
        #expect(error?.code == .duplicateKey)
        #expect(throws: Never.self) {
            try CBORDecoder().decode(CBORMessageTests.Empty.self, from: bytes + hex("19 ea60 00"))
        }
    }
}
