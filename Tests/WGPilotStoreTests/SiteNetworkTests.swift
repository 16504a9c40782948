import Testing
import WGPilotCore
import WGPilotTestSupport

@testable import WGPilotStore

@Suite struct SiteNetworkTests {
    /// Catches WireGuard's silent move of an allowed IP: any block that shares an address with another peer's.
    @Test(arguments: ["192.168.1.0/24", "192.168.0.0/16", "192.168.1.128/25", "192.168.1.7/32"])
    func anOverlapInEitherDirectionIsRefusedByName(block: String) async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft("sites", mode: .siteToSite))
        _ = try await store.createPeer(
            in: network.id, peerDraft("north", sites: ["192.168.1.0/24", "2001:db8:1::/48"]))
        let error = try await storeError {
            try await store.createPeer(in: network.id, peerDraft("south", sites: ["172.31.0.0/30", block]))
        }
        #expect(error.code == .conflict)
        #expect(error.field == "site_networks")
        #expect(error.message.contains("192.168.1.0/24, which is behind the peer \"north\""))
        // One machine can route a block into one interface only.
        let other = try await store.createNetwork(networkDraft("other", mode: .siteToSite, subnet: "10.9.0.0/24"))
        let across = try await storeError {
            try await store.createPeer(in: other.id, peerDraft("south", sites: [block]))
        }
        #expect(across.message.contains("of the network \"sites\""))
        #expect(try await store.peerCount(in: network.id) == 1)
    }

    /// Catches an order that changes, a gateway's own sites in its file, and routes that are missing.
    @Test func sitesKeepTheirOrder() async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft(mode: .siteToSite, subnet6: "fd00::/64"))
        let north = try await store.createPeer(
            in: network.id, peerDraft("north", sites: ["192.168.9.0/24", "2001:db8:1::/48", "192.168.1.0/24"])
        ).peer
        let south = try await store.createPeer(in: network.id, peerDraft("south", sites: ["172.16.0.0/12"])).peer
        #expect(
            north.settings.siteNetworks.map(\.description)
                == ["192.168.9.0/24", "2001:db8:1::/48", "192.168.1.0/24"])
        #expect(try await store.peer(in: network.id, north.id) == north)
        #expect(
            try await store.otherSites(in: network.id, excluding: south.id).map(\.description)
                == ["192.168.9.0/24", "2001:db8:1::/48", "192.168.1.0/24"])
        #expect(
            try await store.otherSites(in: network.id, excluding: north.id).map(\.description) == ["172.16.0.0/12"])
        let desired = try #require(try await store.desiredPeer(in: network.id, north.publicKey))
        #expect(
            desired.allowedIPs.sorted().map(\.description)
                == ["10.8.0.2/32", "192.168.1.0/24", "192.168.9.0/24", "2001:db8:1::/48", "fd00::2/128"])
        #expect(
            desired.routes.sorted().map(\.description) == ["192.168.1.0/24", "192.168.9.0/24", "2001:db8:1::/48"])
        let whole = try #require(try await store.desiredInterface(network.id))
        #expect(whole.peers[north.publicKey] == desired)
        #expect(
            try await store.desiredPeers(in: network.id, [north.publicKey, south.publicKey])[south.publicKey]
                == whole.peers[south.publicKey])
        // Its own blocks do not stand in a peer's way.
        let block = try prefix("192.168.0.0/16")
        let wider = try await store.updatePeer(in: network.id, north.id) { $0.settings.siteNetworks = [block] }
        #expect(wider.after.settings.siteNetworks == [block])
        #expect(try await store.peer(in: network.id, north.id) == wider.after)
        let taken = try await storeError {
            try await store.updatePeer(in: network.id, south.id) { $0.settings.siteNetworks = [block] }
        }
        #expect(taken.code == .conflict)
        try await store.expectSound()
    }

    /// Catches every difference between the one-step overlap check and comparing with all blocks, over random creations,
    /// changes and removals.
    @Test func theOverlapCheckAgreesWithTheNaiveModel() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(
            networkDraft(mode: .siteToSite, subnet: "10.8.0.0/16", subnet6: "fd00::/64"))
        var model: [Int64: [IPPrefix]] = [:]
        for step in 0..<1200 {
            let comment: Comment = "seed \(seed), step \(step)"
            let id = Bool.random(using: &generator) ? model.keys.sorted().randomElement(using: &generator) : nil
            if let id, Int.random(in: 0..<3, using: &generator) > 0 {
                _ = try await store.deletePeer(in: network.id, id)
                model[id] = nil
                continue
            }
            let blocks = Self.blocks(&generator)
            let expectsConflict = model.contains { other, taken in
                other != id && taken.contains { block in blocks.contains { $0.overlaps(block) } }
            }
            do {
                if let id {
                    _ = try await store.updatePeer(in: network.id, id) { $0.settings.siteNetworks = blocks }
                    model[id] = blocks
                } else {
                    var draft = try quickDraft("s\(step)", &generator)
                    draft.settings.role = .siteGateway
                    draft.settings.siteNetworks = blocks
                    model[try await store.createPeer(in: network.id, draft).peer.id] = blocks
                }
                #expect(!expectsConflict, comment)
            } catch let error as StoreError {
                #expect(expectsConflict && error.code == .conflict, "\(comment): \(error)")
            }
        }
        for (id, blocks) in model {
            #expect(try await store.peer(in: network.id, id).settings.siteNetworks == blocks, "seed \(seed)")
        }
        try await store.expectSound("seed \(seed)")
    }

    /// One to three blocks of either family out of a small space, disjoint among themselves.
    private static func blocks(_ generator: inout SeededGenerator) -> [IPPrefix] {
        var blocks: [IPPrefix] = []
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            let bits = UInt32.random(in: 0...255, using: &generator)
            let length = UInt8.random(in: 0...8, using: &generator)
            let block =
                Bool.random(using: &generator)
                ? IPPrefix(masking: .v4(IPv4Address(rawValue: 0xC0A8_0000 | bits << 8)), length: 16 + length)
                : IPPrefix(
                    masking: .v6(IPv6Address(rawValue: 0x2001_0db8 << 96 | UInt128(bits) << 88)), length: 32 + length)
            if !blocks.contains(where: { $0.overlaps(block) }) { blocks.append(block) }
        }
        return blocks
    }
}
