import Synchronization
import WGPilotCore

/// The tokens and sessions that were presented since the last change of the database, by the digests of their secrets, so
/// that a browser's hundred requests look one up once. Each change of whatever kind empties it.
///
/// Only what is good is kept; whether its time is up is asked each time.
final class CredentialCache: Sendable {
    private struct Entries {
        var revision: UInt64 = 0
        var tokens: [AuditHash: APIToken] = [:]
        var sessions: [AuditHash: FoundSession] = [:]
    }

    typealias FoundSession = (session: WebSession, user: WebUser)

    /// Whoever presents more than that at a time is looked up again.
    private static let limit = 1024
    private let entries = Mutex(Entries())

    /// The token of this digest, where it was looked up since the change of this number.
    func token(_ digest: AuditHash, at revision: UInt64) -> APIToken? {
        entries.withLock { $0.revision == revision ? $0.tokens[digest] : nil }
    }

    /// The same of a session.
    func session(_ digest: AuditHash, at revision: UInt64) -> FoundSession? {
        entries.withLock { $0.revision == revision ? $0.sessions[digest] : nil }
    }

    /// Keeps a token.
    ///
    /// - Parameter revision: The number of changes before it was looked up.
    func keep(_ token: APIToken, _ digest: AuditHash, at revision: UInt64) {
        keep(at: revision) { $0.tokens[digest] = token }
    }

    /// Keeps a session.
    func keep(_ session: FoundSession, _ digest: AuditHash, at revision: UInt64) {
        keep(at: revision) { $0.sessions[digest] = session }
    }

    private func keep(at revision: UInt64, _ insert: (inout Entries) -> Void) {
        entries.withLock { entries in
            // Somebody may have looked up something later already.
            guard revision >= entries.revision else { return }
            if revision > entries.revision || entries.tokens.count + entries.sessions.count >= Self.limit {
                entries = Entries(revision: revision)
            }
            insert(&entries)
        }
    }
}
