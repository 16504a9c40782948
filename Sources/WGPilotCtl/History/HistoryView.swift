import WGPilotJSON
import WGPilotProtocol

/// A transfer history as it is printed: a chart for people.
struct HistoryView: Renderable {
    /// Whose it is.
    let name: String
    let history: HistoryReply
    /// How many cells a line may have.
    var columns = Terminal.columns ?? 80

    func write(to json: inout JSONText) {
        json.object { json in
            json.field("name", name)
            history.writeFields(to: &json)
        }
    }

    /// As a spreadsheet reads it: times by UTC.
    var csv: String {
        CSVFile.text(
            [["start", "received", "sent", "watched"]]
                + history.points.map {
                    [HumanText.utc($0.start), "\($0.received)", "\($0.sent)", "\($0.watched)"]
                })
    }

    func table(now: Int64) -> String {
        let from = HumanText.clock(history.from, now: now)
        let to = HumanText.clock(min(history.to, max(now, history.from)), now: now)
        var lines = [
            PrintableText.of("\(name): \(from) to \(to), by \(history.granularity)"),
            "received \(HumanText.bytes(history.received)), sent \(HumanText.bytes(history.sent))",
        ]
        if history.received == 0 && history.sent == 0 {
            lines.append(history.sampledAt == nil ? "no sample was taken yet" : "nothing flowed")
        } else {
            let grouped = grouped()
            for (title, values) in [("received", grouped.map(\.received)), ("sent", grouped.map(\.sent))] {
                let isGap = grouped.map(\.isGap)
                let chart = HistoryChart(
                    values: zip(values, isGap).map { $1 && $0 == 0 ? nil : $0 }, height: 6,
                    barWidth: max(1, min(4, room / max(1, grouped.count))))
                lines += ["", title] + chart.lines
                lines.append(axis(from, to, width: grouped.count * chart.barWidth))
            }
        }
        if !gap.isEmpty { lines += [""] + gap }
        return lines.map { $0 + "\n" }.joined()
    }

    /// How many cells the columns have.
    private var room: Int { max(10, columns - HistoryChart.labelWidth - 2) }

    private struct Group {
        var received: UInt64 = 0
        var sent: UInt64 = 0
        var isGap = true
    }

    /// As many points together as it takes for all to have room.
    private func grouped() -> [Group] {
        let points = history.points
        let size = max(1, (points.count + room - 1) / room)
        return stride(from: 0, to: points.count, by: size).map { start in
            points[start..<min(start + size, points.count)].reduce(into: Group()) { group, point in
                group.received = group.received.addingReportingOverflow(point.received).partialValue
                group.sent = group.sent.addingReportingOverflow(point.sent).partialValue
                if point.watched > 0 { group.isGap = false }
            }
        }
    }

    private func axis(_ from: String, _ to: String, width: Int) -> String {
        let margin = String(repeating: " ", count: HistoryChart.labelWidth + 2)
        let between = width - from.count - to.count
        return between > 0
            ? margin + from + String(repeating: " ", count: between) + to : margin + "\(from) to \(to)"
    }

    /// Says for how long nobody looked, where that matters.
    private var gap: [String] {
        guard let end = history.sampledAt else { return [] }
        let watched = history.points.reduce(Int64(0)) { $0.addingReportingOverflow($1.watched).partialValue }
        // The numbers are the daemon's word: none of them may end this program.
        let (seconds, isTooLong) = min(end, history.to).subtractingReportingOverflow(history.from)
        let (missing, isTooMuch) = seconds.subtractingReportingOverflow(watched)
        if isTooLong || isTooMuch { return [] }
        // What is not even a point, and the interval of the first sample, would be said of every history.
        guard missing > 300 else { return [] }
        return [
            "for \(HumanText.duration(missing)) of it the hub did not look (\(HistoryChart.gap));",
            "what flowed then is where it looked again",
        ]
    }
}
