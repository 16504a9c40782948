import GRDB
public import WGPilotCore

/// Interfaces that were there before the hub: undoing the import of one must leave it, where a network of our own making
/// takes its interface along.
///
/// They are noted among the settings, which no change of the desired state and so no undo touches: as adopted while the
/// import waits to be confirmed, and as given back until what the hub added to them is gone.
extension StateStore {
    private static let adopted = "adopted_interface."
    private static let givenBack = "given_back_interface."

    /// The interfaces whose import was undone and that may still have what the hub added to them.
    public func givenBackInterfaces() async throws(StoreError) -> Set<InterfaceName> {
        try await read { try Self.names(Self.givenBack, $0) }
    }

    /// Notes that an interface has nothing more of ours.
    public func confirmGivenBack(_ name: InterfaceName) async throws(StoreError) {
        try await write { try Self.forget(Self.givenBack, name, $0) }
    }

    /// Notes that an interface of somebody else's becomes ours.
    static func noteAdopted(_ name: InterfaceName, _ db: Database) throws {
        try forget(givenBack, name, db)
        try note(adopted, name, db)
    }

    /// Notes that nothing can be undone any more: what was adopted is as good as made by the hub.
    static func forgetAdopted(_ db: Database) throws {
        for name in try names(adopted, db) { try forget(adopted, name, db) }
    }

    /// Settles the interfaces that an undone change leaves without a network: those of our own making go, those that were
    /// adopted are given back.
    static func leave(_ names: Set<InterfaceName>, _ db: Database) throws {
        let adopted = try Self.names(adopted, db)
        for name in names.subtracting(adopted) { try setRetired(name, true, db) }
        for name in names.intersection(adopted) { try note(givenBack, name, db) }
        try forgetAdopted(db)
    }

    private static func names(_ prefix: String, _ db: Database) throws -> Set<InterfaceName> {
        let statement = try db.cachedStatement(sql: "SELECT key FROM setting WHERE substr(key, 1, ?) = ?")
        let keys = try String.fetchAll(statement, arguments: [prefix.utf8.count, prefix])
        return Set(keys.compactMap { try? InterfaceName($0.dropFirst(prefix.count)) })
    }

    private static func note(_ prefix: String, _ name: InterfaceName, _ db: Database) throws {
        let statement = try db.cachedStatement(sql: "INSERT OR REPLACE INTO setting (key, value) VALUES (?, '')")
        try statement.execute(arguments: [prefix + name.description])
    }

    private static func forget(_ prefix: String, _ name: InterfaceName, _ db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM setting WHERE key = ?").execute(
            arguments: [prefix + name.description])
    }
}
