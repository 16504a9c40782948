import FuzzEntries
import NIOCore
import Testing
import WGPilotProtocol
import WGPilotRPC
import WGPilotTestSupport

@Suite struct FrameReaderTests {
    private enum Outcome: Equatable {
        case frames([Frame])
        case refused([Frame], FrameError)

        var frames: [Frame] {
            switch self {
            case .frames(let frames), .refused(let frames, _): frames
            }
        }

        var isRefused: Bool {
            if case .refused = self { true } else { false }
        }
    }

    /// What the reader makes of bytes that come in these pieces; it may hold so many bytes between them.
    private static func read(_ pieces: [[UInt8]], maximumLength: Int = 4096, holding most: Int? = nil) -> Outcome {
        var reader = FrameReader(maximumLength: maximumLength)
        var frames: [Frame] = []
        for piece in pieces {
            // Not at the beginning of its buffer, as what a channel reads need not be.
            var buffer = ByteBuffer(bytes: [0xff, 0xff, 0xff] + piece)
            buffer.moveReaderIndex(forwardBy: 3)
            do throws(FrameError) {
                while let frame = try reader.next(from: &buffer) { frames.append(frame) }
            } catch {
                return .refused(frames, error)
            }
            #expect(buffer.readableBytes == 0)
            #expect(reader.bufferedBytes <= most ?? maximumLength + 3)
        }
        return .frames(frames)
    }

    private static func pieces(of bytes: [UInt8], by count: Int) -> [[UInt8]] {
        stride(from: 0, to: bytes.count, by: count).map { Array(bytes[$0..<min($0 + count, bytes.count)]) }
    }

    private static func split(_ bytes: [UInt8], using generator: inout SeededGenerator) -> [[UInt8]] {
        var rest = bytes[...]
        var pieces: [[UInt8]] = []
        let most = [1, 3, 20, 5000].randomElement(using: &generator) ?? 1
        while !rest.isEmpty {
            let count = Int.random(in: 0...most, using: &generator)
            pieces.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        return pieces
    }

    private static func randomFrame(_ generator: inout SeededGenerator) -> Frame {
        let isLarge = Int.random(in: 0..<8, using: &generator) == 0
        return Frame(
            type: FrameType.allCases.randomElement(using: &generator) ?? .message,
            streamID: UInt32(truncatingIfNeeded: generator.next()),
            payload: (0..<Int.random(in: 0...(isLarge ? 4090 : 40), using: &generator)).map {
                UInt8(truncatingIfNeeded: $0)
            })
    }

    @Test func `frames come out the same however their bytes are split`() {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SeededGenerator(seed: seed)
        let frames = (0..<20).map { _ in Self.randomFrame(&generator) }
        let bytes = frames.flatMap(\.bytes)
        for split in [1, 2, 9, 10, 11, 4096, bytes.count] {
            #expect(Self.read(Self.pieces(of: bytes, by: split)) == .frames(frames), "split \(split), seed \(seed)")
        }
        for _ in 0..<200 {
            #expect(Self.read(Self.split(bytes, using: &generator)) == .frames(frames), "seed \(seed)")
        }
    }

    @Test func `frames that may be ignored are left out, flags and all`() {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            var kept: [Frame] = []
            var bytes: [UInt8] = []
            for _ in 0..<20 {
                let frame = Self.randomFrame(&generator)
                var encoded = frame.bytes
                if Bool.random(using: &generator) {
                    encoded[4] = .random(in: FrameType.firstIgnorable...255, using: &generator)
                    encoded[5] = .random(in: 0...255, using: &generator)
                } else {
                    kept.append(frame)
                }
                bytes += encoded
            }
            #expect(Self.read(Self.split(bytes, using: &generator)) == .frames(kept), "seed \(seed)")
        }
    }

