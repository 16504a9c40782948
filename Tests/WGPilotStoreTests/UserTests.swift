import Testing
import WGPilotCore

@testable import WGPilotStore

@Suite struct UserTests {
    static func draft(
        _ name: String = "Anna", role: APIToken.Role = .admin, password: String = "correct horse battery"
    ) throws -> UserDraft {
        let password = try #require(Password(presented: password))
        return UserDraft(
            name: try UserName(name), role: role, email: "",
            hash: try PasswordHash.make(password, cost: PasswordHash.Cost(memory: 8, passes: 1)))
    }

    static let lifetimes = WebSession.Lifetimes(idle: 600, absolute: 3600)
    static let client = WebSession.Client(address: "198.51.100.7", agent: "Browser/1")

    @Test func `a name is taken whatever its case, and found by it`() async throws {
        let store = try StateStore.inMemory()
        let anna = try await store.createUser(Self.draft("\u{C4}nne"), options: .audited())
        let fault = await #expect(throws: StoreError.self) { try await store.createUser(Self.draft("A\u{308}NNE")) }
        #expect(fault?.code == .alreadyExists && fault?.violations.map(\.field) == ["name"])
        #expect(try await store.user(named: "\u{E4}NNE").id == anna.id)
        #expect(try await store.user(named: String(anna.id)).id == anna.id)
        #expect(try await store.credential(of: "a\u{308}nne")?.user.id == anna.id)
        #expect(try await store.credential(of: "anne") == nil)
        #expect(try await store.credential(of: String(anna.id)) == nil, "nobody logs in by number")
        // A name of digits comes before a number.
        let one = try await store.createUser(Self.draft("1", role: .viewer))
        #expect(try await store.user(named: "1").id == one.id)
    }

