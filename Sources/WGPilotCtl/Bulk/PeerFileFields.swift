import WGPilotCore
import WGPilotProtocol

/// The fields of one peer in a file, by their names as `peer list --output json` has them.
struct PeerFileFields {
    /// What is wrong, each fault with its field.
    private(set) var faults: [(field: String, message: String)] = []
    private var fields: [String: PeerFileValue]

    /// What a list of peers tells and nobody chooses: left out without a word.
    private static let facts: Set = [
        "id", "network_id", "allowed_ips", "online", "last_handshake", "transfer_rx", "transfer_tx", "created_at",
        "updated_at", "addresses", "kernel_keepalive", "holds_private_key", "has_preshared_key",
        "disabled_reason", "last_endpoint", "pending_public_key", "keys_change_at", "config_fetched_at", "config_stale",
        "findings", "configuration",
    ]

    init(_ fields: [String: PeerFileValue]) {
        self.fields = fields.filter { !Self.facts.contains($0.key) && $0.value != .none }
    }

    /// The peer that the fields ask for. What is no field of a peer is a fault.
    mutating func request() -> CreatePeerRequest {
        var request = CreatePeerRequest(network: "", name: text("name") ?? "")
        if request.name.isEmpty { faults.append(("name", "missing")) }
        request.email = text("email")
        request.role = text("role")
        request.siteNetworks = list("site_networks")
        request.address = text("address")
        request.publicKey = text("public_key")
        request.presharedKey = text("preshared_key")
        request.endpoint = text("endpoint").flatMap { $0.isEmpty ? nil : $0 }
        request.persistentKeepalive = number("persistent_keepalive")
        request.hubKeepalive = number("hub_keepalive")
        request.tunnel = text("tunnel")
        request.extraCIDRs = list("extra_cidrs")
        request.dnsServers = list("dns_servers")
        request.mtu = number("mtu")
        request.notes = text("notes")
        request.tags = list("tags")
        request.enabled = truth("enabled")
        // A list tells the custody of every peer; with a key of the client's there is only one that it can have.
        let custody = text("custody")
        if request.publicKey == nil { request.custody = custody }
        request.searchDomains = list("search_domains")
        request.excludedCIDRs = list("excluded_cidrs")
        request.expiresAt = time("expires_at")
        request.bandwidthUpKbps = bandwidth("bandwidth_up_kbps")
        request.bandwidthDownKbps = bandwidth("bandwidth_down_kbps")
        for name in fields.keys.sorted() { faults.append((name.quotedForMessage, "no field of a peer")) }
        return request
    }

    private mutating func text(_ name: String) -> String? {
        switch fields.removeValue(forKey: name) {
        case nil, .some(.none): return nil
        case .text(let text): return text
        case .number(let number): return String(number)
        case .truth, .list: return fault(name, "not a text")
        }
    }

    private mutating func number(_ name: String) -> Int64? {
        switch fields.removeValue(forKey: name) {
        case nil, .some(.none): return nil
        case .number(let number): return number
        case .text(let text):
            guard let number = Int64(text) else { return fault(name, "\(text.quotedForMessage) is not a number") }
            return number
        case .truth, .list: return fault(name, "not a number")
        }
    }

    /// Seconds since 1970-01-01 UTC, or what `--expires` takes.
    private mutating func time(_ name: String) -> Int64? {
        switch fields.removeValue(forKey: name) {
        case nil, .some(.none): return nil
        case .number(let number): return number
        case .text(let text):
            if let number = Int64(text) { return number }
            guard let expiry = ExpiryArgument(argument: text) else {
                return fault(name, "\(text.quotedForMessage) is no time")
            }
            return expiry.seconds(now: OutputFormat.now)
        case .truth, .list: return fault(name, "not a time")
        }
    }

    /// A limit in kbit/s, or what `--bandwidth-up` takes.
    private mutating func bandwidth(_ name: String) -> Int64? {
        switch fields.removeValue(forKey: name) {
        case nil, .some(.none): return nil
        case .number(let number): return number
        case .text(let text):
            guard let limit = BandwidthArgument(argument: text) else {
                return fault(name, "\(text.quotedForMessage) is no limit such as 800, 10M or none")
            }
            return limit.kbps
        case .truth, .list: return fault(name, "not a limit")
        }
    }

    private mutating func truth(_ name: String) -> Bool? {
        switch fields.removeValue(forKey: name) {
        case nil, .some(.none): return nil
        case .truth(let truth): return truth
        case .text(let text):
            switch text.lowercased() {
            case "true", "yes", "1": return true
            case "false", "no", "0": return false
            default: return fault(name, "\(text.quotedForMessage) is neither true nor false")
            }
        case .number, .list: return fault(name, "neither true nor false")
        }
    }

    /// A list may also be a text with its items separated by commas or semicolons.
    private mutating func list(_ name: String) -> [String]? {
        switch fields.removeValue(forKey: name) {
        case nil, .some(.none): return nil
        case .list(let list): return list
        case .text(let text): return ListArgument.split(text.replacing(";", with: ","))
        case .number, .truth: return fault(name, "not a list of texts")
        }
    }

    private mutating func fault<Value>(_ name: String, _ what: String) -> Value? {
        faults.append((name, what))
        return nil
    }
}
