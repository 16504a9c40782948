internal import CLinuxShims
internal import Glibc

/// Who is at the other end of a Unix socket, according to the kernel.
///
/// Read once, when the connection is accepted: the values are those of the moment of connect(2) and do not change with
/// the process afterwards.
public struct PeerCredentials: Sendable, Hashable {
    /// The effective user id.
    public let uid: UInt32
    /// The effective group id.
    public let gid: UInt32
    /// The process id, for logs only: it may belong to another process by the time it is read, so no decision rests on
    /// it.
    public let pid: Int32
    /// The supplementary group ids.
    public let groups: [UInt32]

    /// Makes credentials: for tests, and for connections inside one process.
    public init(uid: UInt32, gid: UInt32, pid: Int32 = 0, groups: [UInt32] = []) {
        self.uid = uid
        self.gid = gid
        self.pid = pid
        self.groups = groups
    }

    /// Asks the kernel (SO_PEERCRED, SO_PEERGROUPS; unix(7), socket(7)). Throws the errno value.
    init(socket: CInt) throws(ListenerError) {
        var peer = wgp_peer()
        let result = unsafe wgp_peer_credentials(socket, &peer)
        guard result == 0 else { throw ListenerError(.system, errno: result, "Reading the peer's credentials failed") }
        // NGROUPS_MAX is 65536; a kernel that asks for more is not believed.
        var capacity: UInt32 = 64
        while true {
            var groups = [UInt32](repeating: 0, count: Int(capacity))
            var count: UInt32 = 0
            let result = unsafe wgp_peer_groups(socket, &groups, capacity, &count)
            if result == 0 {
                self.init(uid: peer.uid, gid: peer.gid, pid: peer.pid, groups: Array(groups.prefix(Int(count))))
                return
            }
            guard result == ERANGE, count > capacity, count <= 1 << 17 else {
                throw ListenerError(.system, errno: result, "Reading the peer's groups failed")
            }
            capacity = count
        }
    }
}
