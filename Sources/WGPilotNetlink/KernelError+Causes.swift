import Glibc
import WGPilotCore

extension KernelError {
    /// There is no WireGuard in the kernel.
    static func noWireGuard(operation: String) -> KernelError {
        KernelError(
            code: .notSupported, operation: operation, errno: EOPNOTSUPP,
            message:
                "the kernel has no WireGuard; load its module with `modprobe wireguard`, or install wireguard-go and "
                + "choose the userspace backend")
    }

    /// An interface of the name is something else.
    static func nameTaken(_ name: InterfaceName, kind: String?, operation: String) -> KernelError {
        KernelError(
            code: .nameTaken, operation: operation, errno: EEXIST,
            message:
                "\(name) is an interface of another kind (\(kind ?? "hardware")); give the network another interface "
                + "name or remove that interface")
    }

    /// The UDP port is taken.
    static func portInUse(_ port: UInt16, by owner: UDPPortOwner?, operation: String) -> KernelError {
        let holder = owner.map { "held by \($0)" } ?? "in use"
        return KernelError(
            code: .addressInUse, operation: operation, errno: EADDRINUSE,
            message: "UDP port \(port) is \(holder); choose another port or stop what holds it")
    }

    /// A step is about an interface that is not there.
    static func noInterface(_ name: InterfaceName, operation: String) -> KernelError {
        KernelError(
            code: .noSuchDevice, operation: operation, errno: ENODEV,
            message: "there is no interface \(name); it is made again at the next comparison")
    }

    /// A route to the block exists and is not ours.
    static func routeTaken(_ prefix: IPPrefix, through link: String?, operation: String) -> KernelError {
        KernelError(
            code: .nameTaken, operation: operation, errno: EEXIST,
            message: "there is a route to \(prefix) already\(link.map { " through \($0)" } ?? ""), which is not "
                + "WGPilot's; remove it or leave the block out of the peer's networks")
    }
}

/// Runs an exchange and says in words what its failure means for the operation.
func translating<Value>(
    _ operation: @autoclosure () -> String, _ body: () async throws(NetlinkError) -> Value
) async throws(KernelError) -> Value {
    do {
        return try await body()
    } catch {
        throw KernelError(error, operation: operation())
    }
}
