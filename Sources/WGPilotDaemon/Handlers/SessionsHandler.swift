import WGPilotCore
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore

/// Serves ``SessionsService``.
struct SessionsHandler: Sendable {
    let hub: Hub

    func register(in router: inout RPCRouter) {
        router.register(SessionsService.list) { request, context in
            let caller = context[CallRecord.Key.self]?.caller
            let sessions = try await list(request, caller)
            return ListSessionsReply(
                sessions: sessions.map { SessionMessage($0, current: caller?.session?.sessionID) })
        }
        router.register(SessionsService.revoke) { request, context in
            let call = Call(context, target: "")
            let sessions = try await revoke(request, call)
            call.settle()
            return ListSessionsReply(
                sessions: sessions.map { SessionMessage($0, current: call.caller?.session?.sessionID) })
        }
    }

    private func list(
        _ request: ListSessionsRequest, _ caller: Caller?
    ) async throws(RPCError) -> [WebSession] {
        let own = caller?.session?.userID
        var userID = request.all == true ? nil : own
        if let reference = request.user {
            userID = try await user(reference, caller).id
        } else if userID == nil, caller?.role != .admin {
            if request.all == true { throw Self.refusal(caller) }
            throw RPCError(
                .failedPrecondition, reason: "no_web_user",
                message: "\(caller?.described ?? "the caller") is not logged in to the web page, and has no session")
        }
        return try await hub.stored { [userID] () async throws(StoreError) in
            try await hub.store.sessions(ofUser: userID)
        }
    }

    private func revoke(_ request: RevokeSessionsRequest, _ call: Call) async throws(RPCError) -> [WebSession] {
        let named = [request.id != nil, request.user != nil, request.others == true].count { $0 }
        guard named == 1 else {
            throw .invalidFields([
                FieldViolation(field: "id", message: "exactly one of id, user and others says which sessions")
            ])
        }
        let own = call.caller?.session
        if let id = request.id { return [try await revoke(id, call)] }
        if let reference = request.user {
            let user = try await user(reference, call.caller)
            call.name("sessions of user \(user.name)")
            return try await end(user.id, but: nil, call)
        }
        guard let own else {
            throw RPCError(
                .failedPrecondition, reason: "no_web_user",
                message: "the caller has no session that others could be others to")
        }
        call.name("sessions of user \(call.caller?.actor.name ?? "")")
        return try await end(own.userID, but: own.sessionID, call)
    }

    private func revoke(_ id: Int64, _ call: Call) async throws(RPCError) -> WebSession {
        call.name("session \(id)")
        let isAdmin = call.caller?.role == .admin
        guard let own = call.caller?.session?.userID else {
            if !isAdmin { throw Self.refusal(call.caller) }
            return try await end(id, ofUser: nil, call)
        }
        return try await end(id, ofUser: isAdmin ? nil : own, call)
    }

    /// Ends one session. Whether there is one of that number is nothing for those whose it is not.
    private func end(_ id: Int64, ofUser owner: Int64?, _ call: Call) async throws(RPCError) -> WebSession {
        let session = try await hub.stored { () async throws(StoreError) in try await hub.store.session(id) }
        guard owner == nil || session.userID == owner else {
            throw RPCError(
                .notFound, reason: "not_found", message: "there is no session \(id): it ended, or its time is up")
        }
        call.name("session \(id) of user \(session.userName)")
        try await hub.stored { () async throws(StoreError) in
            try await hub.store.endSession(id, audit: call.audit)
        }
        return session
    }

    private func end(_ userID: Int64, but kept: Int64?, _ call: Call) async throws(RPCError) -> [WebSession] {
        try await hub.stored { () async throws(StoreError) in
            try await hub.store.endSessions(ofUser: userID, but: kept, audit: call.audit)
        }
    }

    /// A user whose sessions the caller may see: the own ones, or as an admin anybody's.
    private func user(_ reference: String, _ caller: Caller?) async throws(RPCError) -> WebUser {
        if caller?.role == .admin {
            return try await hub.stored { () async throws(StoreError) in try await hub.store.user(named: reference) }
        }
        guard let own = caller?.session?.userID else { throw Self.refusal(caller) }
        let user = try await hub.stored { () async throws(StoreError) in try await hub.store.user(own) }
        guard UserName.key(of: reference) == user.name.key || reference == String(own) else {
            throw Self.refusal(caller)
        }
        return user
    }

    private static func refusal(_ caller: Caller?) -> RPCError {
        RPCError(
            .permissionDenied, reason: "role",
            message: "the sessions of others need role admin; \(caller?.described ?? "the caller") has role "
                + (caller?.role?.rawValue ?? "none"))
    }
}
