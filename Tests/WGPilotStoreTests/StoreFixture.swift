import FoundationEssentials
import GRDB
import Glibc
import Synchronization
import Testing
import WGPilotCore
import WGPilotTestSupport

@testable import WGPilotStore

/// A folder that goes with its owner.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/wgpilot-store-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw StoreError(systemCall: "mkdtemp", path: "/tmp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func mode(_ name: String) throws -> mode_t {
        var status = stat()
        guard unsafe lstat("\(path)/\(name)", &status) == 0 else {
            throw StoreError(systemCall: "stat", path: name)
        }
        return status.st_mode & 0o7777
    }
}

/// A clock that a test sets.
final class TestClock: Sendable {
    private let time = Mutex<Int64>(1_700_000_000)

    var now: Int64 {
        get { time.withLock { $0 } }
        set { time.withLock { $0 = newValue } }
    }

    var clock: StateStore.Clock { { self.now } }
}

func name(_ text: String) throws -> DisplayName { try DisplayName(text) }
func prefix(_ text: String) throws -> IPPrefix { try IPPrefix(text) }
func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

func networkDraft(
    _ networkName: String = "office", mode: NetworkMode = .gateway, subnet: String = "10.8.0.0/24",
    subnet6: String? = nil, listenPort: UInt16? = nil, tunnel: TunnelScope = .full
) throws -> NetworkDraft {
    var settings = NetworkSettings(
        name: try name(networkName), mode: mode, subnet: try prefix(subnet), listenPort: 1)
    settings.subnet6 = try subnet6.map { try prefix($0) }
    settings.tunnel = tunnel
    return NetworkDraft(settings: settings, listenPort: listenPort)
}

/// A draft whose keys are made without elliptic curves, for tests with many peers.
func quickDraft(_ peerName: String, _ generator: inout SeededGenerator) throws -> PeerDraft {
    var draft = PeerDraft(settings: PeerSettings(name: try name(peerName)))
    let bytes = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
    draft.keys = .publicKey(try #require(PublicKey(bytes: bytes)))
    draft.presharedKey = .none
    return draft
}

func peerDraft(_ peerName: String, sites: [String] = []) throws -> PeerDraft {
    var settings = PeerSettings(name: try name(peerName))
    if !sites.isEmpty {
        settings.role = .siteGateway
        settings.siteNetworks = try sites.map { try prefix($0) }
    }
    return PeerDraft(settings: settings)
}

extension Row {
    /// The columns as text with `|` between them.
    var text: String {
        databaseValues.map { value in
            switch value.storage {
            case .null: "NULL"
            case .int64(let number): String(number)
            case .double(let number): String(number)
            case .string(let text): text
            case .blob(let data): data.map { String($0, radix: 16) }.joined()
            }
        }.joined(separator: "|")
    }
}

extension StateStore {
    /// Runs SQL as it stands, behind the store's back.
    func sql(_ sql: String) async throws {
        try await writer.writeWithoutTransaction { db in try db.execute(sql: sql) }
    }

    /// The rows of a query, each as text with `|` between the columns.
    func rows(_ sql: String) async throws -> [String] {
        try await writer.read { db in
            try Row.fetchAll(db, sql: sql).map(\.text)
        }
    }

    /// What holds after every test: no reference dangles, no page is damaged, and every index agrees with its table.
    func expectSound(_ comment: Comment? = nil) async throws {
        #expect(try await rows("PRAGMA foreign_key_check") == [], comment)
        #expect(try await rows("PRAGMA integrity_check") == ["ok"], comment)
    }
}

/// Runs what must fail and hands out the error.
func storeError(
    sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> some Any
) async throws -> StoreError {
    do {
        _ = try await body()
    } catch let error as StoreError {
        return error
    }
    Issue.record("nothing was thrown", sourceLocation: sourceLocation)
    throw StoreError(.internal, "nothing was thrown")
}
