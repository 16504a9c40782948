import ArgumentParser
import Glibc
import WGPilotCore
import WGPilotProtocol
import WGPilotQR

/// `wgpilotctl peer export`.
struct PeerExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Writes the configurations of all peers of a network, or their QR codes.",
        discussion: """
            The files hold the clients' private keys, and are made readable by their owner alone. A peer whose private key \
            only the client ever had gets a configuration with a marked place for it, and no QR code. A peer of custody \
            once, whose configuration was shown once, is left out, and standard error says so.
            """)

    @Argument(help: "The network, by name or number.", completion: NameCompletion.network)
    var network: String

    @Option(help: ArgumentHelp("A folder for the configurations; it is made if it is not there.", valueName: "path"))
    var directory: String?

    @Option(help: ArgumentHelp("A ZIP archive of the configurations.", valueName: "path"))
    var zip: String?

    @Option(help: ArgumentHelp("A page of HTML with all QR codes, to be printed.", valueName: "path"))
    var sheet: String?

    @Option(help: ArgumentHelp("Only peers with this text in name, e-mail, tags or address.", valueName: "text"))
    var filter: String?

    @Option(help: ArgumentHelp("Only peers with this tag.", valueName: "word"))
    var tag: String?

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if directory == nil, zip == nil, sheet == nil {
            throw ValidationError("say where to: --directory, --zip or --sheet")
        }
    }

    func run() async throws {
        try await connection.withDaemon { daemon in
            let peers = try await peers(daemon)
            guard !peers.isEmpty else {
                throw CommandFault(status: .notFound, message: "there is no such peer in the network")
            }
            let configurations = try await configurations(of: peers, daemon)
            guard !configurations.isEmpty else {
                throw CommandFault(
                    status: .failedPrecondition, message: "no configuration is left to export, and nothing was written")
            }
            try write(configurations)
            let total = "\(configurations.count) peer\(configurations.count == 1 ? "" : "s")"
            Terminal.note("wgpilotctl: exported \(total)")
        }
    }

    /// A peer's configuration with the name of its file.
    private struct Configuration {
        var peer: PeerMessage
        var reply: PeerConfigReply
        var fileName: String
    }

    private func peers(_ daemon: DaemonConnection) async throws -> [PeerMessage] {
        var request = ListPeersRequest(network: network, filter: filter, tag: tag)
        var peers: [PeerMessage] = []
        repeat {
            let page = try await daemon.call(PeersService.list, request)
            peers += page.peers
            request.cursor = page.nextCursor
        } while request.cursor != nil
        return peers
    }

    private func configurations(
        of peers: [PeerMessage], _ daemon: DaemonConnection
    ) async throws -> [Configuration] {
        var bar = ProgressBar("configurations", total: peers.count)
        var replies: [Int: PeerConfigReply] = [:]
        try await withThrowingTaskGroup(of: (Int, PeerConfigReply?).self) { group in
            for (index, peer) in peers.enumerated() {
                // As many at a time as keep both ends busy.
                if index >= 16, let (index, reply) = try await group.next() {
                    replies[index] = reply
                    bar.advance()
                }
                group.addTask {
                    let reference = PeerReference(network: "#\(peer.networkID)", peer: "#\(peer.id)")
                    do {
                        return (index, try await daemon.call(PeersService.config, reference))
                    } catch let error as RPCError where Self.leavesOut(error) {
                        return (index, nil)
                    }
                }
            }
            for try await (index, reply) in group {
                replies[index] = reply
                bar.advance()
            }
        }
        bar.finish()
        for (index, peer) in peers.enumerated() where replies[index] == nil {
            Terminal.note(
                "wgpilotctl: left out \(peer.name.quotedForMessage): \(Self.whyLeftOut(peer))")
        }
        var taken: Set<String> = []
        return peers.enumerated().compactMap { index, peer in
            guard let reply = replies[index] else { return nil }
            return Configuration(peer: peer, reply: reply, fileName: Self.free(reply.fileName, &taken))
        }
    }

    /// Whether a peer has no configuration that could be written, while the others have theirs: its key was shown once, or
    /// somebody removed it since it was listed.
    static func leavesOut(_ error: RPCError) -> Bool {
        error.reason == "private_key_not_held" || error.code == .notFound
    }

    private static func whyLeftOut(_ peer: PeerMessage) -> String {
        guard peer.custody == "once" else { return "it was removed meanwhile" }
        return """
            its configuration was shown once and its private key is not held: \
            wgpilotctl peer rotate '#\(peer.networkID)/#\(peer.id)' makes new keys
            """
    }

    /// The name, or where another peer's file has it (in a file system that knows no case as well) one with a number.
    static func free(_ name: String, _ taken: inout Set<String>) -> String {
        let stem = name.hasSuffix(".conf") ? String(name.dropLast(".conf".count)) : name
        var candidate = name
        var number = 2
        while !taken.insert(candidate.lowercased()).inserted {
            candidate = "\(stem)-\(number).conf"
            number += 1
        }
        return candidate
    }

    private func write(_ configurations: [Configuration]) throws {
        if let directory {
            guard unsafe mkdir(directory, 0o700) == 0 || errno == EEXIST else {
                throw CommandFault(
                    status: .failure, message: "cannot make \(directory): \(SystemError.text(errno))")
            }
            var bar = ProgressBar("files", total: configurations.count)
            for configuration in configurations {
                try PrivateFile.write(
                    Array(configuration.reply.text.utf8), to: "\(directory)/\(configuration.fileName)")
                bar.advance()
            }
            bar.finish()
        }
        if let zip {
            let files = configurations.map { (name: $0.fileName, bytes: Array($0.reply.text.utf8)) }
            try PrivateFile.write(try ZipArchive.make(files), to: zip)
        }
        if let sheet { try writeSheet(configurations, to: sheet) }
        // Most are the same for every peer.
        for note in Set(configurations.flatMap { ConfigurationNotes.of($0.reply, writtenTo: nil) }).sorted() {
            Terminal.note("wgpilotctl: \(note)")
        }
        let others = configurations.count { !ConfigurationFileName.isForWGQuick($0.fileName) }
        if others > 0, directory != nil || zip != nil {
            Terminal.note(
                """
                wgpilotctl: \(others) of the files \(others == 1 ? "has a name" : "have names") that wg-quick does not take \
                for an interface: it wants 1 to 15 of A-Z a-z 0-9 _=+.- before .conf
                """)
        }
    }

    private func writeSheet(_ configurations: [Configuration], to path: String) throws {
        var bar = ProgressBar("QR codes", total: configurations.count)
        var codes: [(name: String, code: QRCode)] = []
        for configuration in configurations {
            bar.advance()
            guard configuration.reply.holdsPrivateKey else { continue }
            do throws(QRError) {
                codes.append((configuration.peer.name, try QRCode.encode(configuration: configuration.reply.text)))
            } catch {
                Terminal.note("wgpilotctl: no QR code for \(configuration.peer.name): \(error)")
            }
        }
        bar.finish()
        try PrivateFile.write(Array(QRSheet.html(title: network, codes).utf8), to: path)
    }
}
