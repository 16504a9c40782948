/// The third schema: who did what, API tokens, and creations that may be repeated. Once released it is never edited.
///
/// - `audit`: the log, one row an entry, from 1 without gaps. `changes` is a JSON array of `AuditChange`. Each `hash`
///   covers its row and the hash before, as `AuditEntry` has it. Rows are added and never changed.
/// - `auditHead`: the last entry, with an HMAC under a key that is derived from the master key, so that a log whose end was
///   cut off is not taken for whole.
/// - `apiToken`: a token's digest; the token itself is nowhere. A token that is revoked goes; the audit log remembers it.
/// - `idempotency`: what a keyed creation made, for as long as it may be repeated.
enum V3Audit {
    static let identifier = "v3"

    static let sql = """
        CREATE TABLE audit (
            sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
            time INTEGER NOT NULL,
            actorKind TEXT NOT NULL CHECK (actorKind <> ''),
            actor TEXT NOT NULL,
            uid INTEGER CHECK (uid BETWEEN 0 AND 4294967295),
            tokenID INTEGER,
            origin TEXT NOT NULL,
            method TEXT NOT NULL CHECK (method <> ''),
            target TEXT NOT NULL,
            result TEXT NOT NULL CHECK (result <> ''),
            reason TEXT NOT NULL,
            requestID TEXT NOT NULL,
            count INTEGER NOT NULL CHECK (count > 0),
            changes TEXT NOT NULL CHECK (changes GLOB '[[]*]'),
            omittedChanges INTEGER NOT NULL CHECK (omittedChanges >= 0),
            hash BLOB NOT NULL CHECK (length(hash) = 32)
        ) STRICT;

        CREATE TABLE auditHead (
            single INTEGER PRIMARY KEY NOT NULL CHECK (single = 1),
            sequence INTEGER NOT NULL CHECK (sequence >= 0),
            hash BLOB NOT NULL CHECK (length(hash) = 32),
            mac BLOB NOT NULL CHECK (length(mac) = 32)
        ) STRICT;

        CREATE TABLE apiToken (
            id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id > 0),
            name TEXT NOT NULL UNIQUE CHECK (name <> ''),
            role TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
            digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
            createdBy TEXT NOT NULL,
            createdAt INTEGER NOT NULL,
            expiresAt INTEGER,
            lastUsedAt INTEGER
        ) STRICT;

        CREATE TABLE idempotency (
            caller TEXT NOT NULL CHECK (caller <> ''),
            key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 64),
            method TEXT NOT NULL CHECK (method <> ''),
            digest BLOB NOT NULL CHECK (length(digest) = 32),
            objectID INTEGER NOT NULL,
            createdAt INTEGER NOT NULL,
            PRIMARY KEY (caller, key)
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX idempotencyByAge ON idempotency (createdAt);
        """
}
