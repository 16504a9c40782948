import Testing
import WGPilotQR

@testable import WGPilotCtl

@Suite struct PeerExportTests {
    @Test func `no two files have one name, whatever the file system thinks of case`() {
        var taken: Set<String> = []
        let names = ["a.conf", "a.conf", "A.conf", "a-2.conf", "b.conf"].map { PeerExport.free($0, &taken) }
        #expect(names == ["a.conf", "a-2.conf", "A-3.conf", "a-2-2.conf", "b.conf"])
    }

    /// The signatures and fields are those of APPNOTE.TXT 4.3.7 and 4.3.12.
    @Test func `an archive has every file, readable by its owner alone`() throws {
        let bytes = try ZipArchive.make([
            ("a.conf", Array("x".utf8)), ("é.conf", []), ("b", Array(repeating: 7, count: 9000)),
        ])
        #expect(bytes.starts(with: Array("PK\u{3}\u{4}".utf8)))
        var entries: [(name: String, size: Int, mode: Int)] = []
        for start in bytes.indices.dropLast(46) where bytes[start...].starts(with: Array("PK\u{1}\u{2}".utf8)) {
            func number(_ offset: Int, _ count: Int) -> Int {
                (0..<count).reversed().reduce(0) { $0 << 8 | Int(bytes[start + offset + $1]) }
            }
            let name = bytes[(start + 46)..<(start + 46 + number(28, 2))]
            entries.append((String(decoding: name, as: UTF8.self), number(24, 4), number(38, 4) >> 16))
        }
        #expect(entries.map(\.name) == ["a.conf", "é.conf", "b"])
        #expect(entries.map(\.size) == [1, 0, 9000])
        #expect(entries.allSatisfy { $0.mode == 0o100600 })
    }

    @Test func `a name is text on the sheet, and nothing on it is loaded or run`() throws {
        let html = QRSheet.html(
            title: "<b>", [("<script>alert(1)</script>&\"", try QRCode.encode(candidates: ["x"]))])
        #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;</figcaption>"))
        #expect(!html.contains("<script") && !html.contains("<b>"))
        for attribute in ["src=", "href=", "url(", "@import"] { #expect(!html.contains(attribute)) }
    }

    @Test func `a bar is full when all is done, and never longer`() {
        #expect(ProgressBar.line("x", 0, 4).hasSuffix("x [..............................] 0/4"))
        #expect(ProgressBar.line("x", 2, 4).hasSuffix("x [###############...............] 2/4"))
        #expect(ProgressBar.line("x", 4, 4).hasSuffix("x [##############################] 4/4"))
        #expect(ProgressBar.line("x", 9, 4).hasSuffix("x [##############################] 9/4"))
        #expect(ProgressBar.line("x", 0, 0).hasSuffix("x [##############################] 0/0"))
    }
}
