import Testing

@testable import WGPilotCtl

@Suite struct CSVTableTests {
    @Test func `quotes, line breaks, byte order marks and empty lines are read as RFC 4180 has them`() throws {
        let table = try CSVTable("\u{feff}name,notes\r\n\"Doe, John\",\"said \"\"hi\"\"\nand left\"\r\n\r\n b , \r\nc")
        #expect(table.columns == ["name", "notes"])
        #expect(
            table.rows == [
                .init(line: 2, fields: ["name": "Doe, John", "notes": "said \"hi\"\nand left"]),
                .init(line: 5, fields: ["name": "b"]), .init(line: 6, fields: ["name": "c"]),
            ])
    }

    @Test(arguments: [";", "\t", ","]) func `fields are separated by what the first line has most of`(separator: String)
        throws
    {
        let table = try CSVTable("name\(separator)tags\(separator)mtu\na\(separator)\"x,y;z\"\(separator)1300\n")
        #expect(table.rows == [.init(line: 2, fields: ["name": "a", "tags": "x,y;z", "mtu": "1300"])])
    }

    @Test(
        arguments: [
            ("", 1), ("\n", 1), (",,\na", 1), ("a,a\n", 1), ("a,b\n1,2,3", 2), ("a\n\"x", 2), ("a\n\n\"x\ny", 3),
            ("a\nx\"y", 2), ("a\n\"x\"y", 2),
        ])
    func `what is no table is refused with its line`(text: String, line: Int) {
        let fault = #expect(throws: CommandFault.self) { try CSVTable(text) }
        #expect(fault?.message.hasPrefix("line \(line): ") == true, "\(fault?.message ?? "")")
    }

    @Test func `random bytes are read or refused`() {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array("a,;\t\"\n\r é")
        for _ in 0..<5000 {
            let text = String(
                (0..<Int.random(in: 0...30, using: &generator)).compactMap { _ in
                    alphabet.randomElement(using: &generator)
                })
            _ = try? CSVTable(text)
        }
    }
}
