/// The eighth schema: limits of bandwidth. Once released it is never edited.
///
/// All are in kbit/s, 0 being no limit. A peer's own are NULL where the network's hold. Tables only get columns with a default,
/// so that a change from before which still waits to be confirmed can be taken back.
///
/// `peerByLimit` finds the peers that have a limit of their own without reading the others, for the comparison at the start.
enum V8BandwidthLimits {
    static let identifier = "v8"

    static let sql = """
        ALTER TABLE network ADD COLUMN bandwidthUp INTEGER NOT NULL DEFAULT 0
            CHECK (bandwidthUp = 0 OR bandwidthUp BETWEEN 8 AND 100000000);
        ALTER TABLE network ADD COLUMN bandwidthDown INTEGER NOT NULL DEFAULT 0
            CHECK (bandwidthDown = 0 OR bandwidthDown BETWEEN 8 AND 100000000);

        ALTER TABLE peer ADD COLUMN bandwidthUp INTEGER
            CHECK (bandwidthUp = 0 OR bandwidthUp BETWEEN 8 AND 100000000);
        ALTER TABLE peer ADD COLUMN bandwidthDown INTEGER
            CHECK (bandwidthDown = 0 OR bandwidthDown BETWEEN 8 AND 100000000);

        CREATE INDEX peerByLimit ON peer (networkID) WHERE bandwidthUp > 0 OR bandwidthDown > 0;
        """
}
