import FoundationEssentials
import GRDB
import WGPilotCore

/// The tables of what flowed; ``V7TransferHistory`` says what is in them.
enum TrafficRecord {
    /// So many hours of samples are made into hours in one transaction: it is to stay short, also after a long pause.
    private static let mostHoursAtOnce: Int64 = 4
    /// Of so many peers and networks that are gone the history is cleared away in one transaction.
    private static let mostFormerSubjects = 500

    private static func part(of subject: Int64) -> Int64 { subject >> 8 }
    private static func place(of subject: Int64) -> UInt8 { UInt8(truncatingIfNeeded: subject) }

    // MARK: Samples

    static func insert(_ sample: TrafficSample, _ db: Database) throws {
        var parts: [Int64: PackedAmounts] = [:]
        for (subject, amount) in sample.moved where !amount.isZero {
            let number = subject.number
            parts[part(of: number), default: PackedAmounts()].add(amount, at: place(of: number))
        }
        for (part, amounts) in parts.sorted(by: { $0.key < $1.key }) {
            try add(amounts, to: "trafficSample", ("takenAt", sample.takenAt), ("part", part), db)
        }
        for (part, meters) in sample.meters { try insert(meters, part: part, db) }
        for network in sample.networks { try insert(network, takenAt: sample.takenAt, db) }
    }

    static func insert(_ meters: [(id: Int64, meter: PeerMeter)], part: Int64, _ db: Database) throws {
        try db.cachedStatement(sql: "INSERT OR REPLACE INTO trafficState (part, meters) VALUES (?, ?)")
            .execute(arguments: [part, PackedMeters.data(meters)])
    }

    private static func insert(_ network: TrafficSample.Watched, takenAt: Int64, _ db: Database) throws {
        if let device = network.newDevice {
            try db.cachedStatement(sql: "INSERT OR REPLACE INTO trafficDevice (networkID, device) VALUES (?, ?)")
                .execute(arguments: [network.networkID, device])
        }
        if network.isFirst {
            try db.cachedStatement(
                sql: "INSERT OR IGNORE INTO trafficWatch (networkID, startedAt, endedAt) VALUES (?1, ?2, ?2)"
            ).execute(arguments: [network.networkID, takenAt])
        } else {
            try db.cachedStatement(
                sql: """
                    UPDATE trafficWatch SET endedAt = max(endedAt, ?2) WHERE networkID = ?1 \
                    AND startedAt = (SELECT max(startedAt) FROM trafficWatch WHERE networkID = ?1)
                    """
            ).execute(arguments: [network.networkID, takenAt])
        }
    }

    /// Adds amounts to those of a row, which may not be there yet.
    private static func add(
        _ amounts: PackedAmounts, to table: String, _ first: (column: String, value: Int64),
        _ second: (column: String, value: Int64), _ db: Database
    ) throws {
        var amounts = amounts
        let select = try db.cachedStatement(
            sql: "SELECT amounts FROM \(table) WHERE \(first.column) = ? AND \(second.column) = ?")
        if let row = try Row.fetchOne(select, arguments: [first.value, second.value]) {
            amounts.add(try PackedAmounts(row, at: 0, table: table))
        }
        try db.cachedStatement(
            sql: "INSERT OR REPLACE INTO \(table) (\(first.column), \(second.column), amounts) VALUES (?, ?, ?)"
        ).execute(arguments: [first.value, second.value, amounts.data])
    }

    // MARK: Reading

