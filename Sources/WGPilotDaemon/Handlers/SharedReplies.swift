import WGPilotProtocol
import WGPilotRPC
import WGPilotStore

/// Answers those behind the gateway who ask the same within a moment with the same bytes: they may be many browsers, each of
/// which looks again after every change. The innermost of the interceptors: whoever is answered may call the method.
///
/// A change of the database or of the kernel by us ends what was kept. What the kernel counts by itself may be told half a
/// second late: a moment for the answer, and one for the dump that it was made of.
struct SharedReplies: ServerInterceptor {
    /// The methods that tell how things stand and do nothing else, whoever of a role asks.
    static let methods = Set(
        [
            SystemService.info.info, NetworksService.list.info, NetworksService.get.info, PeersService.list.info,
            PeersService.get.info,
        ].map(\.fullName))
    /// How many bytes of answers are kept at most.
    private static let capacity = 8 << 20
    /// Longer questions are not kept.
    private static let longestQuestion = 1024

    private struct Question: Hashable {
        var method: String
        var role: String
        var message: ArraySlice<UInt8>
    }

    /// What an answer was made from.
    private struct Revision: Equatable {
        var database: UInt64
        var kernel: UInt64
    }

    private struct Answer {
        var bytes: [UInt8]
        var revision: Revision
    }

    private let store: StateStore
    private let status: StatusCache
    private let answers = MomentaryCache<Question, Answer>(lifetime: StatusCache.moment, capacity: capacity)

    init(store: StateStore, status: StatusCache) {
        self.store = store
        self.status = status
    }

    func intercept(
        _ context: ServerContext, next: (ServerContext) async throws -> [UInt8]
    ) async throws -> [UInt8] {
        guard Self.methods.contains(context.method.fullName), case .moment = StatusCache.Age(for: context),
            context.message.count <= Self.longestQuestion, let role = context[CallRecord.Key.self]?.caller.role
        else { return try await next(context) }
        let question = Question(method: context.method.fullName, role: role.rawValue, message: context.message)
        // Before anything is read: what changes meanwhile ends the answer at once.
        let revision = Revision(database: store.revision, kernel: status.revision)
        let began = ContinuousClock.now
        if let known = answers.value(for: question), known.revision == revision { return known.bytes }
        let bytes = try await next(context)
        answers.keep(Answer(bytes: bytes, revision: revision), for: question, byteCount: bytes.count, since: began)
        return bytes
    }
}
