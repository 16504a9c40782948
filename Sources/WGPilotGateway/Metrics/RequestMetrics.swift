import Hummingbird
import Synchronization

/// Counts requests and how long they took, by route: what the gateway tells of its own work.
final class RequestMetrics: Sendable {
    /// The upper bounds of the histogram's buckets, in seconds; the last one has none.
    static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
    /// The same, in nanoseconds.
    private static let limits = bounds.map { Int64($0 * 1e9) }
    /// The routes are few, and the methods too; whoever has found a way to make others shall not fill the memory.
    private static let mostSeries = 1000

    private struct Key: Hashable {
        let method: String
        let route: String
    }

    private struct Series {
        var statuses: [Int: UInt64] = [:]
        var buckets = [UInt64](repeating: 0, count: RequestMetrics.bounds.count + 1)
        var nanoseconds: UInt64 = 0

        mutating func add(_ status: Int, _ bucket: Int, _ took: UInt64) {
            statuses[status, default: 0] += 1
            buckets[bucket] += 1
            nanoseconds += took
        }
    }

    private struct State {
        var series: [Key: Series] = [:]
        var inFlight = 0
        var rpcErrors: [String: UInt64] = [:]
    }

    private let state = Mutex(State())

    /// A request came.
    func begin() {
        state.withLock { $0.inFlight += 1 }
    }

    /// Its answer begins.
    ///
    /// - Parameters:
    ///   - route: The route with its parameters in braces; nil where there is none for the path.
    ///   - took: Since ``begin()``.
    func end(_ method: HTTPRequest.Method, route: String?, status: Int, took: Duration) {
        let key = Key(method: Self.name(method), route: route ?? "none")
        let (seconds, attoseconds) = took.components
        let nanoseconds = max(seconds * 1_000_000_000 + attoseconds / 1_000_000_000, 0)
        let bucket = Self.limits.firstIndex { nanoseconds <= $0 } ?? Self.limits.count
        state.withLock { state in
            state.inFlight -= 1
            guard state.series[key] != nil || state.series.count < Self.mostSeries else { return }
            state.series[key, default: Series()].add(status, bucket, UInt64(nanoseconds))
        }
    }

    /// A call to the daemon was refused or failed.
    func rpcFailed(_ code: String) {
        state.withLock { $0.rpcErrors[code, default: 0] += 1 }
    }

    /// Writes the families of requests.
    func write(_ family: MetricFamily, to text: inout MetricsText) {
        // Copied, so that nobody waits for the writing.
        let state = state.withLock { $0 }
        let series = state.series.sorted { ($0.key.route, $0.key.method) < ($1.key.route, $1.key.method) }
        switch family.name {
        case MetricFamily.requests.name:
            for (key, value) in series {
                for (status, count) in value.statuses.sorted(by: { $0.key < $1.key }) {
                    text.sample(
                        count, [("method", key.method), ("route", key.route), ("status", String(status))])
                }
            }
        case MetricFamily.requestDuration.name:
            for (key, value) in series { write(key, value, to: &text) }
        case MetricFamily.requestsInFlight.name: text.sample(state.inFlight)
        case MetricFamily.rpcErrors.name:
            for (code, count) in state.rpcErrors.sorted(by: { $0.key < $1.key }) {
                text.sample(count, [("code", code)])
            }
        default: break
        }
    }

    private func write(_ key: Key, _ series: Series, to text: inout MetricsText) {
        let labels: [(StaticString, String?)] = [("method", key.method), ("route", key.route)]
        var sum: UInt64 = 0
        for (index, count) in series.buckets.enumerated() {
            sum += count
            let bound = index < Self.bounds.count ? String(Self.bounds[index]) : "+Inf"
            text.sample(sum, suffix: "_bucket", labels + [("le", bound)])
        }
        text.sample(Double(series.nanoseconds) / 1e9, suffix: "_sum", labels)
        text.sample(sum, suffix: "_count", labels)
    }

    /// Methods are free text of whoever sends the request: those without a name here share one.
    private static func name(_ method: HTTPRequest.Method) -> String {
        switch method {
        case .get, .head, .post, .put, .patch, .delete, .options: method.rawValue
        default: "other"
        }
    }
}
