import Testing
import WGPilotCore

@testable import WGPilotStore

@Suite struct SessionTests {
    private static let lifetimes = WebSession.Lifetimes(idle: 600, absolute: 3600)
    private static let client = WebSession.Client(address: "198.51.100.7", agent: "Browser/1")

    private static func with(
        _ body: (StateStore, TestClock, WebUser) async throws -> Void
    ) async throws {
        let clock = TestClock()
        let store = try StateStore.inMemory(now: clock.clock)
        try await body(store, clock, try await store.createUser(UserTests.draft("anna")))
    }

    @Test func `a session ends without use, and with use at its end`() async throws {
        try await Self.with { store, clock, anna in
            let idle = try await store.beginSession(of: anna, Self.client, Self.lifetimes)
            let used = try await store.beginSession(of: anna, Self.client, Self.lifetimes)
            func isGood(_ secret: TokenSecret) async throws -> Bool {
                try await store.authenticate(session: secret, idle: 600) != nil
            }
            clock.now += 599
            #expect(try await isGood(used.secret))
            clock.now += 1
            #expect(try await !isGood(idle.secret), "600 s without use")
            for _ in 0..<5 {
                clock.now += 590
                #expect(try await isGood(used.secret))
            }
            clock.now = used.session.createdAt + 3600
            #expect(try await !isGood(used.secret), "however much it is used")
            #expect(try await store.sessions(ofUser: nil).isEmpty)
            #expect(try await store.rows("SELECT count(*) FROM session") == ["2"])
            #expect(try await store.clearExpiredSessions() == 2)
            #expect(try await store.rows("SELECT count(*) FROM session") == ["0"])
        }
    }

    /// Catches a write to the disk for every call of a web page.
    @Test func `use is noted to the minute, and looking whether it is good is no use`() async throws {
        try await Self.with { store, clock, anna in
            let begun = try await store.beginSession(of: anna, Self.client, Self.lifetimes)
            func lastUse() async throws -> Int64 { try await store.session(begun.session.id).lastUsedAt }
            clock.now += 59
            _ = try await store.authenticate(session: begun.secret, idle: 600)
            #expect(try await lastUse() == begun.session.createdAt)
            clock.now += 1
            _ = try await store.authenticate(session: begun.secret, idle: nil)
            #expect(try await lastUse() == begun.session.createdAt)
            _ = try await store.authenticate(session: begun.secret, idle: 600)
            #expect(try await lastUse() == clock.now)
        }
    }

    @Test func `each login is another session, and only digests are stored`() async throws {
        try await Self.with { store, _, anna in
            var secrets: Set<String> = []
            for _ in 0..<20 {
                let begun = try await store.beginSession(of: anna, Self.client, Self.lifetimes, audit: .sample())
                #expect(begun.secret.text.wholeMatch(of: /wgs_[A-Za-z0-9_-]{43}/) != nil)
                secrets.insert(begun.secret.text)
            }
            #expect(secrets.count == 20)
            for row in try await store.rows("SELECT * FROM session") + store.rows("SELECT * FROM audit") {
                #expect(!secrets.contains { row.contains($0.dropFirst(4)) })
            }
            #expect(try await store.user(anna.id).sessions == 20)
        }
    }

    @Test func `one too many ends the one that was used least recently`() async throws {
        try await Self.with { store, clock, anna in
            var begun: [TokenSecret] = []
            for _ in 0..<StateStore.mostSessionsOfUser {
                begun.append(try await store.beginSession(of: anna, Self.client, Self.lifetimes).secret)
            }
            clock.now += 60
            _ = try await store.authenticate(session: begun[0], idle: 600)
            _ = try await store.beginSession(of: anna, Self.client, Self.lifetimes)
            #expect(try await store.sessions(ofUser: anna.id).count == StateStore.mostSessionsOfUser)
            #expect(try await store.authenticate(session: begun[0], idle: nil) != nil)
            #expect(try await store.authenticate(session: begun[1], idle: nil) == nil)
        }
    }

    @Test func `ending them ends the one, or all but one, or all`() async throws {
        try await Self.with { store, _, anna in
            var ids: [Int64] = []
            for _ in 0..<4 {
                ids.append(try await store.beginSession(of: anna, Self.client, Self.lifetimes).session.id)
            }
            try await store.endSession(ids[0])
            let fault = await #expect(throws: StoreError.self) { try await store.endSession(ids[0]) }
            #expect(fault?.code == .notFound)
            #expect(try await store.endSessions(ofUser: anna.id, but: ids[2]).map(\.id) == [ids[1], ids[3]])
            #expect(try await store.sessions(ofUser: anna.id).map(\.id) == [ids[2]])
            #expect(try await store.endSessions(ofUser: anna.id).map(\.id) == [ids[2]])
        }
    }

    @Test func `what a client calls itself is cut, and cannot reach out of its line`() {
        let agent = WebSession.Client(address: "", agent: "a\u{1B}[2J\n\u{202E}b" + String(repeating: "x", count: 9999))
            .agent
        #expect(agent.hasPrefix("a[2Jbxxx") && agent.unicodeScalars.count == WebSession.Client.longestAgent)
        #expect(WebSession.Client(address: "", agent: nil).agent == "")
    }
}
