import GRDB

@testable import WGPilotStore

extension StateStore {
    /// Every row of the desired state as text, without the times of change.
    func dump() async throws -> [String] {
        var dump: [String] = []
        for table in [
            "network", "networkSecret", "peer", "peerSecret", "siteNetwork", "bridge", "accessRule", "ignoredDrift",
            "setting", "pendingKey", "peerSighting", "fetchedConfiguration",
        ] {
            let columns = try await rows(
                "SELECT '\"' || name || '\"' FROM pragma_table_info('\(table)') WHERE name <> 'updatedAt'"
            ).joined(separator: ", ")
            dump += try await rows("SELECT \(columns) FROM \(table) ORDER BY \(columns)").map { "\(table): \($0)" }
        }
        return dump
    }
}
