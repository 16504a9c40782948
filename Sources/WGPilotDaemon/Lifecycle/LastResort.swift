import Dispatch
import Glibc

/// Ends the process when an orderly stop does not come to its end: a kernel or a `wireguard-go` that hangs must not keep
/// the service manager waiting. Nothing acknowledged is lost by it, as by a kill at any other instant.
enum LastResort {
    /// Longer than the server gives the calls in flight, shorter than a service manager waits (`TimeoutStopSec`).
    private static let patience = DispatchTimeInterval.seconds(20)

    /// Starts the clock; it stops with the process.
    static func arm() {
        DispatchQueue.global().asyncAfter(deadline: .now() + patience) {
            _exit(EXIT_FAILURE)
        }
    }
}