    @Test func `bytes with a fault give the frames before it, and are refused where the reference refuses them`() {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SeededGenerator(seed: seed)
        var refusals = 0
        for _ in 0..<2000 {
            var bytes = (0..<5).flatMap { _ in
                Frame(
                    type: FrameType.allCases.randomElement(using: &generator) ?? .ping, streamID: 1,
                    payload: Array(repeating: 7, count: Int.random(in: 0...20, using: &generator))
                ).bytes
            }
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            bytes[place] = UInt8(truncatingIfNeeded: generator.next())
            let read = Self.read(Self.split(bytes, using: &generator))
            let reference = ReferenceFrames(bytes, maximumLength: 4096)
            #expect(read.frames.flatMap(\.bytes) == reference.frames.flatMap(\.bytes), "seed \(seed)")
            #expect(read.isRefused == reference.isRefused, "seed \(seed)")
            if reference.isRefused { refusals += 1 }
        }
        #expect(refusals > 100)
    }

    @Test func `an incomplete frame is not a frame`() {
        let bytes = Frame(type: .status, streamID: 0x0102_0304, payload: [0xa1, 1, 0]).bytes
        for length in 0..<bytes.count {
            #expect(Self.read([Array(bytes.prefix(length))]) == .frames([]))
            #expect(Self.read(Self.pieces(of: Array(bytes.prefix(length)), by: 1)) == .frames([]))
        }
    }

    @Test(
        arguments: [
            ([0, 0, 16, 1], .tooLong(length: 4097, limit: 4096)),
            ([0xff, 0xff, 0xff, 0xff], .tooLong(length: .max, limit: 4096)),
            // One that may be ignored is held to the limit too.
            ([0, 0, 16, 1, 0x80], .tooLong(length: 4097, limit: 4096)),
            ([0, 0, 0, 5], .tooShort(length: 5)), ([0, 0, 0, 0], .tooShort(length: 0)),
            ([0, 0, 0, 6, 0], .unknownType(0)), ([0, 0, 0, 6, 9], .unknownType(9)),
            ([0, 0, 0, 6, 127], .unknownType(127)),
            ([0, 0, 1, 6, 2, 1, 0, 0, 0, 1], .unknownFlags(1)), ([0, 0, 1, 6, 2, 128, 0, 0, 0, 0], .unknownFlags(128)),
            // Only a ping answers anything, and it has no other flag.
            ([0, 0, 0, 6, 6, 1, 0, 0, 0, 1], .unknownFlags(1)), ([0, 0, 0, 6, 8, 1, 0, 0, 0, 0], .unknownFlags(1)),
            ([0, 0, 0, 6, 7, 2, 0, 0, 0, 0], .unknownFlags(2)), ([0, 0, 0, 6, 7, 3, 0, 0, 0, 0], .unknownFlags(3)),
        ] as [([UInt8], FrameError)])
    func `a bad header is refused as soon as it is there, without its payload`(bytes: [UInt8], expected: FrameError) {
        #expect(Self.read([bytes]) == .refused([], expected))
        #expect(Self.read(Self.pieces(of: bytes, by: 1)) == .refused([], expected))
    }

    @Test func `a frame of exactly the limit passes`() {
        let frame = Frame(type: .message, streamID: 1, payload: Array(repeating: 0, count: 4090))
        #expect(Self.read([frame.bytes]) == .frames([frame]))
    }

    @Test func `an ignorable frame is not kept while it arrives`() {
        let ignorable: [UInt8] = [0, 0, 4, 6, 0x80, 0xff, 0, 0, 0, 0] + [UInt8](repeating: 0xee, count: 1024)
        let frames = [Frame(type: .cancel, streamID: 3), Frame(type: .status, streamID: 4, payload: [0xa1, 1, 0])]
        let bytes = frames.flatMap { ignorable + $0.bytes }
        for split in [1, 7, 5000] {
            #expect(Self.read(Self.pieces(of: bytes, by: split), holding: 10) == .frames(frames))
        }
    }
}
