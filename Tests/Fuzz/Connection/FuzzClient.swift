import Glibc

/// The client's end of a connection, by system calls alone.
struct FuzzClient {
    /// What a server may say to an input at most before it counts as one that never ends.
    private static let mostBytes = 64 << 20

    private let descriptor: CInt

    /// Connects; nil when that fails.
    init?(path: String) {
        descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let text = Array(path.utf8)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: text) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe connect(descriptor, $0, size) }
        }
        guard descriptor >= 0, result == 0 else {
            if descriptor >= 0 { _ = Glibc.close(descriptor) }
            return nil
        }
    }

    func close() {
        _ = Glibc.close(descriptor)
    }

    /// Sends the bytes, in pieces of `piece` bytes, while it takes what comes; then shuts the sending half and takes the
    /// rest, until the server closes or says nothing more.
    func converse(
        _ bytes: [UInt8], piece: Int, isReading: Bool, patience: CInt
    ) -> (bytes: [UInt8], fault: String?) {
        var said: [UInt8] = []
        var sent = 0
        var isEnded = false
        var isShut = false
        while !isEnded {
            if sent == bytes.count, !isShut {
                shutdown(descriptor, CInt(SHUT_WR))
                isShut = true
                if !isReading { return (said, nil) }
            }
            var events = CInt(POLLIN)
            if !isShut { events |= CInt(POLLOUT) }
            var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
            // A server at its limit of calls does not see that the sending half is shut, and need not.
            let ready = unsafe poll(&entry, 1, isShut ? 30 : patience)
            if ready == 0 { return (said, isShut ? nil : "the server takes nothing and says nothing") }
            if CInt(entry.revents) & CInt(POLLIN | POLLHUP | POLLERR) != 0 {
                isEnded = !read(into: &said)
                if said.count > Self.mostBytes { return (said, "an answer without end") }
            } else if !isShut {
                let end = sent + min(piece, bytes.count - sent)
                let count = unsafe bytes[sent..<end].withUnsafeBytes { piece in
                    unsafe Glibc.send(descriptor, piece.baseAddress, piece.count, CInt(MSG_NOSIGNAL))
                }
                if count > 0 {
                    sent += count
                } else if count < 0, errno != EAGAIN {
                    // Refused on the way: what it said before is still to be read.
                    sent = bytes.count
                }
            }
        }
        return (said, nil)
    }

    /// Takes what is there; false at the end.
    private func read(into said: inout [UInt8]) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
        if count > 0 { said += buffer.prefix(count) }
        return count > 0 || (count < 0 && errno == EAGAIN)
    }
}
