import FoundationEssentials
import GRDB
import Glibc
import Testing
import WGPilotCore
import WGPilotTestSupport

@testable import WGPilotStore

@Suite struct OpeningTests {
    /// Catches files that others can read, and a setting of SQLite that would lose an answered write.
    @Test func aFirstStartMakesPrivateFilesAndSafeSettings() async throws {
        let folder = try TemporaryDirectory()
        defer { withExtendedLifetime(folder) {} }
        let store = try StateStore.open(directory: folder.path + "/a/data")
        let inner = "a/data/"
        #expect(try folder.mode("a/data") == 0o700)
        for file in ["wgpilot.db", "wgpilot.db-wal", "wgpilot.db-shm", "master.key", "wgpilot.lock"] {
            #expect(try folder.mode(inner + file) == 0o600, "\(file)")
        }
        let settings = try await store.writer.writeWithoutTransaction { db in
            try ["synchronous", "foreign_keys", "journal_mode"].map { try String.fetchOne(db, sql: "PRAGMA \($0)") }
        }
        #expect(settings == ["2", "1", "wal"], "2 is FULL")
        try store.close()
        let leftovers = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/a/data").sorted()
        #expect(leftovers == ["master.key", "wgpilot.db", "wgpilot.lock"])
    }

    /// Catches anything that does not survive a restart.
    @Test func everythingIsThereAfterReopening() async throws {
        let folder = try TemporaryDirectory()
        defer { withExtendedLifetime(folder) {} }
        var store = try StateStore.open(directory: folder.path)
        let network = try await store.createNetwork(networkDraft(mode: .siteToSite, subnet6: "fd00::/64"))
        let created = try await store.createPeer(in: network.id, peerDraft("site", sites: ["192.168.1.0/24"]))
        try await store.setSetting(.endpointHost, to: "vpn.example.org")
        try store.close()
        store = try StateStore.open(directory: folder.path)
        #expect(try await store.networks() == [network])
        #expect(try await store.peer(in: network.id, created.peer.id) == created.peer)
        #expect(try await store.secrets(ofPeer: created.peer.id) == created.secrets)
        #expect(try await store.setting(.endpointHost) == "vpn.example.org")
        try await store.setSetting(.endpointHost, to: nil)
        #expect(try await store.setting(.endpointHost) == nil)
        try store.close()
    }

    /// Catches two daemons on one database.
    @Test func aSecondStoreOnTheSameFolderIsRefusedByName() throws {
        let folder = try TemporaryDirectory()
        defer { withExtendedLifetime(folder) {} }
        let store = try StateStore.open(directory: folder.path)
        let error = #expect(throws: StoreError.self) { try StateStore.open(directory: folder.path + "/") }
        #expect(error?.code == .alreadyRunning)
        #expect(error?.message.contains("process \(getpid()) ") == true)
        try store.close()
        try StateStore.open(directory: folder.path).close()
    }

    /// Catches a lock that outlives the process's interest in it.
    @Test func aStoreThatGoesLetsTheFolderGo() throws {
        let folder = try TemporaryDirectory()
        defer { withExtendedLifetime(folder) {} }
        do { _ = try StateStore.open(directory: folder.path) }
        try StateStore.open(directory: folder.path).close()
    }

    /// Catches a start with another key, which would fail later at the first secret.
    @Test func aWrongMasterKeyIsRefused() throws {
        let folder = try TemporaryDirectory()
        defer { withExtendedLifetime(folder) {} }
        try StateStore.open(directory: folder.path).close()
        try Data(repeating: 7, count: 32).write(to: folder.path + "/master.key")
        let error = #expect(throws: StoreError.self) { try StateStore.open(directory: folder.path) }
        #expect(error?.code == .wrongMasterKey)
    }

    /// Catches a key of the wrong length, which would be cut or padded.
    @Test(arguments: [0, 31, 33]) func aMasterKeyOfAnotherLengthIsRefused(count: Int) throws {
        let folder = try TemporaryDirectory()
        defer { withExtendedLifetime(folder) {} }
        try StateStore.open(directory: folder.path).close()
        try Data(repeating: 7, count: count).write(to: folder.path + "/master.key")
        let error = #expect(throws: StoreError.self) { try StateStore.open(directory: folder.path) }
        #expect(error?.code == .wrongMasterKey)
    }

    /// Catches a silent new key beside an old database: every secret in it would be lost.
    @Test func aLostMasterKeyIsNotReplaced() throws {
        let folder = try TemporaryDirectory()
        defer { withExtendedLifetime(folder) {} }
        try StateStore.open(directory: folder.path).close()
        _ = unsafe unlink(folder.path + "/master.key")
        let error = #expect(throws: StoreError.self) { try StateStore.open(directory: folder.path) }
        #expect(error?.code == .missingMasterKey)
        #expect(throws: StoreError.self) { try folder.mode("master.key") }
    }

