/// What this program says it is.
enum BuildInformation {
    static let version = "0.1.0"
    static let agent = "wgpilot-gateway/\(version)"
}
