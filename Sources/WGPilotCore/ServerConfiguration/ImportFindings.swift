/// Gathers findings. A file of a hundred thousand faulty peers must not make an answer of as many sentences.
struct ImportFindings {
    /// The most of one severity that are told one by one.
    private static let most = 100

    private var notes: [ImportFinding] = []
    private var refusals: [ImportFinding] = []
    private var untoldNotes = 0
    private var untoldRefusals = 0

    /// Whether something stands against the import.
    var isRefused: Bool { !refusals.isEmpty }

    /// Notes first; the last of each severity tells how many more there were.
    var all: [ImportFinding] {
        notes + more(.note, untoldNotes) + refusals + more(.refusal, untoldRefusals)
    }

    private func more(_ severity: ImportFinding.Severity, _ count: Int) -> [ImportFinding] {
        count == 0 ? [] : [ImportFinding(severity: severity, message: "and \(count) more")]
    }

    /// Adds something that does not keep the import from being done.
    mutating func note(_ message: String, line: Int? = nil, peer: DisplayName? = nil) {
        guard notes.count < Self.most else { return untoldNotes += 1 }
        notes.append(ImportFinding(severity: .note, line: line, peer: peer, message: message))
    }

    /// Adds something that does.
    mutating func refuse(_ message: String, line: Int? = nil, peer: DisplayName? = nil) {
        guard refusals.count < Self.most else { return untoldRefusals += 1 }
        refusals.append(ImportFinding(severity: .refusal, line: line, peer: peer, message: message))
    }
}
