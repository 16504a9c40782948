/// The second schema: all that a hub needs beyond its interfaces. Once released it is never edited.
///
/// - `network` says how its packets are treated, what is done about drift, and which host the hub is. Networks of the
///   first schema get what their mode has by default; their hubs are host 1.
/// - `network` and `peer` are made anew, for their CHECKs kept host number 1 for the hub.
/// - A site network's row is now found by its block, which is what makes it one. Its place in the peer's list is a plain
///   column: a list in another order could not be put back otherwise, for the rows of a recorded change are put back one
///   by one, and each of them must be unique on the way. `accessRule.position` is not unique for the same reason; the
///   code keeps the positions of an owner contiguous from 1.
/// - `bridgeByPair`: one bridge for two networks, in whichever order they are named.
/// - `accessRule` has one owner. `destinationPeerID` is for a peer and for a site, `destinationText` for a block and a
///   tag.
/// - `pendingChange` holds at most one row: a change that is taken back unless somebody confirms it, with what takes it
///   back (a changeset of SQLite's session extension).
/// - `kernelSetting`, `firewallMark` and `ignoredDrift` are the daemon's own notes. The first says what the machine's
///   settings were before we changed them; the second has a digest of the rules that we gave to the kernel, and of the
///   kernel's own listing of them; the third has what an operator decided to leave as it is.
enum V2ManagedHub {
    static let identifier = "v2"

