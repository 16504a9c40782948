import Glibc
import WGPilotCore

/// Follows the audit log in a file that `audit export` wrote.
enum AuditFile {
    /// What came of it.
    struct Verdict {
        /// How many entries were followed.
        var count = 0
        /// The first of them.
        var first: Int64?
        /// Where they end.
        var chain = AuditChain()
        /// What is wrong, in one sentence; nil where nothing is.
        var problem: String?
        /// The entry that is wrong, where one can be named.
        var firstBad: Int64?
    }

    /// No entry of ours makes a longer line; what does is no such file.
    private static let longestLine = 8 << 20

    /// Reads a file to its end, or to the first thing that is wrong with it. Only a line is kept at a time.
    static func verify(_ path: String) throws(CommandFault) -> Verdict {
        func fault(_ what: String) -> CommandFault {
            CommandFault(status: .failure, message: "cannot read \(path == "-" ? "standard input" : path): \(what)")
        }
        let descriptor = path == "-" ? STDIN_FILENO : unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw fault(SystemError.text(errno)) }
        defer { if path != "-" { close(descriptor) } }
        var verdict = Verdict()
        var line: [UInt8] = []
        var number = 0
        var buffer = [UInt8](repeating: 0, count: 65536)
        while verdict.problem == nil {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw fault(SystemError.text(errno))
            }
            if count == 0 { break }
            var rest = buffer[..<count]
            while verdict.problem == nil, let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                line += rest[..<end]
                rest = rest[(end + 1)...]
                number += 1
                follow(line, number, &verdict)
                line.removeAll(keepingCapacity: true)
            }
            line += rest
            guard line.count <= longestLine else { throw fault("line \(number + 1) is too long for an entry") }
        }
        if verdict.problem == nil && !line.isEmpty {
            verdict.problem = "line \(number + 1) ends before its line break: the file was cut off"
        }
        return verdict
    }

    private static func follow(_ line: [UInt8], _ number: Int, _ verdict: inout Verdict) {
        guard let read = AuditLine.read(line) else {
            verdict.problem = "line \(number) is no entry of an audit log"
            return
        }
        if verdict.first == nil {
            verdict.first = read.entry.sequence
            // A file may go on where another ended.
            if read.entry.sequence > 1 { verdict.chain = AuditChain(after: read.entry.sequence - 1, read.previous) }
        }
        do {
            try verdict.chain.follow(read.entry, previous: read.previous, hash: read.hash)
            verdict.count += 1
        } catch {
            verdict.problem = "line \(number): \(error)"
            verdict.firstBad = error.sequence
        }
    }
}
