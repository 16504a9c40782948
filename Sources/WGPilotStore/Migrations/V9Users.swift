/// The ninth schema: the users of the web page, their sessions and second factors. Once released it is never edited.
///
/// - `user.nameKey` is `UserName.key`: names are unique whatever their case. `passwordVersion` counts the passwords that
///   were set; a hash that was only made anew at another cost is no other password.
/// - `session`: what is kept of what a session is known by is a digest. A session that ended is a row that is gone.
/// - `totp`: the sealed secret of a second factor, one that waits to be confirmed, and the step whose code was used last.
/// - `recoveryCode`: the digests of those that were not used.
/// - `setupCode`: the one code by which somebody becomes an admin.
///
/// Whatever changes what a user is, ends the user's sessions, by whichever way it came about.
enum V9Users {
    static let identifier = "v9"

    static let sql = """
        CREATE TABLE user (
            id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id > 0),
            name TEXT NOT NULL CHECK (name <> ''),
            nameKey TEXT NOT NULL UNIQUE CHECK (nameKey <> ''),
            role TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
            enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
            email TEXT NOT NULL,
            passwordHash TEXT NOT NULL CHECK (passwordHash GLOB '$argon2id$*'),
            passwordVersion INTEGER NOT NULL CHECK (passwordVersion > 0),
            passwordChangedAt INTEGER NOT NULL,
            createdAt INTEGER NOT NULL,
            updatedAt INTEGER NOT NULL,
            lastLoginAt INTEGER
        ) STRICT;

        CREATE TABLE session (
            id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id > 0),
            userID INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
            digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
            createdAt INTEGER NOT NULL,
            lastUsedAt INTEGER NOT NULL,
            idleExpiresAt INTEGER NOT NULL,
            expiresAt INTEGER NOT NULL CHECK (expiresAt > createdAt),
            clientAddress TEXT NOT NULL,
            userAgent TEXT NOT NULL
        ) STRICT;

        CREATE INDEX sessionByUser ON session (userID);

        CREATE TABLE totp (
            userID INTEGER PRIMARY KEY REFERENCES user (id) ON DELETE CASCADE,
            secret BLOB,
            pendingSecret BLOB,
            pendingUntil INTEGER,
            lastStep INTEGER NOT NULL,
            CHECK (secret IS NOT NULL OR pendingSecret IS NOT NULL),
            CHECK ((pendingSecret IS NULL) = (pendingUntil IS NULL))
        ) STRICT;

        CREATE TABLE recoveryCode (
            userID INTEGER NOT NULL REFERENCES totp (userID) ON DELETE CASCADE,
            digest BLOB NOT NULL CHECK (length(digest) = 32),
            PRIMARY KEY (userID, digest)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE setupCode (
            single INTEGER PRIMARY KEY NOT NULL CHECK (single = 1),
            digest BLOB NOT NULL CHECK (length(digest) = 32),
            evenWithUsers INTEGER NOT NULL CHECK (evenWithUsers IN (0, 1)),
            createdBy TEXT NOT NULL,
            createdAt INTEGER NOT NULL,
            expiresAt INTEGER NOT NULL CHECK (expiresAt > createdAt)
        ) STRICT;

        CREATE TRIGGER sessionOfChangedUser AFTER UPDATE OF role, enabled, passwordVersion ON user
        WHEN OLD.role <> NEW.role OR OLD.enabled <> NEW.enabled OR OLD.passwordVersion <> NEW.passwordVersion BEGIN
            DELETE FROM session WHERE userID = NEW.id;
        END;
        """
}
