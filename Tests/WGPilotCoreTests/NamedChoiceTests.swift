import Testing
import WGPilotCore

@Suite("Values chosen by name")
struct NamedChoiceTests {
    @Test("the names of modes, scopes and roles are those of the HTTP API and the command line")
    func names() {
        #expect(NetworkMode.allCases.map(\.rawValue) == ["gateway", "site-to-site", "hub-routed"])
        #expect(TunnelScope.allCases.map(\.rawValue) == ["full", "split"])
        #expect(PeerRole.allCases.map(\.rawValue) == ["client", "site-gateway"])
        #expect(KeyCustody.allCases.map(\.rawValue) == ["held", "once", "client"])
        #expect(DisabledReason.allCases.map(\.rawValue) == ["operator", "expired"])
    }

    @Test("a name that is none is refused with all that are", arguments: ["", "Gateway", "site_to_site", "x\n\u{1B}"])
    func refuses(text: String) throws {
        let mode = try #require(throws: InvalidValue.self) { try NetworkMode(text) }
        for known in NetworkMode.allCases { #expect(mode.message.contains(known.rawValue)) }
        let scope = try #require(throws: InvalidValue.self) { try TunnelScope(text) }
        for known in TunnelScope.allCases { #expect(scope.message.contains(known.rawValue)) }
        let role = try #require(throws: InvalidValue.self) { try PeerRole(text) }
        for known in PeerRole.allCases { #expect(role.message.contains(known.rawValue)) }
        let custody = try #require(throws: InvalidValue.self) { try KeyCustody(text) }
        for known in KeyCustody.allCases { #expect(custody.message.contains(known.rawValue)) }
        let reason = try #require(throws: InvalidValue.self) { try DisabledReason(text) }
        for known in DisabledReason.allCases { #expect(reason.message.contains(known.rawValue)) }
        for error in [mode, scope, role, custody, reason] {
            #expect(!error.message.unicodeScalars.contains { $0.properties.generalCategory == .control })
        }
    }
}
