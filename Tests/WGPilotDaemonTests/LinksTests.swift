import Testing
import WGPilotCore
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore

@testable import WGPilotDaemon

@Suite struct LinksTests {
    private static let gateway = PeerCredentials(uid: 400, gid: 1, pid: 1, groups: [])

    @Test func `of many who follow a link at once one gets the configuration, and the audit log tells of that one`()
        async throws
    {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            try await client.makePeer("laptop")
            let made = try await client.call(LinksService.create, CreateLinkRequest(network: "office", peer: "laptop"))
            let secret = try #require(made.secret)
            #expect(made.link.expiresAt == daemon.clock.now + 3600)
            let before = try await daemon.store.auditEntries(AuditQuery()).items.count
            let outcomes = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        let reply = try? await client.call(LinksService.redeem, RedeemLinkRequest(secret: secret))
                        return reply?.text.contains("PrivateKey") ?? false
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count { $0 } == 1)
            let entries = try await daemon.store.auditEntries(AuditQuery()).items.map(\.entry).dropLast(before)
            #expect(entries.filter { $0.result == "OK" }.count == 1)
            #expect(try await client.call(LinksService.list, NetworkReference(network: "office")).links.isEmpty)
        }
    }

    @Test func `the gateway follows a link without a user, and can do nothing else about links`() async throws {
        try await DaemonFixture.with(caller: Self.gateway) { daemon, client in
            let network = try await daemon.store.createNetwork(
                NetworkDraft(
                    settings: NetworkSettings(
                        name: DisplayName("office"), mode: .gateway, subnet: IPPrefix("10.8.0.0/24"), listenPort: 1),
                    listenPort: nil))
            let peer = try await daemon.store.createPeer(
                in: network.id, PeerDraft(settings: PeerSettings(name: DisplayName("laptop")))
            ).peer
            let made = try await daemon.store.createLink(
                toPeer: peer.id, in: network.id, lifetime: 60, createdBy: "root")
            let request = RedeemLinkRequest(secret: made.secret.text)
            for refused in [
                try await Self.code { _ = try await client.call(LinksService.list, NetworkReference(network: "1")) },
                try await Self.code { _ = try await client.call(LinksService.revoke, LinkReference(id: made.link.id)) },
                try await Self.code {
                    _ = try await client.call(LinksService.create, CreateLinkRequest(network: "1", peer: "1"))
                },
            ] {
                #expect(refused == .unauthenticated)
            }
            #expect(try await client.call(LinksService.redeem, request).text.contains("PrivateKey"))
            #expect(try await Self.code { _ = try await client.call(LinksService.redeem, request) } == .notFound)
        }
    }

    @Test func `a link is worthless after its time, after it was revoked, and without its peer`() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            for name in ["a", "b", "c"] { try await client.makePeer(name) }
            func link(_ peer: String) async throws -> CreateLinkReply {
                try await client.call(
                    LinksService.create, CreateLinkRequest(network: "office", peer: peer, lifetime: 60))
            }
            let (late, revoked, orphan) = (try await link("a"), try await link("b"), try await link("c"))
            _ = try await client.call(LinksService.revoke, LinkReference(id: revoked.link.id))
            _ = try await client.call(PeersService.delete, PeerReference(network: "office", peer: "c"))
            daemon.clock.advance(by: 60)
            let disguised = late.secret.map { "wgp_" + $0.dropFirst(4) }
            let secrets: [String?] = [late.secret, revoked.secret, orphan.secret, "wgl_", "", disguised]
            for secret in secrets {
                let error = await #expect(throws: RPCError.self) {
                    try await client.call(LinksService.redeem, RedeemLinkRequest(secret: secret ?? ""))
                }
                #expect(error?.code == .notFound && error?.reason == "bad_link")
                #expect(error?.message == "the link was used or revoked, or its time is up: ask for a new one")
            }
            #expect(try await client.call(LinksService.list, NetworkReference(network: "office")).links.isEmpty)
        }
    }

    @Test func `who tries worthless links waits after the twentieth, and who has a good one elsewhere does not`()
        async throws
    {
        try await DaemonFixture.with(caller: Self.gateway) { daemon, client in
            func reason(_ secret: String, from address: String) async throws -> String {
                do throws(RPCError) {
                    _ = try await client.call(
                        LinksService.redeem, RedeemLinkRequest(secret: secret), metadata: ["client-address": address])
                    return ""
                } catch {
                    return error.reason
                }
            }
            for _ in 0..<20 { #expect(try await reason("wgl_wrong", from: "192.0.2.1") == "bad_link") }
            #expect(try await reason("wgl_wrong", from: "192.0.2.1") == "throttled")
            #expect(try await reason("wgl_wrong", from: "192.0.2.2") == "bad_link")
            // Of IPv6 a whole /64 is one place.
            for index in 0..<20 { _ = try await reason("wgl_wrong", from: "2001:db8::\(index)") }
            #expect(try await reason("wgl_wrong", from: "2001:db8::ffff") == "throttled")
        }
    }

    @Test func `nothing that is kept, listed or told is what a link's bearer presents`() async throws {
        try await DaemonFixture.with { daemon, client in
            try await client.makeNetwork()
            try await client.makePeer("laptop")
            let made = try await client.call(LinksService.create, CreateLinkRequest(network: "office", peer: "laptop"))
            let secret = try #require(made.secret)
            let listed = try await client.call(LinksService.list, NetworkReference(network: "office"))
            #expect(!"\(listed)".contains(secret))
            _ = try await client.call(LinksService.redeem, RedeemLinkRequest(secret: secret))
            let entries = try await daemon.store.auditEntries(AuditQuery()).items
            #expect(!"\(entries)".contains(secret.dropFirst(4)))
        }
    }

    @Test func `a link leads to its own peer, also where a network is called by the number of another`() async throws {
        try await DaemonFixture.with { _, client in
            try await client.makeNetwork()
            try await client.makeNetwork("1", subnet: "10.9.0.0/24", port: nil)
            for network in ["office", "1"] { try await client.makePeer("phone", in: network) }
            let made = try await client.call(LinksService.create, CreateLinkRequest(network: "office", peer: "phone"))
            let reply = try await client.call(LinksService.redeem, RedeemLinkRequest(secret: made.secret ?? ""))
            #expect(reply.text.contains("Address = 10.8.0.2/32"))
        }
    }

    @Test func `no link gives away keys that are newer than itself`() async throws {
        try await DaemonFixture.with { _, client in
            try await client.makeNetwork()
            try await client.makePeer("phone")
            func expectWorthless(after change: () async throws -> Void) async throws {
                let made = try await client.call(
                    LinksService.create, CreateLinkRequest(network: "office", peer: "phone"))
                try await change()
                let error = await #expect(throws: RPCError.self) {
                    try await client.call(LinksService.redeem, RedeemLinkRequest(secret: made.secret ?? ""))
                }
                #expect(error?.reason == "bad_link")
            }
            try await expectWorthless {
                _ = try await client.call(PeersService.rotateKeys, RotateKeysRequest(network: "office", peer: "phone"))
            }
            try await expectWorthless {
                _ = try await client.call(
                    PeersService.rotateKeys, RotateKeysRequest(network: "office", peer: "phone", overlap: 60))
            }
            _ = try await client.call(
                PeersService.rotateKeys, RotateKeysRequest(network: "office", peer: "phone", action: "cancel"))
            try await expectWorthless {
                _ = try await client.call(
                    PeersService.update, UpdatePeerRequest(network: "office", peer: "phone", presharedKey: "new"))
            }
            try await expectWorthless {
                _ = try await client.call(
                    NetworksService.regenerateKeys, RegenerateKeysRequest(network: "office", peers: true))
            }
            try await expectWorthless {
                _ = try await client.call(
                    PeersService.update, UpdatePeerRequest(network: "office", peer: "phone", custody: "once"))
            }
        }
    }

    @Test func `a link to a peer whose private key is not held is refused`() async throws {
        try await DaemonFixture.with { _, client in
            try await client.makeNetwork()
            let key = PrivateKey.generate().publicKey.description
            _ = try await client.call(
                PeersService.create, CreatePeerRequest(network: "office", name: "own", publicKey: key))
            let error = await #expect(throws: RPCError.self) {
                try await client.call(LinksService.create, CreateLinkRequest(network: "office", peer: "own"))
            }
            #expect(error?.code == .failedPrecondition)
            for lifetime in [0, 59, 604_801, Int64.max, .min] {
                let error = await #expect(throws: RPCError.self) {
                    try await client.call(
                        LinksService.create, CreateLinkRequest(network: "office", peer: "own", lifetime: lifetime))
                }
                #expect(error?.fields.map(\.field) == ["lifetime"])
            }
        }
    }

    private static func code(_ body: () async throws -> Void) async throws -> StatusCode? {
        do {
            try await body()
            return nil
        } catch let error as RPCError {
            return error.code
        }
    }
}
