import Testing
import WGPilotCore

@Suite struct TOTPSecretTests {
    /// The secret of RFC 6238, appendix B, for SHA-1.
    private static func secret() throws -> TOTPSecret {
        try #require(TOTPSecret(bytes: Array("12345678901234567890".utf8)))
    }

    /// RFC 6238, appendix B, the rows for SHA-1. The RFC shows 8 digits; of the same number 6 digits are the last ones
    /// (RFC 4226 §5.3: modulo 10^digits).
    @Test(
        arguments: [
            (59, "94287082"), (1_111_111_109, "07081804"), (1_111_111_111, "14050471"), (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"), (20_000_000_000, "65353130"),
        ] as [(Int64, String)])
    func `the codes are those of RFC 6238`(time: Int64, code: String) throws {
        #expect(try Self.secret().code(ofStep: TOTPSecret.step(at: time)) == String(code.suffix(6)))
    }

    /// RFC 4226, appendix D: the same function of a counter.
    @Test func `the codes are those of RFC 4226`() throws {
        let codes = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489",
        ]
        let secret = try Self.secret()
        for (counter, code) in codes.enumerated() { #expect(secret.code(ofStep: Int64(counter)) == code) }
    }

    @Test func `a code is taken a step early and a step late, and no further`() throws {
        let secret = try Self.secret()
        let now: Int64 = 1_234_567_890
        let step = TOTPSecret.step(at: now)
        for offset in Int64(-3)...3 {
            let found = secret.step(of: secret.code(ofStep: step + offset), at: now, after: -1)
            #expect(found == (abs(offset) <= 1 ? step + offset : nil), "\(offset)")
        }
    }

    @Test func `no step counts twice, and none before one that was used`() throws {
        let secret = try Self.secret()
        let now: Int64 = 1_234_567_890
        let step = TOTPSecret.step(at: now)
        #expect(secret.step(of: secret.code(ofStep: step), at: now, after: step) == nil)
        #expect(secret.step(of: secret.code(ofStep: step - 1), at: now, after: step) == nil)
        #expect(secret.step(of: secret.code(ofStep: step + 1), at: now, after: step) == step + 1)
    }

    @Test(arguments: ["", "12345", "1234567", "abcdef", "００００００"])
    func `what is no code of six digits is none`(text: String) throws {
        #expect(try Self.secret().step(of: text, at: 59, after: -1) == nil)
    }

    /// RFC 4648 §10 has the encoding; the format of the address is that of Google Authenticator.
    @Test func `an app reads the secret and whose it is, whatever the names hold`() throws {
        let secret = try Self.secret()
        #expect(secret.revealed == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
        #expect(
            secret.uri(issuer: "WGPilot vpn", account: "Änne:x?&")
                == "otpauth://totp/WGPilot%20vpn:%C3%84nne%3Ax%3F%26?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
                + "&issuer=WGPilot%20vpn&algorithm=SHA1&digits=6&period=30")
    }

    @Test func `it never prints itself`() throws {
        let secret = try Self.secret()
        for text in Printed.everyWay(secret) {
            #expect(!Printed.shows(text, secret: secret.revealed, bytes: Array("12345678901234567890".utf8)))
        }
    }

    /// RFC 4648 §10, without the padding.
    @Test(arguments: [
        ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"),
        ("foobar", "MZXW6YTBOI"),
    ])
    func `base32 is that of RFC 4648`(text: String, encoded: String) {
        #expect(Base32.encode(Array(text.utf8)) == encoded)
    }
}
