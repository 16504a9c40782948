/// The first schema. Once released it is never edited: a change is a new migration.
///
/// - Numbers of networks and peers are never used again (`AUTOINCREMENT`), so a stale reference finds nothing instead
///   of a stranger.
/// - A peer's tunnel addresses are not stored: `hostNumber` makes them, so one UNIQUE holds for both families.
/// - Lists that no query looks into (name servers, domains, blocks, tags) are JSON arrays of strings: they are read and
///   written whole with their row. The networks behind site gateways are a table, for they must not overlap:
///   `siteNetworkByBlock` finds the one stored block that could overlap a new one in a single step. The peers' own
///   addresses need no place in it: a site network never overlaps a network's subnet.
/// - `network.hostHint`: no number below it is free.
/// - `retiredInterface`: interfaces that may still be in the kernel though their network is gone or disabled.
enum V1InitialSchema {
    static let identifier = "v1"

    static let sql = """
        PRAGMA application_id = 1464291444;

        CREATE TABLE network (
            id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id > 0),
            name TEXT NOT NULL UNIQUE CHECK (name <> ''),
            interface TEXT NOT NULL UNIQUE CHECK (length(interface) BETWEEN 1 AND 15),
            mode TEXT NOT NULL CHECK (mode IN ('gateway', 'site-to-site', 'hub-routed')),
            subnet TEXT NOT NULL UNIQUE CHECK (subnet <> ''),
            subnet6 TEXT UNIQUE CHECK (subnet6 <> ''),
            listenPort INTEGER NOT NULL UNIQUE CHECK (listenPort BETWEEN 1 AND 65535),
            publicKey BLOB NOT NULL CHECK (length(publicKey) = 32 AND publicKey <> zeroblob(32)),
            dnsServers TEXT NOT NULL CHECK (dnsServers GLOB '[[]*]'),
            searchDomains TEXT NOT NULL CHECK (searchDomains GLOB '[[]*]'),
            mtu INTEGER CHECK (mtu BETWEEN 1280 AND 65455),
            endpointHost TEXT CHECK (endpointHost <> ''),
            tunnel TEXT NOT NULL CHECK (tunnel IN ('full', 'split')),
            customCIDRs TEXT NOT NULL CHECK (customCIDRs GLOB '[[]*]'),
            enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
            hostHint INTEGER NOT NULL CHECK (hostHint BETWEEN 2 AND 16777216),
            createdAt INTEGER NOT NULL,
            updatedAt INTEGER NOT NULL CHECK (updatedAt >= createdAt)
        ) STRICT;

        CREATE TABLE networkSecret (
            networkID INTEGER PRIMARY KEY REFERENCES network (id) ON DELETE CASCADE,
            privateKey BLOB NOT NULL CHECK (length(privateKey) > 32)
        ) STRICT;

        CREATE TABLE peer (
            id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id > 0),
            networkID INTEGER NOT NULL REFERENCES network (id) ON DELETE CASCADE,
            name TEXT NOT NULL CHECK (name <> ''),
            hostNumber INTEGER NOT NULL CHECK (hostNumber BETWEEN 2 AND 16777214),
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

        CREATE INDEX peerByNetwork ON peer (networkID);

        CREATE TABLE peerSecret (
            peerID INTEGER PRIMARY KEY REFERENCES peer (id) ON DELETE CASCADE,
            privateKey BLOB CHECK (length(privateKey) > 32),
            presharedKey BLOB CHECK (length(presharedKey) > 32),
            CHECK (privateKey IS NOT NULL OR presharedKey IS NOT NULL)
        ) STRICT;

        CREATE TABLE siteNetwork (
            peerID INTEGER NOT NULL REFERENCES peer (id) ON DELETE CASCADE,
            position INTEGER NOT NULL CHECK (position >= 0),
            family INTEGER NOT NULL CHECK (family IN (4, 6)),
            first BLOB NOT NULL CHECK (length(first) = CASE family WHEN 4 THEN 4 ELSE 16 END),
            prefixLength INTEGER NOT NULL CHECK (prefixLength BETWEEN 1 AND CASE family WHEN 4 THEN 32 ELSE 128 END),
            PRIMARY KEY (peerID, position)
        ) STRICT, WITHOUT ROWID;

        CREATE UNIQUE INDEX siteNetworkByBlock ON siteNetwork (family, first);

        CREATE TABLE retiredInterface (
            name TEXT PRIMARY KEY NOT NULL CHECK (length(name) BETWEEN 1 AND 15)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE setting (
            key TEXT PRIMARY KEY NOT NULL CHECK (key <> ''),
            value TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
}
