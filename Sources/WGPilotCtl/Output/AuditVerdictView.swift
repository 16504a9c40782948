import WGPilotCore
import WGPilotJSON
import WGPilotProtocol

/// What came of a verification of the audit log, as it is printed.
struct AuditVerdictView: Renderable {
    /// Of a file; nil where none was looked at.
    var file: AuditFile.Verdict?
    /// Of the daemon's log; nil where it was not asked.
    var log: VerifyAuditReply?

    var isIntact: Bool { file?.problem == nil && log?.isIntact ?? true }

    func write(to json: inout JSONText) {
        json.object { json in
            json.field("intact", isIntact)
            json.field("first_bad", file?.firstBad ?? log?.firstBad)
            json.field("problem", file?.problem ?? log?.problem)
            json.field("sequence", log?.sequence)
            json.field("hash", log?.hash)
            if let file {
                json.field("file_entries", file.count)
                json.field("file_sequence", file.chain.sequence)
                json.field("file_hash", file.chain.hash.description)
            }
        }
    }

    func table(now: Int64) -> String {
        var facts = Facts()
        if let file {
            let range = file.count > 0 ? "entries \(file.first ?? 0) to \(file.chain.sequence)" : "no entries"
            facts.add("file", file.problem.map { "NOT INTACT: \($0)" } ?? "intact, \(range)")
        }
        if let log {
            let range = log.sequence > 0 ? "\(log.sequence) entries" : "no entries"
            facts.add("log", log.isIntact ? "intact, \(range)" : "NOT INTACT: \(log.problem ?? "")")
            if log.isIntact { facts.add("last hash", log.hash) }
        }
        return facts.rendered()
    }
}
