import Testing

@Suite("Every method is served and called")
struct MethodTableTests {
    /// The methods that the protocol declares: `PeersService.create` and so on.
    static let declared: [String] = SourceTree.sources.files
        .filter { $0.path.hasPrefix("Sources/WGPilotProtocol/Services/") && $0.name.hasSuffix("Service") }
        .flatMap { file in
            file.code.compactMap { line in
                line.firstMatch(of: /static let (\w+) = (?:Method|Stream)Descriptor</).map { "\(file.name).\($0.1)" }
            }
        }

    @Test("the declarations are found, and the protocol's own table lists them all")
    func table() throws {
        #expect(Self.declared.count >= 18)
        let table = try #require(
            SourceTree.sources.files.first { $0.path == "Sources/WGPilotProtocol/Services/MethodTable.swift" })
        let listed = table.code.joined().matches(of: /(\w+Service\.\w+)\.info/).map { String($0.1) }
        #expect(listed.sorted() == Self.declared.sorted())
    }

    @Test("a handler of the daemon registers the method, once", arguments: declared)
    func served(method: String) {
        let handlers = SourceTree.sources.files.filter { $0.path.hasPrefix("Sources/WGPilotDaemon/Handlers/") }
        let registration = "router.register(\(method))"
        let count = handlers.reduce(0) { $0 + $1.code.count { $0.contains(registration) } }
        #expect(count == 1)
    }

    @Test("the command or the gateway calls the method", arguments: declared)
    func called(method: String) throws {
        let pattern = try Regex("\\b\(method.replacing(".", with: "\\."))\\b")
        let callers = SourceTree.sources.files.filter { ["WGPilotCtl", "WGPilotGateway"].contains($0.target) }
        #expect(callers.contains { $0.code.contains { $0.contains(pattern) } })
    }
}
