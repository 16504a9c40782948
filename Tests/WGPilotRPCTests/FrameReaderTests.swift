import NIOCore
import Testing
import WGPilotProtocol
import WGPilotTestSupport

@testable import WGPilotRPC

@Suite struct FrameReaderTests {
    private enum Outcome: Equatable {
        case frames([Frame])
        case refused([Frame], FrameError)
    }

    /// What the reader makes of bytes that come in these pieces.
    private static func read(_ pieces: [[UInt8]], maximumLength: Int) -> Outcome {
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
            #expect(reader.bufferedBytes <= maximumLength + 4)
        }
        return .frames(frames)
    }

    /// What the protocol's own decoder makes of them.
    private static func decode(_ pieces: [[UInt8]], maximumLength: Int) -> Outcome {
        var decoder = FrameDecoder(maximumLength: maximumLength)
        var frames: [Frame] = []
        for piece in pieces {
            decoder.append(piece)
            do throws(FrameError) {
                while let frame = try decoder.next() { frames.append(frame) }
            } catch {
                return .refused(frames, error)
            }
        }
        return .frames(frames)
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

    @Test func `frames come out as the decoder has them, however they are split`() {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            var bytes: [UInt8] = []
            for _ in 0..<20 {
                let isLarge = Int.random(in: 0..<10, using: &generator) == 0
                let frame = Frame(
                    type: FrameType.allCases.randomElement(using: &generator) ?? .ping,
                    streamID: UInt32(truncatingIfNeeded: generator.next()),
                    payload: (0..<Int.random(in: 0...(isLarge ? 4090 : 30), using: &generator)).map {
                        UInt8(truncatingIfNeeded: $0)
                    })
                var encoded = frame.bytes
                // One that may be ignored, flags and all.
                if Int.random(in: 0..<5, using: &generator) == 0 {
                    encoded[4] = .random(in: 128...255, using: &generator)
                    encoded[5] = .random(in: 0...255, using: &generator)
                }
                bytes += encoded
            }
            let pieces = Self.split(bytes, using: &generator)
            let read = Self.read(pieces, maximumLength: 4096)
            #expect(read == Self.decode(pieces, maximumLength: 4096), "seed \(seed)")
            guard case .frames(let frames) = read else {
                Issue.record("good frames are refused, seed \(seed)")
                continue
            }
            #expect(!frames.isEmpty)
        }
    }

    @Test func `bytes with faults give the same frames and the same refusal`() {
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
            let pieces = Self.split(bytes, using: &generator)
            let read = Self.read(pieces, maximumLength: 4096)
            #expect(read == Self.decode(pieces, maximumLength: 4096), "seed \(seed)")
            if case .refused = read { refusals += 1 }
        }
        #expect(refusals > 100)
    }

    @Test func `a bad header is refused before what is behind it has come`() {
        for (bytes, error) in [
            ([0xff, 0xff, 0xff, 0xff], .tooLong(length: .max, limit: 4096)), ([0, 0, 0, 5], .tooShort(length: 5)),
            ([0, 0, 0, 6, 9], .unknownType(9)),
            ([0, 0, 1, 6, 2, 1, 0, 0, 0, 1], .unknownFlags(1)),
        ] as [([UInt8], FrameError)] {
            #expect(Self.read([bytes], maximumLength: 4096) == .refused([], error))
        }
    }
}
