import Glibc
public import WGPilotCore

extension LinuxHostNetwork {
    /// Follows the tracked connections that the filter fits.
    public func connections<Value: Sendable>(
        _ filter: ConnectionFilter, into initial: Value,
        _ merge: @Sendable (inout Value, TrackedConnection) -> Void
    ) async throws(KernelError) -> Value {
        try await tracking("list the tracked connections") { () throws(NetlinkError) in
            try await connectionList.collect(filter, into: initial) { merge(&$0, $1.connection) }
        }
    }

    /// Takes the tracked connections away that the filter fits.
    public func removeConnections(_ filter: ConnectionFilter) async throws(KernelError) -> Int {
        try await tracking("take tracked connections away") { () throws(NetlinkError) in
            try await connectionRemoval.remove(filter)
        }
    }

    /// Runs an exchange with ctnetlink, and says what to do where it is not there.
    private func tracking<Value>(
        _ operation: String, _ body: () async throws(NetlinkError) -> Value
    ) async throws(KernelError) -> Value {
        do throws(NetlinkError) {
            return try await body()
        } catch .system(_, EPROTONOSUPPORT) {
            throw KernelError(
                code: .notSupported, operation: operation, errno: EOPNOTSUPP,
                message: "this kernel does not tell of tracked connections; load the module nf_conntrack_netlink")
        } catch {
            throw KernelError(error, operation: operation)
        }
    }
}
