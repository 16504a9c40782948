import Testing
import WGPilotCore

@Suite("Values chosen by name")
struct NamedChoiceTests {
    @Test("the names of modes, scopes and roles are those of the HTTP API and the command line")
    func names() {
        #expect(NetworkMode.allCases.map(\.rawValue) == ["gateway", "site-to-site", "hub-routed"])
        #expect(TunnelScope.allCases.map(\.rawValue) == ["full", "split"])
        #expect(PeerRole.allCases.map(\.rawValue) == ["client", "site-gateway"])
    }

    @Test("a name that is none is refused with all that are", arguments: ["", "Gateway", "site_to_site", "x\n\u{1B}"])
    func refuses(text: String) throws {
        let mode = try #require(throws: InvalidValue.self) { try NetworkMode(text) }
        for known in NetworkMode.allCases { #expect(mode.message.contains(known.rawValue)) }
        let scope = try #require(throws: InvalidValue.self) { try TunnelScope(text) }
        for known in TunnelScope.allCases { #expect(scope.message.contains(known.rawValue)) }
        let role = try #require(throws: InvalidValue.self) { try PeerRole(text) }
        for known in PeerRole.allCases { #expect(role.message.contains(known.rawValue)) }
        for error in [mode, scope, role] {
            #expect(!error.message.unicodeScalars.contains { $0.properties.generalCategory == .control })
        }
    }
}
