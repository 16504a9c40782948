import NIOCore
import WGPilotProtocol
import WGPilotRPC

/// The places where bytes from outside enter the protocol, each with what must hold for any bytes at all.
///
/// The fuzzers and the unit tests feed the same entries. That none of them traps, hangs or grows is the first of what must
/// hold; the rest is returned.
public enum FuzzEntry: String, CaseIterable, Sendable {
    /// The reader of frames: the first byte chooses the limit and how the others are split.
    case frames
    /// The CBOR decoder, with any value.
    case cbor
    /// Every message: the first two bytes choose which, the others are read as one.
    case messages

    /// What is wrong with how the bytes are read, or nil.
    public func fault(in bytes: [UInt8]) -> String? {
        switch self {
        case .frames: Self.faultOfFrames(bytes)
        case .cbor: Self.faultOfCBOR(bytes)
        case .messages: Self.faultOfMessages(bytes)
        }
    }

    // MARK: Frames

    private static func faultOfFrames(_ input: [UInt8]) -> String? {
        guard let choice = input.first else { return nil }
        let bytes = input.dropFirst()
        let limit = [Frame.minimumLength, 64, Frame.leastMaximumLength, Frame.defaultMaximumLength][Int(choice & 3)]
        let expected = ReferenceFrames(bytes, maximumLength: limit)
        for split in [max(1, bytes.count), 1, 1 + Int(choice >> 2)] {
            var reader = FrameReader(maximumLength: limit)
            var frames: [ReferenceFrames.Frame] = []
            var isRefused = false
            var rest = bytes
            while !rest.isEmpty, !isRefused {
                var buffer = ByteBuffer(bytes: rest.prefix(split))
                rest = rest.dropFirst(split)
                do throws(FrameError) {
                    while let frame = try reader.next(from: &buffer) {
                        frames.append(
                            .init(
                                type: frame.type.rawValue, flags: frame.flags, streamID: frame.streamID,
                                payload: frame.payload))
                    }
                    // Beside a part of one frame nothing is held.
                    guard reader.bufferedBytes < limit + 4, buffer.readableBytes == 0 else {
                        return "\(reader.bufferedBytes) bytes are held at a limit of \(limit)"
                    }
                } catch {
                    isRefused = true
                }
            }
            guard frames == expected.frames else {
                return "\(frames.count) frames instead of \(expected.frames.count), split by \(split)"
            }
            guard isRefused == expected.isRefused else {
                return "refused: \(isRefused), should be: \(expected.isRefused), split by \(split)"
            }
        }
        return nil
    }

    // MARK: CBOR

    private static func faultOfCBOR(_ bytes: [UInt8]) -> String? {
        let reference = ReferenceCBOR(bytes)
        let value: CBORValue?
        do throws(CBORError) {
            value = try CBORDecoder().decode(CBORValue.self, from: bytes)
        } catch {
            guard let offset = error.offset, (0...bytes.count).contains(offset) else { return "no place: \(error)" }
            value = nil
            guard !reference.isAcceptable else { return "refused though it is as it may be: \(error)" }
        }
        // Each way of reading that `Codable` knows, on bytes that may be anything.
        _ = try? CBORDecoder().decode([String].self, from: bytes)
        _ = try? CBORDecoder().decode([String: String].self, from: bytes)
        _ = try? CBORDecoder().decode([[Int8?]].self, from: bytes)
        _ = try? CBORDecoder().decode([Float].self, from: bytes)
        var offset = 0
        if (try? CBORDecoder().decode(CBORValue.self, from: bytes, at: &offset)) == nil, offset != 0 {
            return "the offset moved by an error"
        }
        guard let value else { return nil }
        guard reference.isAcceptable else { return "accepted though it is not as it may be" }
        do throws(CBORError) {
            let written = try CBOREncoder().encode(value)
            let check = ReferenceCBOR(written)
            guard check.isAcceptable, check.isDeterministic else { return "written in a form that is not ours" }
            guard try CBORDecoder().decode(CBORValue.self, from: written) == value else {
                return "changed by being written and read"
            }
            return nil
        } catch {
            return "what was read cannot be written and read: \(error)"
        }
    }

    // MARK: Messages

    private static func faultOfMessages(_ input: [UInt8]) -> String? {
        guard input.count >= 2, let type = MessageTypes.type(chosenBy: UInt16(input[0]) << 8 | UInt16(input[1])) else {
            return nil
        }
        let bytes = Array(input.dropFirst(2))
        if let fault = type.fault(in: bytes) { return fault }
        if (try? type.decode(bytes)) != nil, !ReferenceCBOR(bytes).isAcceptable {
            return "\(type.name): read from what is not CBOR of ours"
        }
        guard type.name == "RequestHead" else { return nil }
        // As the server reads a request: a head, then a message.
        var offset = 0
        guard let head = try? CBORDecoder().decode(RequestHead.self, from: bytes, at: &offset) else { return nil }
        guard (1...bytes.count).contains(offset) else { return "a head that ends at \(offset)" }
        let method = MessageTypes.methods.first { $0.fullName == head.method }
        return method?.request.fault(in: Array(bytes[offset...]))
    }
}
