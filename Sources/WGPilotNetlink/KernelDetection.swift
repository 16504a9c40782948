/// Finds out what carries WireGuard on this machine.
public enum KernelDetection {
    /// What the operator wants.
    public enum Preference: String, Hashable, Sendable, CaseIterable {
        /// The kernel where it has WireGuard, else `wireguard-go`.
        case auto
        /// The kernel or nothing.
        case kernel
        /// `wireguard-go` or nothing.
        case userspace
    }

    /// The backend to use. Asking the kernel for WireGuard also loads its module, where there is one.
    ///
    /// Throws ``KernelError/Code/notSupported`` when the machine lacks what was wanted.
    public static func detect(preference: Preference) async throws(KernelError) -> any Kernel {
        if preference != .userspace {
            let kernel = LinuxKernel()
            if try await kernel.isAvailable() { return kernel }
            if preference == .kernel { throw .noWireGuard(operation: "find a backend") }
        }
        do throws(KernelError) {
            return try await UserspaceKernel()
        } catch let error where error.code == .notSupported && preference == .auto {
            throw .noWireGuard(operation: "find a backend")
        }
    }
}
