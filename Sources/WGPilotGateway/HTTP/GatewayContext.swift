import Hummingbird
import Logging
import NIOCore
import WGPilotProtocol

/// What is known of a request beside its bytes: who asks, from where, and for whom the daemon is to act.
struct GatewayContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The connection that the request came over.
    let channel: any Channel
    /// The id under which every process logs the request. It is made here: one from outside is not taken.
    var requestID = RequestID.make()
    /// The client's address, with what trusted proxies say of it taken into account.
    var clientAddress = ""
    /// Whether the client sees `https`.
    var isSecure = false
    /// What the caller shows for being let in; nil for nothing.
    var credential: Credential?

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    /// What goes beside a call to the daemon: the request id, the client's address and the caller's authorization.
    var metadata: Metadata {
        var metadata: Metadata = [MetadataKey.requestID: requestID]
        if !clientAddress.isEmpty { metadata["client-address"] = clientAddress }
        if let credential { metadata["authorization"] = credential.authorization }
        return metadata
    }
}
