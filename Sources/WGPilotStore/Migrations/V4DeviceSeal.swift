/// The fourth schema: by what a device is known again that is as it was left. Once released it is never edited.
///
/// - `deviceSeal`: one row a network. `seal` authenticates, with the master key, the imprint of what the network's device
///   should be; it says nothing about the imprint to anybody else. The triggers take it away with whatever is written to
///   the rows that the imprint is made from, by whichever way they are written, and give the row another `version`: a
///   number that no other state of the network had, so that a seal that was made meanwhile is not stored.
/// - `peerByEndpoint` finds the few peers that have an endpoint of their own.
enum V4DeviceSeal {
    static let identifier = "v4"

    static let sql = """
        CREATE TABLE deviceSeal (
            networkID INTEGER PRIMARY KEY REFERENCES network (id) ON DELETE CASCADE,
            version INTEGER NOT NULL,
            seal BLOB CHECK (length(seal) = 29)
        ) STRICT;

        INSERT INTO deviceSeal (networkID, version) SELECT id, random() FROM network;

        CREATE INDEX peerByEndpoint ON peer (networkID) WHERE endpoint IS NOT NULL;

        CREATE TRIGGER networkMade AFTER INSERT ON network BEGIN
            INSERT OR REPLACE INTO deviceSeal (networkID, version) VALUES (NEW.id, random());
        END;

        CREATE TRIGGER networkChanged AFTER UPDATE ON network BEGIN
            UPDATE deviceSeal SET version = random(), seal = NULL WHERE networkID = NEW.id;
        END;

        CREATE TRIGGER networkSecretMade AFTER INSERT ON networkSecret BEGIN
            UPDATE deviceSeal SET version = random(), seal = NULL WHERE networkID = NEW.networkID;
        END;

        CREATE TRIGGER networkSecretChanged AFTER UPDATE ON networkSecret BEGIN
            UPDATE deviceSeal SET version = random(), seal = NULL WHERE networkID IN (OLD.networkID, NEW.networkID);
        END;

        CREATE TRIGGER networkSecretGone AFTER DELETE ON networkSecret BEGIN
            UPDATE deviceSeal SET version = random(), seal = NULL WHERE networkID = OLD.networkID;
        END;

        CREATE TRIGGER peerMade AFTER INSERT ON peer BEGIN
            UPDATE deviceSeal SET version = random(), seal = NULL WHERE networkID = NEW.networkID;
        END;

        CREATE TRIGGER peerChanged AFTER UPDATE ON peer BEGIN
            UPDATE deviceSeal SET version = random(), seal = NULL WHERE networkID IN (OLD.networkID, NEW.networkID);
        END;

        CREATE TRIGGER peerGone AFTER DELETE ON peer BEGIN
            UPDATE deviceSeal SET version = random(), seal = NULL WHERE networkID = OLD.networkID;
        END;

        CREATE TRIGGER peerSecretMade AFTER INSERT ON peerSecret BEGIN
            UPDATE deviceSeal SET version = random(), seal = NULL
                WHERE networkID IN (SELECT networkID FROM peer WHERE id = NEW.peerID);
        END;

        CREATE TRIGGER peerSecretChanged AFTER UPDATE ON peerSecret BEGIN
            UPDATE deviceSeal SET version = random(), seal = NULL
                WHERE networkID IN (SELECT networkID FROM peer WHERE id IN (OLD.peerID, NEW.peerID));
        END;

        CREATE TRIGGER peerSecretGone AFTER DELETE ON peerSecret BEGIN
            UPDATE deviceSeal SET version = random(), seal = NULL
                WHERE networkID IN (SELECT networkID FROM peer WHERE id = OLD.peerID);
        END;

        CREATE TRIGGER siteNetworkMade AFTER INSERT ON siteNetwork BEGIN
            UPDATE deviceSeal SET version = random(), seal = NULL
                WHERE networkID IN (SELECT networkID FROM peer WHERE id = NEW.peerID);
        END;

        CREATE TRIGGER siteNetworkChanged AFTER UPDATE ON siteNetwork BEGIN
            UPDATE deviceSeal SET version = random(), seal = NULL
                WHERE networkID IN (SELECT networkID FROM peer WHERE id IN (OLD.peerID, NEW.peerID));
        END;

        CREATE TRIGGER siteNetworkGone AFTER DELETE ON siteNetwork BEGIN
            UPDATE deviceSeal SET version = random(), seal = NULL
                WHERE networkID IN (SELECT networkID FROM peer WHERE id = OLD.peerID);
        END;
        """
}