    static let sql = """
        CREATE TABLE networkV2 (
            id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id > 0),
            name TEXT NOT NULL UNIQUE CHECK (name <> ''),
            interface TEXT NOT NULL UNIQUE CHECK (length(interface) BETWEEN 1 AND 15),
            mode TEXT NOT NULL CHECK (mode IN ('gateway', 'site-to-site', 'hub-routed')),
            subnet TEXT NOT NULL UNIQUE CHECK (subnet <> ''),
            subnet6 TEXT UNIQUE CHECK (subnet6 <> ''),
            hubNumber INTEGER NOT NULL CHECK (hubNumber BETWEEN 1 AND 16777214),
            listenPort INTEGER NOT NULL UNIQUE CHECK (listenPort BETWEEN 1 AND 65535),
            publicKey BLOB NOT NULL CHECK (length(publicKey) = 32 AND publicKey <> zeroblob(32)),
            dnsServers TEXT NOT NULL CHECK (dnsServers GLOB '[[]*]'),
            searchDomains TEXT NOT NULL CHECK (searchDomains GLOB '[[]*]'),
            mtu INTEGER CHECK (mtu BETWEEN 1280 AND 65455),
            endpointHost TEXT CHECK (endpointHost <> ''),
            tunnel TEXT NOT NULL CHECK (tunnel IN ('full', 'split')),
            customCIDRs TEXT NOT NULL CHECK (customCIDRs GLOB '[[]*]'),
            nat INTEGER NOT NULL CHECK (nat IN (0, 1)),
            peersMayTalk INTEGER NOT NULL CHECK (peersMayTalk IN (0, 1)),
            driftPolicy TEXT NOT NULL CHECK (driftPolicy IN ('repair', 'report')),
            enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
            hostHint INTEGER NOT NULL CHECK (hostHint BETWEEN 1 AND 16777216),
            createdAt INTEGER NOT NULL,
            updatedAt INTEGER NOT NULL CHECK (updatedAt >= createdAt),
            CHECK (nat = 0 OR mode <> 'hub-routed')
        ) STRICT;

        INSERT INTO networkV2
            SELECT id, name, interface, mode, subnet, subnet6, 1, listenPort, publicKey, dnsServers, searchDomains, mtu,
                endpointHost, tunnel, customCIDRs, mode = 'gateway', mode <> 'gateway', 'repair', enabled, hostHint,
                createdAt, updatedAt
            FROM network;

        CREATE TABLE peerV2 (
            id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id > 0),
            networkID INTEGER NOT NULL REFERENCES network (id) ON DELETE CASCADE,
            name TEXT NOT NULL CHECK (name <> ''),
            hostNumber INTEGER NOT NULL CHECK (hostNumber BETWEEN 1 AND 16777214),
            publicKey BLOB NOT NULL CHECK (length(publicKey) = 32 AND publicKey <> zeroblob(32)),
            email TEXT NOT NULL,
            role TEXT NOT NULL CHECK (role IN ('client', 'site-gateway')),
            endpoint TEXT CHECK (endpoint <> ''),
            persistentKeepalive INTEGER NOT NULL CHECK (persistentKeepalive BETWEEN 0 AND 65535),
            hubKeepalive INTEGER NOT NULL CHECK (hubKeepalive BETWEEN 0 AND 65535),
            tunnel TEXT CHECK (tunnel IN ('full', 'split')),
            extraCIDRs TEXT NOT NULL CHECK (extraCIDRs GLOB '[[]*]'),
            dnsServers TEXT CHECK (dnsServers GLOB '[[]*]'),
            mtu INTEGER CHECK (mtu BETWEEN 1280 AND 65455),
            notes TEXT NOT NULL,
            tags TEXT NOT NULL CHECK (tags GLOB '[[]*]'),
            enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
            createdAt INTEGER NOT NULL,
            updatedAt INTEGER NOT NULL CHECK (updatedAt >= createdAt),
            UNIQUE (networkID, name),
            UNIQUE (networkID, publicKey),
            UNIQUE (networkID, hostNumber)
        ) STRICT;

        INSERT INTO peerV2
            SELECT id, networkID, name, hostNumber, publicKey, email, role, endpoint, persistentKeepalive, hubKeepalive,
                tunnel, extraCIDRs, dnsServers, mtu, notes, tags, enabled, createdAt, updatedAt
            FROM peer;

        CREATE TABLE siteNetworkV2 (
            peerID INTEGER NOT NULL REFERENCES peer (id) ON DELETE CASCADE,
            position INTEGER NOT NULL CHECK (position >= 0),
            family INTEGER NOT NULL CHECK (family IN (4, 6)),
            first BLOB NOT NULL CHECK (length(first) = CASE family WHEN 4 THEN 4 ELSE 16 END),
            prefixLength INTEGER NOT NULL CHECK (prefixLength BETWEEN 1 AND CASE family WHEN 4 THEN 32 ELSE 128 END),
            PRIMARY KEY (family, first)
        ) STRICT, WITHOUT ROWID;

        INSERT INTO siteNetworkV2 SELECT peerID, position, family, first, prefixLength FROM siteNetwork;

        -- Numbers that are gone stay gone: the counters move along.
        DELETE FROM sqlite_sequence WHERE name IN ('networkV2', 'peerV2');
        INSERT INTO sqlite_sequence (name, seq)
            SELECT name || 'V2', seq FROM sqlite_sequence WHERE name IN ('network', 'peer');

        DROP TABLE siteNetwork;
        DROP TABLE peer;
        DROP TABLE network;
        ALTER TABLE networkV2 RENAME TO network;
        ALTER TABLE peerV2 RENAME TO peer;
        ALTER TABLE siteNetworkV2 RENAME TO siteNetwork;
        CREATE INDEX peerByNetwork ON peer (networkID);
        CREATE INDEX siteNetworkByPeer ON siteNetwork (peerID, position);

        CREATE TABLE bridge (
            id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id > 0),
            networkA INTEGER NOT NULL REFERENCES network (id) ON DELETE CASCADE,
            networkB INTEGER NOT NULL REFERENCES network (id) ON DELETE CASCADE,
            direction TEXT NOT NULL CHECK (direction IN ('a_to_b', 'b_to_a', 'bidirectional')),
            allowedCIDRs TEXT NOT NULL CHECK (allowedCIDRs GLOB '[[]*]'),
            enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
            createdAt INTEGER NOT NULL,
            updatedAt INTEGER NOT NULL CHECK (updatedAt >= createdAt),
            CHECK (networkA <> networkB)
        ) STRICT;

        CREATE UNIQUE INDEX bridgeByPair ON bridge (min(networkA, networkB), max(networkA, networkB));

        CREATE TABLE accessRule (
            id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id > 0),
            ownerNetworkID INTEGER REFERENCES network (id) ON DELETE CASCADE,
            ownerTag TEXT CHECK (ownerTag <> ''),
            ownerPeerID INTEGER REFERENCES peer (id) ON DELETE CASCADE,
            position INTEGER NOT NULL CHECK (position > 0),
            action TEXT NOT NULL CHECK (action IN ('allow', 'deny')),
            destination TEXT NOT NULL CHECK (destination IN ('any', 'block', 'peer', 'tag', 'site')),
            destinationText TEXT CHECK (destinationText <> ''),
            destinationPeerID INTEGER REFERENCES peer (id) ON DELETE CASCADE,
            protocol TEXT NOT NULL CHECK (protocol IN ('any', 'tcp', 'udp', 'icmp')),
            ports TEXT NOT NULL CHECK (ports GLOB '[[]*]'),
            comment TEXT NOT NULL,
            enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
            createdAt INTEGER NOT NULL,
            updatedAt INTEGER NOT NULL CHECK (updatedAt >= createdAt),
            CHECK ((ownerNetworkID IS NOT NULL) + (ownerTag IS NOT NULL) + (ownerPeerID IS NOT NULL) = 1),
            CHECK ((destinationText IS NOT NULL) = (destination IN ('block', 'tag'))),
            CHECK ((destinationPeerID IS NOT NULL) = (destination IN ('peer', 'site'))),
            CHECK (ports = '[]' OR protocol IN ('tcp', 'udp'))
        ) STRICT;

        CREATE INDEX accessRuleByNetwork ON accessRule (ownerNetworkID, position);
        CREATE INDEX accessRuleByTag ON accessRule (ownerTag, position);
        CREATE INDEX accessRuleByPeer ON accessRule (ownerPeerID, position);
        CREATE INDEX accessRuleByDestination ON accessRule (destinationPeerID);

        CREATE TABLE pendingChange (
            id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id > 0),
            single INTEGER NOT NULL UNIQUE CHECK (single = 1),
            description TEXT NOT NULL CHECK (description <> ''),
            inverse BLOB NOT NULL CHECK (length(inverse) > 0),
            deadline INTEGER NOT NULL,
            createdAt INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE kernelSetting (
            key TEXT PRIMARY KEY NOT NULL CHECK (key <> ''),
            valueBefore TEXT NOT NULL,
            valueSet TEXT NOT NULL,
            changedAt INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE firewallMark (
            single INTEGER PRIMARY KEY NOT NULL CHECK (single = 1),
            applied BLOB NOT NULL CHECK (length(applied) BETWEEN 16 AND 64),
            listing BLOB NOT NULL CHECK (length(listing) BETWEEN 16 AND 64)
        ) STRICT;

        CREATE TABLE ignoredDrift (
            networkID INTEGER NOT NULL REFERENCES network (id) ON DELETE CASCADE,
            item TEXT NOT NULL CHECK (item <> ''),
            observed BLOB NOT NULL CHECK (length(observed) BETWEEN 16 AND 64),
            PRIMARY KEY (networkID, item)
        ) STRICT, WITHOUT ROWID;
        """
}
