import ArgumentParser
import WGPilotProtocol

/// The options of the commands that show a transfer history, and what they do with it.
struct HistoryArguments: ParsableArguments {
    @Option(help: ArgumentHelp("day, week, month or year, up to now. Default: day.", valueName: "range"))
    var range: String?

    @Option(help: ArgumentHelp("From this time on, instead of a range.", valueName: "time"))
    var from: TimeArgument?

    @Option(help: ArgumentHelp("Up to this time. Default: now.", valueName: "time"))
    var to: TimeArgument?

    @Option(
        help: ArgumentHelp(
            "minute, 5min, 15min, hour, day, week or month. Default: as fits.", valueName: "granularity"))
    var granularity: String?

    @Option(
        help: ArgumentHelp("Write the history as a CSV file instead, or to standard output with -.", valueName: "file"))
    var csv: String?

    func validate() throws {
        if range != nil && (from != nil || to != nil) {
            throw ValidationError("--range goes without --from and --to")
        }
        if to != nil && from == nil { throw ValidationError("--to needs --from") }
    }

    /// How a request has the time.
    var request: (range: String?, from: Int64?, to: Int64?, granularity: String?) {
        let now = OutputFormat.now
        return (range, from?.seconds(now: now), to?.seconds(now: now), granularity)
    }

    /// Prints a history, or writes it where it is wanted.
    ///
    /// - Parameter name: Whose it is.
    func show(_ reply: HistoryReply, of name: String, as output: OutputFormat) throws {
        let view = HistoryView(name: name, history: reply)
        guard let csv else { return output.render(view) }
        try CSVFile.write(view.csv, to: csv)
    }
}
