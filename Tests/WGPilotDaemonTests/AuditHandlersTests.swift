import Testing
import WGPilotCore
import WGPilotNetlink
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore
import WGPilotTestSupport

@testable import WGPilotDaemon

@Suite("What the audit log has of calls")
struct AuditHandlersTests {
    private static let someViewer = PeerCredentials(uid: 300, gid: 9000)
    private static let gateway = PeerCredentials(uid: 400, gid: 9000)

    private static func refused(_ body: () async throws -> some Any) async -> RPCError? {
        do {
            _ = try await body()
            return nil
        } catch {
            return error as? RPCError
        }
    }

    @Test("every method that changes something leaves exactly one entry, with its name and target")
    func everyMutation() async throws {
        try await DaemonFixture.with { daemon, client in
            var seen: Set<String> = []
            var count: Int64 = 0
            func expectEntry(
                _ method: MethodInfo, _ target: String, sourceLocation: SourceLocation = #_sourceLocation
            ) async throws {
                let page = try await daemon.store.auditEntries(AuditQuery(limit: 1))
                let entry = try #require(page.items.first?.entry)
                #expect(entry.sequence == count + 1, sourceLocation: sourceLocation)
                #expect(entry.method == method.fullName, sourceLocation: sourceLocation)
                #expect(entry.target == target, sourceLocation: sourceLocation)
                #expect(
                    entry.actor == AuditActor(kind: .user, name: "root", uid: 0) && entry.origin == "unix",
                    sourceLocation: sourceLocation)
                #expect(entry.result == "OK" && !entry.requestID.isEmpty, sourceLocation: sourceLocation)
                count = entry.sequence
                seen.insert(method.fullName)
            }
            try await client.makeNetwork()
            try await expectEntry(NetworksService.create.info, "office")
            try await client.makeNetwork("lab", subnet: "10.9.0.0/24", port: nil)
            count += 1
            try await client.makePeer("a")
            try await expectEntry(PeersService.create.info, "office/a")
            let batch = [CreatePeerRequest(network: "", name: "b"), CreatePeerRequest(network: "", name: "c")]
            _ = try await client.call(PeersService.createBatch, CreatePeersRequest(network: "office", peers: batch))
            try await expectEntry(PeersService.createBatch.info, "office")
            // By number; the log has the name.
            _ = try await client.call(PeersService.update, UpdatePeerRequest(network: "1", peer: "1", mtu: 1300))
            try await expectEntry(PeersService.update.info, "office/a")
            _ = try await client.call(
                PeersService.flushConnections, FlushConnectionsRequest(network: "office", peer: "a"))
            try await expectEntry(PeersService.flushConnections.info, "office/a")
            _ = try await client.call(PeersService.purgeHistory, PurgeHistoryRequest(network: "office", peer: "a"))
            try await expectEntry(PeersService.purgeHistory.info, "office/a")
            for id in 1...2 {
                let link = try await client.call(LinksService.create, CreateLinkRequest(network: "office", peer: "a"))
                try await expectEntry(LinksService.create.info, "link \(id)")
                if seen.contains(LinksService.revoke.fullName) {
                    let request = RedeemLinkRequest(secret: link.secret ?? "")
                    _ = try await client.call(LinksService.redeem, request)
                    try await expectEntry(LinksService.redeem.info, "link \(id)")
                } else {
                    _ = try await client.call(LinksService.revoke, LinkReference(id: link.link.id))
                    try await expectEntry(LinksService.revoke.info, "link \(id)")
                }
            }
            _ = try await client.call(PeersService.disable, PeerReference(network: "office", peer: "a"))
            try await expectEntry(PeersService.disable.info, "office/a")
            _ = try await client.call(PeersService.enable, PeerReference(network: "office", peer: "a"))
            try await expectEntry(PeersService.enable.info, "office/a")
            _ = try await client.call(PeersService.rotateKeys, RotateKeysRequest(network: "office", peer: "1"))
            try await expectEntry(PeersService.rotateKeys.info, "office/a")
            _ = try await client.call(
                NetworksService.regenerateKeys, RegenerateKeysRequest(network: "office", peers: true))
            try await expectEntry(NetworksService.regenerateKeys.info, "office")
            _ = try await client.call(
                BridgesService.create, CreateBridgeRequest(networkA: "office", networkB: "lab"))
            try await expectEntry(BridgesService.create.info, "bridge 1")
            _ = try await client.call(BridgesService.update, UpdateBridgeRequest(bridge: 1, direction: "a_to_b"))
            try await expectEntry(BridgesService.update.info, "bridge 1")
            _ = try await client.call(BridgesService.delete, BridgeReference(bridge: 1))
            try await expectEntry(BridgesService.delete.info, "bridge 1")
            _ = try await client.call(RulesService.create, CreateRuleRequest(network: "office", action: "deny"))
            try await expectEntry(RulesService.create.info, "rule 1")
            _ = try await client.call(RulesService.update, UpdateRuleRequest(rule: 1, action: "allow"))
            try await expectEntry(RulesService.update.info, "rule 1")
            _ = try await client.call(RulesService.delete, RuleReference(rule: 1))
            try await expectEntry(RulesService.delete.info, "rule 1")
            for confirms in [true, false] {
                let reply = try await client.call(
                    NetworksService.update,
                    UpdateNetworkRequest(
                        network: "office", mtu: confirms ? 1300 : 1350, options: ChangeOptions(confirmWithin: 60)))
                #expect(reply.change?.confirmBy != nil)
                try await expectEntry(NetworksService.update.info, "office")
                let method = confirms ? SystemService.confirm : SystemService.undo
                _ = try await client.call(method, Empty())
                try await expectEntry(
                    method.info, confirms ? "change of the network \"office\"" : "office")
            }
            _ = try await client.call(NetworksService.disable, NetworkReference(network: "lab"))
            try await expectEntry(NetworksService.disable.info, "lab")
            _ = try await client.call(NetworksService.enable, NetworkReference(network: "lab"))
            try await expectEntry(NetworksService.enable.info, "lab")
            _ = try await client.call(SystemService.reconcile, ReconcileRequest())
            try await expectEntry(SystemService.reconcile.info, "")
            let file = """
                [Interface]
                PrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=
                Address = 10.20.0.1/24
                ListenPort = 51900
                """
            _ = try await client.call(NetworksService.importNetwork, ImportNetworkRequest(name: "old", file: file))
            try await expectEntry(NetworksService.importNetwork.info, "old")
            _ = try await client.call(
                NetworksService.update, UpdateNetworkRequest(network: "office", driftPolicy: "report"))
            count += 1
            try await daemon.kernel.apply([.setMTU(InterfaceName("wg0"), 1290)])
            _ = await daemon.reconciler.synchronize(.everything(.check))
            for action in ["ignore", "heed", "adopt"] {
                _ = try await client.call(
                    SystemService.resolveDrift, ResolveDriftRequest(network: "office", item: "mtu", action: action))
                try await expectEntry(
                    SystemService.resolveDrift.info, action == "adopt" ? "office" : "drift office")
            }
            let token = try await client.call(TokensService.create, CreateTokenRequest(name: "t", role: "viewer"))
            #expect(token.secret?.hasPrefix("wgp_") == true && token.token.createdBy == "root")
            try await expectEntry(TokensService.create.info, "token t")
            _ = try await client.call(TokensService.revoke, TokenReference(token: "t"))
            try await expectEntry(TokensService.revoke.info, "token t")
            _ = try await client.call(
                UsersService.createSetupCode, CreateSetupCodeRequest())
            try await expectEntry(UsersService.createSetupCode.info, "setup_code 1")
            let password = SecretText("correct horse battery")
            _ = try await client.call(
                UsersService.create, CreateUserRequest(name: "Anna", role: "viewer", password: password))
            try await expectEntry(UsersService.create.info, "user Anna")
            _ = try await client.call(UsersService.update, UpdateUserRequest(user: "anna", role: "operator"))
            try await expectEntry(UsersService.update.info, "user Anna")
            _ = try await client.call(UsersService.setPassword, SetPasswordRequest(user: "1", password: password))
            try await expectEntry(UsersService.setPassword.info, "user Anna")
            _ = try await client.call(UsersService.resetTOTP, UserReference(user: "1"))
            try await expectEntry(UsersService.resetTOTP.info, "user Anna")
            _ = try await client.call(SessionsService.revoke, RevokeSessionsRequest(user: "anna"))
            try await expectEntry(SessionsService.revoke.info, "sessions of user Anna")
            _ = try await client.call(UsersService.delete, UserReference(user: "anna"))
            try await expectEntry(UsersService.delete.info, "user Anna")
            _ = try await client.call(PeersService.delete, PeerReference(network: "office", peer: "a"))
            try await expectEntry(PeersService.delete.info, "office/a")
            _ = try await client.call(NetworksService.delete, NetworkReference(network: "office"))
            try await expectEntry(NetworksService.delete.info, "office")
            let changing = Set(MethodTable.all.filter(\.isMutation).map(\.fullName))
            #expect(seen == changing.subtracting(Self.ofWebUsers), "a method is not tried here")

            // Reads leave none.
            _ = try await client.call(NetworksService.list, Empty())
            _ = try await client.call(AuditService.list, ListAuditRequest())
            let verdict = try await client.call(AuditService.verify, VerifyAuditRequest())
            #expect(verdict.isIntact && verdict.sequence == count)
        }
    }

    /// What only a web user can do, or makes one of its caller.
    private static let ofWebUsers = Set(
        MethodTable.all.filter { $0.isMutation && $0.fullName.hasPrefix("wgpilot.v1.Auth/") }.map(\.fullName))

    @Test("what a web user does to the own account leaves one entry each, under the user's name and address")
    func everyMutationOfAWebUser() async throws {
        try await DaemonFixture.with(caller: Self.gateway) { daemon, client in
            let address = ["client-address": "198.51.100.7"]
            var seen: Set<String> = []
            var count: Int64 = 1
            func expectEntry(
                _ method: MethodInfo, entries: Int64 = 1, sourceLocation: SourceLocation = #_sourceLocation
            ) async throws {
                let page = try await daemon.store.auditEntries(AuditQuery(limit: 1))
                let entry = try #require(page.items.first?.entry)
                #expect(entry.sequence == count + entries, sourceLocation: sourceLocation)
                #expect(entry.method == method.fullName && entry.result == "OK", sourceLocation: sourceLocation)
                #expect(
                    entry.actor == AuditActor(kind: .web, name: "anna", uid: 400) && entry.origin == "198.51.100.7",
                    sourceLocation: sourceLocation)
                #expect(entry.target.hasSuffix("user anna"), "\(entry.target)", sourceLocation: sourceLocation)
                count = entry.sequence
                seen.insert(method.fullName)
            }
            let made = try await daemon.store.createSetupCode(
                lifetime: 60, evenWithUsers: false, createdBy: "root",
                audit: AuditContext(actor: .daemon, origin: "daemon", method: "test"))
            let password = SecretText("correct horse battery")
            var reply = try await client.call(
                AuthService.setup,
                SetupRequest(code: SecretText(made.code.text), name: "anna", password: password), metadata: address)
            // The user that was made, and the session that began.
            try await expectEntry(AuthService.setup.info, entries: 2)
            func session() -> Metadata {
                let secret = reply.session?.secret.revealed ?? ""
                return address.merging(["authorization": "Bearer \(secret)"]) { $1 }
            }
            reply = try await client.call(
                AuthService.changePassword,
                ChangePasswordRequest(currentPassword: password, newPassword: password), metadata: session())
            try await expectEntry(AuthService.changePassword.info, entries: 2)
            let own = OwnPasswordRequest(password: password)
            let enrolled = try await client.call(AuthService.enrolTOTP, own, metadata: session())
            try await expectEntry(AuthService.enrolTOTP.info)
            let secret = try daemon.secondFactor(enrolled.secret)
            func code() -> SecretText { SecretText(secret.code(ofStep: TOTPSecret.step(at: daemon.clock.now))) }
            _ = try await client.call(AuthService.confirmTOTP, ConfirmTOTPRequest(code: code()), metadata: session())
            try await expectEntry(AuthService.confirmTOTP.info)
            _ = try await client.call(AuthService.regenerateRecoveryCodes, own, metadata: session())
            try await expectEntry(AuthService.regenerateRecoveryCodes.info)
            daemon.clock.advance(by: 30)
            _ = try await client.call(
                AuthService.login, LoginRequest(name: "ANNA", password: password, code: code()), metadata: address)
            try await expectEntry(AuthService.login.info)
            let begun = try await client.call(
                AuthService.login, LoginRequest(name: "ANNA", password: password), metadata: address)
            // The password was right; who it is has not proven all yet.
            count += 1
            daemon.clock.advance(by: 30)
            _ = try await client.call(
                AuthService.continueLogin,
                ContinueLoginRequest(challenge: #require(begun.challenge?.secret), code: code()), metadata: address)
            try await expectEntry(AuthService.continueLogin.info)
            _ = try await client.call(AuthService.disableTOTP, own, metadata: session())
            try await expectEntry(AuthService.disableTOTP.info)
            _ = try await client.call(AuthService.logout, Empty(), metadata: session())
            try await expectEntry(AuthService.logout.info)
            #expect(seen == Self.ofWebUsers, "a method is not tried here")
            for secret in [password.revealed, enrolled.secret.revealed, made.code.text] {
                let entries = try await daemon.store.auditEntries(AuditQuery()).items
                #expect(!"\(entries)".contains(secret))
            }
        }
    }

    @Test("a change that fails is told with its reason, a dry run is not, whatever comes of it")
    func failures() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            _ = await Self.refused { try await client.makeNetwork(subnet: "10.9.0.0/24", port: nil) }
            _ = await Self.refused {
                try await client.call(PeersService.delete, PeerReference(network: "office", peer: "nobody"))
            }
            _ = await Self.refused {
                try await client.call(
                    PeersService.create, CreatePeerRequest(network: "office", name: "x", persistentKeepalive: -1))
            }
            let entries = try await client.call(AuditService.list, ListAuditRequest(result: "failed")).entries
            #expect(entries.map(\.result) == ["INVALID_ARGUMENT", "NOT_FOUND", "ALREADY_EXISTS"])
            #expect(entries.map(\.reason) == ["invalid_fields", "not_found", "already_exists"])
            #expect(entries.map(\.target) == ["office/x", "office/nobody", "office"])
            #expect(entries.allSatisfy { $0.changes.isEmpty && $0.actor == "root" })
            let rehearsal = ChangeOptions(dryRun: true)
            _ = try await client.call(
                PeersService.create, CreatePeerRequest(network: "office", name: "a", options: rehearsal))
            _ = await Self.refused {
                try await client.call(
                    PeersService.create,
                    CreatePeerRequest(network: "office", name: "", options: rehearsal))
            }
            #expect(try await daemon.store.auditEntries(AuditQuery()).items.count == 4)
        }
    }

    @Test("what is refused is told, and a thousand refusals are two entries")
    func refusals() async throws {
        try await DaemonFixture.with(caller: Self.someViewer) { daemon, client in
            for _ in 0..<1000 {
                let error = await Self.refused { try await client.makePeer("a") }
                #expect(error?.code == .permissionDenied)
            }
            // A viewer's reads leave no trace, a refused read does.
            _ = try await client.call(NetworksService.list, Empty())
            _ = await Self.refused { try await client.call(AuditService.list, ListAuditRequest()) }
            var items = try await daemon.store.auditEntries(AuditQuery()).items.map(\.entry)
            #expect(items.map(\.method) == ["wgpilot.v1.Audit/List", "wgpilot.v1.Peers/Create"])
            #expect(items.allSatisfy { $0.result == "PERMISSION_DENIED" && $0.reason == "role" && $0.count == 1 })
            #expect(items.allSatisfy { $0.actor.uid == 300 && $0.actor.kind == .user && $0.target.isEmpty })
            daemon.clock.advance(by: RefusalLedger.window)
            await daemon.hub.audit.flush()
            items = try await daemon.store.auditEntries(AuditQuery()).items.map(\.entry)
            #expect(items.count == 3)
            #expect(items.first?.count == 999 && items.first?.method == "wgpilot.v1.Peers/Create")
        }
    }

    @Test("a token's bearer acts with the token's role, and is told under its name and the client's address")
    func tokens() async throws {
        try await DaemonFixture.with(caller: Self.gateway) { daemon, client in
            let made = try await daemon.store.createToken(
                DisplayName("backup"), role: .operator, expiresAt: nil, createdBy: "root")
            let metadata = ["authorization": "Bearer \(made.secret.text)", "client-address": "2001:DB8::0001"]
            let request = CreateNetworkRequest(name: "office", mode: "gateway", subnet: "10.8.0.0/24")
            _ = try await client.call(NetworksService.create, request, metadata: metadata)
            let info = try await client.call(SystemService.info, Empty(), metadata: metadata)
            #expect(info.role == "operator")
            var entry = try #require(try await daemon.store.auditEntries(AuditQuery(limit: 1)).items.first?.entry)
            #expect(entry.actor == AuditActor(kind: .token, name: "backup", uid: 400, tokenID: made.token.id))
            #expect(entry.origin == "2001:db8::1")
            var error = await Self.refused {
                try await client.call(TokensService.list, Empty(), metadata: metadata)
            }
            #expect(error?.code == .permissionDenied && error?.message.contains("admin") == true)
            entry = try #require(try await daemon.store.auditEntries(AuditQuery(limit: 1)).items.first?.entry)
            #expect(entry.actor.name == "backup" && entry.result == "PERMISSION_DENIED")

            // What the gateway says of an address is no more than an address.
            error = await Self.refused {
                try await client.call(
                    NetworksService.list, Empty(),
                    metadata: ["authorization": "Bearer x", "client-address": "1.2.3.4\nforged"])
            }
            #expect(error?.reason == "bad_token")
            entry = try #require(try await daemon.store.auditEntries(AuditQuery(limit: 1)).items.first?.entry)
            #expect(entry.origin == "gateway" && entry.reason == "bad_token" && entry.actor.uid == 400)
            #expect(entry.actor.kind == .user)
        }
    }

    @Test("a client address is believed from the gateway alone")
    func address() async throws {
        try await DaemonFixture.with { daemon, client in
            _ = try await client.call(
                NetworksService.create, CreateNetworkRequest(name: "office", mode: "gateway", subnet: "10.8.0.0/24"),
                metadata: ["client-address": "192.0.2.1"])
            let entry = try await daemon.store.auditEntries(AuditQuery(limit: 1)).items.first?.entry
            #expect(entry?.origin == "unix")
            let error = await Self.refused {
                try await client.call(NetworksService.list, Empty(), metadata: ["authorization": "Bearer x"])
            }
            #expect(error?.code == .invalidArgument && error?.reason == "unexpected_authorization")
            let refusal = try await daemon.store.auditEntries(AuditQuery(limit: 1)).items.first?.entry
            #expect(refusal?.reason == "unexpected_authorization")
        }
    }

    @Test("a token never gets more than its maker has, and no secret comes back a second time")
    func tokenRoles() async throws {
        try await DaemonFixture.with { daemon, client in
            for role in ["gateway", "root", ""] {
                let error = await Self.refused {
                    try await client.call(TokensService.create, CreateTokenRequest(name: "t", role: role))
                }
                #expect(error?.fields.map(\.field) == ["role"])
            }
            let key = ["idempotency-key": "k"]
            let request = CreateTokenRequest(name: "t", role: "admin")
            let first = try await client.call(TokensService.create, request, metadata: key)
            let second = try await client.call(TokensService.create, request, metadata: key)
            #expect(first.secret != nil && second.secret == nil && second.token.id == first.token.id)
            #expect(try await client.call(TokensService.list, Empty()).tokens.count == 1)
        }
    }

    @Test("an expiry by the daemon itself is told as the daemon's doing")
    func expiry() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            _ = try await client.call(
                NetworksService.update,
                UpdateNetworkRequest(network: "office", mtu: 1300, options: ChangeOptions(confirmWithin: 60)))
            daemon.clock.advance(by: 60)
            daemon.hub.confirmation.look()
            while try await client.call(SystemService.pendingChange, Empty()).confirmBy != nil { await Task.yield() }
            let entry = try #require(try await daemon.store.auditEntries(AuditQuery(limit: 1)).items.first?.entry)
            #expect(entry.actor == .daemon && entry.method == "wgpilot.v1.System/Undo" && entry.target == "office")
            #expect(entry.changes.first?.fields == [.init(field: "mtu", before: "1300")])
        }
    }

    @Test("what the daemon repairs by itself is told with its steps")
    func repairs() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            try await daemon.kernel.apply([.setMTU(InterfaceName("wg0"), 1290)])
            _ = await daemon.reconciler.synchronize(.everything(.check))
            let repair = try #require(daemon.reconciler.ledger.repairs.last)
            await daemon.hub.audit.note(repair)
            await daemon.hub.audit.note(repair)
            let entries = try await daemon.store.auditEntries(AuditQuery()).items.map(\.entry)
            #expect(entries.count == 2)
            #expect(entries.first?.actor == .daemon && entries.first?.target == "wg0")
            #expect(entries.first?.changes.first?.fields.contains { $0.after?.contains("MTU") == true } == true)
        }
    }

    @Test("filters and pages are read strictly")
    func filters() async throws {
        try await DaemonFixture.with { daemon, client in
            for limit in [0, -1, 1001, Int64.max] {
                for error in [
                    await Self.refused { try await client.call(AuditService.list, ListAuditRequest(limit: limit)) },
                    await Self.refused { try await client.call(AuditService.export, ExportAuditRequest(limit: limit)) },
                ] { #expect(error?.fields.map(\.field) == ["limit"]) }
            }
            let odd = await Self.refused { try await client.call(AuditService.list, ListAuditRequest(result: "odd")) }
            #expect(odd?.fields.map(\.field) == ["result"])
            for request in [
                VerifyAuditRequest(sequence: 1), VerifyAuditRequest(hash: String(repeating: "0", count: 64)),
                VerifyAuditRequest(sequence: 1, hash: "xyz"),
            ] {
                let error = await Self.refused { try await client.call(AuditService.verify, request) }
                #expect(error?.code == .invalidArgument)
            }
            try await client.makeNetwork()
            let known = try await client.call(AuditService.verify, VerifyAuditRequest())
            try await client.makePeer("a")
            let request = VerifyAuditRequest(sequence: known.sequence, hash: known.hash)
            #expect(try await client.call(AuditService.verify, request).isIntact)
            let wrong = try await client.call(
                AuditService.verify, VerifyAuditRequest(sequence: known.sequence + 1, hash: known.hash))
            #expect(!wrong.isIntact && wrong.firstBad == 2 && wrong.problem?.contains("elsewhere") == true)
        }
    }

    @Test("what goes over the wire is what is hashed: the message without its hash, in our own coder's bytes")
    func wire() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            try await client.makePeer("a")
            var previous = AuditHash.zero
            for var entry in try await client.call(AuditService.export, ExportAuditRequest()).entries {
                let hash = entry.hash
                #expect(entry.previousHash == previous.description)
                entry.hash = ""
                // A map of one entry less: the last one is taken off the bytes, and the head counts one down.
                var bytes = try CBOREncoder().encode(entry)
                bytes.removeLast(2)
                bytes[0] -= 1
                #expect(AuditHash(of: bytes).description == hash)
                previous = try #require(AuditHash(hex: hash))
            }
        }
    }
}
