import Testing
import WGPilotCore
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore

@testable import WGPilotDaemon

@Suite struct AuthTests {
    private static let gateway = PeerCredentials(uid: 400, gid: 9000)
    private static let password = SecretText("correct horse battery")

    /// The page of the gateway, as somebody at an address uses it.
    private struct Browser {
        let daemon: DaemonFixture
        let client: RPCClient
        var address = "198.51.100.7"
        var session: SecretText?

        var metadata: Metadata {
            var metadata = ["client-address": address]
            if let session { metadata["authorization"] = "Bearer \(session.revealed)" }
            return metadata
        }

        func call<Input, Output>(
            _ method: MethodDescriptor<Input, Output>, _ input: Input
        ) async throws -> Output {
            try await client.call(method, input, metadata: metadata)
        }

        /// The error that a call ends with.
        func refusal<Input, Output>(
            _ method: MethodDescriptor<Input, Output>, _ input: Input
        ) async -> RPCError? {
            do throws(RPCError) {
                _ = try await client.call(method, input, metadata: metadata)
                return nil
            } catch {
                return error
            }
        }

        mutating func logIn(_ name: String, _ password: SecretText = AuthTests.password) async throws {
            session = nil
            let reply = try await call(
                AuthService.login, LoginRequest(name: name, password: password, userAgent: "B/1"))
            session = try #require(reply.session).secret
        }

        func refusedLogin(_ name: String, _ password: SecretText, code: String? = nil) async -> RPCError? {
            await refusal(
                AuthService.login, LoginRequest(name: name, password: password, code: code.map { SecretText($0) }))
        }
    }

    private static func with(
        users: [(String, APIToken.Role)] = [("anna", .admin)], keys: [(DaemonKey, String?)] = [],
        _ body: (DaemonFixture, Browser) async throws -> Void
    ) async throws {
        try await DaemonFixture.with(caller: gateway, keys: keys) { daemon, client in
            for (name, role) in users { try await make(daemon, name, role) }
            try await body(daemon, Browser(daemon: daemon, client: client))
        }
    }

    @discardableResult
    private static func make(
        _ daemon: DaemonFixture, _ name: String, _ role: APIToken.Role, cost: PasswordHash.Cost? = nil
    ) async throws -> WebUser {
        let password = try #require(Password(presented: password.revealed))
        let hash = try PasswordHash.make(password, cost: cost ?? daemon.hub.authentication.cost)
        return try await daemon.store.createUser(UserDraft(name: UserName(name), role: role, hash: hash))
    }

    private static func enrol(_ browser: Browser) async throws -> (secret: TOTPSecret, codes: [String]) {
        let enrolled = try await browser.call(AuthService.enrolTOTP, OwnPasswordRequest(password: password))
        let secret = try browser.daemon.secondFactor(enrolled.secret)
        #expect(enrolled.uri.revealed.hasPrefix("otpauth://totp/WGPilot%20vpn.example.org:anna?secret="))
        let reply = try await browser.call(
            AuthService.confirmTOTP, ConfirmTOTPRequest(code: SecretText(code(secret, browser.daemon))))
        return (secret, reply.codes.map(\.revealed))
    }

    private static func code(_ secret: TOTPSecret, _ daemon: DaemonFixture) -> String {
        secret.code(ofStep: TOTPSecret.step(at: daemon.clock.now))
    }

    // MARK: - Setting up

