import WGPilotProtocol

extension RPCError {
    /// What a refusal of the daemon's means for a caller's stream; nil where it is none, but a failure to ask. That this
    /// process may not use the socket says nothing of the caller.
    var refusal: EventEnd? {
        switch code {
        case .unauthenticated: .unauthenticated
        case .permissionDenied where reason != "socket_permission": .roleChanged
        default: nil
        }
    }
}
