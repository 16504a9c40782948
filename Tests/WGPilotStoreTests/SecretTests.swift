import FoundationEssentials
import Testing
import WGPilotCore

@testable import WGPilotStore

@Suite struct SecretTests {
    /// Catches a secret that stands readable in the file.
    @Test func noSecretIsInTheFile() async throws {
        let folder = try TemporaryDirectory()
        defer { withExtendedLifetime(folder) {} }
        let store = try StateStore.open(directory: folder.path)
        let key = PrivateKey.generate()
        var draft = try networkDraft()
        draft.privateKey = key
        let network = try await store.createNetwork(draft)
        let created = try await store.createPeer(in: network.id, peerDraft("a"))
        try store.close()
        let file = try #require(FileManager.default.contents(atPath: folder.path + "/wgpilot.db"))
        let peerKey = try #require(created.secrets.privateKey)
        let preshared = try #require(created.secrets.presharedKey)
        for secret in [key.withBytes { $0 }, peerKey.withBytes { $0 }, preshared.withBytes { $0 }] {
            #expect(file.firstRange(of: Data(secret)) == nil)
        }
        for text in [key.revealed, peerKey.revealed, preshared.revealed] {
            #expect(file.firstRange(of: Data(text.utf8)) == nil)
        }
        #expect(file.firstRange(of: Data(created.peer.publicKey.bytes)) != nil, "the search itself works")
    }

    /// Catches a ciphertext that opens where it was not sealed for: another row, another column, another table.
    @Test(arguments: [
        "UPDATE peerSecret SET privateKey = (SELECT privateKey FROM peerSecret WHERE peerID = 2) WHERE peerID = 1",
        "UPDATE peerSecret SET presharedKey = (SELECT presharedKey FROM peerSecret WHERE peerID = 2) WHERE peerID = 1",
        "UPDATE peerSecret SET privateKey = presharedKey",
        "UPDATE peerSecret SET presharedKey = privateKey",
        "UPDATE peerSecret SET privateKey = (SELECT privateKey FROM networkSecret)",
        "UPDATE peerSecret SET presharedKey = zeroblob(61)",
        "UPDATE peerSecret SET presharedKey = CAST(x'02' || substr(presharedKey, 2) AS BLOB)",
        "UPDATE peerSecret SET presharedKey = substr(presharedKey, 1, 60)",
        "UPDATE peerSecret SET presharedKey = CAST(presharedKey || x'00' AS BLOB)",
    ])
    func aSealedSecretOpensInItsPlaceOnly(sql: String) async throws {
        let store = try StateStore.inMemory()
        let network = try await store.createNetwork(networkDraft())
        let peers = try await store.createPeers(in: network.id, [peerDraft("a"), peerDraft("b")])
        _ = try await store.secrets(ofPeer: peers[0].peer.id)
        try await store.sql(sql)
        let error = try await storeError { try await store.secrets(ofPeer: peers[0].peer.id) }
        #expect(error.code == .corrupt)
        #expect(error.message.contains("peerSecret"))
        if sql.contains("SET presharedKey") {
            #expect(try await storeError { try await store.desiredInterface(network.id) }.code == .corrupt)
            let key = peers[0].peer.publicKey
            #expect(try await storeError { try await store.desiredPeer(in: network.id, key) }.code == .corrupt)
        }
    }

    /// Catches two seals of one secret that can be told to be of one secret.
    @Test func sealingTwiceGivesDifferentBytes() throws {
        let sealer = SecretSealer(key: .generate())
        let place = SecretSealer.Place(table: "t", column: "c", row: 1)
        let secret = [UInt8](repeating: 9, count: 32)
        let first = try sealer.seal(secret, for: place)
        #expect(try first != sealer.seal(secret, for: place))
        #expect(first.count == 61 && first.first == 1)
        #expect(try sealer.open(first, from: place) { $0 == secret })
    }

    /// Catches any single changed bit that goes unnoticed.
    @Test func everyBitIsProtected() throws {
        let sealer = SecretSealer(key: .generate())
        let place = SecretSealer.Place(table: "t", column: "c", row: 1)
        let sealed = try sealer.seal([UInt8](repeating: 9, count: 32), for: place)
        for index in sealed.indices {
            for bit in 0..<8 {
                var changed = sealed
                changed[index] ^= 1 << UInt8(bit)
                #expect(throws: StoreError.self) { try sealer.open(changed, from: place) { _ in } }
            }
        }
        for count in 0..<sealed.count {
            #expect(throws: StoreError.self) { try sealer.open(sealed.prefix(count), from: place) { _ in } }
        }
    }

    /// Catches a key in a description or a dump.
    @Test func theMasterKeyRedactsItself() throws {
        let key = try #require(MasterKey(bytes: Array(repeating: 0x41, count: 32)))
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), dumped] {
            #expect(!text.contains("65") && !text.contains("41") && !text.contains("AAAA"), "\(text)")
        }
        #expect("\(key)" == "<master key>")
        #expect(MasterKey(bytes: Array(repeating: 1, count: 31)) == nil)
    }
}
