import WGPilotCore
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore

/// Serves ``AuthService``.
struct AuthHandler: Sendable {
    let hub: Hub

    private var authentication: Authentication { hub.authentication }

    func register(in router: inout RPCRouter) {
        router.register(AuthService.setupState) { _, _ in
            SetupStateReply(
                setupNeeded: !(try await hub.stored { () async throws(StoreError) in try await hub.store.hasUsers() }))
        }
        router.register(AuthService.setup) { request, context in try await setUp(request, context) }
        router.register(AuthService.login) { request, context in try await login(request, context) }
        router.register(AuthService.continueLogin) { request, context in try await continueLogin(request, context) }
        router.register(AuthService.logout) { _, context in try await logout(context) }
        router.register(AuthService.whoAmI) { _, context in try await whoAmI(context) }
        router.register(AuthService.changePassword) { request, context in try await changePassword(request, context) }
        registerSecondFactor(in: &router)
    }

    // MARK: - Logging in

    private static let badLogin = RPCError(
        .unauthenticated, reason: "bad_login", message: "the name or the password is wrong")
    private static let badCode = RPCError(
        .unauthenticated, reason: "bad_code", message: "the code is wrong, or was used already")

    private func login(_ request: LoginRequest, _ context: ServerContext) async throws -> LoginReply {
        // What is presented as a name may be a password in the wrong field: it is named only where it is a user's.
        let call = Call(context, target: "an unknown user")
        let origin = ClientOrigin(context)
        // What is longer is nobody's name, and folding its case would hold up the event loop.
        let name = request.name.utf8.count <= DisplayName.maximumBytes ? request.name : ""
        let account = LoginThrottle.Key.account(Self.digest(ofName: name), origin)
        let lane: PasswordHasher.Lane = authentication.throttle.isKnown(account) ? .known : .unknown
        let attempt = try authentication.throttle.admit([.origin(origin), account])
        let credential: Credential?
        let isRight: Bool
        do {
            credential = try await hub.stored { () async throws(StoreError) in
                try await hub.store.credential(of: name)
            }
            if let user = credential?.user { call.name(Self.target(user)) }
            isRight = try await authentication.check(request.password, against: credential, lane, origin)
        } catch {
            authentication.throttle.withdraw(attempt)
            throw error
        }
        guard isRight, let credential else { throw Self.badLogin }
        authentication.throttle.succeed(attempt)
        await rehash(credential, request.password, lane, origin)
        let user = credential.user
        let client = Self.client(context, request.userAgent)
        guard user.hasSecondFactor else { return try await begin(user, client, call) }
        if let code = request.code {
            guard try await passSecondFactor(user, code, origin) else { throw Self.badCode }
            return try await begin(user, client, call)
        }
        return challenge(user, client)
    }

    private func challenge(_ user: WebUser, _ client: WebSession.Client) -> LoginReply {
        let secret = authentication.challenges.begin(user, client)
        return LoginReply(
            challenge: LoginChallenge(
                secret: SecretText(secret.text), expiresAt: hub.now() + LoginChallenges.lifetime,
                attemptsLeft: UInt32(LoginChallenges.attempts)))
    }

    private func continueLogin(_ request: ContinueLoginRequest, _ context: ServerContext) async throws -> LoginReply {
        let call = Call(context, target: "an unknown user")
        let bad = RPCError(
            .unauthenticated, reason: "bad_challenge",
            message: "the login took too long, or too many codes were wrong: begin again")
        guard let secret = TokenSecret(presented: request.challenge.revealed, .challenge),
            let challenge = authentication.challenges.find(secret)
        else { throw bad }
        let user = challenge.user
        call.name(Self.target(user))
        let passed = try await passSecondFactor(user, request.code, ClientOrigin(context)) { () throws(RPCError) in
            guard authentication.challenges.spend(secret) else { throw bad }
        }
        guard passed else { throw Self.badCode }
        authentication.challenges.end(secret)
        return try await begin(user, challenge.client, call)
    }

