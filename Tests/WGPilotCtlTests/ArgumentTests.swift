import ArgumentParser
import Testing
import WGPilotProtocol

@testable import WGPilotCtl

@Suite("The words of the command line")
struct ArgumentTests {
    @Test(
        "the options that every command has may stand before the command",
        arguments: [
            ("", ""), ("peer list office", "peer list office"),
            ("--socket /s peer list office", "peer list office --socket /s"),
            ("--socket=/s status", "status --socket=/s"),
            ("--output json --timeout 5 --socket /s status", "status --output json --timeout 5 --socket /s"),
            // What stands after the command stays there.
            ("peer list office --output json", "peer list office --output json"),
            ("--socket /s peer list --output json", "peer list --output json --socket /s"),
            // Nothing after -- is an option.
            ("--socket /s peer show -- --socket", "peer show --socket /s -- --socket"),
            // Other options are no business of ours.
            ("--help", "--help"), ("--version --socket /s", "--version --socket /s"),
            ("--socketx /s status", "--socketx /s status"),
            // An option without its value is left for the parser to refuse.
            ("--socket", "--socket"),
        ])
    func globalOptions(given: String, expected: String) {
        let words = { (text: String) in text.split(separator: " ").map(String.init) }
        #expect(ArgumentOrder.globalOptionsLast(words(given)) == words(expected))
    }

    @Test(
        "lists",
        arguments: [
            (nil, nil), ("", []), ("a", ["a"]), ("a,b", ["a", "b"]), (" a , b ", ["a", "b"]), ("a,,b,", ["a", "b"]),
            ("a b", ["a b"]),
        ] as [(String?, [String]?)])
    func list(text: String?, items: [String]?) {
        #expect(ListArgument.split(text) == items)
    }

    @Test(
        "a peer is named by its network and its name; only the first slash separates",
        arguments: [
            ("office/laptop", "office", "laptop"), ("2/7", "2", "7"), ("office/a/b", "office", "a/b"),
            ("a b/日本", "a b", "日本"),
        ])
    func target(text: String, network: String, peer: String) throws {
        let target = try #require(PeerTarget(argument: text))
        #expect(target.reference == PeerReference(network: network, peer: peer))
        #expect(target.text == text)
    }

    @Test(
        "the item of a decision needs no quotes, and the options behind it are none of its words",
        arguments: [
            ["mtu"], ["peer", "KEY="], ["peer KEY="], ["address", "10.8.0.1/24"],
        ])
    func driftItem(words: [String]) async throws {
        let command = try await RootCommand.asyncParseAsRoot(
            ["drift", "adopt", "office"] + words + ["--output", "json"])
        let decision = try #require(command as? DriftAdopt).decision
        let item = words.joined(separator: " ")
        #expect(decision.request("heed") == ResolveDriftRequest(network: "office", item: item, action: "heed"))
    }

    @Test(
        "a name without its network, or half a name, is refused", arguments: ["", "laptop", "/", "/laptop", "office/"])
    func refusesTarget(text: String) {
        #expect(PeerTarget(argument: text) == nil)
    }
}