    /// Hands out what flowed in a range, each with the moment that it counts for: one query over all tiers.
    static func read(
        _ subject: HistorySubject, in range: HistoryRange, _ db: Database, _ body: (Int64, Transfer) -> Void
    ) throws {
        let number = subject.number
        let (firstDay, lastDay) = (range.start.roundedDown(to: 86400) / 86400, (range.end - 1) / 86400)
        // The moments of samples are found one after the other by the key, and so are the rows of the subject's part: a
        // day of samples has some thousand rows that are others'.
        let statement = try db.cachedStatement(
            sql: """
                WITH RECURSIVE
                tick (at) AS (
                    SELECT min(takenAt) FROM trafficSample WHERE takenAt >= :start
                    UNION ALL
                    SELECT (SELECT min(takenAt) FROM trafficSample WHERE takenAt > tick.at)
                    FROM tick WHERE tick.at < :end
                ),
                wholeDay (number) AS (
                    SELECT max(:firstDay, min(day)) FROM trafficHour
                    UNION ALL
                    SELECT number + 1 FROM wholeDay WHERE number < min(:lastDay, (SELECT max(day) FROM trafficHour))
                ),
                wholePeriod (number) AS (
                    SELECT max(:firstPeriod, min(period)) FROM trafficDay
                    UNION ALL
                    SELECT number + 1 FROM wholePeriod
                    WHERE number < min(:lastPeriod, (SELECT max(period) FROM trafficDay))
                )
                SELECT 0, takenAt, amounts FROM tick CROSS JOIN trafficSample ON takenAt = at AND part = :part
                UNION ALL
                SELECT 1, day, amounts FROM wholeDay CROSS JOIN trafficHour ON day = number AND subject = :subject
                UNION ALL
                SELECT 2, period, amounts FROM wholePeriod CROSS JOIN trafficDay
                ON period = number AND subject = :subject
                """)
        let rows = try Row.fetchCursor(
            statement,
            arguments: [
                "start": range.start, "end": range.end, "firstDay": firstDay, "lastDay": lastDay,
                "firstPeriod": firstDay >> 5, "lastPeriod": lastDay >> 5, "part": part(of: number), "subject": number,
            ])
        let place = place(of: number)
        while let row = try rows.next() {
            let tier: Int64 = try row.decode(Int64.self, atIndex: 0)
            let key: Int64 = try row.decode(Int64.self, atIndex: 1)
            let bytes = try row.withUnsafeData(atIndex: 2) { $0.map { Array($0) } }
            let isWhole = PackedAmounts.read(bytes ?? []) { number, amount in
                if tier == 0 && number != place { return }
                let moment = moment(tier, key, number)
                if (range.start..<range.end).contains(moment) { body(moment, amount) }
            }
            if bytes == nil || !isWhole {
                throw StoreError.corrupt(table: tables[Int(tier)], column: "amounts", id: key)
            }
        }
    }

    private static let tables = ["trafficSample", "trafficHour", "trafficDay"]

    /// The moment that an amount counts for.
    private static func moment(_ tier: Int64, _ key: Int64, _ number: UInt8) -> Int64 {
        switch tier {
        case 0: key
        case 1: key &* 86400 &+ Int64(number) * 3600
        default: (key &* 32 &+ Int64(number)) &* 86400
        }
    }

    // MARK: Age

    static func tiers(_ db: Database) throws -> HistoryTiers {
        let statement = try db.cachedStatement(sql: "SELECT madeBefore FROM trafficTier WHERE tier = ?")
        return HistoryTiers(
            hoursBefore: try Int64.fetchOne(statement, arguments: ["hour"]) ?? 0,
            daysBefore: try Int64.fetchOne(statement, arguments: ["day"]) ?? 0)
    }

    /// Makes what is old enough coarser, a part of it at a time, and lets go what is too old for that.
    static func compact(_ retention: HistoryRetention, now: Int64, _ db: Database) throws {
        let aim = retention.tiers(now: now)
        if let first = try Int64.fetchOne(db.cachedStatement(sql: "SELECT min(takenAt) FROM trafficSample")),
            first < aim.hoursBefore
        {
            let end = min(aim.hoursBefore, first.roundedDown(to: 3600) + mostHoursAtOnce * 3600)
            try makeHours(before: end, db)
            try note("hour", madeBefore: end, db)
        } else if let day = try Int64.fetchOne(db.cachedStatement(sql: "SELECT min(day) FROM trafficHour")),
            day < aim.daysBefore / 86400
        {
            try makeDay(day, db)
            try note("day", madeBefore: (day + 1) * 86400, db)
        } else {
            let oldest = (now - retention.dailyDays * 86400).roundedDown(to: 86400) / 86400
            try db.cachedStatement(sql: "DELETE FROM trafficDay WHERE period < ?").execute(arguments: [oldest >> 5])
            try db.cachedStatement(sql: "DELETE FROM trafficWatch WHERE endedAt < ?")
                .execute(arguments: [(oldest >> 5) * 32 * 86400])
        }
    }

