import FuzzEntries
import WGPilotProtocol

/// What a client sends, made from any bytes at all.
///
/// Most bytes are no frames, and nobody looks behind the first that is none. So an input can be read as steps, each of a
/// few bytes, whose frames are well-formed in all that the steps do not mean to be wrong.
struct ConnectionScript {
    /// What goes to the socket.
    var bytes: [UInt8] = []

    private var input: ArraySlice<UInt8>
    private var lastStream: UInt32 = 0

    init(_ input: ArraySlice<UInt8>, isStructured: Bool) {
        self.input = input
        guard isStructured else {
            bytes = Array(input)
            return
        }
        while !self.input.isEmpty { step() }
    }

    private mutating func next() -> UInt8 {
        input.popFirst() ?? 0
    }

    private mutating func chunk() -> [UInt8] {
        let count = Int(next())
        defer { input = input.dropFirst(count) }
        return Array(input.prefix(count))
    }

    private mutating func frame(_ type: UInt8, flags: UInt8 = 0, stream: UInt32, _ payload: [UInt8]) {
        bytes += ReferenceFrames.Frame(type: type, flags: flags, streamID: stream, payload: payload).bytes
    }

    private mutating func step() {
        switch next() & 7 {
        case 0, 1:
            // A call with a message that decodes: a text, and a number of answers.
            let (method, count, timeout) = (next(), next(), next())
            let text = String(decoding: chunk(), as: UTF8.self)
            call(method, timeout: timeout, (try? CBOREncoder().encode(FuzzNote(text: text, count: Int(count)))) ?? [])
        case 2:
            let (method, timeout) = (next(), next())
            call(method, timeout: timeout, chunk())
        case 3: frame(FrameType.cancel.rawValue, stream: UInt32(next()), [])
        case 4:
            // Credit for a call.
            let (stream, amount) = (next(), next())
            frame(6, stream: UInt32(stream), (try? CBOREncoder().encode(UInt64(1) << (amount & 31))) ?? [])
        case 5: frame(7, flags: next() & 1, stream: 0, Array(chunk().prefix(9)))
        default:
            let (type, flags, stream) = (next(), next(), next())
            frame(type, flags: flags, stream: UInt32(stream), chunk())
        }
    }

    private mutating func call(_ method: UInt8, timeout: UInt8, _ message: [UInt8]) {
        // Gaps are allowed, and a step back is not.
        lastStream = timeout == 255 ? lastStream : lastStream + 1 + UInt32(method >> 6)
        let name = FuzzService.methods[Int(method) % FuzzService.methods.count]
        var metadata: Metadata = [:]
        if timeout & 1 != 0 { metadata[MetadataKey.requestID] = String(repeating: "a", count: Int(timeout)) }
        let head = RequestHead(
            method: name, timeoutMilliseconds: timeout & 2 != 0 ? UInt64(timeout >> 2) : nil, metadata: metadata)
        frame(FrameType.request.rawValue, stream: lastStream, ((try? CBOREncoder().encode(head)) ?? []) + message)
    }
}
