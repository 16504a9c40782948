import Testing
import WGPilotCore

@testable import WGPilotStore

@Suite struct PasswordHashTests {
    private static let cheap = PasswordHash.Cost(memory: 8, passes: 1)

    private static func password(_ text: String) throws -> Password { try #require(Password(presented: text)) }

    /// Of the reference implementation: https://github.com/P-H-C/phc-winner-argon2, src/test.c, Argon2id, version 0x13. The
    /// program `argon2` of Debian prints the same: `printf password | argon2 somesalt -id -t 2 -k 256 -p 1 -l 32 -e`.
    @Test(
        arguments: [
            (256, 1, "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"),
            (256, 2, "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc"),
            (65536, 1, "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"),
        ] as [(UInt32, UInt32, String)])
    func `the hash is that of the reference implementation`(memory: UInt32, lanes: UInt32, encoded: String) throws {
        let password = try Self.password("password")
        let cost = PasswordHash.Cost(memory: memory, passes: 2, lanes: lanes)
        let made = try PasswordHash.make(password, salt: Array("somesalt".utf8), cost: cost)
        #expect(made.encoded == encoded)
        let stored = try #require(PasswordHash(encoded: encoded))
        #expect(stored.cost == cost)
        #expect(try stored.matches(password))
        #expect(try !stored.matches(Self.password("Password")))
    }

    /// OWASP Password Storage Cheat Sheet: m=19456, t=2 or m=47104, t=1 at the least; RFC 9106 §4: 64 MiB, three passes.
    @Test func `what is made today costs at least what is advised`() {
        #expect(PasswordHash.Cost.current.memory >= 64 << 10 && PasswordHash.Cost.current.passes >= 2)
    }

    @Test func `the same password twice has two hashes, and each takes it and no other`() throws {
        let password = try Self.password("pässword\u{0}pässword")
        let (first, second) = try (
            PasswordHash.make(password, cost: Self.cheap), PasswordHash.make(password, cost: Self.cheap)
        )
        #expect(first.encoded != second.encoded)
        #expect(try first.matches(password) && second.matches(password))
        for wrong in ["", "pässword", "pässword\u{0}password", "pässword\u{0}pässword "] {
            #expect(try !first.matches(Self.password(wrong)))
        }
    }

    @Test func `there is a hash that no password has, at the same cost`() throws {
        let impossible = try #require(PasswordHash.impossible(cost: Self.cheap))
        #expect(impossible.cost == Self.cheap)
        for text in ["", "password"] { #expect(try !impossible.matches(Self.password(text))) }
    }

    /// Catches a damaged row that takes all memory or hours.
    @Test(arguments: [
        "", "$argon2id$v=19$m=4294967295,t=2,p=1$c29tZXNhbHQ$AA",
        "$argon2id$v=19$m=256,t=4000000000,p=1$c29tZXNhbHQ$AA",
        "$argon2id$v=19$m=256,t=2,p=9999$c29tZXNhbHQ$AA", "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$AA",
        "$argon2id$v=16$m=256,t=2,p=1$c29tZXNhbHQ$AA", "$argon2id$v=19$t=2,m=256,p=1$c29tZXNhbHQ$AA",
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ", "$argon2id$v=19$m=-1,t=2,p=1$c29tZXNhbHQ$AA",
    ])
    func `what is no hash at a cost within reason is none`(encoded: String) {
        #expect(PasswordHash(encoded: encoded) == nil)
    }

    @Test func `it never prints itself`() throws {
        let hash = try PasswordHash.make(Self.password("password"), cost: Self.cheap)
        var dumped = ""
        dump([hash], to: &dumped)
        for text in ["\(hash)", String(reflecting: hash), dumped] { #expect(!text.contains("argon2id")) }
    }

    @Test func `codes are read however they are typed, and one kind is not the other`() throws {
        let code = CodeSecret.generate(.recovery)
        #expect(code.text.wholeMatch(of: /([A-Z2-7]{4}-){3}[A-Z2-7]{4}/) != nil)
        for text in [code.text, code.text.lowercased(), code.text.replacing("-", with: ""), " \(code.text) "] {
            #expect(CodeSecret(presented: text, .recovery)?.digest == code.digest)
        }
        #expect(CodeSecret(presented: code.text, .setup)?.digest != code.digest)
        for text in ["", "123456", String(code.text.dropLast()), code.text + "A", "0000-0000-0000-0000"] {
            #expect(CodeSecret(presented: text, .recovery) == nil)
        }
        #expect("\(code)" == "<code>" && !String(reflecting: code).contains(code.text.prefix(4)))
    }
}
