import GRDB

extension StateStore {
    /// The value of a setting; nil where it was never set or was removed.
    public func setting(_ key: SettingKey) async throws(StoreError) -> String? {
        try await read { db in
            try String.fetchOne(
                db.cachedStatement(sql: "SELECT value FROM setting WHERE key = ?"), arguments: [key.rawValue])
        }
    }

    /// Sets a setting, or removes it with nil. Throws `failedPrecondition` while a change waits to be confirmed.
    public func setSetting(
        _ key: SettingKey, to value: String?, audit: AuditContext? = nil
    ) async throws(StoreError) {
        try await record(audit) { db in
            try PendingChangeRecord.refuseAny(db)
            if let value {
                let statement = try db.cachedStatement(
                    sql: """
                        INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value
                        """)
                try statement.execute(arguments: [key.rawValue, value])
            } else {
                try db.cachedStatement(sql: "DELETE FROM setting WHERE key = ?").execute(arguments: [key.rawValue])
            }
        }
    }
}
