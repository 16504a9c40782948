import Hummingbird

/// How a scrape is written.
enum MetricsFormat: Sendable, Equatable, CaseIterable {
    /// Prometheus' text format, version 0.0.4: what every collector reads.
    case text
    /// OpenMetrics 1.0.0: the same with units, and with an end that tells a whole scrape from one that was cut off.
    case openMetrics

    /// The value of `Content-Type`, as the two formats name themselves.
    var contentType: String {
        switch self {
        case .text: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }

    /// Takes what the collector prefers, by the `Accept` header (RFC 9110 §12.5.1): OpenMetrics where it is named with at
    /// least the weight of text. Whoever says nothing gets text.
    init(accept: String?) {
        var openMetrics = 0.0
        var text: Double?
        for range in (accept ?? "").split(separator: ",") {
            var parameters = range.split(separator: ";").map { $0.trimmingSpaces() }
            guard !parameters.isEmpty else { continue }
            let type = parameters.removeFirst().lowercased()
            var weight = 1.0
            var version = "1.0.0"
            for parameter in parameters {
                let pair = parameter.split(separator: "=", maxSplits: 1).map { $0.trimmingSpaces() }
                guard pair.count == 2 else { continue }
                if pair[0].lowercased() == "q" { weight = Double(pair[1]).map { min(max($0, 0), 1) } ?? 0 }
                if pair[0].lowercased() == "version" { version = String(pair[1]) }
            }
            switch type {
            // Version 0.0.1 is the draft, which differs in nothing that is written here.
            case "application/openmetrics-text" where ["1.0.0", "0.0.1"].contains(version):
                openMetrics = max(openMetrics, weight)
            case "text/plain", "text/*", "*/*": text = max(text ?? 0, weight)
            default: break
            }
        }
        self = openMetrics > 0 && openMetrics >= text ?? 0 ? .openMetrics : .text
    }
}

extension StringProtocol {
    /// The text without spaces and tabs at its ends.
    fileprivate func trimmingSpaces() -> SubSequence {
        var rest = self[...]
        while let first = rest.first, first == " " || first == "\t" { rest = rest.dropFirst() }
        while let last = rest.last, last == " " || last == "\t" { rest = rest.dropLast() }
        return rest
    }
}
