internal import Glibc
internal import NIOCore
internal import WGPilotProtocol

/// Turns the failures of connect(2) into errors that say what to do.
enum ConnectFailure {
    static let cancelled = RPCError(.cancelled, reason: "cancelled", message: "Connecting was given up.")

    static func rpcError(for error: any Error, path: String) -> RPCError {
        if let error = error as? RPCError { return error }
        if error is CancellationError { return cancelled }
        if let error = error as? IOError { return rpcError(errno: error.errnoCode, path: path) }
        if let error = error as? SocketAddressError, case .unixDomainSocketPathTooLong = error {
            return RPCError(
                .invalidArgument, reason: "socket_path", message: "The socket's path \(path) is longer than 107 bytes.")
        }
        if error is ChannelError {
            return RPCError(
                .unavailable, reason: "connect_timeout", message: "Connecting to \(path) failed: \(error).")
        }
        return RPCError(.unavailable, reason: "connect_failed", message: "Connecting to \(path) failed: \(error).")
    }

    /// By connect(2) and unix(7).
    private static func rpcError(errno: CInt, path: String) -> RPCError {
        switch errno {
        case ENOENT, ENOTDIR:
            RPCError(
                .unavailable, reason: "socket_missing",
                message: "There is no socket at \(path): start wgpilotd, or name its socket.")
        case EACCES, EPERM:
            RPCError(
                .permissionDenied, reason: "socket_permission",
                message: "You may not use the socket at \(path): join the group wgpilot and log in again.")
        case ECONNREFUSED:
            RPCError(
                .unavailable, reason: "daemon_not_running",
                message: "Nobody answers on the socket at \(path): start wgpilotd.")
        default:
            RPCError(
                .unavailable, reason: "connect_failed",
                message: "Connecting to \(path) failed:"
                    + " \(unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "errno \(errno)").")
        }
    }
}
