import Hummingbird
import WGPilotCore

/// Sends browsers that came by plain HTTP to the same place by HTTPS.
struct RedirectResponder: HTTPResponder {
    typealias Context = GatewayContext

    let hosts: HostNames
    /// The port of HTTPS.
    let port: UInt16

    func respond(to request: Request, context: GatewayContext) async throws -> Response {
        var response = answer(request, context)
        response.headers[.requestID] = context.requestID
        SecurityFields.add(to: &response.headers, isSecure: false, path: request.uri.path)
        return response
    }

    private func answer(_ request: Request, _ context: GatewayContext) -> Response {
        let local = context.channel.localAddress?.plainAddress
        guard let authority = request.head.authority, hosts.allow(authority, local: local),
            let host = HostNames.host(authority), let target = request.head.path, target.first == "/"
        else {
            return FailureAnswer.answer(
                HTTPFailure(.misdirectedRequest, "host_not_allowed", "This host name is not served here."),
                requestID: context.requestID)
        }
        let name = host.contains(":") ? "[\(host)]" : host
        let place = "https://\(name)\(port == 443 ? "" : ":\(port)")\(target)"
        // Nothing that was sent in the clear is to be sent again by itself.
        let isRead = request.method == .get || request.method == .head
        guard isRead else {
            return FailureAnswer.answer(
                HTTPFailure(.forbidden, "https_required", "Use HTTPS: \(place.prefix { $0 != "?" })"),
                requestID: context.requestID)
        }
        return Response(
            status: .permanentRedirect, headers: [.location: place, .connection: "close"])
    }
}
