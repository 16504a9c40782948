import WGPilotCore
import WGPilotRPC

/// Where attempts to log in come from, as far as they are counted together: an IPv4 address, the /64 of an IPv6 address,
/// for any one of which costs its owner nothing, or a user of this machine.
struct ClientOrigin: Hashable, Sendable {
    private let text: String

    /// Takes the origin of a call.
    init(_ context: ServerContext) {
        let caller = context[CallRecord.Key.self]?.caller
        guard let origin = caller?.origin, origin != Caller.socket else {
            text = "uid \(context.credentials.uid)"
            return
        }
        guard let address = IPAddress(origin), !address.isV4, !address.hostPrefix.isV4Mapped else {
            text = origin
            return
        }
        text = IPPrefix(masking: address, length: 64).description
    }
}
