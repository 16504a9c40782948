import CLinuxShims
import Glibc

/// Tells the service manager how the daemon stands, by the protocol of sd_notify(3).
struct ReadinessNotice: Sendable {
    private let address: String?

    /// Takes the service manager's address from the environment, and out of it, so that no child can speak in our name.
    init() {
        address = unsafe getenv("NOTIFY_SOCKET").map { unsafe String(cString: $0) }
        _ = unsafe unsetenv("NOTIFY_SOCKET")
    }

    /// Sends a state such as `READY=1`; without a service manager nothing happens.
    func send(_ state: String) {
        guard let address else { return }
        _ = unsafe wgp_notify(address, state)
    }
}
