import ArgumentParser

/// The one option of a command that changes something which no undo takes back.
struct DryRunArgument: ParsableArguments {
    @Flag(help: "Print what would change, and change nothing.")
    var dryRun = false

    /// As the commands have it that take more.
    var change: ChangeArguments {
        var change = ChangeArguments()
        change.dryRun = dryRun
        change.confirmWithin = nil
        return change
    }
}
