import GRDB

extension StoreError {
    /// Translates whatever a database access threw.
    ///
    /// - Parameters:
    ///   - error: What was thrown; a `StoreError` passes unchanged.
    ///   - path: The database's file, for messages about it.
    init(_ error: any Error, path: String) {
        switch error {
        case let error as StoreError: self = error
        case let error as DatabaseError: self.init(databaseError: error, path: path)
        case is CancellationError: self.init(.cancelled, "the call was cancelled; nothing was changed")
        case is RowDecodingError:
            self.init(.corrupt, "the database \(path) is damaged: a required value is missing; restore a backup")
        default: self.init(.internal, "the database failed in an unexpected way")
        }
    }

    private init(databaseError error: DatabaseError, path: String) {
        switch error.extendedResultCode {
        case .SQLITE_CONSTRAINT_UNIQUE, .SQLITE_CONSTRAINT_PRIMARYKEY:
            // "UNIQUE constraint failed: peer.networkID, peer.name": the last column is the one a person knows.
            let column = (error.message ?? "").split(whereSeparator: { ". ".contains($0) }).last.map(String.init)
            let field = Self.field(ofColumn: column ?? "")
            self.init(.alreadyExists, violations: [Violation(field: field, message: "the value is in use")])
            return
        case .SQLITE_CONSTRAINT_FOREIGNKEY:
            self.init(.notFound, "what the call refers to is no longer there")
            return
        default: break
        }
        switch error.resultCode {
        case .SQLITE_CONSTRAINT:
            self.init(.invalid, "a value is outside what the database allows: \(error.message ?? "")")
        case .SQLITE_FULL:
            self.init(.diskFull, "the disk that holds \(path) is full; free some space and repeat the call")
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            self.init(.corrupt, Self.damaged(path, error.message ?? ""))
        case .SQLITE_INTERRUPT, .SQLITE_ABORT:
            self.init(.cancelled, "the call was cancelled; nothing was changed")
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN, .SQLITE_AUTH:
            self.init(
                .io, "cannot write the database \(path): \(error.message ?? ""); check the owner and mode of the folder"
            )
        default:
            self.init(
                .io,
                "the database \(path) failed: \(error.message ?? "") (SQLite code \(error.extendedResultCode.rawValue))"
            )
        }
    }

    static func damaged(_ path: String, _ detail: String) -> String {
        "the database \(path) is damaged (\(detail)); stop the daemon and restore a backup in its place"
    }

    /// The name that requests have for a column.
    private static func field(ofColumn column: String) -> String {
        switch column {
        case "hostNumber": "address"
        case "publicKey": "public_key"
        case "listenPort": "listen_port"
        case "first": "site_networks"
        default: column
        }
    }
}