    /// Catches a hub that nobody can look after through the web page any more.
    @Test func `the last admin who can log in stays one, unless somebody on the machine wants otherwise`() async throws
    {
        let store = try StateStore.inMemory()
        _ = try await store.createUser(Self.draft("anna"))
        _ = try await store.createUser(Self.draft("ben"))
        _ = try await store.updateUser(named: "ben", UserEdit(isEnabled: false), keepsAnAdmin: true)
        for change in [UserEdit(role: .viewer), UserEdit(isEnabled: false)] {
            let fault = await #expect(throws: StoreError.self) {
                try await store.updateUser(named: "anna", change, keepsAnAdmin: true)
            }
            #expect(fault?.code == .failedPrecondition)
        }
        let fault = await #expect(throws: StoreError.self) {
            try await store.deleteUser(named: "anna", keepsAnAdmin: true)
        }
        #expect(fault?.code == .failedPrecondition)
        #expect(try await store.user(named: "anna").role == .admin)
        // What does not touch an admin goes on, also where there is none.
        _ = try await store.updateUser(named: "anna", UserEdit(email: "a@example.org"), keepsAnAdmin: true)
        _ = try await store.deleteUser(named: "anna", keepsAnAdmin: false)
        _ = try await store.deleteUser(named: "ben", keepsAnAdmin: true)
        #expect(try await !store.hasUsers())
    }

    /// Catches an admin who overwrites, or deletes, what another one has just changed.
    @Test func `a change by what is out of date is refused, and nothing is changed`() async throws {
        let store = try StateStore.inMemory()
        let seen = try await store.createUser(Self.draft("anna", role: .viewer))
        let change = UserEdit(email: "a@example.org")
        let changed = try await store.updateUser(
            named: "anna", change, keepsAnAdmin: true, expectedUpdatedAt: seen.updatedAt)
        #expect(changed.updatedAt > seen.updatedAt, "even within the same second")
        let late = await #expect(throws: StoreError.self) {
            try await store.updateUser(
                named: "anna", UserEdit(role: .admin), keepsAnAdmin: true, expectedUpdatedAt: seen.updatedAt)
        }
        #expect(late?.code == .stale)
        let deletion = await #expect(throws: StoreError.self) {
            try await store.deleteUser(named: "anna", keepsAnAdmin: true, expectedUpdatedAt: seen.updatedAt)
        }
        #expect(deletion?.code == .stale)
        #expect(try await store.user(named: "anna") == changed)
        _ = try await store.deleteUser(named: "anna", keepsAnAdmin: true, expectedUpdatedAt: changed.updatedAt)
    }

    @Test func `another password, another role and being disabled end the sessions, and nothing else does`()
        async throws
    {
        let clock = TestClock()
        let store = try StateStore.inMemory(now: clock.clock)
        let anna = try await store.createUser(Self.draft("anna"))
        let ben = try await store.createUser(Self.draft("ben"))
        let other = try await store.beginSession(of: ben, Self.client, Self.lifetimes)
        func ends(_ change: () async throws -> Void) async throws -> Bool {
            let user = try await store.user(anna.id)
            let begun = try await store.beginSession(of: user, Self.client, Self.lifetimes)
            try await change()
            return try await store.authenticate(session: begun.secret, idle: nil) == nil
        }
        let hash = try Self.draft(password: "another password").hash
        #expect(try await ends { _ = try await store.setPassword(ofUser: anna.id, hash) })
        #expect(
            try await ends {
                _ = try await store.updateUser(named: "anna", UserEdit(role: .viewer), keepsAnAdmin: false)
            })
        #expect(
            try await !ends {
                _ = try await store.updateUser(named: "anna", UserEdit(role: .viewer), keepsAnAdmin: false)
            })
        #expect(
            try await !ends {
                _ = try await store.updateUser(named: "anna", UserEdit(email: "a@b.example"), keepsAnAdmin: false)
            })
        #expect(try await !ends { try await store.rehash(ofUser: anna.id, hash, of: 2) })
        #expect(try await ends { _ = try await store.removeSecondFactor(ofUser: anna.id, endsSessions: true) })
        let disabled = UserEdit(isEnabled: false)
        #expect(try await ends { _ = try await store.updateUser(named: "anna", disabled, keepsAnAdmin: false) })
        let fault = await #expect(throws: StoreError.self) {
            try await store.beginSession(of: store.user(anna.id), Self.client, Self.lifetimes)
        }
        #expect(fault?.code == .stale, "and none begins while the user is disabled")
        _ = try await store.deleteUser(named: "anna", keepsAnAdmin: false)
        #expect(try await store.authenticate(session: other.secret, idle: nil)?.user.id == ben.id)
        #expect(try await store.sessions(ofUser: nil).map(\.userID) == [ben.id])
    }

    /// Catches a login that was checked against a password which is no longer the user's.
    @Test func `no session begins for a password that was changed meanwhile`() async throws {
        let store = try StateStore.inMemory()
        let checked = try await store.createUser(Self.draft("anna"))
        _ = try await store.setPassword(ofUser: checked.id, Self.draft().hash)
        let fault = await #expect(throws: StoreError.self) {
            try await store.beginSession(of: checked, Self.client, Self.lifetimes)
        }
        #expect(fault?.code == .stale)
        let other = await #expect(throws: StoreError.self) {
            try await store.setPassword(ofUser: checked.id, Self.draft().hash, replacing: checked.passwordVersion)
        }
        #expect(other?.code == .stale)
    }

    @Test func `a hash that was made again belongs to its own password alone`() async throws {
        let store = try StateStore.inMemory()
        let anna = try await store.createUser(Self.draft("anna"))
        let (old, new) = (
            try Self.draft(password: "the old one....").hash, try Self.draft(password: "the new one....").hash
        )
        _ = try await store.setPassword(ofUser: anna.id, new)
        try await store.rehash(ofUser: anna.id, old, of: anna.passwordVersion)
        #expect(try await store.credential(ofUser: anna.id).hash == new)
    }

    @Test func `a setup code works once, in its time, and only while there is nobody unless it was meant otherwise`()
        async throws
    {
        let clock = TestClock()
        let store = try StateStore.inMemory(now: clock.clock)
        func make(_ evenWithUsers: Bool = false) async throws -> CodeSecret {
            try await store.createSetupCode(lifetime: 60, evenWithUsers: evenWithUsers, createdBy: "root").code
        }
        let (replaced, late) = (try await make(), try await make())
        #expect(try await !store.isSetupCode(replaced))
        #expect(try await store.isSetupCode(late))
        clock.now += 60
        #expect(try await !store.isSetupCode(late))
        #expect(try await store.createUser(Self.draft("late"), with: late) == nil)
        let good = try await make()
        #expect(try await store.createUser(Self.draft("anna"), with: .generate(.setup)) == nil)
        let made = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<8 {
                group.addTask { (try? await store.createUser(Self.draft("a\(number)"), with: good)) ?? nil != nil }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(made == 1)
        #expect(try await store.users().count == 1)
        let fault = await #expect(throws: StoreError.self) { try await make() }
        #expect(fault?.code == .failedPrecondition)
        let other = try await make(true)
        #expect(try await store.createUser(Self.draft("ben"), with: other)?.role == .admin)
        for lifetime in [59, 86_401, Int64.min, .max] {
            let fault = await #expect(throws: StoreError.self) {
                try await store.createSetupCode(lifetime: lifetime, evenWithUsers: true, createdBy: "root")
            }
            #expect(fault?.violations.map(\.field) == ["lifetime"])
        }
    }

    @Test func `a code made while there was nobody is worthless once there is somebody`() async throws {
        let store = try StateStore.inMemory()
        let code = try await store.createSetupCode(lifetime: 60, evenWithUsers: false, createdBy: "root").code
        _ = try await store.createUser(Self.draft("anna"))
        #expect(try await store.createUser(Self.draft("ben"), with: code) == nil)
    }

    @Test func `the audit log tells what became of a user, and no secret`() async throws {
        let store = try StateStore.inMemory()
        let anna = try await store.createUser(Self.draft("anna"), options: .audited())
        #expect(
            try await store.last()?.lines == [
                "created user anna: name - > anna, role - > admin, enabled - > true, password - > held"
            ])
        _ = try await store.updateUser(
            named: "anna", UserEdit(role: .viewer), keepsAnAdmin: false, audit: .sample())
        #expect(try await store.last()?.lines == ["changed user anna: role admin > viewer"])
        _ = try await store.setPassword(ofUser: anna.id, Self.draft().hash, audit: .sample())
        #expect(try await store.last()?.lines == ["changed user anna: password held > held"])
        let secret = try await store.enrol(user: anna.id, audit: .sample())
        let code = secret.code(ofStep: TOTPSecret.step(at: StateStore.systemClock()))
        _ = try await store.confirmSecondFactor(ofUser: anna.id, code, audit: .sample())
        #expect(try await store.last()?.lines == ["changed user anna: second_factor - > held"])
        _ = try await store.deleteUser(named: "anna", keepsAnAdmin: false, audit: .sample())
        #expect(try await store.last()?.target == "user anna")
        for row in try await store.rows("SELECT * FROM audit") {
            #expect(!row.contains("argon2id") && !row.contains(secret.revealed))
        }
    }
}