    /// Whether this is a right answer for the second factor of a user.
    ///
    /// - Parameter admitted: Called where the answer is going to be looked at.
    private func passSecondFactor(
        _ user: WebUser, _ answer: SecretText, _ origin: ClientOrigin, admitted: () throws(RPCError) -> Void = {}
    ) async throws(RPCError) -> Bool {
        // Nobody guesses a recovery code, so it is taken also while somebody else guesses at the others.
        let isRecovery = CodeSecret(presented: answer.revealed, .recovery) != nil
        let attempt = try authentication.throttle.admit(
            isRecovery ? [.origin(origin)] : [.origin(origin), .codes(user.id)])
        try admitted()
        let passed: Bool
        do {
            passed = try await hub.store.passSecondFactor(ofUser: user.id, answer.revealed)
        } catch {
            authentication.throttle.withdraw(attempt)
            throw RPCError(error)
        }
        if passed { authentication.throttle.succeed(attempt) }
        return passed
    }

    /// Begins a session of a user who has proven everything.
    private func begin(_ user: WebUser, _ client: WebSession.Client, _ call: Call) async throws(RPCError) -> LoginReply
    {
        call.name(Self.target(user))
        call.become(user)
        let begun: (session: WebSession, secret: TokenSecret)
        let now: WebUser
        do {
            begun = try await hub.store.beginSession(
                of: user, client, hub.configuration.sessions, audit: call.audit)
            now = try await hub.store.user(user.id)
        } catch {
            // The user was changed or removed while the login was checked.
            throw error.code == .stale || error.code == .notFound ? Self.badLogin : RPCError(error)
        }
        call.settle()
        return LoginReply(
            session: SessionGrant(
                secret: SecretText(begun.secret.text),
                session: SessionMessage(begun.session, current: begun.session.id),
                user: UserMessage(now)))
    }

    /// Stores a hash at today's cost where it was made at another. That it fails is no reason to refuse the login.
    private func rehash(
        _ credential: Credential, _ presented: SecretText, _ lane: PasswordHasher.Lane, _ origin: ClientOrigin
    ) async {
        guard credential.hash.cost != authentication.cost, let password = Password(presented: presented.revealed),
            let hash = try? await authentication.hash(password, lane, origin)
        else { return }
        try? await hub.store.rehash(
            ofUser: credential.user.id, hash, of: credential.user.passwordVersion)
    }

    private func logout(_ context: ServerContext) async throws -> Empty {
        let (session, call) = try webUser(context)
        do {
            try await hub.store.endSession(session.sessionID, audit: call.audit)
        } catch {
            // Somebody else ended it at the same moment.
            guard error.code == .notFound else { throw RPCError(error) }
        }
        call.settle()
        return Empty()
    }

    private func whoAmI(_ context: ServerContext) async throws -> WhoAmIReply {
        guard let caller = context[CallRecord.Key.self]?.caller else {
            throw RPCError(.internal, reason: "unexpected_error", message: "it is not known who calls")
        }
        var reply = WhoAmIReply(
            kind: caller.actor.kind == .web ? "session" : caller.actor.kind.rawValue, name: caller.actor.name,
            role: caller.role?.rawValue ?? "none")
        if let session = caller.session {
            reply.user = UserMessage(
                try await hub.stored { () async throws(StoreError) in try await hub.store.user(session.userID) })
            reply.session = SessionMessage(
                try await hub.stored { () async throws(StoreError) in try await hub.store.session(session.sessionID) },
                current: session.sessionID)
        }
        return reply
    }

    // MARK: - Setting up

