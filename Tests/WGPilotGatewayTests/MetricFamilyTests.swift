import FoundationEssentials
import Testing

@testable import WGPilotGateway

/// Every metric has a name that both formats take, and the documents, the dashboard and the rules name only what there is.
struct MetricFamilyTests {
    private static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: repository.appending(path: path), encoding: .utf8)
    }

    /// The names in a text that look like metrics.
    private static func names(in text: String) -> Set<String> {
        let pieces = text.split { !($0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "_") }
        return Set(
            pieces.filter { piece in
                ["wireguard_", "wgpilot_", "process_"].contains { piece.hasPrefix($0) }
            }.map(String.init))
    }

    private static let known = Set(
        MetricFamily.all.flatMap { family in
            family.kind == .histogram
                ? [family.name] + ["_bucket", "_sum", "_count"].map { family.name + $0 } : [family.name]
        })

    @Test func namesAreUniqueInBothFormats() {
        #expect(Set(MetricFamily.all.map(\.name)).count == MetricFamily.all.count)
        #expect(Set(MetricFamily.all.map(\.openMetricsName)).count == MetricFamily.all.count)
    }

    /// OpenMetrics 1.0 §4.4: a counter's samples end in `_total`, those of an info in `_info`, and a unit ends the name.
    @Test(arguments: MetricFamily.all)
    func aNameSaysTheKindAndTheUnit(_ family: MetricFamily) {
        #expect(family.name.hasSuffix("_total") == (family.kind == .counter))
        #expect(family.name.hasSuffix("_info") == (family.kind == .info))
        if let unit = family.unit { #expect(family.openMetricsName.hasSuffix("_\(unit)")) }
        #expect(!family.help.contains { "\"\\\n".contains($0) })
    }

    @Test func theDocumentHasEveryMetricAndNoOther() throws {
        let names = Self.names(in: try Self.text("docs/metrics.md"))
            .subtracting(["wireguard_exporter", "prometheus_wireguard_exporter"])
        #expect(names == Set(MetricFamily.all.map(\.name)))
    }

    @Test(arguments: ["docs/grafana-dashboard.json", "docs/alerts.yaml"])
    func dashboardAndRulesNameOnlyWhatThereIs(_ path: String) throws {
        let names = Self.names(in: try Self.text(path))
        #expect(!names.isEmpty)
        #expect(names.subtracting(Self.known) == [])
    }
}
