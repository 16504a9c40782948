import Testing
import WGPilotProtocol
import WGPilotTestSupport

@Suite struct FrameDecoderTests {
    /// Cancel of stream 3, field by field.
    private static let cancel = hex(
        """
        00000006    # length: type, flags and stream id
        05          # type: cancel
        00          # flags
        00000003    # stream id
        """)

    /// A successful status of stream 0x01020304.
    private static let status = hex(
        """
        00000009    # length
        04          # type: status
        00          # flags
        01020304    # stream id
        a1 01 00    # {1: 0}
        """)

    @Test func `frames have the documented bytes`() throws {
        #expect(Frame(type: .cancel, streamID: 3).bytes == Self.cancel)
        let payload = try CBOREncoder().encode(Status.ok)
        #expect(Frame(type: .status, streamID: 0x0102_0304, payload: payload).bytes == Self.status)
    }

    @Test func `an answer to a ping bears its flag both ways`() throws {
        let answer = Frame(type: .ping, flags: Frame.answerFlag, streamID: 0, payload: [0x2a, 0x2a])
        #expect(answer.bytes == hex("00000008 07 01 00000000 2a2a"))
        var decoder = FrameDecoder()
        decoder.append(answer.bytes)
        #expect(try decoder.next() == answer)
    }

    private func randomFrames(_ generator: inout SeededGenerator) -> [Frame] {
        (0..<20).map { _ in
            let isLarge = Int.random(in: 0..<8, using: &generator) == 0
            let count = isLarge ? 70_000 : Int.random(in: 0...40, using: &generator)
            return Frame(
                type: FrameType.allCases.randomElement(using: &generator) ?? .message,
                streamID: UInt32(truncatingIfNeeded: generator.next()),
                payload: (0..<count).map { UInt8(truncatingIfNeeded: $0) })
        }
    }

    @Test func `frames come out the same however their bytes are split`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SeededGenerator(seed: seed)
        let frames = randomFrames(&generator)
        let bytes = frames.flatMap(\.bytes)
        for split in [1, 2, 9, 10, 11, 4096, bytes.count, 0] {
            var decoder = FrameDecoder()
            var decoded: [Frame] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = split == 0 ? Int.random(in: 1...5000, using: &generator) : split
                decoder.append(rest.prefix(count))
                rest = rest.dropFirst(count)
                while let frame = try decoder.next() { decoded.append(frame) }
            }
            #expect(decoded == frames, "split \(split), seed \(seed)")
            #expect(decoder.bufferedBytes == 0)
        }
    }

    @Test func `an incomplete frame is not a frame`() throws {
        for length in 0..<Self.status.count {
            var decoder = FrameDecoder()
            decoder.append(Self.status.prefix(length))
            #expect(try decoder.next() == nil)
            #expect(decoder.bufferedBytes == length)
        }
    }

    @Test(
        arguments: [
            ("00001001", .tooLong(length: 4097, limit: 4096)),
            ("ffffffff", .tooLong(length: .max, limit: 4096)),
            ("00000005", .tooShort(length: 5)), ("00000000", .tooShort(length: 0)),
            ("00000006 00", .unknownType(0)), ("00000006 09", .unknownType(9)), ("00000006 7f", .unknownType(127)),
            ("00000006 02 01 00000000", .unknownFlags(1)), ("00000006 02 80 00000000", .unknownFlags(128)),
            // Only a ping answers anything, and it has no other flag.
            ("00000006 06 01 00000001", .unknownFlags(1)), ("00000006 08 01 00000000", .unknownFlags(1)),
            ("00000006 07 02 00000000", .unknownFlags(2)), ("00000006 07 03 00000000", .unknownFlags(3)),
        ] as [(String, FrameError)])
    func `a bad header is refused as soon as it is there, without its payload`(text: String, expected: FrameError) {
        var decoder = FrameDecoder(maximumLength: 4096)
        decoder.append(hex(text))
        let error = #expect(throws: FrameError.self) { try decoder.next() }
        #expect(error == expected)
    }

    @Test func `a frame of exactly the limit passes`() throws {
        let frame = Frame(type: .message, streamID: 1, payload: Array(repeating: 0, count: 4090))
        var decoder = FrameDecoder(maximumLength: 4096)
        decoder.append(frame.bytes)
        #expect(try decoder.next() == frame)
    }

    @Test func `ignorable frames are skipped, and not kept while they arrive`() throws {
        let ignorable = hex("00000406 80 ff 00000000") + [UInt8](repeating: 0xee, count: 1024)
        for split in [1, 7, 5000] {
            var decoder = FrameDecoder()
            var decoded: [Frame] = []
            var rest = (ignorable + Self.cancel + ignorable + Self.status)[...]
            while !rest.isEmpty {
                decoder.append(rest.prefix(split))
                rest = rest.dropFirst(split)
                while let frame = try decoder.next() { decoded.append(frame) }
                #expect(decoder.bufferedBytes <= 13)
            }
            #expect(decoded.map(\.type) == [.cancel, .status])
        }
    }

    @Test func `an ignorable frame is held to the limit too`() {
        var decoder = FrameDecoder(maximumLength: 4096)
        decoder.append(hex("00001001 80"))
        #expect(throws: FrameError.self) { try decoder.next() }
    }

    @Test func `random bytes give frames or an error`() {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<2000 {
            var decoder = FrameDecoder(maximumLength: 4096)
            var isOver = false
            while !isOver {
                // Small lengths on purpose: others end at once.
                decoder.append([0, 0, UInt8.random(in: 0...1, using: &generator)])
                decoder.append((0..<30).map { _ in UInt8(truncatingIfNeeded: generator.next()) })
                do {
                    while try decoder.next() != nil {}
                } catch {
                    isOver = true
                }
                #expect(decoder.bufferedBytes <= 4096 + 64, "seed \(seed)")
            }
        }
    }
}
