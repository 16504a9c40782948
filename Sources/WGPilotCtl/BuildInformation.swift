import WGPilotProtocol

/// What this program says it is.
enum BuildInformation {
    static let version = ProductVersion.current
    static let agent = "wgpilotctl/\(version)"
}