    /// Catches a key that others could have copied.
    @Test(arguments: [0o640, 0o604, 0o660]) func aMasterKeyThatOthersCanReadIsRefused(mode: mode_t) throws {
        let folder = try TemporaryDirectory()
        defer { withExtendedLifetime(folder) {} }
        try StateStore.open(directory: folder.path).close()
        _ = unsafe chmod(folder.path + "/master.key", mode)
        let error = #expect(throws: StoreError.self) { try StateStore.open(directory: folder.path) }
        #expect(error?.code == .unsafeMasterKey)
        _ = unsafe chmod(folder.path + "/master.key", 0o600)
        try StateStore.open(directory: folder.path).close()
    }

    /// Catches a key kept elsewhere being ignored or made.
    @Test func aMasterKeyKeptElsewhereIsUsedAndNeverMade() throws {
        let folder = try TemporaryDirectory()
        defer { withExtendedLifetime(folder) {} }
        let key = folder.path + "/credential"
        let error = #expect(throws: StoreError.self) {
            try StateStore.open(directory: folder.path, masterKeyFile: key)
        }
        #expect(error?.code == .missingMasterKey)
        try Data((0..<32)).write(to: key)
        try StateStore.open(directory: folder.path, masterKeyFile: key).close()
        #expect(throws: StoreError.self) { try folder.mode("master.key") }
        try StateStore.open(directory: folder.path, masterKeyFile: key).close()
    }

    /// Catches a downgrade that would misread a newer schema.
    @Test func aDatabaseOfANewerVersionIsRefused() async throws {
        let folder = try TemporaryDirectory()
        defer { withExtendedLifetime(folder) {} }
        let store = try StateStore.open(directory: folder.path)
        try await store.sql("INSERT INTO grdb_migrations VALUES ('v99')")
        try store.close()
        let error = #expect(throws: StoreError.self) { try StateStore.open(directory: folder.path) }
        #expect(error?.code == .newerDatabase)
    }

    /// Ways in which a database file breaks.
    enum Damage: String, CaseIterable {
        case garbage, empty, truncated, middle, header, foreign
    }

    /// Catches a start on a damaged file: garbage, cut short, overwritten, or another program's database.
    @Test(arguments: Damage.allCases) func aDamagedDatabaseIsRefusedAndLeftAlone(damage: Damage) async throws {
        let folder = try TemporaryDirectory()
        defer { withExtendedLifetime(folder) {} }
        let path = folder.path + "/wgpilot.db"
        let store = try StateStore.open(directory: folder.path)
        let network = try await store.createNetwork(networkDraft(subnet: "10.0.0.0/16"))
        var generator = SeededGenerator(seed: 1)
        var drafts: [PeerDraft] = []
        for index in 0..<300 { drafts.append(try quickDraft("peer \(index)", &generator)) }
        _ = try await store.createPeers(in: network.id, drafts)
        try store.close()
        var bytes = try Data(contentsOf: path)
        switch damage {
        case .garbage: bytes = Data((0..<8192).map { _ in UInt8.random(in: 0...255, using: &generator) })
        case .empty: bytes = Data()
        case .truncated: bytes = bytes.prefix(bytes.count / 2)
        case .middle:
            let middle = bytes.count / 8192 * 4096
            bytes.replaceSubrange(middle..<(middle + 4096), with: repeatElement(0xA5, count: 4096))
        case .header: bytes.replaceSubrange(0..<16, with: repeatElement(0, count: 16))
        case .foreign:
            _ = unsafe unlink(path)
            let queue = try DatabaseQueue(path: path)
            try await queue.write { try $0.execute(sql: "CREATE TABLE network (id INTEGER)") }
            try queue.close()
            bytes = try Data(contentsOf: path)
        }
        try bytes.write(to: path)
        let error = #expect(throws: StoreError.self) { try StateStore.open(directory: folder.path) }
        #expect(error?.code == .corrupt, "\(error?.message ?? "")")
        #expect(error?.message.contains(path) == true)
        #expect(try Data(contentsOf: path) == bytes)
    }

    /// The first page of a table or an index.
    private static func page(of name: String, _ store: StateStore) async throws -> Int {
        let rows = try await store.rows("SELECT rootpage FROM sqlite_master WHERE name = '\(name)'")
        return try #require(rows.first.flatMap { Int($0) })
    }

    /// Catches a write to a database that is damaged where no start looks but the check, which goes on meanwhile.
    @Test func damageThatIsFoundMeanwhileKeepsEverythingFromBeingWritten() async throws {
        let folder = try TemporaryDirectory()
        defer { withExtendedLifetime(folder) {} }
        let path = folder.path + "/wgpilot.db"
        var store = try StateStore.open(directory: folder.path)
        let network = try await store.createNetwork(networkDraft(subnet: "10.0.0.0/16"))
        var generator = SeededGenerator(seed: 1)
        var drafts: [PeerDraft] = []
        for index in 0..<300 { drafts.append(try quickDraft("peer \(index)", &generator)) }
        _ = try await store.createPeers(in: network.id, drafts)
        try store.close()
        store = try StateStore.open(directory: folder.path, isCheckedMeanwhile: true)
        try await store.checked()
        try await store.checkedWhole()
        _ = try await store.createNetwork(networkDraft("other", subnet: "10.1.0.0/16"))
        let page = try await Self.page(of: "peerByNetwork", store)
        try store.close()
        var bytes = try Data(contentsOf: path)
        bytes.replaceSubrange((page - 1) * 4096..<page * 4096, with: repeatElement(0xA5, count: 4096))
        try bytes.write(to: path)
        store = try StateStore.open(directory: folder.path, isCheckedMeanwhile: true)
        for check in [store.checked, store.checkedWhole] {
            let found = await #expect(throws: StoreError.self) { try await check() }
            #expect(found?.code == .corrupt && found?.message.contains(path) == true)
        }
        let damaged = store
        let refused = await #expect(throws: StoreError.self) {
            try await damaged.setSetting(.endpointHost, to: "vpn.example.org")
        }
        #expect(refused?.code == .corrupt)
        try store.close()
        // Opening alone writes, but only to SQLite's own notes.
        let after = try Data(contentsOf: path)
        #expect(after[(page - 1) * 4096..<page * 4096] == bytes[(page - 1) * 4096..<page * 4096])
        #expect(!String(decoding: after, as: UTF8.self).contains("vpn.example.org"))
    }

    /// Catches a database of an older version that is changed before it was checked.
    @Test func anOlderDatabaseIsCheckedFirst() async throws {
        let folder = try TemporaryDirectory()
        defer { withExtendedLifetime(folder) {} }
        let path = folder.path + "/wgpilot.db"
        var store = try StateStore.open(directory: folder.path)
        try await store.sql("DELETE FROM grdb_migrations WHERE identifier = 'v4'")
        let page = try await Self.page(of: "peerByNetwork", store)
        try store.close()
        var bytes = try Data(contentsOf: path)
        bytes.replaceSubrange((page - 1) * 4096..<page * 4096, with: repeatElement(0xA5, count: 4096))
        try bytes.write(to: path)
        let error = #expect(throws: StoreError.self) {
            store = try StateStore.open(directory: folder.path, isCheckedMeanwhile: true)
        }
        #expect(error?.code == .corrupt)
    }

    /// Catches a new database under the log of a lost one: SQLite would play the log into it.
    @Test func aLogWithoutItsDatabaseIsRefused() throws {
        let folder = try TemporaryDirectory()
        defer { withExtendedLifetime(folder) {} }
        try Data([1, 2, 3]).write(to: folder.path + "/wgpilot.db-wal")
        let error = #expect(throws: StoreError.self) { try StateStore.open(directory: folder.path) }
        #expect(error?.code == .corrupt)
    }

    /// Catches a first start that was cut short and can then never succeed.
    @Test func leftoversOfAStartCutShortAreReplaced() throws {
        let folder = try TemporaryDirectory()
        defer { withExtendedLifetime(folder) {} }
        for file in ["wgpilot.db.new", "wgpilot.db.new-journal", "master.key.new"] {
            try Data([1, 2, 3]).write(to: folder.path + "/" + file)
        }
        try StateStore.open(directory: folder.path).close()
    }

    /// Catches a trap or a vague message where the folder cannot be had.
    @Test func aFolderThatCannotBeIsAClearError() throws {
        let error = #expect(throws: StoreError.self) { try StateStore.open(directory: "/proc/nothing/here") }
        #expect(error?.code == .io)
        #expect(throws: StoreError.self) { try StateStore.open(directory: "") }
        #expect(throws: StoreError.self) { try StateStore.open(directory: "/dev/null") }
    }

    /// Catches a call on a closed store that hangs or traps.
    @Test func callsAfterCloseFail() async throws {
        let folder = try TemporaryDirectory()
        defer { withExtendedLifetime(folder) {} }
        let store = try StateStore.open(directory: folder.path)
        try store.close()
        #expect(try await storeError { try await store.networks() }.code == .io)
        #expect(try await storeError { try await store.createNetwork(networkDraft()) }.code == .io)
    }
}

extension Data {
    fileprivate init(contentsOf path: String) throws {
        self = try #require(FileManager.default.contents(atPath: path))
    }

    /// Writes a private file in place.
    fileprivate func write(to path: String) throws {
        _ = unsafe unlink(path)
        #expect(FileManager.default.createFile(atPath: path, contents: self))
        _ = unsafe chmod(path, 0o600)
    }
}
