import Testing
import WGPilotCore

@Suite("What is chosen for a bridge")
struct BridgeSettingsTests {
    @Test("two networks, at most 256 blocks, each once")
    func validation() throws {
        var settings = BridgeSettings(networkA: 1, networkB: 2, direction: .aToB)
        settings.allowedCIDRs = (0..<256).map { IPPrefix(masking: .v4(IPv4Address(rawValue: $0 << 8)), length: 24) }
        #expect(settings.validate().isEmpty)
        settings.allowedCIDRs.append(.everyV4)
        #expect(settings.validate().map(\.field) == [.allowedCIDRs])
        settings.allowedCIDRs = [.everyV4, .everyV6, .everyV4]
        #expect(settings.validate().map(\.fault.message) == ["0.0.0.0/0 is there twice"])
        settings.networkB = 1
        #expect(settings.validate().map(\.field) == [.networkB, .allowedCIDRs])
    }

    @Test("names are read as they are written, and nothing else is")
    func directions() throws {
        for direction in BridgeDirection.allCases { #expect(try BridgeDirection(direction.rawValue) == direction) }
        for text in ["", "A_TO_B", "both", "a_to_b "] {
            #expect(throws: InvalidValue.self) { try BridgeDirection(text) }
        }
    }
}
