import Testing

@Suite("What no source may hold")
struct SourceRulesTests {
    private static let files = SourceTree.sources.files

    private static func expectNone(
        _ pattern: some RegexComponent, except: (SourceTree.File) -> Bool = { _ in false }, _ why: Comment,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        var hits: [String] = []
        for file in files where !except(file) {
            for (number, line) in file.code.enumerated() where line.contains(pattern) {
                hits.append("\(file):\(number + 1)")
            }
        }
        #expect(hits == [], why, sourceLocation: sourceLocation)
    }

    @Test("no expression that ends the process on a value it did not expect")
    func noTraps() throws {
        try Self.expectNone(/\btry!/, "try!")
        try Self.expectNone(/\bas!/, "as!")
        try Self.expectNone(/\b(fatalError|preconditionFailure)\(/, "a trap")
        try Self.expectNone(/[\w)\]]![.\s,)\]}]|[\w)\]]!$/, "a forced unwrapping")
        try Self.expectNone(/\bunowned\b|\bunsafelyUnwrapped\b/, "an unchecked assumption")
        // There the types have just been found to be the same one.
        let identity = "Sources/WGPilotProtocol/Codec/Identity.swift"
        try Self.expectNone(/\bunsafeBitCast\b/, except: { $0.path == identity }, "an unchecked assumption")
    }

    @Test("no other program is started from the product, but by the netlink target's own place for it")
    func noPrograms() throws {
        let start = /(^|[^.\w])(Process|posix_spawnp?|system|popen|exec[lv]\w*|v?fork)\(/
        // A case or a function of ours may bear such a name: `KernelError.system(_:)`.
        let declaration = /\b(case|func)\s+\w+\(/
        var hits: [String] = []
        for file in Self.files where !file.path.hasPrefix("Sources/WGPilotNetlink/Process/") {
            for (number, line) in file.code.enumerated() where line.replacing(declaration, with: "").contains(start) {
                hits.append("\(file):\(number + 1)")
            }
        }
        #expect(hits == [])
    }

    @Test("what the compiler is told not to check has its proof in a comment above")
    func provenExemptions() {
        for file in Self.files {
            for (number, line) in file.code.enumerated()
            where line.contains("@unchecked Sendable") || line.contains("nonisolated(unsafe)") {
                let above = file.lines[..<number].reversed().first { !$0.drop { $0 == " " }.hasPrefix("@") } ?? ""
                #expect(above.drop { $0 == " " }.hasPrefix("//"), "\(file):\(number + 1)")
            }
        }
    }

    @Test("a file is named after the type that it begins with")
    func fileNames() {
        let modifiers = "public|package|internal|private|fileprivate|final|indirect|nonisolated"
        let kinds = "struct|class|enum|actor|protocol|extension|typealias"
        let pattern = "^(?:@\\w+(?:\\([^)]*\\))?\\s+)*(?:(?:\(modifiers))\\s+)*(\(kinds))\\s+([\\w.]+)"
        guard let type = try? Regex(pattern, as: (Substring, Substring, Substring).self) else {
            Issue.record("the pattern is not one")
            return
        }
        let declarations = Self.files.map { file in
            file.code.compactMap { line in
                line.firstMatch(of: type).map { (kind: String($0.1), name: String($0.2)) }
            }
        }
        let ours = Set(declarations.joined().filter { $0.kind != "extension" }.map(\.name))
        #expect(ours.count > 100)
        for (file, declared) in zip(Self.files, declarations) {
            let name = String(file.name.prefix { $0 != "+" })
            // Messages of one service stand together: they are read together and are nothing but fields.
            if file.path.hasPrefix("Sources/WGPilotProtocol/Services/"), name.hasSuffix("Messages") { continue }
            // A file of functions, or of extensions of types that are not ours, says what it is about.
            guard
                let first = declared.first(where: { declaration in
                    declaration.name.split(separator: ".").contains { ours.contains(String($0)) }
                })
            else { continue }
            #expect(first.name.split(separator: ".").last.map(String.init) == name, "\(file) begins with \(first.name)")
        }
    }

    @Test("no name says nothing: Manager, Helper, Utils")
    func emptyNames() throws {
        let empty = /(Manager|Helper|Helpers|Util|Utils|Utilities)$/
        for file in Self.files { #expect(!file.name.contains(empty), "\(file)") }
        try Self.expectNone(
            /\b(struct|class|enum|actor|protocol|typealias)\s+\w*(Manager|Helper|Helpers|Util|Utils|Utilities)\b/,
            "a type with an empty name")
    }

    @Test("nothing is left undone in a comment")
    func noLeftovers() {
        // Spelled apart, lest this file be its own finding.
        let marks = ["TO" + "DO", "FIX" + "ME", "XX" + "X:", "HA" + "CK"]
        for file in Self.files + SourceTree(below: "Tests").files {
            for (number, line) in file.lines.enumerated() {
                for mark in marks { #expect(!line.contains(mark), "\(file):\(number + 1)") }
            }
        }
    }
}
