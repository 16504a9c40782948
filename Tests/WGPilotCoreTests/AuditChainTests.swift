import Testing
import WGPilotCore

@Suite("The chain of an audit log")
struct AuditChainTests {
    /// A log of ten entries with their hashes.
    private static func log() -> [(entry: AuditEntry, previous: AuditHash, hash: AuditHash)] {
        var previous = AuditHash.zero
        return (1...Int64(10)).map { number in
            var entry = AuditSamples.first
            entry.sequence = number
            entry.requestID = "r\(number)"
            defer { previous = entry.hash(after: previous) }
            return (entry, previous, entry.hash(after: previous))
        }
    }

    private static func fault(
        _ log: [(entry: AuditEntry, previous: AuditHash, hash: AuditHash)], usePrevious: Bool = true
    ) -> AuditFault? {
        var chain = AuditChain()
        for item in log {
            do {
                try chain.follow(item.entry, previous: usePrevious ? item.previous : nil, hash: item.hash)
            } catch {
                return error
            }
        }
        return nil
    }

    @Test("a whole log is followed to its end")
    func whole() {
        #expect(Self.fault(Self.log()) == nil)
        #expect(Self.fault(Self.log(), usePrevious: false) == nil)
    }

    @Test("an entry that was changed, taken out, put in or moved is named", arguments: 0..<10)
    func tampering(index: Int) {
        let number = Int64(index + 1)
        var log = Self.log()
        log[index].entry.target = "another"
        #expect(Self.fault(log)?.sequence == number)

        // With its own hash made anew it is the next one that no longer fits.
        log[index].hash = log[index].entry.hash(after: log[index].previous)
        for usePrevious in [true, false] {
            #expect(Self.fault(log, usePrevious: usePrevious)?.sequence == (index < 9 ? number + 1 : nil))
        }

        log = Self.log()
        log.remove(at: index)
        #expect(Self.fault(log)?.sequence == (index < 9 ? number : nil))

        log = Self.log()
        log.insert(log[index], at: index)
        #expect(Self.fault(log)?.sequence == number)

        guard index < 9 else { return }
        log = Self.log()
        log.swapAt(index, index + 1)
        #expect(Self.fault(log)?.sequence == number)
        // Numbered anew, so that no gap shows.
        log = Self.log()
        log.remove(at: index)
        for place in log.indices { log[place].entry.sequence = Int64(place + 1) }
        #expect(Self.fault(log)?.sequence == number)
    }

    @Test("the largest numbers end nothing")
    func extremes() {
        var entry = AuditSamples.first
        for (start, next) in [(Int64.max, Int64.max), (.max, 1), (0, .max), (.min, .max), (-1, .min)] {
            entry.sequence = next
            var chain = AuditChain(after: start, .zero)
            #expect(throws: AuditFault.self) { try chain.follow(entry, hash: .zero) }
        }
    }
}
