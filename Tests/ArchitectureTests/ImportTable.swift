/// What each target with Swift sources may import. `ARCHITECTURE.md` has the same table under "Import table", and the
/// tests hold the two and the sources together.
enum ImportTable {
    static let allowed: [String: Set<String>] = [
        // Libraries, from the bottom up.
        "WGPilotCore": ["Crypto", "Swift"],
        "WGPilotProtocol": [],
        "WGPilotRPC": ["WGPilotProtocol", "CLinuxShims", "NIOCore", "NIOPosix", "Logging", "Glibc", "Synchronization"],
        "WGPilotNetlink": ["WGPilotCore", "CMnl", "CNftables", "Crypto", "Dispatch", "Glibc", "Synchronization"],
        "WGPilotStore": [
            "WGPilotCore", "CArgon2", "CSQLiteSession", "CTextSearch", "Crypto", "Dispatch", "GRDB",
            "FoundationEssentials", "Glibc", "Synchronization",
        ],
        "WGPilotConfiguration": ["WGPilotCore", "Yams", "Glibc"],
        "WGPilotQR": ["CQREncode", "CPNG"],
        "WGPilotJSON": ["WGPilotProtocol"],
        // The three processes.
        "WGPilotDaemon": [
            "Dispatch",
            "WGPilotCore", "WGPilotProtocol", "WGPilotRPC", "WGPilotNetlink", "WGPilotStore", "WGPilotConfiguration",
            "CLinuxShims", "NIOPosix", "Logging", "ServiceLifecycle", "UnixSignals", "ArgumentParser",
            "FoundationEssentials", "Glibc", "Synchronization",
        ],
        "WGPilotCtl": [
            "WGPilotCore", "WGPilotProtocol", "WGPilotRPC", "WGPilotJSON", "WGPilotQR", "CZip", "ArgumentParser",
            "FoundationEssentials", "Glibc", "Synchronization",
        ],
        "WGPilotGateway": [
            "WGPilotCore", "WGPilotProtocol", "WGPilotRPC", "WGPilotConfiguration", "WGPilotJSON", "WGPilotQR",
            "CLinuxShims", "CSecretMemory", "Hummingbird", "HummingbirdCore", "HTTPTypes", "NIOCore", "NIOPosix",
            "NIOHTTP1",
            "NIOHTTPTypes", "NIOHTTPTypesHTTP1", "NIOCertificateReloading", "NIOSSL", "X509", "SwiftASN1", "Crypto",
            "ServiceLifecycle", "UnixSignals", "Logging", "ArgumentParser",
            "FoundationEssentials", "Glibc", "Synchronization",
        ],
        // For tests alone.
        "WGPilotTestSupport": ["WGPilotCore", "WGPilotNetlink", "Synchronization"],
    ]

    /// The targets and modules that a target can reach over any number of arrows.
    static func reachable(from target: String) -> Set<String> {
        var reached: Set<String> = []
        var rest = Array(allowed[target] ?? [])
        while let next = rest.popLast() {
            if reached.insert(next).inserted { rest += allowed[next] ?? [] }
        }
        return reached
    }
}
