import GRDB
import WGPilotCore

/// Which objects there are and when each was last changed: enough to tell what a transaction did to them, for every change
/// of an object moves its time of change.
struct Versions {
    private struct Key: Hashable {
        let table: String
        let id: Int64
    }

    private struct Version: Equatable {
        let updatedAt: Int64
        let networkID: Int64?
    }

    private var versions: [Key: Version] = [:]
    /// The interfaces of the networks that are switched on.
    let interfaces: Set<InterfaceName>

    /// Reads them all.
    init(_ db: Database) throws {
        interfaces = try Set(
            NetworkRecord.all(db).map(\.network).filter(\.settings.enabled).map(\.interface))
        for (table, network) in [("network", "id"), ("peer", "networkID"), ("bridge", "NULL"), ("accessRule", "NULL")] {
            let rows = try Row.fetchCursor(db, sql: "SELECT id, updatedAt, \(network) FROM \(table)")
            while let row = try rows.next() {
                let reader = ColumnReader(row: row, table: table)
                versions[Key(table: table, id: try reader.int64(0, "id"))] = Version(
                    updatedAt: try reader.int64(1, "updatedAt"), networkID: try row.decode(Int64?.self, atIndex: 2))
            }
        }
    }

    /// Gives the objects that were changed back a time of change that nobody saw yet: whoever read them in between must
    /// not take them for what they read.
    func moveOn(from before: Versions, _ db: Database, _ time: (_ after: Int64) -> Int64) throws {
        for (key, version) in versions {
            guard let seen = before.versions[key], seen != version else { continue }
            try db.execute(
                sql: "UPDATE \(key.table) SET updatedAt = ? WHERE id = ?", arguments: [time(seen.updatedAt), key.id])
        }
    }

    /// The networks that are there in one of the two only, or that differ themselves or in their peers.
    func networksThatDiffer(from other: Versions) -> Set<Int64> {
        var networks: Set<Int64> = []
        for (key, version) in versions where other.versions[key] != version {
            networks.formUnion(version.networkID.map { [$0] } ?? [])
        }
        for (key, version) in other.versions where versions[key] != version {
            networks.formUnion(version.networkID.map { [$0] } ?? [])
        }
        return networks
    }
}
