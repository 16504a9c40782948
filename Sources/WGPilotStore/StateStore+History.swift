import FoundationEssentials
import GRDB
public import WGPilotCore

extension StateStore {
    /// What was remembered when the last sample was stored.
    public func trafficMemory() async throws(StoreError) -> TrafficMemory {
        try await read { db in
            var memory = TrafficMemory()
            let parts = try Row.fetchCursor(db.cachedStatement(sql: "SELECT meters FROM trafficState ORDER BY part"))
            while let row = try parts.next() { try PackedMeters.read(row, at: 0, into: &memory.meters) }
            let devices = try Row.fetchCursor(db.cachedStatement(sql: "SELECT networkID, device FROM trafficDevice"))
            while let row = try devices.next() {
                let reader = ColumnReader(row: row, table: "trafficDevice")
                memory.devices[try reader.int64(0, "networkID")] = try reader.text(1)
            }
            let watched = try Row.fetchCursor(
                db.cachedStatement(sql: "SELECT networkID, max(endedAt) FROM trafficWatch GROUP BY networkID"))
            while let row = try watched.next() {
                let reader = ColumnReader(row: row, table: "trafficWatch")
                memory.lastWatched[try reader.int64(0, "networkID")] = try reader.int64(1, "endedAt")
            }
            return memory
        }
    }

    /// Stores a sample, and makes what is old enough coarser or lets it go, all in one transaction.
    public func store(_ sample: TrafficSample, retention: HistoryRetention) async throws(StoreError) {
        try await write { db in
            try TrafficRecord.insert(sample, db)
            try SessionRecord.insert(sample, db)
            try Self.note(sample.sightings, db)
            // What is gone may come back.
            if try PendingChangeRecord.find(db) != nil { return }
            try TrafficRecord.clearFormerSubjects(db)
            try TrafficRecord.compact(retention, now: sample.takenAt, db)
            try SessionRecord.clear(endedBefore: sample.takenAt - retention.sessionDays * 86400, db)
        }
    }

    /// Up to when a history was already made coarser.
    public func historyTiers() async throws(StoreError) -> HistoryTiers {
        try await read { try TrafficRecord.tiers($0) }
    }

    /// A transfer history.
    ///
    /// - Parameters:
    ///   - subject: Whose.
    ///   - range: From when to when, and how finely: not more finely than it is kept.
    public func history(
        of subject: HistorySubject, in range: HistoryRange
    ) async throws(StoreError) -> TransferHistory {
        try await read { db in
            let buckets = range.buckets
            let places = Dictionary(uniqueKeysWithValues: buckets.enumerated().map { ($1, $0) })
            var points = buckets.map { TransferHistory.Point(start: $0, moved: .zero, watched: 0) }
            var total = Transfer.zero
            try TrafficRecord.read(subject, in: range, db) { moment, amount in
                guard let place = places[range.granularity.start(of: moment)] else { return }
                points[place].moved += amount
                total += amount
            }
            try Self.watch(subject.networkID, range, &points, db)
            let statement = try db.cachedStatement(sql: "SELECT max(endedAt) FROM trafficWatch WHERE networkID = ?")
            return TransferHistory(
                points: points, total: total,
                sampledAt: try Int64.fetchOne(statement, arguments: [subject.networkID]))
        }
    }

    /// Clears a peer's history away: what flowed, and its sessions. That of its network keeps what it adds up to.
    ///
    /// - Parameters:
    ///   - id: The number of the peer.
    ///   - meters: What is remembered of the peers of its part from now on.
    ///   - dryRun: Counts, and keeps everything.
    ///   - audit: What the audit log tells of it.
    public func purgeHistory(
        ofPeer id: Int64, meters: [(id: Int64, meter: PeerMeter)], dryRun: Bool, audit: AuditContext? = nil
    ) async throws(StoreError) -> PurgedHistory {
        try await write(keep: !dryRun) { db in
            var purged = PurgedHistory(
                samples: try TrafficRecord.purgeSamples(of: id, db), hourlyDays: 0, days: 0, sessions: 0)
            (purged.hourlyDays, purged.days) = try TrafficRecord.clear(id, db)
            purged.sessions = try SessionRecord.clear(of: id, db)
            try TrafficRecord.insert(meters, part: TrafficSample.part(of: id), db)
            if !dryRun { try self.audit(audit, ChangeRecording(db, .none), db) }
            return purged
        }
    }

    /// Adds to each bucket for how long of it samples were taken.
    private static func watch(
        _ networkID: Int64, _ range: HistoryRange, _ points: inout [TransferHistory.Point], _ db: Database
    ) throws {
        let statement = try db.cachedStatement(
            sql: """
                SELECT startedAt, endedAt FROM trafficWatch WHERE networkID = ? AND endedAt > ? AND startedAt < ? \
                ORDER BY startedAt
                """)
        let rows = try Row.fetchCursor(statement, arguments: [networkID, range.start, range.end])
        var first = 0
        while let row = try rows.next() {
            let reader = ColumnReader(row: row, table: "trafficWatch")
            let (from, to) = (try reader.int64(0, "startedAt"), try reader.int64(1, "endedAt"))
            while first < points.count, range.granularity.next(after: points[first].start) <= from { first += 1 }
            var place = first
            while place < points.count, points[place].start < to {
                let start = points[place].start
                let length = range.granularity.next(after: start) - start
                let part = min(to, start + length) - max(from, start)
                // Where a clock was set back, times were lived through twice.
                if part > 0 { points[place].watched = min(length, points[place].watched + part) }
                place += 1
            }
        }
    }
}
