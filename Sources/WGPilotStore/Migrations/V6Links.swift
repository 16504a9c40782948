/// The sixth schema: links by which a configuration is fetched once, and lists that need not be sorted. Once released it
/// is never edited.
///
/// `link.digest` is what is kept of what the link's bearer presents. A link that was used, revoked or cleared away after
/// its time is a row that is gone; the audit log remembers it. So is one whose peer got other keys, by whichever way: whoever
/// has a link that went astray must not get those.
enum V6Links {
    static let identifier = "v6"

    static let sql = """
        CREATE TABLE link (
            id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id > 0),
            peerID INTEGER NOT NULL REFERENCES peer (id) ON DELETE CASCADE,
            digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
            createdBy TEXT NOT NULL,
            createdAt INTEGER NOT NULL,
            expiresAt INTEGER NOT NULL CHECK (expiresAt > createdAt)
        ) STRICT;

        CREATE INDEX linkByPeer ON link (peerID);
        CREATE INDEX linkByExpiry ON link (expiresAt);

        CREATE TRIGGER linkOfNewKey AFTER UPDATE OF publicKey ON peer WHEN OLD.publicKey <> NEW.publicKey BEGIN
            DELETE FROM link WHERE peerID = NEW.id;
        END;

        CREATE TRIGGER linkOfPendingKey AFTER INSERT ON pendingKey BEGIN
            DELETE FROM link WHERE peerID = NEW.peerID;
        END;

        CREATE TRIGGER linkOfNewSecret AFTER INSERT ON peerSecret BEGIN
            DELETE FROM link WHERE peerID = NEW.peerID;
        END;

        CREATE TRIGGER linkOfChangedSecret AFTER UPDATE ON peerSecret BEGIN
            DELETE FROM link WHERE peerID = NEW.peerID;
        END;

        CREATE TRIGGER linkOfNoSecret AFTER DELETE ON peerSecret BEGIN
            DELETE FROM link WHERE peerID = OLD.peerID;
        END;

        CREATE INDEX peerByEmail ON peer (networkID, email);
        CREATE INDEX peerByCreation ON peer (networkID, createdAt);
        CREATE INDEX peerByChange ON peer (networkID, updatedAt);
        """
}
