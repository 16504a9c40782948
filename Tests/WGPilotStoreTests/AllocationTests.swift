import Testing
import WGPilotCore
import WGPilotTestSupport

@testable import WGPilotStore

@Suite struct AllocationTests {
    /// Catches an address that two peers get when many are made at once, and gaps in what is handed out.
    @Test func aHundredPeersAtOnceGetAHundredAddresses() async throws {
        let folder = try TemporaryDirectory()
        defer { withExtendedLifetime(folder) {} }
        let store = try StateStore.open(directory: folder.path)
        let network = try await store.createNetwork(networkDraft())
        let numbers = try await withThrowingTaskGroup { group in
            for index in 0..<100 {
                group.addTask { try await store.createPeer(in: network.id, peerDraft("p\(index)")).peer.hostNumber }
            }
            return try await group.reduce(into: Set<Int64>()) { $0.insert($1) }
        }
        #expect(numbers == Set(2...101))
        try await store.expectSound()
        try store.close()
    }

    /// Catches the hub's, the network's or the broadcast address being handed out, and a full subnet that goes on.
    @Test(arguments: [("10.8.0.0/30", 1), ("10.8.0.0/29", 5), ("10.8.0.0/28", 13)])
    func aSubnetHoldsExactlyItsPeers(subnet: String, count: Int) async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft(subnet: subnet))
        let plan = try #require(network.settings.addressPlan)
        var addresses: [String] = []
        for index in 0..<count {
            let peer = try await store.createPeer(in: network.id, peerDraft("p\(index)")).peer
            addresses += peer.addresses(in: plan).map(\.description)
        }
        #expect(addresses == (2..<(2 + count)).map { "10.8.0.\($0)" })
        let error = try await storeError { try await store.createPeer(in: network.id, peerDraft("more")) }
        #expect(error.code == .exhausted)
        #expect(error.message.contains(subnet) && error.message.contains("all \(count) peers"))
        let victim = try await store.peer(in: network.id, named: "p0")
        _ = try await store.deletePeer(in: network.id, victim.id)
        #expect(try await store.createPeer(in: network.id, peerDraft("again")).peer.hostNumber == 2)
        try await store.expectSound()
    }

    /// Catches an address that no peer may have.
    @Test(arguments: ["10.8.0.0", "10.8.0.1", "10.8.0.255", "10.9.0.2", "fd00::", "fd00::1", "fd00::1:0", "::2"])
    func addressesThatNoPeerMayHaveAreRefused(text: String) async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft(subnet6: "fd00::/64"))
        var draft = try peerDraft("a")
        draft.address = try address(text)
        let error = try await storeError { [draft] in try await store.createPeer(in: network.id, draft) }
        #expect(error.code == .invalid)
        #expect(error.field == "address")
    }

    /// Catches a chosen address that is not the one given, in either family.
    @Test func chosenAddressesAreGiven() async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft(subnet6: "fd00::/64"))
        var draft = try peerDraft("six")
        draft.address = try address("fd00::20")
        let six = try await store.createPeer(in: network.id, draft).peer
        #expect(six.hostNumber == 32)
        let moved = try await store.updatePeer(in: network.id, six.id) { $0.address = try? address("10.8.0.254") }
        #expect(moved.after.hostNumber == 254)
        #expect(try await store.createPeer(in: network.id, peerDraft("next")).peer.hostNumber == 2)
    }

    /// Catches every difference between the allocation with its hint and the plain rule "the lowest that nobody has",
    /// over random creations (chosen addresses among them), removals and moves.
    @Test func allocationAgreesWithTheNaiveModel() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft(subnet: "10.8.0.0/27"))
        let plan = try #require(network.settings.addressPlan)
        let numbers = plan.hostNumbers.lowerBound + 1...plan.hostNumbers.upperBound
        var model: [Int64: Int64] = [:]  // peer id to host number
        for step in 0..<1500 {
            let comment: Comment = "seed \(seed), step \(step)"
            let used = Set(model.values)
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<4:
                let draft = try quickDraft("p\(step)", &generator)
                if let free = numbers.first(where: { !used.contains($0) }) {
                    let peer = try await store.createPeer(in: network.id, draft).peer
                    #expect(peer.hostNumber == free, comment)
                    model[peer.id] = peer.hostNumber
                } else {
                    let error = try await storeError { try await store.createPeer(in: network.id, draft) }
                    #expect(error.code == .exhausted, comment)
                }
            case 4..<6:
                var draft = try quickDraft("p\(step)", &generator)
                let number = Int64.random(in: numbers, using: &generator)
                draft.address = plan.address(number)
                if used.contains(number) {
                    let error = try await storeError { [draft] in try await store.createPeer(in: network.id, draft) }
                    #expect(error.field == "address", comment)
                } else {
                    let peer = try await store.createPeer(in: network.id, draft).peer
                    #expect(peer.hostNumber == number, comment)
                    model[peer.id] = number
                }
            case 6..<9:
                guard let id = model.keys.sorted().randomElement(using: &generator) else { continue }
                _ = try await store.deletePeer(in: network.id, id)
                model[id] = nil
            default:
                guard let id = model.keys.sorted().randomElement(using: &generator) else { continue }
                let number = Int64.random(in: numbers, using: &generator)
                let change: @Sendable (inout PeerEdit) -> Void = { $0.address = plan.address(number) }
                if used.contains(number) && model[id] != number {
                    let error = try await storeError { try await store.updatePeer(in: network.id, id, change) }
                    #expect(error.code == .alreadyExists, comment)
                } else {
                    #expect(
                        try await store.updatePeer(in: network.id, id, change).after.hostNumber == number, comment)
                    model[id] = number
                }
            }
        }
        let stored = try await store.peers(in: network.id).peers.map { [$0.id, $0.hostNumber] }
        #expect(stored == model.sorted { $0.key < $1.key }.map { [$0.key, $0.value] }, "seed \(seed)")
        try await store.expectSound("seed \(seed)")
    }
}
