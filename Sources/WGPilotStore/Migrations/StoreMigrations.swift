import GRDB

/// All migrations in the order they were released.
enum StoreMigrations {
    /// The application id in the file's header: "WGPt" in ASCII. It tells our databases from other programs'.
    static let applicationID: Int32 = 0x5747_5074

    /// - Parameter sealer: The master key; the audit log begins with a head that it authenticates.
    static func migrator(_ sealer: SecretSealer) -> DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration(V1InitialSchema.identifier) { db in
            try db.execute(sql: V1InitialSchema.sql)
        }
        migrator.registerMigration(V2ManagedHub.identifier) { db in
            try db.execute(sql: V2ManagedHub.sql)
        }
        migrator.registerMigration(V3Audit.identifier) { db in
            try db.execute(sql: V3Audit.sql)
            try AuditHead.begin(AuditKey(sealer.key), db)
        }
        migrator.registerMigration(V4DeviceSeal.identifier) { db in
            try db.execute(sql: V4DeviceSeal.sql)
        }
        migrator.registerMigration(V5PeerFacts.identifier) { db in
            try db.execute(sql: V5PeerFacts.sql)
        }
        migrator.registerMigration(V6Links.identifier) { db in
            try db.execute(sql: V6Links.sql)
        }
        migrator.registerMigration(V7TransferHistory.identifier) { db in
            try db.execute(sql: V7TransferHistory.sql)
        }
        migrator.registerMigration(V8BandwidthLimits.identifier) { db in
            try db.execute(sql: V8BandwidthLimits.sql)
        }
        migrator.registerMigration(V9Users.identifier) { db in
            try db.execute(sql: V9Users.sql)
        }
        migrator.registerMigration(V10SealTriggers.identifier) { db in
            try db.execute(sql: V10SealTriggers.sql)
        }
        return migrator
    }
}
