import WGPilotCore
import WGPilotProtocol

/// The metadata that say for whom the gateway calls.
enum CallMetadata {
    static let authorization = "authorization"
    static let clientAddress = "client-address"
    static let background = "background"

    /// What stands behind the scheme `Bearer` (RFC 6750 §2.1), whose case does not matter; nil for anything else.
    static func bearer(_ value: String) -> Substring? {
        let parts = value.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 6, parts[0].lowercased() == "bearer" else { return nil }
        return parts[1]
    }

    /// The web client's address in its one spelling; nil where the gateway told none that is one.
    static func client(_ metadata: Metadata) -> String? {
        metadata[clientAddress].flatMap { IPAddress($0) }?.description
    }
}
