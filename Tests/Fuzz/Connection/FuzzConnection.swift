import FuzzEntries
import Glibc
import Logging
import NIOPosix
import Synchronization
import WGPilotProtocol
import WGPilotRPC

/// A whole server, to whose socket the bytes of an input go as a client's.
///
/// The first byte of an input says how: bit 0 has the rest made into frames (see ``ConnectionScript``), else it is sent as
/// it is; bit 1 sends a good hello before it; bits 2 and 3 choose the size of the pieces; bit 4 leaves without reading
/// what the server says.
///
/// What must hold: the server says whole frames that a client may get, answers no call twice and none that was not made,
/// and lets go of the connection and of the calls on it when the client is gone.
public final class FuzzConnection: Sendable {
    private enum Failure: Error {
        case noServer(String)
    }

    /// How long the server may take for anything, in milliseconds. Far beyond what it needs on a busy machine.
    private static let patience: CInt = 20_000

    private let path: String
    private let service: FuzzService
    private let server: RPCServer
    private let hello: [UInt8]

    /// Starts a server on a socket in `directory`. It is there until ``stop()``.
    public init(directory: String) throws {
        path = "\(directory)/s"
        service = FuzzService()
        hello =
            Frame(
                type: .hello, streamID: 0,
                payload: try CBOREncoder().encode(Hello(maximumFrameLength: 1 << 16, agent: "fuzz/1"))
            ).bytes
        server = RPCServer(
            address: .path(path, mode: 0o600), configuration: service.configuration,
            group: MultiThreadedEventLoopGroup.singleton)
        let outcome = Mutex<String?>(nil)
        let isUp = Mutex(false)
        Task.detached { [server] in
            do {
                try await server.run { isUp.withLock { $0 = true } }
            } catch {
                outcome.withLock { $0 = "\(error)" }
            }
        }
        for _ in 0..<FuzzConnection.patience where !isUp.withLock({ $0 }) {
            if let fault = outcome.withLock({ $0 }) { throw Failure.noServer(fault) }
            usleep(1000)
        }
    }

    /// Ends the server.
    public func stop() {
        server.beginShutdown()
    }

    /// What is wrong with how the server treats the bytes, or nil. Blocks the thread.
    public func fault(in input: [UInt8]) -> String? {
        guard let choice = input.first else { return nil }
        var script = ConnectionScript(input.dropFirst(), isStructured: choice & 1 != 0)
        if choice & 2 != 0 { script.bytes = hello + script.bytes }
        let piece = [Int.max, 1 << 10, 61, 7][Int(choice >> 2 & 3)]
        let isReading = choice & 16 == 0

        guard let client = FuzzClient(path: path) else { return "no connection: errno \(errno)" }
        let said = client.converse(script.bytes, piece: piece, isReading: isReading, patience: Self.patience)
        client.close()
        if let fault = said.fault { return fault }
        if isReading, let fault = Self.fault(inAnswers: said.bytes, to: script.bytes) { return fault }
        // The calls end when their client is gone; those of a client that was quicker than the server may only begin now.
        for _ in 0..<Self.patience {
            if service.running.withLock({ $0 }) == 0 { return nil }
            usleep(1000)
        }
        return "handlers run on without their client"
    }

    /// What no server may say.
    private static func fault(inAnswers bytes: [UInt8], to sent: [UInt8]) -> String? {
        let asked = ReferenceFrames(sent, maximumLength: Frame.defaultMaximumLength)
        let frames = ReferenceFrames(bytes, maximumLength: Frame.defaultMaximumLength)
        if frames.isRefused { return "the server says what is no frame" }
        // The first request of an id alone is looked at: a second one ends the connection.
        let opened = Dictionary(
            asked.frames.filter { $0.type == FrameType.request.rawValue }.map { ($0.streamID, isStream($0.payload)) },
            uniquingKeysWith: { first, _ in first })
        var pings = asked.frames.filter { $0.type == FrameType.ping.rawValue && $0.flags == 0 }.map(\.payload)[...]
        var messages: [UInt32: Int] = [:]
        var ended: Set<UInt32> = []
        for (index, frame) in frames.frames.enumerated() {
            // Answers that were on their way when the connection was ended may still come; nobody reads them.
            if ended.contains(0), frame.streamID == 0 { return "the server goes on after the end" }
            switch FrameType(rawValue: frame.type) {
            case .hello:
                guard index == 0, frame.streamID == 0 else { return "the server greets on the way" }
                guard (try? CBORDecoder().decode(Hello.self, from: frame.payload)) != nil else { return "no hello" }
            case .message:
                guard let isStream = opened[frame.streamID] else { return "a message of a call that nobody made" }
                guard isStream || messages[frame.streamID] == nil else { return "two messages of a unary call" }
                guard !ended.contains(frame.streamID) else { return "a message of a call that has ended" }
                messages[frame.streamID, default: 0] += 1
            case .status:
                guard frame.streamID == 0 || opened[frame.streamID] != nil else { return "a status nobody asked for" }
                guard ended.insert(frame.streamID).inserted else { return "two statuses of one call" }
                guard let status = try? CBORDecoder().decode(Status.self, from: frame.payload) else {
                    return "no status"
                }
                if status.code == .internal { return "an internal error: \(status)" }
                if opened[frame.streamID] == false, (status.code == .ok) != (messages[frame.streamID] == 1) {
                    return "a unary call's message without its success, or the other way round"
                }
            case .ping:
                guard frame.streamID == 0, frame.flags == Frame.answerFlag else { return "a ping out of place" }
                guard pings.popFirst() == frame.payload else { return "an answer to a ping that nobody sent" }
            default:
                return "a frame of type \(frame.type) from a server"
            }
            guard index > 0 || frame.streamID == 0 else { return "an answer before the hello" }
        }
        return nil
    }

    /// Whether a request is one for a method with any number of messages.
    private static func isStream(_ request: [UInt8]) -> Bool {
        var offset = 0
        let head = try? CBORDecoder().decode(RequestHead.self, from: request, at: &offset)
        return head.map { FuzzService.streams.contains($0.method) } ?? false
    }
}
