import ArgumentParser
import Glibc
import WGPilotProtocol
import WGPilotRPC

/// Names for the shell's completion, asked of the daemon while the user types. Where it does not answer in a moment there
/// are none: nobody wants to read errors there.
enum NameCompletion {
    /// Names of networks.
    static var network: CompletionKind {
        .custom { words, _, prefix in await answer(words) { await networks(beginningWith: prefix, $0) } }
    }

    /// Peers as NETWORK/PEER: the networks until there is a slash, then the peers of that one.
    static var peer: CompletionKind {
        .custom { words, _, prefix in await answer(words) { await peers(beginningWith: prefix, $0) } }
    }

    /// Names of web users, for who may see them.
    static var user: CompletionKind {
        .custom { words, _, prefix in await answer(words) { await users(beginningWith: prefix, $0) } }
    }

    /// As many names as a person looks through.
    private static let most = 200
    private static let patience = Duration.seconds(1)

    private static func answer(_ words: [String], _ ask: (DaemonConnection) async -> [String]) async -> [String] {
        let path = ConnectionOptions.path(socket(in: words))
        let client = RPCClient(path: path, agent: BuildInformation.agent, retry: RetryPolicy(attempts: 1))
        let names = await ask(DaemonConnection(client: client, timeout: patience))
        await client.close()
        return names
    }

    /// The socket that the command line names so far.
    static func socket(in words: [String]) -> String? {
        for (index, word) in words.enumerated() {
            if word == "--socket", index + 1 < words.count { return words[index + 1] }
            if word.hasPrefix("--socket=") { return String(word.dropFirst("--socket=".count)) }
        }
        return nil
    }

    private static func networks(beginningWith prefix: String, _ daemon: DaemonConnection) async -> [String] {
        guard let reply = try? await daemon.call(NetworksService.list, Empty()) else { return [] }
        return Array(reply.networks.map(\.name).filter { $0.hasPrefix(prefix) }.prefix(most))
    }

    private static func users(beginningWith prefix: String, _ daemon: DaemonConnection) async -> [String] {
        guard let reply = try? await daemon.call(UsersService.list, Empty()) else { return [] }
        return Array(reply.users.map(\.name).filter { $0.hasPrefix(prefix) }.prefix(most))
    }

    private static func peers(beginningWith prefix: String, _ daemon: DaemonConnection) async -> [String] {
        guard let slash = prefix.firstIndex(of: "/") else {
            return await networks(beginningWith: prefix, daemon).map { $0 + "/" }
        }
        let network = String(prefix[..<slash])
        let name = String(prefix[prefix.index(after: slash)...])
        let request = ListPeersRequest(
            network: network, limit: Int64(most), filter: name.isEmpty ? nil : name, sort: "name")
        guard let reply = try? await daemon.call(PeersService.list, request) else { return [] }
        return reply.peers.map(\.name).filter { $0.hasPrefix(name) }.map { "\(network)/\($0)" }
    }
}