    @Test func `the first admin comes from a code, once, and the page knows when it is needed`() async throws {
        try await Self.with(users: []) { daemon, browser in
            var browser = browser
            #expect(try await browser.call(AuthService.setupState, Empty()).setupNeeded)
            let code = try await daemon.store.createSetupCode(
                lifetime: 60, evenWithUsers: false, createdBy: "root"
            ).code.text
            func setUp(_ code: String, _ name: String, _ password: String) async -> RPCError? {
                await browser.refusal(
                    AuthService.setup,
                    SetupRequest(code: SecretText(code), name: name, password: SecretText(password)))
            }
            #expect(await setUp("AAAA-BBBB-CCCC-DDDD", "", "")?.reason == "bad_setup_code", "and no word on the fields")
            let fault = await setUp(code, "", "short")
            #expect(fault?.reason == "invalid_fields" && fault?.fields.map(\.field) == ["name", "password"])
            let reply = try await browser.call(
                AuthService.setup,
                SetupRequest(code: SecretText(code.lowercased()), name: "Anna", password: Self.password))
            #expect(reply.session?.user.role == "admin" && reply.challenge == nil)
            #expect(await setUp(code, "ben", Self.password.revealed)?.reason == "bad_setup_code")
            #expect(try await !browser.call(AuthService.setupState, Empty()).setupNeeded)
            browser.session = reply.session?.secret
            let me = try await browser.call(AuthService.whoAmI, Empty())
            #expect(me.kind == "session" && me.name == "Anna" && me.role == "admin" && me.session?.isCurrent == true)
        }
    }

    // MARK: - Logging in

    /// Catches an answer, or work, by which somebody finds out who has an account. Work is counted, not timed.
    @Test func `an unknown name, a wrong password and a disabled user are answered alike, for the same work`()
        async throws
    {
        try await Self.with(users: [("anna", .admin), ("ben", .viewer)]) { daemon, browser in
            _ = try await daemon.store.updateUser(named: "ben", UserEdit(isEnabled: false), keepsAnAdmin: true)
            let hasher = daemon.hub.authentication.hasher
            var errors: [RPCError] = []
            for (name, password) in [
                ("anna", "wrong"), ("nobody", Self.password.revealed), ("ben", Self.password.revealed), ("", ""),
                ("anna", String(repeating: "x", count: 100_000)), (String(repeating: "n", count: 100_000), "x"),
                ("1", "x"),
            ] {
                let before = hasher.count
                var error = try #require(await browser.refusedLogin(name, SecretText(password)))
                error.metadata = [:]
                errors.append(error)
                #expect(hasher.count == before + 1, "one hash is checked for \(name.prefix(20))")
            }
            #expect(Set(errors).count == 1 && errors.first?.reason == "bad_login")
            let before = hasher.count
            var browser = browser
            try await browser.logIn("ANNA")
            #expect(hasher.count == before + 1)
        }
    }

    @Test func `each login is another session, and logging out ends the one alone`() async throws {
        try await Self.with { daemon, browser in
            var (first, second) = (browser, browser)
            try await first.logIn("anna")
            try await second.logIn("anna")
            #expect(first.session != second.session)
            // What a browser sends of an old session changes nothing about the new one.
            let again = try await first.call(AuthService.login, LoginRequest(name: "anna", password: Self.password))
            #expect(again.session?.secret != first.session)
            _ = try await first.call(AuthService.logout, Empty())
            #expect(await first.refusal(AuthService.whoAmI, Empty())?.reason == "bad_token")
            let me = try await second.call(AuthService.whoAmI, Empty())
            #expect(me.session?.clientAddress == "198.51.100.7" && me.session?.userAgent == "B/1")
            #expect(try await daemon.store.sessions(ofUser: nil).count == 2)
        }
    }

    @Test func `a session ends when it is not used, and at its end`() async throws {
        try await Self.with(keys: [(.sessionIdleTimeout, "600"), (.sessionLifetime, "1000")]) { daemon, browser in
            var (idle, used) = (browser, browser)
            try await idle.logIn("anna")
            try await used.logIn("anna")
            daemon.clock.advance(by: 599)
            #expect(await used.refusal(AuthService.whoAmI, Empty()) == nil)
            daemon.clock.advance(by: 1)
            #expect(await idle.refusal(AuthService.whoAmI, Empty())?.reason == "bad_token")
            daemon.clock.advance(by: 399)
            #expect(await used.refusal(AuthService.whoAmI, Empty()) == nil)
            daemon.clock.advance(by: 1)
            #expect(await used.refusal(AuthService.whoAmI, Empty())?.reason == "bad_token")
        }
    }

