internal import Glibc

/// Why the server could not take its socket.
public struct ListenerError: Error, Sendable, Hashable {
    /// The kinds of failure.
    public enum Code: Sendable, Hashable {
        /// Another process serves this path, or is just about to.
        case addressInUse
        /// Something that is not a socket is at the path. It is left alone.
        case notASocket
        /// The path is empty or longer than a socket address can hold.
        case invalidPath
        /// An inherited socket may be used by others than its owner and its group.
        case tooPermissive
        /// An inherited descriptor is not a listening Unix stream socket with a path.
        case unsuitableDescriptor
        /// A system call failed; see ``ListenerError/errno``.
        case system
    }

    /// What went wrong.
    public let code: Code
    /// The errno value of the system call, 0 if none failed.
    public let errno: Int32
    /// One sentence for people.
    public let message: String

    init(_ code: Code, errno: Int32 = 0, _ message: String) {
        self.code = code
        self.errno = errno
        self.message = message
    }
}

extension ListenerError: CustomStringConvertible {
    /// The message, followed by the system's own words where a call failed.
    public var description: String {
        guard errno != 0 else { return message }
        let text = unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "errno \(errno)"
        return "\(message): \(text)"
    }
}
