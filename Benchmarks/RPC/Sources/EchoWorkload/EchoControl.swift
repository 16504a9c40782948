internal import Dispatch
internal import Glibc

/// How `scripts/bench` talks with a program: a line in, a line out, and the end of the input ends it.
///
/// | line | answer | who |
/// |---|---|---|
/// | | `ready`, once there is something to talk to | both |
/// | `run SIZE IN_FLIGHT MILLISECONDS CALLS` | JSON with `calls`, `seconds`, and in µs `p50` and `p99` | clients |
/// | `buffers BYTES` | `done`, once the connected sockets have send buffers of that size | both |
public enum EchoControl {
    /// What a program was told to be.
    public enum Role: Sendable, Equatable {
        case server
        case client
    }

    /// The role, the socket's path and the words after them; ends a program that was called in another way.
    public static func arguments() -> (role: Role, path: String, options: [String]) {
        let words = CommandLine.arguments
        guard words.count >= 3, words[1] == "serve" || words[1] == "call" else {
            print("usage: \(words[0]) serve|call PATH [OPTION...]")
            exit(64)
        }
        return (words[1] == "serve" ? .server : .client, words[2], Array(words[3...]))
    }

    /// Prints a line at once.
    public static func say(_ line: String) {
        // Not by print(_:) and fflush(3), which waits for the thread that is reading the input.
        let bytes = Array("\(line)\n".utf8)
        write(1, bytes, bytes.count)
    }

    /// Says `ready` and answers lines until the input ends. A server passes no `echo`.
    public static func serve(_ echo: (@Sendable ([UInt8]) async throws -> [UInt8])? = nil) async {
        say("ready")
        for await line in lines() {
            if let echo, let workload = EchoWorkload(line) {
                say(await workload.run(echo))
            } else if line.hasPrefix("buffers "), let bytes = CInt(line.dropFirst("buffers ".count)) {
                setSendBuffers(bytes)
                say("done")
            } else {
                say("{\"failed\":\"what is \(line)?\"}")
            }
        }
    }

    private static func lines() -> AsyncStream<String> {
        let (stream, continuation) = AsyncStream<String>.makeStream()
        // A thread of its own, as reading blocks.
        DispatchQueue.global().async {
            while let line = readLine() { continuation.yield(line) }
            continuation.finish()
        }
        return stream
    }

    /// From outside the libraries that own the sockets, so that none needs an option that nobody else wants.
    private static func setSendBuffers(_ bytes: CInt) {
        var value = bytes
        for descriptor in CInt(3)..<256 {
            setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &value, socklen_t(MemoryLayout<CInt>.size))
        }
    }
}