    @Test func `what the gateway asks by itself does not keep a session alive, and is refused once it has ended`()
        async throws
    {
        try await Self.with(keys: [(.sessionIdleTimeout, "600")]) { daemon, browser in
            var browser = browser
            try await browser.logIn("anna")
            let metadata = browser.metadata.merging(["background": "true"]) { $1 }
            let client = browser.client
            for _ in 0..<5 {
                daemon.clock.advance(by: 119)
                _ = try await client.call(AuthService.whoAmI, Empty(), metadata: metadata)
            }
            daemon.clock.advance(by: 5)
            let error = await #expect(throws: RPCError.self) {
                try await client.call(AuthService.whoAmI, Empty(), metadata: metadata)
            }
            #expect(error?.reason == "bad_token")
            #expect(await browser.refusal(AuthService.whoAmI, Empty())?.reason == "bad_token")
        }
    }

    @Test func `a web user acts with the own role, and the audit log has name and address`() async throws {
        try await Self.with(users: [("anna", .admin), ("olaf", .operator), ("vera", .viewer)]) { daemon, browser in
            var (olaf, vera) = (browser, browser)
            try await olaf.logIn("olaf")
            try await vera.logIn("vera")
            let request = CreateNetworkRequest(name: "office", mode: "gateway", subnet: "10.8.0.0/24")
            let refusal = await vera.refusal(NetworksService.create, request)
            #expect(refusal?.reason == "role" && refusal?.message.contains("web user \"vera\" has role viewer") == true)
            _ = try await olaf.call(NetworksService.create, request)
            let entry = try #require(try await daemon.store.auditEntries(AuditQuery(limit: 1)).items.first?.entry)
            #expect(entry.actor == AuditActor(kind: .web, name: "olaf", uid: 400) && entry.origin == "198.51.100.7")
            #expect(await olaf.refusal(UsersService.list, Empty())?.reason == "role")
            #expect(try await vera.call(NetworksService.list, Empty()).networks.count == 1)
            _ = try await daemon.store.updateUser(named: "olaf", UserEdit(role: .viewer), keepsAnAdmin: true)
            #expect(await olaf.refusal(AuthService.whoAmI, Empty())?.reason == "bad_token", "another role ends it")
        }
    }

    @Test func `a password whose hash costs other than today is stored anew, and the sessions go on`() async throws {
        try await Self.with(users: []) { daemon, browser in
            let old = PasswordHash.Cost(memory: 16, passes: 1)
            let anna = try await Self.make(daemon, "anna", .admin, cost: old)
            var (first, second) = (browser, browser)
            #expect(await browser.refusedLogin("anna", SecretText("wrong")) != nil)
            #expect(try await daemon.store.credential(ofUser: anna.id).hash.cost == old)
            try await first.logIn("anna")
            #expect(try await daemon.store.credential(ofUser: anna.id).hash.cost == daemon.hub.authentication.cost)
            try await second.logIn("anna")
            #expect(await first.refusal(AuthService.whoAmI, Empty()) == nil)
            #expect(try await daemon.store.user(anna.id).passwordVersion == 1)
        }
    }

    // MARK: - Throttling

    /// Catches an account that anybody can lock by guessing at it.
    @Test func `a flood on an account makes its own address wait, and nobody else`() async throws {
        try await Self.with { daemon, browser in
            var flood = browser
            flood.address = "2001:db8:bad::1"
            for _ in 0..<5 {
                #expect(await flood.refusedLogin("anna", SecretText("guess"))?.reason == "bad_login")
            }
            let before = daemon.hub.authentication.hasher.count
            for host in 1...200 {
                flood.address = "2001:db8:bad::\(String(host, radix: 16))"
                let error = await flood.refusedLogin("ANNA", Self.password)
                #expect(error?.code == .resourceExhausted && error?.reason == "throttled")
                #expect(error?.metadata["retry-after-ms"] != nil)
            }
            #expect(daemon.hub.authentication.hasher.count == before, "what must wait costs nothing")
            // Names that nobody has are throttled alike: it tells nothing.
            flood.address = "2001:db8:bad:1::1"
            for _ in 0..<5 {
                #expect(await flood.refusedLogin("nobody", SecretText("guess"))?.reason == "bad_login")
            }
            #expect(await flood.refusedLogin("nobody", SecretText("guess"))?.reason == "throttled")
            var legitimate = browser
            try await legitimate.logIn("anna")
            flood.address = "2001:db8:bad::1"
            daemon.clock.advance(by: 1)
            try await flood.logIn("anna")
        }
    }

    @Test func `an audit log under a flood has few entries, and no name that is nobody's`() async throws {
        try await Self.with { daemon, browser in
            for number in 0..<300 {
                var browser = browser
                browser.address = "10.0.\(number / 250).\(number % 250)"
                // Somebody who types the password into the wrong field.
                _ = await browser.refusedLogin("my secret \(number)", SecretText("guess"))
                _ = await browser.refusedLogin("anna", SecretText("my secret \(number)"))
            }
            let entries = try await daemon.store.auditEntries(AuditQuery(limit: 1000)).items.map(\.entry)
            #expect(entries.count <= 4)
            #expect(Set(entries.map(\.target)) == ["an unknown user", "user anna"])
            #expect(!"\(entries)".contains("my secret"))
        }
    }

    // MARK: - Second factor

    @Test func `with a second factor a password alone is a challenge, and each code works once`() async throws {
        try await Self.with { daemon, browser in
            var browser = browser
            try await browser.logIn("anna")
            let (secret, codes) = try await Self.enrol(browser)
            #expect(codes.count == 10)
            func begin() async throws -> LoginChallenge {
                let reply = try await browser.call(
                    AuthService.login, LoginRequest(name: "anna", password: Self.password))
                #expect(reply.session == nil)
                return try #require(reply.challenge)
            }
            func go(_ challenge: LoginChallenge, _ code: String) async throws -> LoginReply {
                try await browser.call(
                    AuthService.continueLogin,
                    ContinueLoginRequest(challenge: challenge.secret, code: SecretText(code)))
            }
            browser.session = nil
            daemon.clock.advance(by: 30)
            let code = Self.code(secret, daemon)
            let challenge = try await begin()
            #expect(challenge.secret.revealed.hasPrefix("wgc_") && challenge.expiresAt == daemon.clock.now + 300)
            let reply = try await go(challenge, code)
            #expect(reply.session?.user.name == "anna" && reply.session?.secret.revealed.hasPrefix("wgs_") == true)
            let used = await #expect(throws: RPCError.self) { try await go(challenge, codes[0]) }
            #expect(used?.reason == "bad_challenge", "a challenge is for one login")
            let again = try await begin()
            let repeated = await #expect(throws: RPCError.self) { try await go(again, code) }
            #expect(repeated?.reason == "bad_code")
            #expect(try await go(again, codes[0]).session?.user.recoveryCodesLeft == 9)
            // Both at once.
            daemon.clock.advance(by: 30)
            let atOnce = LoginRequest(
                name: "anna", password: Self.password, code: SecretText(Self.code(secret, daemon)))
            #expect(try await browser.call(AuthService.login, atOnce).session != nil)
            #expect(await browser.refusal(AuthService.login, atOnce)?.reason == "bad_code")
            #expect(await browser.refusedLogin("anna", SecretText("x"), code: codes[1])?.reason == "bad_login")
            #expect(try await daemon.store.user(named: "anna").recoveryCodesLeft == 9, "a wrong password uses none up")
        }
    }

    @Test func `a challenge has a few attempts and a few minutes`() async throws {
        try await Self.with { daemon, browser in
            var browser = browser
            try await browser.logIn("anna")
            let (secret, _) = try await Self.enrol(browser)
            browser.session = nil
            func begin() async throws -> SecretText {
                let reply = try await browser.call(
                    AuthService.login, LoginRequest(name: "anna", password: Self.password))
                return try #require(reply.challenge?.secret)
            }
            func outcome(_ challenge: SecretText, _ code: String) async -> String? {
                await browser.refusal(
                    AuthService.continueLogin, ContinueLoginRequest(challenge: challenge, code: SecretText(code)))?
                    .reason
            }
            let late = try await begin()
            daemon.clock.advance(by: 300)
            #expect(await outcome(late, Self.code(secret, daemon)) == "bad_challenge")
            let guessed = try await begin()
            for _ in 0..<5 { #expect(await outcome(guessed, "000000") == "bad_code") }
            #expect(await outcome(guessed, Self.code(secret, daemon)) == "bad_challenge")
            for text in ["", "wgc_", "wgs_" + guessed.revealed.dropFirst(4)] {
                #expect(await outcome(SecretText(text), "000000") == "bad_challenge")
            }
        }
    }

    /// Somebody who has the password guesses codes from many addresses: 6 digits would be found in days.
    @Test func `codes are throttled for the account as a whole, and a recovery code still opens it`() async throws {
        try await Self.with { daemon, browser in
            var browser = browser
            try await browser.logIn("anna")
            let (secret, codes) = try await Self.enrol(browser)
            browser.session = nil
            daemon.clock.advance(by: 30)
            var reasons: [String?] = []
            for number in 0..<20 {
                browser.address = "192.0.2.\(number)"
                reasons.append(await browser.refusedLogin("anna", Self.password, code: "000000")?.reason)
            }
            #expect(reasons.count { $0 == "bad_code" } == 5)
            #expect(reasons.count { $0 == "throttled" } == 15)
            browser.address = "192.0.2.99"
            #expect(
                await browser.refusedLogin("anna", Self.password, code: Self.code(secret, daemon))?.reason
                    == "throttled")
            let recovered = LoginRequest(name: "anna", password: Self.password, code: SecretText(codes[3]))
            #expect(try await browser.call(AuthService.login, recovered).session != nil)
        }
    }

    @Test func `an admin who sets a password can take the second factor away with it`() async throws {
        try await Self.with(users: [("anna", .admin), ("root", .admin)]) { daemon, browser in
            var (anna, other) = (browser, browser)
            try await anna.logIn("anna")
            try await other.logIn("root")
            _ = try await Self.enrol(anna)
            let password = SecretText("another good password")
            var request = SetPasswordRequest(user: "anna", password: password)
            #expect(try await other.call(UsersService.setPassword, request).user.totpEnabled)
            #expect(await anna.refusal(AuthService.whoAmI, Empty())?.reason == "bad_token")
            request.resetTOTP = true
            #expect(try await !other.call(UsersService.setPassword, request).user.totpEnabled)
            try await anna.logIn("anna", password)
            _ = try await anna.call(AuthService.enrolTOTP, OwnPasswordRequest(password: password))
        }
    }

    // MARK: - The own account

    @Test func `a password is changed with the present one, which ends every session and begins one`() async throws {
        try await Self.with { _, browser in
            var (here, there) = (browser, browser)
            try await here.logIn("anna")
            try await there.logIn("anna")
            func change(_ current: String, _ new: String) async -> RPCError? {
                await here.refusal(
                    AuthService.changePassword,
                    ChangePasswordRequest(currentPassword: SecretText(current), newPassword: SecretText(new)))
            }
            let wrong = await change("wrong", "another good password")
            #expect(wrong?.reason == "bad_password" && wrong?.fields.map(\.field) == ["current_password"])
            let short = await change(Self.password.revealed, "short")
            #expect(short?.reason == "invalid_fields" && short?.fields.map(\.field) == ["new_password"])
            #expect(await there.refusal(AuthService.whoAmI, Empty()) == nil)
            let reply = try await here.call(
                AuthService.changePassword,
                ChangePasswordRequest(
                    currentPassword: Self.password, newPassword: SecretText("another good password")))
            for old in [here, there] {
                #expect(await old.refusal(AuthService.whoAmI, Empty())?.reason == "bad_token")
            }
            here.session = reply.session?.secret
            #expect(await here.refusal(AuthService.whoAmI, Empty()) == nil)
            #expect(await there.refusedLogin("anna", Self.password) != nil)
        }
    }

    /// Catches a session that was left open, or stolen, from which the password is guessed.
    @Test func `the own password is throttled like a login`() async throws {
        try await Self.with { daemon, browser in
            var browser = browser
            try await browser.logIn("anna")
            let guess = OwnPasswordRequest(password: SecretText("guess"))
            for _ in 0..<5 {
                #expect(await browser.refusal(AuthService.enrolTOTP, guess)?.reason == "bad_password")
            }
            let right = OwnPasswordRequest(password: Self.password)
            #expect(await browser.refusal(AuthService.disableTOTP, right)?.reason == "throttled")
            daemon.clock.advance(by: 1)
            #expect(await browser.refusal(AuthService.disableTOTP, right) == nil)
        }
    }

    @Test func `who is no web user has no account to look after`() async throws {
        try await Self.with { daemon, browser in
            let made = try await daemon.store.createToken(
                DisplayName("t"), role: .viewer, expiresAt: nil, createdBy: "root")
            var token = browser
            token.session = SecretText(made.secret.text)
            let own = OwnPasswordRequest(password: Self.password)
            for error in [
                await token.refusal(AuthService.logout, Empty()), await token.refusal(AuthService.enrolTOTP, own),
                await token.refusal(AuthService.disableTOTP, own),
                await token.refusal(AuthService.regenerateRecoveryCodes, own),
                await token.refusal(AuthService.confirmTOTP, ConfirmTOTPRequest(code: SecretText("000000"))),
                await token.refusal(
                    AuthService.changePassword,
                    ChangePasswordRequest(currentPassword: Self.password, newPassword: Self.password)),
                await token.refusal(SessionsService.list, ListSessionsRequest()),
                await token.refusal(SessionsService.revoke, RevokeSessionsRequest(others: true)),
            ] {
                #expect(error?.code == .failedPrecondition && error?.reason == "no_web_user")
            }
            let me = try await token.call(AuthService.whoAmI, Empty())
            #expect(me.kind == "token" && me.name == "t" && me.role == "viewer" && me.user == nil)
            // And a session is no token, nor a token a session.
            token.session = SecretText("wgs_" + made.secret.text.dropFirst(4))
            #expect(await token.refusal(AuthService.whoAmI, Empty())?.reason == "bad_token")
        }
    }

    // MARK: - Sessions and users

    @Test func `everybody sees and ends the own sessions, and admins those of others`() async throws {
        try await Self.with(users: [("anna", .admin), ("vera", .viewer)]) { _, browser in
            var (anna, vera, veraToo) = (browser, browser, browser)
            try await anna.logIn("anna")
            try await vera.logIn("vera")
            try await veraToo.logIn("vera")
            let own = try await vera.call(SessionsService.list, ListSessionsRequest()).sessions
            #expect(own.count == 2 && own.count { $0.isCurrent } == 1 && own.allSatisfy { $0.user == "vera" })
            #expect(try await vera.call(SessionsService.list, ListSessionsRequest(user: "VERA")).sessions.count == 2)
            for request in [
                ListSessionsRequest(user: "anna"), ListSessionsRequest(user: "nobody"), ListSessionsRequest(all: true),
            ] {
                #expect(await vera.refusal(SessionsService.list, request)?.reason == "role")
            }
            let all = try await anna.call(SessionsService.list, ListSessionsRequest(all: true)).sessions
            #expect(all.count == 3)
            let foreign = try #require(all.first { $0.user == "anna" }).id
            // One of somebody else and one that there is not are the same to a viewer.
            for id in [foreign, 999] {
                #expect(
                    await vera.refusal(SessionsService.revoke, RevokeSessionsRequest(id: id))?.reason == "not_found")
            }
            #expect(await vera.refusal(SessionsService.revoke, RevokeSessionsRequest(user: "anna"))?.reason == "role")
            for request in [RevokeSessionsRequest(), RevokeSessionsRequest(id: 1, others: true)] {
                #expect(await vera.refusal(SessionsService.revoke, request)?.reason == "invalid_fields")
            }
            let ended = try await vera.call(SessionsService.revoke, RevokeSessionsRequest(others: true)).sessions
            #expect(ended.count == 1)
            #expect(await veraToo.refusal(AuthService.whoAmI, Empty())?.reason == "bad_token")
            _ = try await anna.call(SessionsService.revoke, RevokeSessionsRequest(user: "vera"))
            #expect(await vera.refusal(AuthService.whoAmI, Empty())?.reason == "bad_token")
            _ = try await anna.call(SessionsService.revoke, RevokeSessionsRequest(id: foreign))
            #expect(await anna.refusal(AuthService.whoAmI, Empty())?.reason == "bad_token")
        }
    }

    @Test func `a stream that somebody watches ends with the session, before another change is told`() async throws {
        try await Self.with { daemon, browser in
            var anna = browser
            try await anna.logIn("anna")
            let stream = anna.client.stream(
                WatchService.changes, WatchRequest(), metadata: anna.metadata)
            var events = stream.makeAsyncIterator()
            while let event = try await events.next() { if event.kind == "live" { break } }
            _ = try await daemon.store.endSessions(ofUser: daemon.store.user(named: "anna").id)
            _ = try await daemon.store.createNetwork(
                NetworkDraft(
                    settings: NetworkSettings(
                        name: DisplayName("office"), mode: .gateway, subnet: IPPrefix("10.8.0.0/24"), listenPort: 1),
                    listenPort: nil))
            let error = await #expect(throws: RPCError.self) { while try await events.next() != nil {} }
            #expect(error?.reason == "bad_token")
        }
    }

    @Test func `no web user takes the last admin away, and all faults of a user are told at once`() async throws {
        try await Self.with { daemon, browser in
            var anna = browser
            try await anna.logIn("anna")
            for error in [
                await anna.refusal(UsersService.update, UpdateUserRequest(user: "anna", role: "viewer")),
                await anna.refusal(UsersService.update, UpdateUserRequest(user: "anna", enabled: false)),
                await anna.refusal(UsersService.delete, UserReference(user: "anna")),
            ] {
                #expect(error?.code == .failedPrecondition)
            }
            let request = CreateUserRequest(name: " ", role: "king", password: SecretText("x"), email: "no")
            let fault = await anna.refusal(UsersService.create, request)
            #expect(Set(fault?.fields.map(\.field) ?? []) == ["name", "role", "email", "password"])
            #expect(try await daemon.store.users().count == 1)
            let taken = CreateUserRequest(name: "ANNA", role: "viewer", password: Self.password)
            #expect(await anna.refusal(UsersService.create, taken)?.code == .alreadyExists)
            let named = CreateUserRequest(name: "Correct Horse Battery", role: "viewer", password: Self.password)
            #expect(await anna.refusal(UsersService.create, named)?.fields.map(\.field) == ["password"])
        }
    }

    /// Catches a creation that is repeated, and a digest from which a password could be guessed.
    @Test func `making a user may be repeated, and what is kept of it does not depend on the password`() async throws {
        try await Self.with { daemon, browser in
            var anna = browser
            try await anna.logIn("anna")
            var ids: Set<Int64> = []
            for password in [Self.password, SecretText("another good password")] {
                let metadata = anna.metadata.merging(["idempotency-key": "k"]) { $1 }
                let reply = try await anna.client.call(
                    UsersService.create, CreateUserRequest(name: "ben", role: "viewer", password: password),
                    metadata: metadata)
                ids.insert(reply.user.id)
            }
            #expect(ids.count == 1)
        }
    }
}
