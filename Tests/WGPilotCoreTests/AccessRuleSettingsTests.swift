import Testing
import WGPilotCore

@Suite("What is chosen for an access rule")
struct AccessRuleSettingsTests {
    @Test("tags as peers have them, in the owner and in the destination")
    func tags() {
        for tag in ["staff", "é-1", "a.b_c", String(repeating: "x", count: 32)] {
            let settings = AccessRuleSettings(owner: .tag(tag), action: .deny, destination: .tag(tag))
            #expect(settings.validate().isEmpty, "\(tag)")
        }
        for tag in ["", "two words", "a,b", "\"", String(repeating: "x", count: 33)] {
            let settings = AccessRuleSettings(owner: .tag(tag), action: .deny, destination: .tag(tag))
            #expect(settings.validate().map(\.field) == [.tag, .destination], "\(tag)")
        }
    }

    @Test("a comment has 200 bytes on one line", arguments: ["\n", "\r", "\0", "\u{1B}[2J", "\u{2028}", "\u{85}"])
    func comments(character: String) {
        var settings = AccessRuleSettings(owner: .peer(1), action: .deny)
        settings.comment = String(repeating: "é", count: 100)
        #expect(settings.validate().isEmpty)
        settings.comment += "x"
        #expect(settings.validate().map(\.field) == [.comment])
        settings.comment = "a\(character)b"
        #expect(settings.validate().map(\.field) == [.comment])
    }

    @Test("at most 64 ranges of ports, counted after those that touch are joined")
    func portRanges() throws {
        var settings = AccessRuleSettings(owner: .peer(1), action: .deny)
        let apart = (1...65).map { UInt16($0 * 2)...UInt16($0 * 2) }
        settings.service = try AccessService(.tcp, ports: Array(apart.dropLast()))
        #expect(settings.validate().isEmpty)
        settings.service = try AccessService(.tcp, ports: apart)
        #expect(settings.validate().map(\.field) == [.ports])
        settings.service = try AccessService(.tcp, ports: (1...1000).map { $0...$0 })
        #expect(settings.service.ports == [1...1000])
        #expect(settings.validate().isEmpty)
    }
}
