import CMnl
import Glibc

/// One conversation with the kernel: requests and their answers, one after another.
///
/// It lives on a thread of its own, for it blocks. After anything that leaves it unclear what may still arrive (a
/// time-out, a garbled or overrun answer) the socket is dropped and the next request opens a fresh one, so that a late
/// answer never meets a request that it does not belong to.
actor NetlinkConnection {
    private let bus: Int32
    private let timeout: Duration
    private let executor: BlockingExecutor
    private var socket: NetlinkSocket?
    private var sequence: UInt32 = 0
    private var buffer: [UInt8] = []
    /// The port to have again after the socket was dropped; nil where any will do.
    private var lastingPort: UInt32?

    /// How often a dump is taken again because the state changed meanwhile.
    static let dumpRetries = 5

    /// Makes a connection; the socket is opened by the first request.
    init(bus: Int32, label: String, timeout: Duration = .seconds(30)) {
        self.bus = bus
        self.timeout = timeout
        executor = BlockingExecutor(label: label)
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// The port that all requests come from, from now on and for ever: by it, those who listen tell our changes from others'.
    func port() throws(NetlinkError) -> UInt32 {
        if let lastingPort { return lastingPort }
        let socket = try takeSocket()
        let port = socket.port
        lastingPort = port
        self.socket = consume socket
        return port
    }

    /// Sends a request and waits for its acknowledgement.
    func perform(_ request: NetlinkRequest) throws(NetlinkError) {
        try collect(request, into: ()) { (_, _) throws(NetlinkError) in }
    }

    /// Sends a request and merges its answers into a value.
    ///
    /// A dump that the kernel marks as interrupted is read to its end, forgotten and taken again from the initial
    /// value, at most five more times; a partial dump is never given out.
    func collect<Value: Sendable>(
        _ request: NetlinkRequest, into initial: Value,
        _ merge: @Sendable (inout Value, NetlinkMessage) throws(NetlinkError) -> Void
    ) throws(NetlinkError) -> Value {
        try Self.untilWhole(initial) { (value) throws(NetlinkError) in
            try exchange(request) { (message) throws(NetlinkError) in try merge(&value, message) }
        }
    }

    /// Takes a dump until it is of one piece, each time from the initial value on.
    ///
    /// - Parameter dump: One attempt; false when the kernel marked it as interrupted.
    static func untilWhole<Value>(
        _ initial: Value, _ dump: (inout Value) throws(NetlinkError) -> Bool
    ) throws(NetlinkError) -> Value {
        var attempt = 0
        while true {
            var value = initial
            if try dump(&value) { return value }
            guard attempt < dumpRetries else { throw .interrupted }
            // 2, 4, 8, 16, 32 ms: whoever is changing the state is given time to finish.
            usleep(2000 << UInt32(attempt))
            attempt += 1
        }
    }

    /// One request with its answers; false when it was a dump that the kernel marked as interrupted.
    private func exchange(
        _ request: NetlinkRequest, _ handle: (NetlinkMessage) throws(NetlinkError) -> Void
    ) throws(NetlinkError) -> Bool {
        let socket = try takeSocket()
        if buffer.isEmpty { buffer = [UInt8](repeating: 0, count: NetlinkSocket.bufferSize) }
        defer { wipe(&buffer) }
        sequence &+= 1
        var message = try request.framed(sequence: sequence, port: socket.port)
        defer { wipe(&message) }
        try socket.send(message)

        var reader = AnswerReader(sequence: sequence, port: socket.port, isDump: request.isDump)
        var outcome: AnswerReader.Outcome?
        while outcome == nil {
            let count = try socket.receive(into: &buffer)
            outcome = try reader.read(buffer[..<count], handle: handle)
        }
        // Everything that belongs to the request has been read, so the socket is good for the next.
        self.socket = consume socket
        if case .failed(let error) = outcome { throw error }
        return outcome == .complete
    }

    /// Takes the socket out, so that it is lost unless it is put back.
    private func takeSocket() throws(NetlinkError) -> NetlinkSocket {
        if let open = socket.take() { return open }
        return try NetlinkSocket(bus: bus, timeout: timeout, port: lastingPort ?? 0)
    }
}