    private static func note(_ tier: String, madeBefore moment: Int64, _ db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO trafficTier (tier, madeBefore) VALUES (?, ?)
                ON CONFLICT (tier) DO UPDATE SET madeBefore = max(madeBefore, excluded.madeBefore)
                """
        ).execute(arguments: [tier, moment])
    }

    private struct DayOfSubject: Hashable {
        var day: Int64
        var subject: Int64
    }

    private static func makeHours(before end: Int64, _ db: Database) throws {
        let rows = try Row.fetchCursor(
            db.cachedStatement(sql: "SELECT takenAt, part, amounts FROM trafficSample WHERE takenAt < ?"),
            arguments: [end])
        var sums: [DayOfSubject: PackedAmounts] = [:]
        while let row = try rows.next() {
            let takenAt: Int64 = try row.decode(Int64.self, atIndex: 0)
            let part: Int64 = try row.decode(Int64.self, atIndex: 1)
            let day = takenAt.roundedDown(to: 86400) / 86400
            let hour = UInt8((takenAt - day * 86400) / 3600)
            for (place, amount) in try PackedAmounts(row, at: 2, table: "trafficSample").amounts {
                let subject = part << 8 | Int64(place)
                sums[DayOfSubject(day: day, subject: subject), default: PackedAmounts()].add(amount, at: hour)
            }
        }
        let present = try PresentSubjects(db)
        for (key, amounts) in sums.sorted(by: { ($0.key.day, $0.key.subject) < ($1.key.day, $1.key.subject) })
        where try present.contains(key.subject) {
            try add(amounts, to: "trafficHour", ("day", key.day), ("subject", key.subject), db)
        }
        try db.cachedStatement(sql: "DELETE FROM trafficSample WHERE takenAt < ?").execute(arguments: [end])
    }

    private static func makeDay(_ day: Int64, _ db: Database) throws {
        let rows = try Row.fetchAll(
            db.cachedStatement(sql: "SELECT subject, amounts FROM trafficHour WHERE day = ?"), arguments: [day])
        let present = try PresentSubjects(db)
        for row in rows {
            let subject: Int64 = try row.decode(Int64.self, atIndex: 0)
            guard try present.contains(subject) else { continue }
            var sum = Transfer.zero
            for amount in try PackedAmounts(row, at: 1, table: "trafficHour").amounts.values { sum += amount }
            var amounts = PackedAmounts()
            amounts.add(sum, at: UInt8(truncatingIfNeeded: day & 31))
            try add(amounts, to: "trafficDay", ("period", day >> 5), ("subject", subject), db)
        }
        try db.cachedStatement(sql: "DELETE FROM trafficHour WHERE day = ?").execute(arguments: [day])
    }

    /// Tells who is still there: samples of others are let go.
    private struct PresentSubjects {
        private let peer: Statement
        private let networks: Set<Int64>

        init(_ db: Database) throws {
            peer = try db.cachedStatement(sql: "SELECT 1 FROM peer WHERE id = ?")
            networks = try Set(Int64.fetchAll(db, sql: "SELECT id FROM network"))
        }

        func contains(_ subject: Int64) throws -> Bool {
            if subject < 0 { return networks.contains(-subject) }
            return try Int64.fetchOne(peer, arguments: [subject]) != nil
        }
    }

    // MARK: Clearing away

    /// Takes what flowed to and from a subject out of the samples; returns of how many.
    static func purgeSamples(of subject: Int64, _ db: Database) throws -> Int {
        let rows = try Row.fetchAll(
            db.cachedStatement(sql: "SELECT takenAt, amounts FROM trafficSample WHERE part = ?"),
            arguments: [part(of: subject)])
        let update = try db.cachedStatement(
            sql: "UPDATE trafficSample SET amounts = ? WHERE takenAt = ? AND part = ?")
        var count = 0
        for row in rows {
            var amounts = try PackedAmounts(row, at: 1, table: "trafficSample")
            guard amounts.amounts.removeValue(forKey: place(of: subject)) != nil else { continue }
            let takenAt: Int64 = try row.decode(Int64.self, atIndex: 0)
            try update.execute(arguments: [amounts.data, takenAt, part(of: subject)])
            count += 1
        }
        return count
    }

    /// Clears away the hours and days of a subject; returns how many rows of each there were.
    static func clear(_ subject: Int64, _ db: Database) throws -> (hourlyDays: Int, days: Int) {
        // By the key, row for row: the tables have the rows of all others beside.
        func delete(_ table: String, _ column: String) throws -> Int {
            let statement = try db.cachedStatement(
                sql: """
                    WITH RECURSIVE each (number) AS (
                        SELECT min(\(column)) FROM \(table)
                        UNION ALL
                        SELECT number + 1 FROM each WHERE number < (SELECT max(\(column)) FROM \(table))
                    )
                    DELETE FROM \(table) WHERE subject = ? AND \(column) IN (SELECT number FROM each)
                    """)
            try statement.execute(arguments: [subject])
            return db.changesCount
        }
        return (try delete("trafficHour", "day"), try delete("trafficDay", "period"))
    }

    /// Clears away what peers and networks left behind that are gone. Of their samples nothing is told, and these are let
    /// go with their age.
    static func clearFormerSubjects(_ db: Database) throws {
        let former = try Int64.fetchAll(
            db.cachedStatement(sql: "SELECT subject FROM formerSubject LIMIT \(mostFormerSubjects)"))
        if former.isEmpty { return }
        let present = try PresentSubjects(db)
        for subject in former {
            // A removal that was taken back.
            if try !present.contains(subject) {
                _ = try clear(subject, db)
                if subject > 0 {
                    _ = try SessionRecord.clear(of: subject, db)
                } else {
                    for table in ["trafficWatch", "trafficDevice"] {
                        try db.cachedStatement(sql: "DELETE FROM \(table) WHERE networkID = ?")
                            .execute(arguments: [-subject])
                    }
                }
            }
            try db.cachedStatement(sql: "DELETE FROM formerSubject WHERE subject = ?").execute(arguments: [subject])
        }
    }
}
