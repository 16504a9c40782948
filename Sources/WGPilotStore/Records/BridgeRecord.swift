import GRDB
import WGPilotCore

/// A row of `bridge`.
enum BridgeRecord {
    private static let select = """
        SELECT id, networkA, networkB, direction, allowedCIDRs, enabled, createdAt, updatedAt FROM bridge
        """

    private static func bridge(row: Row) throws -> Bridge {
        var reader = ColumnReader(row: row, table: "bridge")
        let id = try reader.int64(0, "id")
        reader.id = id
        var settings = try BridgeSettings(
            networkA: reader.int64(1, "networkA"), networkB: reader.int64(2, "networkB"),
            direction: reader.value(3, "direction") { try BridgeDirection($0) })
        settings.allowedCIDRs = try reader.list(4, "allowedCIDRs") { try IPPrefix($0) }
        settings.enabled = try reader.bool(5)
        return try Bridge(
            id: id, settings: settings, createdAt: reader.int64(6, "createdAt"),
            updatedAt: reader.int64(7, "updatedAt"))
    }

    /// All bridges, oldest first.
    static func all(_ db: Database) throws -> [Bridge] {
        try Row.fetchAll(db.cachedStatement(sql: "\(select) ORDER BY id")).map { try bridge(row: $0) }
    }

    /// The bridge with this number; throws where there is none.
    static func require(_ id: Int64, _ db: Database) throws -> Bridge {
        let statement = try db.cachedStatement(sql: "\(select) WHERE id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [id]) else {
            throw StoreError(.notFound, "there is no bridge \(id)")
        }
        return try bridge(row: row)
    }

    /// Another bridge between the same two networks.
    static func rival(of settings: BridgeSettings, except id: Int64, _ db: Database) throws -> Bridge? {
        let statement = try db.cachedStatement(
            sql: """
                \(select) WHERE min(networkA, networkB) = ? AND max(networkA, networkB) = ? AND id <> ?
                """)
        let (a, b) = (settings.networkA, settings.networkB)
        return try Row.fetchOne(statement, arguments: [min(a, b), max(a, b), id]).map { try bridge(row: $0) }
    }

    /// Stores a new bridge and gives it its number. The bridge's own number is not looked at.
    static func insert(_ bridge: Bridge, _ db: Database) throws -> Bridge {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO bridge (networkA, networkB, direction, allowedCIDRs, enabled, updatedAt, createdAt)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """)
        try statement.execute(arguments: arguments(bridge) + [bridge.createdAt])
        return Bridge(
            id: db.lastInsertedRowID, settings: bridge.settings, createdAt: bridge.createdAt,
            updatedAt: bridge.updatedAt)
    }

    static func update(_ bridge: Bridge, _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                UPDATE bridge SET networkA = ?, networkB = ?, direction = ?, allowedCIDRs = ?, enabled = ?, updatedAt = ?
                WHERE id = ?
                """)
        try statement.execute(arguments: arguments(bridge) + [bridge.id])
    }

    static func delete(_ id: Int64, _ db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM bridge WHERE id = ?").execute(arguments: [id])
    }

    private static func arguments(_ bridge: Bridge) throws -> StatementArguments {
        let settings = bridge.settings
        return try [
            settings.networkA, settings.networkB, settings.direction.rawValue,
            TextList.encode(settings.allowedCIDRs.map(\.description)), settings.enabled, bridge.updatedAt,
        ]
    }
}
