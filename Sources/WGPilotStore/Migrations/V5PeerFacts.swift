/// The fifth schema: more facts of peers. Once released it is never edited.
///
/// - Tables only get columns with a default, so that a change from before which still waits to be confirmed can be taken
///   back.
/// - `peer.shownOnce`: the hub made the key pair and forgot the private half. Who else has a private key is plain from
///   `peerSecret`.
/// - `peer.disabledReason` means something only where `enabled` is 0; there NULL is the operator.
/// - `pendingKey`: what a rotation prepared; it takes the place of the present keys at `activatesAt`. Its columns have
///   names of their own, for it is read together with `peer` and `peerSecret`.
/// - `peerSighting` and `fetchedConfiguration` are the daemon's own notes: what the kernel forgets, and a digest (HMAC,
///   under a key that is derived from the master key) of the configuration that a client has.
enum V5PeerFacts {
    static let identifier = "v5"

    static let sql = """
        ALTER TABLE network ADD COLUMN custody TEXT NOT NULL DEFAULT 'held'
            CHECK (custody IN ('held', 'once', 'client'));

        ALTER TABLE peer ADD COLUMN shownOnce INTEGER NOT NULL DEFAULT 0 CHECK (shownOnce IN (0, 1));
        ALTER TABLE peer ADD COLUMN searchDomains TEXT CHECK (searchDomains GLOB '[[]*]');
        ALTER TABLE peer ADD COLUMN excludedCIDRs TEXT NOT NULL DEFAULT '[]' CHECK (excludedCIDRs GLOB '[[]*]');
        ALTER TABLE peer ADD COLUMN expiresAt INTEGER CHECK (expiresAt > 0);
        ALTER TABLE peer ADD COLUMN disabledReason TEXT CHECK (disabledReason <> '');

        CREATE INDEX peerByExpiry ON peer (expiresAt) WHERE expiresAt IS NOT NULL AND enabled = 1;

        CREATE TABLE pendingKey (
            peerID INTEGER PRIMARY KEY REFERENCES peer (id) ON DELETE CASCADE,
            nextPublicKey BLOB NOT NULL CHECK (length(nextPublicKey) = 32 AND nextPublicKey <> zeroblob(32)),
            nextPrivateKey BLOB CHECK (length(nextPrivateKey) > 32),
            nextPresharedKey BLOB CHECK (length(nextPresharedKey) > 32),
            nextShownOnce INTEGER NOT NULL CHECK (nextShownOnce IN (0, 1)),
            activatesAt INTEGER NOT NULL CHECK (activatesAt > 0),
            CHECK (nextPrivateKey IS NULL OR nextShownOnce = 0)
        ) STRICT;

        CREATE INDEX pendingKeyByTime ON pendingKey (activatesAt);

        CREATE TABLE peerSighting (
            peerID INTEGER PRIMARY KEY REFERENCES peer (id) ON DELETE CASCADE,
            handshakeAt INTEGER NOT NULL CHECK (handshakeAt > 0),
            seenEndpoint TEXT CHECK (seenEndpoint <> '')
        ) STRICT;

        CREATE TABLE fetchedConfiguration (
            peerID INTEGER PRIMARY KEY REFERENCES peer (id) ON DELETE CASCADE,
            fetchedAt INTEGER NOT NULL,
            digest BLOB NOT NULL CHECK (length(digest) = 32)
        ) STRICT;
        """
}
