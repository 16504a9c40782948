import CMnl
import Glibc
import WGPilotCore

/// The control socket of one `wireguard-go`. Blocks, so it is for a ``BlockingWorker``.
enum UAPISocket {
    /// Why a conversation failed.
    enum Failure: Error, Equatable {
        /// There is no socket, or nobody listens at it.
        case absent
        /// The other side refused with an error number.
        case refused(errno: Int32)
        /// A system call failed.
        case system(SystemError)
        /// The answer breaks the rules.
        case malformed(String)
    }

    /// How long a send or a receive waits: a big change keeps the other side busy.
    static let timeout = Duration.seconds(10)
    /// Where every `wireguard-go` of the machine has its socket, whatever its network namespace.
    static let directory = "/var/run/wireguard"

    /// The path of a device's socket.
    static func path(_ name: InterfaceName) -> String { "\(directory)/\(name).sock" }

    /// Whether there is a file of that name, alive or not.
    static func exists(_ name: InterfaceName) -> Bool {
        unsafe access(path(name), F_OK) == 0
    }

    /// Whether somebody listens.
    static func answers(_ name: InterfaceName) -> Bool {
        (try? connect(name)) != nil
    }

    /// Removes the socket of a `wireguard-go` that is no more; one that somebody listens at stays.
    static func removeStale(_ name: InterfaceName) {
        if exists(name), !answers(name) { unsafe _ = unlink(path(name)) }
    }

    /// Sends a request and reads the answer to its end.
    static func exchange(
        _ name: InterfaceName, _ request: [UInt8], statusOnly: Bool = false
    ) throws(Failure) -> WireGuardDevice {
        let socket = try connect(name)
        do {
            try socket.send(request)
            var response = UAPIResponse(statusOnly: statusOnly)
            var buffer = [UInt8](repeating: 0, count: 64 * 1024)
            defer { wipe(&buffer) }
            while !response.isComplete {
                let count = try socket.read(into: &buffer)
                if count == 0 { throw UAPIResponse.Malformed(reason: "an answer that ends half-way") }
                try response.read(buffer[..<min(count, buffer.count)])
            }
            // The number is negated, as in the kernel.
            if let errno = response.errno, errno != 0 {
                throw Failure.refused(errno: errno == .min ? EIO : abs(errno))
            }
            return response.device
        } catch let error as Failure {
            throw error
        } catch let error as SystemError {
            throw .system(error)
        } catch let error as UAPIResponse.Malformed {
            throw .malformed(error.reason)
        } catch {
            throw .malformed("an unexpected failure")
        }
    }

    private static func connect(_ name: InterfaceName) throws(Failure) -> FileDescriptor {
        if let socket = FileDescriptor(unsafe wgp_connect_unix(path(name), timeout.wholeMilliseconds)) {
            return socket
        }
        switch errno {
        case ENOENT, ECONNREFUSED: throw .absent
        case let code: throw .system(SystemError(call: "connect", errno: code))
        }
    }
}
