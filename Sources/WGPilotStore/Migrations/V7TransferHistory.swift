/// The seventh schema: transfer history, sessions, and who has long keepalive intervals. Once released it is never edited.
///
/// - A subject is a peer by its number, or all peers of a network by the negative of its number. Subjects are packed 256
///   to a `part` (the subject shifted right by eight bits): a row for each peer and sample would take six times the
///   place.
/// - `trafficSample` has what flowed since the sample before, of those subjects alone for whom anything did. `takenAt`
///   comes first in the key: rows are only ever added at the end, so that pages are full.
/// - `trafficHour` has the hours of one day of a subject, `trafficDay` the days of 32 (`period` is the day since 1970-01-01
///   shifted right by five bits).
/// - `trafficState` has the kernel's counters as last read, with the sessions that go on. It is written in the
///   transaction of the sample: no byte is counted twice, and none is lost.
/// - `trafficDevice` tells an interface from one that was made later under its name.
/// - `trafficWatch` tells when samples were taken; between its rows nobody looked.
/// - `trafficTier` has up to when each tier was made into the next coarser one.
/// - `formerSubject`: peers and networks that are gone, until their history is cleared away. They are not cleared away with
///   their row, for a change that is not confirmed brings that back.
/// - `peerSession.endedAt` is NULL as long as the session goes on; what flowed is then in `trafficState`.
enum V7TransferHistory {
    static let identifier = "v7"

    static let sql = """
        CREATE TABLE trafficSample (
            takenAt INTEGER NOT NULL,
            part INTEGER NOT NULL,
            amounts BLOB NOT NULL,
            PRIMARY KEY (takenAt, part)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE trafficHour (
            day INTEGER NOT NULL,
            subject INTEGER NOT NULL,
            amounts BLOB NOT NULL,
            PRIMARY KEY (day, subject)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE trafficDay (
            period INTEGER NOT NULL,
            subject INTEGER NOT NULL,
            amounts BLOB NOT NULL,
            PRIMARY KEY (period, subject)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE trafficState (
            part INTEGER PRIMARY KEY,
            meters BLOB NOT NULL
        ) STRICT;

        CREATE TABLE trafficDevice (
            networkID INTEGER PRIMARY KEY,
            device TEXT NOT NULL CHECK (device <> '')
        ) STRICT;

        CREATE TABLE trafficWatch (
            networkID INTEGER NOT NULL,
            startedAt INTEGER NOT NULL,
            endedAt INTEGER NOT NULL CHECK (endedAt >= startedAt),
            PRIMARY KEY (networkID, startedAt)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE trafficTier (
            tier TEXT PRIMARY KEY NOT NULL CHECK (tier IN ('hour', 'day')),
            madeBefore INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE formerSubject (
            subject INTEGER PRIMARY KEY
        ) STRICT;

        CREATE TABLE peerSession (
            peerID INTEGER NOT NULL,
            startedAt INTEGER NOT NULL,
            lastSeenAt INTEGER NOT NULL,
            endedAt INTEGER,
            received INTEGER NOT NULL CHECK (received >= 0),
            sent INTEGER NOT NULL CHECK (sent >= 0),
            PRIMARY KEY (peerID, startedAt)
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX peerSessionByEnd ON peerSession (endedAt) WHERE endedAt IS NOT NULL;

        CREATE TABLE sessionEndpoint (
            peerID INTEGER NOT NULL,
            startedAt INTEGER NOT NULL,
            seenAt INTEGER NOT NULL,
            endpoint TEXT NOT NULL CHECK (endpoint <> ''),
            PRIMARY KEY (peerID, startedAt, seenAt)
        ) STRICT, WITHOUT ROWID;

        CREATE TRIGGER formerPeer AFTER DELETE ON peer BEGIN
            INSERT OR IGNORE INTO formerSubject (subject) VALUES (OLD.id);
        END;

        CREATE TRIGGER formerNetwork AFTER DELETE ON network BEGIN
            INSERT OR IGNORE INTO formerSubject (subject) VALUES (-OLD.id);
        END;

        CREATE INDEX peerByLongKeepalive ON peer (networkID)
            WHERE persistentKeepalive > 60 OR hubKeepalive > 60;
        """
}
