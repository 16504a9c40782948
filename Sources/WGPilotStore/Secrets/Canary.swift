import FoundationEssentials
import GRDB

/// A sealed text in `setting` that only the right master key opens, so that a wrong one is found at the start and not at
/// the first peer.
enum Canary {
    private static let key = "master_key_check"
    private static let place = SecretSealer.Place(table: "setting", column: "value", row: 0)
    private static let text = Array("wgpilot".utf8)

    static func insert(_ sealer: SecretSealer, _ db: Database) throws {
        let sealed = try sealer.seal(text, for: place)
        try db.execute(
            sql: "INSERT INTO setting (key, value) VALUES (?, ?)", arguments: [key, sealed.base64EncodedString()])
    }

    static func opens(_ sealer: SecretSealer, _ db: Database) throws -> Bool {
        guard let value = try String.fetchOne(db, sql: "SELECT value FROM setting WHERE key = ?", arguments: [key]),
            let sealed = Data(base64Encoded: value)
        else { throw StoreError.corrupt(table: "setting", column: "value", id: nil) }
        return (try? sealer.open(sealed, from: place, { $0 == text })) ?? false
    }
}
