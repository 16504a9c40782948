import FoundationEssentials
import GRDB

/// The daemon's own notes. They are no part of the desired state: a change that waits to be confirmed does not keep them
/// from being written.
extension StateStore {
    // MARK: - Settings of the kernel

    /// The settings of the kernel that the hub changed, by name.
    public func changedKernelSettings() async throws(StoreError) -> [ChangedKernelSetting] {
        try await read { db in
            let statement = try db.cachedStatement(
                sql: "SELECT key, valueBefore, valueSet, changedAt FROM kernelSetting ORDER BY key")
            return try Row.fetchAll(statement).map { row in
                let reader = ColumnReader(row: row, table: "kernelSetting")
                return try ChangedKernelSetting(
                    key: reader.text(0), valueBefore: reader.text(1), valueSet: reader.text(2),
                    changedAt: reader.int64(3, "changedAt"))
            }
        }
    }

    /// Notes that a setting is about to be changed. Where it was changed before, the first value stays the one before.
    public func noteKernelSetting(
        _ key: String, before: String, set value: String
    ) async throws(StoreError) {
        try await write { db in
            let statement = try db.cachedStatement(
                sql: """
                    INSERT INTO kernelSetting (key, valueBefore, valueSet, changedAt) VALUES (?, ?, ?, ?)
                    ON CONFLICT (key) DO UPDATE SET valueSet = excluded.valueSet, changedAt = excluded.changedAt
                    """)
            try statement.execute(arguments: [key, before, value, self.now()])
        }
    }

    /// Forgets a setting: it has the value again that it had before.
    public func forgetKernelSetting(_ key: String) async throws(StoreError) {
        try await write { db in
            try db.cachedStatement(sql: "DELETE FROM kernelSetting WHERE key = ?").execute(arguments: [key])
        }
    }

    // MARK: - Firewall

    /// By what the hub's rules in the kernel are known again; nil where it never set any.
    public func firewallMark() async throws(StoreError) -> FirewallMark? {
        try await read { db in
            let statement = try db.cachedStatement(sql: "SELECT applied, listing FROM firewallMark")
            return try Row.fetchOne(statement).map { row in
                try FirewallMark(
                    applied: Array(row.decode(Data.self, atIndex: 0)),
                    listing: Array(row.decode(Data.self, atIndex: 1)))
            }
        }
    }

    /// Notes what the hub set, or with nil that it has no rules in the kernel.
    public func setFirewallMark(_ mark: FirewallMark?) async throws(StoreError) {
        try await write { db in
            guard let mark else { return try db.execute(sql: "DELETE FROM firewallMark") }
            let statement = try db.cachedStatement(
                sql: "INSERT OR REPLACE INTO firewallMark (single, applied, listing) VALUES (1, ?, ?)")
            try statement.execute(arguments: [Data(mark.applied), Data(mark.listing)])
        }
    }

    // MARK: - Drift

    /// What an operator decided to leave as it is: in one network, or in all.
    public func ignoredDrift(in networkID: Int64? = nil) async throws(StoreError) -> [IgnoredDrift] {
        try await read { db in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT networkID, item, observed FROM ignoredDrift WHERE networkID = ?1 OR ?1 IS NULL \
                    ORDER BY networkID, item
                    """)
            return try Row.fetchAll(statement, arguments: [networkID]).map { row in
                let reader = ColumnReader(row: row, table: "ignoredDrift")
                return try IgnoredDrift(
                    networkID: reader.int64(0, "networkID"), item: reader.text(1),
                    observed: Array(row.decode(Data.self, atIndex: 2)))
            }
        }
    }

    /// Leaves a finding as it is, in the place of what was decided about the same item before. Throws `notFound` for the
    /// network.
    public func ignoreDrift(_ drift: IgnoredDrift, audit: AuditContext? = nil) async throws(StoreError) {
        try await record(audit) { db in
            _ = try NetworkRecord.require(drift.networkID, db)
            let statement = try db.cachedStatement(
                sql: "INSERT OR REPLACE INTO ignoredDrift (networkID, item, observed) VALUES (?, ?, ?)")
            try statement.execute(arguments: [drift.networkID, drift.item, Data(drift.observed)])
        }
    }

    /// The differences of a network that waited for a decision when they were last looked at, by their identity: they wait
    /// over a restart too.
    public func undecidedDrift(in networkID: Int64) async throws(StoreError) -> Set<[UInt8]> {
        try await read { db in
            let statement = try db.cachedStatement(sql: "SELECT value FROM setting WHERE key = ?")
            let text = try String.fetchOne(statement, arguments: [Self.undecided(networkID)]) ?? ""
            return Set(text.split(separator: " ").compactMap { Data(base64Encoded: String($0)).map(Array.init) })
        }
    }

    /// Notes them. They are the daemon's own memory and no setting of anybody's.
    public func setUndecidedDrift(in networkID: Int64, _ identities: Set<[UInt8]>) async throws(StoreError) {
        try await write { db in
            let key = Self.undecided(networkID)
            if identities.isEmpty {
                return try db.cachedStatement(sql: "DELETE FROM setting WHERE key = ?").execute(arguments: [key])
            }
            let text = identities.map { Data($0).base64EncodedString() }.sorted().joined(separator: " ")
            try db.cachedStatement(sql: "INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)").execute(
                arguments: [key, text])
        }
    }

    private static func undecided(_ networkID: Int64) -> String { "undecided_drift.\(networkID)" }

    /// No longer leaves an item as it is, or with nil any item of the network.
    public func removeIgnoredDrift(
        in networkID: Int64, item: String? = nil, audit: AuditContext? = nil
    ) async throws(StoreError) {
        try await record(audit) { db in
            let statement = try db.cachedStatement(
                sql: "DELETE FROM ignoredDrift WHERE networkID = ?1 AND (item = ?2 OR ?2 IS NULL)")
            try statement.execute(arguments: [networkID, item])
        }
    }
}