    private func setUp(_ request: SetupRequest, _ context: ServerContext) async throws -> LoginReply {
        let call = Call(context, target: "setup")
        let origin = ClientOrigin(context)
        let bad = RPCError(
            .unauthenticated, reason: "bad_setup_code",
            message: "the code is wrong, was used, or its time is up: `wgpilotctl user setup-code` makes one")
        let attempt = try authentication.throttle.admit([.origin(origin)])
        let code = CodeSecret(presented: request.code.revealed, .setup)
        let isRight: Bool
        do {
            isRight = if let code { try await hub.store.isSetupCode(code) } else { false }
        } catch {
            authentication.throttle.withdraw(attempt)
            throw RPCError(error)
        }
        guard isRight, let code else { throw bad }
        authentication.throttle.succeed(attempt)
        let fields = try UserFields(name: request.name, role: "admin", email: nil, password: request.password)
        call.name("user \(fields.name)")
        let hash = try await authentication.hash(fields.password, .signedIn, origin)
        let user = try await hub.stored { () async throws(StoreError) in
            try await hub.store.createUser(
                UserDraft(name: fields.name, role: .admin, hash: hash), with: code, audit: call.audit)
        }
        guard let user else { throw bad }
        call.settle()
        return try await begin(user, Self.client(context, request.userAgent), call)
    }

    // MARK: - The own account

    private func changePassword(
        _ request: ChangePasswordRequest, _ context: ServerContext
    ) async throws -> LoginReply {
        let (session, call) = try webUser(context)
        let password = try UserFields.password(request.newPassword, "new_password", of: call.caller?.actor.name)
        let user = try await confirm(request.currentPassword, "current_password", session, context)
        let hash = try await authentication.hash(password, .signedIn, ClientOrigin(context))
        let changed = try await hub.stored { () async throws(StoreError) in
            try await hub.store.setPassword(
                ofUser: user.id, hash, replacing: user.passwordVersion, audit: call.audit)
        }
        call.settle()
        return try await begin(changed, Self.client(context, request.userAgent), call)
    }

    /// Who the caller is as a web user, and the call.
    func webUser(_ context: ServerContext) throws(RPCError) -> (session: SessionReference, call: Call) {
        let call = Call(context, target: "")
        guard let caller = call.caller, let session = caller.session else {
            throw RPCError(
                .failedPrecondition, reason: "no_web_user",
                message: "\(call.caller?.described ?? "the caller") is not logged in to the web page, and has no "
                    + "account there to look after")
        }
        call.name("user \(caller.actor.name)")
        return (session, call)
    }

    /// Checks the caller's own password: a session that was left open must not be enough. It is throttled like a login.
    func confirm(
        _ presented: SecretText, _ field: String, _ session: SessionReference, _ context: ServerContext
    ) async throws(RPCError) -> WebUser {
        let origin = ClientOrigin(context)
        let name = context[CallRecord.Key.self]?.caller.actor.name ?? ""
        let attempt = try authentication.throttle.admit([
            .origin(origin), .account(Self.digest(ofName: name), origin),
        ])
        let credential: Credential
        let isRight: Bool
        do {
            credential = try await hub.stored { () async throws(StoreError) in
                try await hub.store.credential(ofUser: session.userID)
            }
            isRight = try await authentication.check(presented, against: credential, .signedIn, origin)
        } catch {
            authentication.throttle.withdraw(attempt)
            throw error
        }
        guard isRight else {
            throw RPCError(
                .permissionDenied, reason: "bad_password", message: "the password is wrong",
                fields: [FieldViolation(field: field, message: "the password is wrong")])
        }
        authentication.throttle.succeed(attempt)
        return credential.user
    }

    // MARK: - What is known of a call

    static func client(_ context: ServerContext, _ agent: String?) -> WebSession.Client {
        WebSession.Client(address: context[CallRecord.Key.self]?.caller.origin ?? "", agent: agent)
    }

    static func target(_ user: WebUser) -> String { "user \(user.name)" }

    /// So that a name of any length takes the same room.
    private static func digest(ofName name: String) -> AuditHash { AuditHash(of: Array(UserName.key(of: name).utf8)) }
}
