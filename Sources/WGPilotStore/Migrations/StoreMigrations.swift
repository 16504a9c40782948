import GRDB

/// All migrations in the order they were released.
enum StoreMigrations {
    /// The application id in the file's header: "WGPt" in ASCII. It tells our databases from other programs'.
    static let applicationID: Int32 = 0x5747_5074

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration(V1InitialSchema.identifier) { db in
            try db.execute(sql: V1InitialSchema.sql)
        }
        migrator.registerMigration(V2ManagedHub.identifier) { db in
            try db.execute(sql: V2ManagedHub.sql)
        }
        return migrator
    }
}
