import WGPilotCore

/// The names under which the gateway may be asked: a page of another site whose name leads here, by a DNS answer that
/// changes, is not served.
struct HostNames: Sendable {
    /// Those that are configured, in lower case; `*` allows every name.
    let names: Set<String>

    /// Whether a request may name this host: one that is configured, the machine itself, or the address that the connection
    /// came to.
    ///
    /// - Parameters:
    ///   - authority: The host as the request has it, with or without a port.
    ///   - local: The address that the client connected to.
    func allow(_ authority: String, local: IPAddress?) -> Bool {
        guard let host = Self.host(authority) else { return false }
        if names.contains("*") || names.contains(host) { return true }
        if host == "localhost" { return true }
        guard let address = IPAddress(host) else { return false }
        return address == local || address.isLoopback
    }

    /// The host without port and brackets, in lower case; nil for what is no host.
    static func host(_ authority: String) -> String? {
        var text = authority[...]
        var host: Substring
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            host = text[text.index(after: text.startIndex)..<end]
            guard IPAddress(host) != nil else { return nil }
            text = text[text.index(after: end)...]
        } else {
            host = text.prefix { $0 != ":" }
            text = text.dropFirst(host.count)
            let isName = host.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || "-._".utf8.contains(byte)
            }
            guard isName, !host.isEmpty, host.utf8.count <= 253 else { return nil }
            if host.last == "." { host.removeLast() }
        }
        if !text.isEmpty {
            guard text.first == ":", text.dropFirst().utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                return nil
            }
        }
        return host.lowercased()
    }
}

extension IPAddress {
    /// Whether it is the machine's own, 127.0.0.0/8 or ::1.
    var isLoopback: Bool {
        switch self {
        case .v4: bytes.first == 127
        case .v6: number == 1
        }
    }
}
