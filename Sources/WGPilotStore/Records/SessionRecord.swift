import GRDB
import WGPilotCore

/// The tables `peerSession` and `sessionEndpoint`.
enum SessionRecord {
    static func insert(_ sample: TrafficSample, _ db: Database) throws {
        if !sample.sessions.isEmpty {
            // A session that is over may have begun since the last sample.
            let statement = try db.cachedStatement(
                sql: """
                    INSERT OR REPLACE INTO peerSession (peerID, startedAt, lastSeenAt, endedAt, received, sent) \
                    VALUES (?, ?, ?, ?, ?, ?)
                    """)
            for news in sample.sessions {
                let session = news.session
                try statement.execute(arguments: [
                    news.peerID, session.startedAt, session.lastSeenAt, news.isOver ? session.lastSeenAt : nil,
                    Int64(clamping: session.moved.received), Int64(clamping: session.moved.sent),
                ])
            }
        }
        if sample.endpoints.isEmpty { return }
        let statement = try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO sessionEndpoint (peerID, startedAt, seenAt, endpoint) VALUES (?, ?, ?, ?)
                """)
        for news in sample.endpoints {
            try statement.execute(arguments: [
                news.peerID, news.startedAt, news.endpoint.at, news.endpoint.endpoint,
            ])
        }
    }

    /// Clears away sessions that ended long ago.
    static func clear(endedBefore moment: Int64, _ db: Database) throws {
        let first = try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT min(endedAt) FROM peerSession WHERE endedAt IS NOT NULL"))
        guard let first, first < moment else { return }
        try db.cachedStatement(
            sql: """
                DELETE FROM sessionEndpoint WHERE (peerID, startedAt) IN \
                (SELECT peerID, startedAt FROM peerSession WHERE endedAt < ?)
                """
        ).execute(arguments: [moment])
        try db.cachedStatement(sql: "DELETE FROM peerSession WHERE endedAt < ?").execute(arguments: [moment])
    }

    /// Clears away the sessions of a peer; returns how many there were.
    static func clear(of peerID: Int64, _ db: Database) throws -> Int {
        try db.cachedStatement(sql: "DELETE FROM sessionEndpoint WHERE peerID = ?").execute(arguments: [peerID])
        try db.cachedStatement(sql: "DELETE FROM peerSession WHERE peerID = ?").execute(arguments: [peerID])
        return db.changesCount
    }
}
