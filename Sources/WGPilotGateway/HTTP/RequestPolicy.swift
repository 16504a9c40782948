import Hummingbird
import NIOCore
import WGPilotCore
import WGPilotProtocol

/// What every request must be like before anybody looks for its route.
struct RequestPolicy: Sendable {
    let hosts: HostNames
    let proxies: ProxyTrust
    /// Whether the listener speaks TLS.
    let isTLS: Bool

    /// Fills in who asks, and refuses what no route is to see.
    func admit(_ request: Request, _ context: inout GatewayContext) throws(HTTPFailure) {
        let peer = context.channel.remoteAddress?.plainAddress
        context.isSecure = isTLS
        if let peer {
            let client = proxies.client(of: request.headers, peer: peer)
            context.clientAddress = client.address.description
            if let isSecure = client.isSecure, !isTLS { context.isSecure = isSecure }
        }
        try checkTarget(request)
        try checkHost(request, context)
        try readCredential(request, &context)
        try checkSite(request, context)
    }

    /// A target is a path, and one that has one reading.
    private func checkTarget(_ request: Request) throws(HTTPFailure) {
        let target = request.head.path ?? ""
        if target.utf8.count > 8192 {
            throw HTTPFailure(.uriTooLong, "head_too_large", "The request's target is longer than 8192 bytes.")
        }
        let path = target.prefix { $0 != "?" }
        if Self.isPlainly(path) { return }
        let segments = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        let isPlain = segments.enumerated().allSatisfy { index, segment in
            guard let text = PercentCoding.decode(segment) else { return false }
            return text != "." && text != ".." && (!text.isEmpty || segments.count == 1)
                && !(segments.first == "assets" && text.contains("/"))
        }
        guard path.first == "/", isPlain else {
            throw HTTPFailure(.badRequest, "bad_request", "The request's target is not a path in its one spelling.")
        }
    }

    /// Whether a path is one of the many that need no closer look: segments of letters, digits, `-` and `_`.
    private static func isPlainly(_ path: Substring) -> Bool {
        var before = UInt8(ascii: "/")
        guard path.utf8.first == before, path.utf8.count > 1 else { return false }
        for byte in path.utf8.dropFirst() {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                break
            case UInt8(ascii: "/") where before != byte: break
            default: return false
            }
            before = byte
        }
        return before != UInt8(ascii: "/")
    }

    private func checkHost(_ request: Request, _ context: GatewayContext) throws(HTTPFailure) {
        guard let authority = request.head.authority, !authority.isEmpty else {
            throw HTTPFailure(.badRequest, "bad_request", "The request names no host.")
        }
        let local = context.channel.localAddress?.plainAddress
        guard hosts.allow(authority, local: local) else {
            throw HTTPFailure(
                .misdirectedRequest, "host_not_allowed",
                "This host name is not served here; if it should be, add it to host_names of the gateway.")
        }
    }

    /// A token counts before a cookie: a page of another site can make a browser send the cookie, but not the token.
    private func readCredential(_ request: Request, _ context: inout GatewayContext) throws(HTTPFailure) {
        guard let value = request.headers[.authorization] else {
            if let secret = SessionCookie.secret(in: request.headers, isSecure: context.isSecure) {
                context.credential = .session(secret)
            }
            return
        }
        let parts = value.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].lowercased() == "bearer", parts[1].hasPrefix("wgp_"),
            parts[1].utf8.count <= 256,
            parts[1].utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else {
            throw HTTPFailure(
                .unauthorized, "bad_token", "Authorization must be: Bearer wgp_…, an API token.",
                headers: [.wwwAuthenticate: "Bearer realm=\"wgpilot\", error=\"invalid_token\""])
        }
        context.credential = .token(String(parts[1]))
    }

    /// Refuses what another site's page made a browser send. Cookies are `SameSite=Strict`; this is the second lock, and
    /// the one of the login page, where there is no cookie yet.
    private func checkSite(_ request: Request, _ context: GatewayContext) throws(HTTPFailure) {
        if [.get, .head, .options].contains(request.method) { return }
        if case .token = context.credential { return }
        let refusal = HTTPFailure(
            .forbidden, "cross_site", "Requests that change something must come from this site's own page.")
        if let site = request.headers[.secFetchSite] {
            if site != "same-origin" { throw refusal }
        } else if let origin = request.headers[.origin] {
            let scheme = context.isSecure ? "https://" : "http://"
            guard origin.lowercased() == scheme + (request.head.authority ?? "").lowercased() else { throw refusal }
        } else if context.credential != nil {
            throw refusal
        }
    }
}
