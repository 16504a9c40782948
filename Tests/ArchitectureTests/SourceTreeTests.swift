import Testing

/// The other tests are worth as much as this reading of the sources.
@Suite("The reading of the sources")
struct SourceTreeTests {
    @Test("the repository is found, with all of its libraries and programs")
    func found() {
        let targets = Set(SourceTree.sources.files.map(\.target))
        for target in ImportTable.allowed.keys { #expect(targets.contains(target), "\(target)") }
        #expect(SourceTree.sources.files.count > 100)
    }

    @Test(
        "comments and texts are no code",
        arguments: [
            ("a // try! b", "a "), ("a /* try! */ b", "a  b"), ("a \"try! \\\" b\" c", "a  c"),
            ("a \"x \\(f(\"y\")) z\" b", "a  b"), ("\"\"\"\n try! \n\"\"\" b", "\n\n b"), ("\"//\" a", " a"),
            ("a / b", "a / b"),
        ])
    func stripping(text: String, code: String) {
        #expect(SourceTree.withoutCommentsAndTexts(text) == code)
    }

    @Test(
        "imports of all forms are found",
        arguments: [
            ("import A", ["A"]), ("public import A", ["A"]), ("@preconcurrency import A", ["A"]),
            ("@_spi(X) internal import A", ["A"]), ("import struct A.B", ["A"]), ("// import A", []),
            ("let important = 1", []),
        ])
    func imports(line: String, modules: [String]) {
        let file = SourceTree.File(path: "", target: "", lines: [], code: [SourceTree.withoutCommentsAndTexts(line)])
        #expect(SourceTree.imports(of: file) == Set(modules))
    }
}
