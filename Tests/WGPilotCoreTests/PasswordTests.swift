import Testing
import WGPilotCore

@Suite struct PasswordTests {
    /// NIST SP 800-63B-4 §3.1.1.2: a length, Unicode, and no rules of composition.
    @Test(arguments: [
        "aaaaaaaaaaaa", "correct horse battery staple", "            ", "пароль-пароль", "🐎🐎🐎🐎🐎🐎🐎🐎🐎🐎🐎🐎",
        String(repeating: "a", count: 1024),
    ])
    func `length is all that is asked`(text: String) throws {
        #expect(try Password(text, of: "anna").revealed == Array(text.utf8))
    }

    @Test(arguments: [
        ("aaaaaaaaaaa", "at least 12"), ("", "at least 12"), (String(repeating: "a", count: 1025), "at most 1024"),
        (String(repeating: "ä", count: 513), "at most 1024"), ("Anna-Maria-B.", "the name"),
        ("ANNA-MARIA-B.", "the name"),
    ])
    func `short ones, long ones and the own name are refused, and not repeated`(text: String, why: String) {
        let fault = #expect(throws: InvalidValue.self) { try Password(text, of: "anna-maria-b.") }
        #expect(fault?.message.contains(why) == true)
        #expect(text.isEmpty || fault?.message.contains(text) == false)
    }

    @Test func `what is presented need not be one that could be set, but none is too long`() {
        #expect(Password(presented: "short")?.revealed == Array("short".utf8))
        #expect(Password(presented: String(repeating: "a", count: 1025)) == nil)
    }

    /// RFC 8265 §4.3, table 4, examples 3 to 5, padded to a length that may be set; and what `unicodedata.normalize("NFC", …)` of
    /// Python makes of the others.
    @Test(arguments: [
        ("\u{3C0}\u{DF}\u{E5}         ", "\u{3C0}\u{DF}\u{E5}         "),
        ("Jack of \u{2666}s   ", "Jack of \u{2666}s   "),
        ("foo\u{1680}bar      ", "foo bar      "),
        ("\u{FEFF}passwort für zwölf", "\u{FEFF}passwort für zwölf"),
        ("passwort fu\u{308}r zwo\u{308}lf", "passwort f\u{FC}r zw\u{F6}lf"),
        ("\u{212B}ngstro\u{308}m\u{3000}lang", "\u{C5}ngstr\u{F6}m lang"),
        ("\u{1112}\u{1161}\u{11AB}\u{1100}\u{1173}\u{11AF} passwords", "\u{D55C}\u{AE00} passwords"),
        ("a\u{301}\u{327}bcdefghijkl", "\u{E1}\u{327}bcdefghijkl"),
        ("\u{FB01}ligature stays", "\u{FB01}ligature stays"),
    ])
    func `the same characters are the same password whichever code points a keyboard sends`(
        text: String, form: String
    ) throws {
        #expect(try Password(text, of: nil).revealed == Array(form.utf8))
        #expect(Password(presented: text)?.revealed == Array(form.utf8))
    }

    @Test func `case, width and compatible letters stay apart, and lengths are those of the one form`() throws {
        for (one, other) in [("Passwort-lang", "passwort-lang"), ("\u{FF41}bcdefghijkl", "abcdefghijkl")] {
            #expect(try Password(one, of: nil).revealed != Password(other, of: nil).revealed)
        }
        // Twelve code points that are six characters of the one form, and 1,536 bytes that are 1,024.
        #expect(throws: InvalidValue.self) { try Password(String(repeating: "o\u{308}", count: 6), of: nil) }
        #expect(try Password(String(repeating: "o\u{308}", count: 512), of: nil).revealed.count == 1024)
        #expect(Password(presented: String(repeating: "o\u{308}", count: 513)) == nil)
    }

    @Test func `it never prints itself`() throws {
        let text = "correct horse battery staple"
        for printed in Printed.everyWay(try Password(text, of: nil)) {
            #expect(!Printed.shows(printed, secret: text, bytes: Array(text.utf8)))
        }
    }
}
