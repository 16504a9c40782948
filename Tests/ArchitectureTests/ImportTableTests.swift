import Testing

@Suite("Who may import whom")
struct ImportTableTests {
    @Test("each target imports what it may, and no more", arguments: ImportTable.allowed.keys.sorted())
    func noMore(target: String) throws {
        let allowed = try #require(ImportTable.allowed[target])
        for file in SourceTree.sources.files where file.target == target {
            let excess = SourceTree.imports(of: file).subtracting(allowed)
            #expect(excess.isEmpty, "\(file) imports \(excess.sorted())")
        }
    }

    @Test(
        "what a target may import it does import: a permission that nobody uses goes",
        arguments: ImportTable.allowed.keys.sorted())
    func noLess(target: String) throws {
        let allowed = try #require(ImportTable.allowed[target])
        let used = SourceTree.sources.files.filter { $0.target == target }
            .reduce(into: Set<String>()) { $0.formUnion(SourceTree.imports(of: $1)) }
        #expect(allowed.subtracting(used).sorted() == [])
    }

    @Test("every target with Swift sources stands in the table")
    func complete() {
        #expect(Set(SourceTree.sources.files.map(\.target)) == Set(ImportTable.allowed.keys))
    }

    @Test("the table of ARCHITECTURE.md is this table")
    func documented() throws {
        let text = try #require(SourceTree.text("ARCHITECTURE.md"))
        let lines = SourceTree.lines(text)
        let start = try #require(lines.firstIndex { $0 == "## Import table" })
        let section = lines[(start + 1)...].prefix { !$0.hasPrefix("## ") }
        var documented: [String: Set<String>] = [:]
        for row in section where row.hasPrefix("|") {
            let cells = row.split(separator: "|").map { cell in
                cell.split(separator: ",").map { String($0.trimmingPrefix(while: \.isWhitespace)) }
                    .map { name in String(name.filter { $0.isLetter || $0.isNumber || $0 == "_" }) }.filter {
                        !$0.isEmpty
                    }
            }
            guard let target = cells.first?.first, target.hasPrefix("WGPilot") else { continue }
            documented[target] = Set(cells.count > 1 ? cells[1] : [])
        }
        #expect(Set(documented.keys) == Set(ImportTable.allowed.keys))
        for (target, allowed) in ImportTable.allowed { #expect(documented[target] == allowed, "\(target)") }
    }

    // The two processes that strangers talk to must not be able to touch the kernel or the database at all.
    @Test(
        "neither the command nor the gateway can reach kernel or database", arguments: ["WGPilotCtl", "WGPilotGateway"])
    func unprivileged(target: String) throws {
        let forbidden: Set = ["WGPilotNetlink", "WGPilotStore", "WGPilotDaemon", "GRDB", "CMnl"]
        let reached = ImportTable.reachable(from: target)
        #expect(reached.isDisjoint(with: forbidden))
        for file in SourceTree.sources.files where file.target == target {
            #expect(SourceTree.imports(of: file).isDisjoint(with: forbidden), "\(file)")
        }
    }

    @Test("the packages of the edges stay at the edges")
    func edges() {
        let owners = [
            "CMnl": ["WGPilotNetlink"], "GRDB": ["WGPilotStore"], "Yams": ["WGPilotConfiguration"],
            "CQREncode": ["WGPilotQR"],
            "CPNG": ["WGPilotQR"], "Hummingbird": ["WGPilotGateway"],
        ]
        for file in SourceTree.sources.files {
            for module in SourceTree.imports(of: file) {
                if let owners = owners[module] { #expect(owners.contains(file.target), "\(file) imports \(module)") }
            }
        }
    }

    @Test("nothing points back up: the arrows make no circle")
    func noCircle() {
        for target in ImportTable.allowed.keys { #expect(!ImportTable.reachable(from: target).contains(target)) }
    }
}
