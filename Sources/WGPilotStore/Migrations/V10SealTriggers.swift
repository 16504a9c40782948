/// The tenth schema: triggers of device seals that cost less. Once released it is never edited.
///
/// A secret or a site belongs to one peer, and that to one network. Looked for as one number (`=`) and not as the members of
/// a list (`IN`), SQLite makes no table of them for each row that is written: it made two, a fifth of what a batch of
/// peers took.
enum V10SealTriggers {
    static let identifier = "v10"

    static let sql = """
        DROP TRIGGER peerSecretMade;
        CREATE TRIGGER peerSecretMade AFTER INSERT ON peerSecret BEGIN
            UPDATE deviceSeal SET version = random(), seal = NULL
                WHERE networkID = (SELECT networkID FROM peer WHERE id = NEW.peerID);
        END;

        DROP TRIGGER peerSecretGone;
        CREATE TRIGGER peerSecretGone AFTER DELETE ON peerSecret BEGIN
            UPDATE deviceSeal SET version = random(), seal = NULL
                WHERE networkID = (SELECT networkID FROM peer WHERE id = OLD.peerID);
        END;

        DROP TRIGGER siteNetworkMade;
        CREATE TRIGGER siteNetworkMade AFTER INSERT ON siteNetwork BEGIN
            UPDATE deviceSeal SET version = random(), seal = NULL
                WHERE networkID = (SELECT networkID FROM peer WHERE id = NEW.peerID);
        END;

        DROP TRIGGER siteNetworkGone;
        CREATE TRIGGER siteNetworkGone AFTER DELETE ON siteNetwork BEGIN
            UPDATE deviceSeal SET version = random(), seal = NULL
                WHERE networkID = (SELECT networkID FROM peer WHERE id = OLD.peerID);
        END;
        """
}
