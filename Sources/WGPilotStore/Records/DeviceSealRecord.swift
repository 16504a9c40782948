import FoundationEssentials
import GRDB

/// A row of `deviceSeal`.
struct DeviceSealRecord {
    /// Another one after each write to what the device is made from.
    let version: Int64
    /// What vouches for the device's imprint; nil where nothing does since the last such write.
    let seal: Data?

    static func find(_ networkID: Int64, _ db: Database) throws -> DeviceSealRecord? {
        let statement = try db.cachedStatement(sql: "SELECT version, seal FROM deviceSeal WHERE networkID = ?")
        return try Row.fetchOne(statement, arguments: [networkID]).map { row in
            try DeviceSealRecord(
                version: row.decode(Int64.self, atIndex: 0), seal: row.decode(Data?.self, atIndex: 1))
        }
    }

    /// Stores a seal; does nothing where the version is another by now.
    static func set(_ seal: Data, ofNetwork id: Int64, version: Int64, _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: "UPDATE deviceSeal SET seal = ? WHERE networkID = ? AND version = ?")
        try statement.execute(arguments: [seal, id, version])
    }
}
