import WGPilotCore
import WGPilotProtocol

/// What would bite in a configuration, as standard error tells it.
///
/// The daemon judges the name of the file that it would give. Whoever prints the configuration has no file, and whoever
/// says `--file` gives the name: so names are judged here.
enum ConfigurationNotes {
    /// What is told of a configuration.
    ///
    /// - Parameters:
    ///   - reply: The configuration; a daemon that is older tells warnings without codes.
    ///   - path: The file that it was written to; nil for none.
    static func of(_ reply: PeerConfigReply, writtenTo path: String?) -> [String] {
        guard let findings = reply.findings else { return reply.warnings }
        return of(findings, writtenTo: path)
    }

    /// The same of what a change answers.
    static func of(_ findings: [ConfigurationFindingMessage], writtenTo path: String?) -> [String] {
        var notes = findings.filter { $0.code != ConfigurationFinding.Code.interfaceName.rawValue }.map(\.message)
        // A file of another kind of name is not meant for wg-quick as it is.
        if let name = path.flatMap({ $0.split(separator: "/").last }), name.hasSuffix(".conf"),
            !ConfigurationFileName.isForWGQuick(String(name))
        {
            notes.append(
                "wg-quick names the interface by the file and does not take \(name): it wants 1 to 15 of A-Z a-z 0-9 "
                    + "_=+.- before .conf")
        }
        return notes
    }
}
