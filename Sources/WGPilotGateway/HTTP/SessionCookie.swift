import Hummingbird

/// The cookie that holds the secret of a session.
///
/// With TLS its name begins with `__Host-`: a browser then takes it only from this very host, over TLS, for the whole of it
/// (draft-ietf-httpbis-rfc6265bis §4.1.3), so that no neighbour can plant one. Over plain HTTP, which is for the machine itself, browsers
/// would not keep such a cookie, and it has another name.
enum SessionCookie {
    static func name(isSecure: Bool) -> String { isSecure ? "__Host-wgpilot" : "wgpilot" }

    /// The secret of the session; nil where there is no cookie, or what it holds cannot be one.
    ///
    /// Where the name is there twice none counts: one of them somebody else has planted.
    static func secret(in headers: HTTPFields, isSecure: Bool) -> String? {
        let name = name(isSecure: isSecure)
        var found: [Substring] = []
        for field in headers[values: .cookie] {
            for pair in field.split(separator: ";") {
                let pair = pair.drop { $0 == " " }
                if pair.hasPrefix(name + "=") { found.append(pair.dropFirst(name.utf8.count + 1)) }
            }
        }
        guard found.count == 1, let secret = found.first, secret.hasPrefix("wgs_"), secret.utf8.count <= 128,
            secret.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return nil }
        return String(secret)
    }

    /// What sets it.
    ///
    /// - Parameter lifetime: Seconds.
    static func set(_ secret: String, lifetime: Int64, isSecure: Bool) -> String {
        "\(name(isSecure: isSecure))=\(secret); Path=/; Max-Age=\(max(0, lifetime)); HttpOnly; SameSite=Strict"
            + (isSecure ? "; Secure" : "")
    }

    /// What takes it back.
    static func clear(isSecure: Bool) -> String { set("", lifetime: 0, isSecure: isSecure) }
}
