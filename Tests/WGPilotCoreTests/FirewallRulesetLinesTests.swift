import Testing
import WGPilotCore

@Suite("Rules one by one")
struct FirewallRulesetLinesTests {
    @Test("each rule and element stands with its chain or set, and nothing of the scaffolding does")
    func lines() throws {
        let state = FirewallState(networks: [try FirewallSamples.network(nat: true)])
        let lines = FirewallRuleset(state).lines
        #expect(lines.contains("postrouting: ip saddr 10.8.0.0/24 masquerade"))
        #expect(lines.contains(#"interfaces: "wg0""#))
        #expect(lines.allSatisfy { $0.contains(": ") && !$0.hasSuffix("{") && !$0.hasSuffix(",") })
    }

    @Test("no network means no lines, and the digest tells any two texts apart")
    func empty() throws {
        #expect(FirewallRuleset(FirewallState()).lines.isEmpty)
        let one = FirewallRuleset(FirewallState(networks: [try FirewallSamples.network(nat: true)]))
        let other = FirewallRuleset(FirewallState(networks: [try FirewallSamples.network(nat: false)]))
        #expect(one.digest != other.digest && one.digest.count == 64)
        // The SHA-256 of nothing (FIPS 180-4; `sha256sum < /dev/null`).
        #expect(
            FirewallRuleset(FirewallState()).digest
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }
}
