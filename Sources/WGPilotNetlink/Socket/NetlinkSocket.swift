import CMnl
import Glibc

/// A netlink socket of libmnl, closed when it goes.
@safe
struct NetlinkSocket: ~Copyable {
    /// Netlink datagrams to user space are at most 32 KiB, for the kernel sizes a dump's by what the reader offers up
    /// to that (`netlink_dump`, net/netlink/af_netlink.c); twice as much leaves no doubt.
    static let bufferSize = 64 * 1024

    private let handle: OpaquePointer
    /// The port that the kernel gave the socket: the address of its answers.
    let port: UInt32

    /// Opens and binds a socket.
    ///
    /// - Parameters:
    ///   - bus: `NETLINK_ROUTE`, `NETLINK_GENERIC`, …
    ///   - timeout: How long a receive waits. A kernel that deletes an interface with many peers holds its locks long.
    ///   - port: The port to have; 0 for any.
    init(bus: Int32, timeout: Duration, port wanted: UInt32 = 0) throws(NetlinkError) {
        guard let handle = unsafe mnl_socket_open2(bus, Int32(SOCK_CLOEXEC.rawValue)) else {
            throw .system(call: "socket", errno: errno)
        }
        guard unsafe mnl_socket_bind(handle, 0, pid_t(bitPattern: wanted)) == 0 else {
            let code = errno
            unsafe _ = mnl_socket_close(handle)
            throw .system(call: "bind", errno: code)
        }
        var on: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        // Errors in words, without the request repeated, and filters in dump requests: each only makes answers better
        // or smaller, and each is done without where the kernel is too old for it.
        for option in [NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK] {
            unsafe _ = mnl_socket_setsockopt(handle, option, &on, size)
        }
        guard unsafe wgp_set_timeouts(mnl_socket_get_fd(handle), timeout.wholeMilliseconds) == 0 else {
            let code = errno
            unsafe _ = mnl_socket_close(handle)
            throw .system(call: "setsockopt", errno: code)
        }
        port = unsafe UInt32(mnl_socket_get_portid(handle))
        unsafe self.handle = handle
    }

    deinit {
        unsafe _ = mnl_socket_close(handle)
    }

    /// Joins a multicast group; what is sent to it arrives from now on.
    borrowing func join(_ group: Int32) throws(NetlinkError) {
        var group = group
        let size = socklen_t(MemoryLayout<Int32>.size)
        guard unsafe mnl_socket_setsockopt(handle, NETLINK_ADD_MEMBERSHIP, &group, size) == 0 else {
            throw .system(call: "setsockopt", errno: errno)
        }
    }

    /// Does not hear what is told of requests that came from a port.
    borrowing func ignore(_ port: UInt32) throws(NetlinkError) {
        guard wgp_ignore_port(descriptor, port) == 0 else { throw .system(call: "setsockopt", errno: errno) }
    }

    /// The descriptor, to wait at while the socket lives.
    var descriptor: Int32 { unsafe mnl_socket_get_fd(handle) }

    /// Sends one message whole.
    borrowing func send(_ message: [UInt8]) throws(NetlinkError) {
        while true {
            let sent = unsafe message.withUnsafeBytes { buffer in
                unsafe mnl_socket_sendto(handle, buffer.baseAddress, buffer.count)
            }
            if sent == message.count { return }
            if sent >= 0 { throw .system(call: "send", errno: EMSGSIZE) }
            switch errno {
            case EINTR: continue
            case EAGAIN: throw .timedOut
            case let code: throw .system(call: "send", errno: code)
            }
        }
    }

    /// Receives one datagram and gives its length. A datagram that does not fit the buffer is an error (`ENOSPC`, as
    /// libmnl reports `MSG_TRUNC`), never a short message.
    borrowing func receive(into buffer: inout [UInt8]) throws(NetlinkError) -> Int {
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { buffer in
                unsafe mnl_socket_recvfrom(handle, buffer.baseAddress, buffer.count)
            }
            if count >= 0 { return min(count, buffer.count) }
            switch errno {
            case EINTR: continue
            case EAGAIN: throw .timedOut
            case ENOSPC: throw .malformed("a datagram of more than \(buffer.count) bytes")
            case let code: throw .system(call: "recv", errno: code)
            }
        }
    }
}

extension Duration {
    /// Whole milliseconds, at least 1 and at most an hour: what a socket's time-out can be set to.
    var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        let clamped = min(max(seconds, 0), 3600)
        return max(1, Int(clamped) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
    }
}
