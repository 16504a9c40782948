import ArgumentParser
import WGPilotJSON
import WGPilotProtocol

/// The options of every command that changes something: how the change is to be made.
struct ChangeArguments: ParsableArguments {
    @Flag(help: "Print what would change, and change nothing.")
    var dryRun = false

    @Option(
        help: ArgumentHelp(
            "Undo the change after this time unless wgpilotctl confirm comes: 90, 30s, 5m or 2h, up to a day.",
            valueName: "time"))
    var confirmWithin: DurationArgument?

    /// What goes into the request; nil makes the change for good.
    var options: ChangeOptions? {
        // Whoever puts --dry-run behind a whole command wants to see it: there is nothing to undo then.
        if dryRun { return ChangeOptions(dryRun: true) }
        return confirmWithin.map { ChangeOptions(confirmWithin: $0.seconds) }
    }

    /// Makes a call that changes something.
    ///
    /// A daemon from before these options would skip them, and make the change that was only to be tried. So it is
    /// asked first for a method that came with them; without it the command ends there.
    func call<Input, Output>(
        _ method: MethodDescriptor<Input, Output>, _ input: Input, on daemon: DaemonConnection
    ) async throws -> Output {
        if options != nil { _ = try await daemon.call(SystemService.pendingChange, Empty()) }
        return try await daemon.call(method, input)
    }

    /// Ends a command that changed something: renders the outcome, or what a dry run would change, with further fields
    /// in its JSON; then says what waits.
    func conclude(
        change: ChangeMessage?, sync: SyncMessage?, as output: OutputFormat,
        fields: @escaping (inout JSONText) -> Void = { _ in }, render: () -> Void = {}
    ) throws {
        if dryRun {
            guard let change, change.dryRun else {
                throw CommandFault(
                    status: .failure, message: "the daemon did not take this for a dry run: the change was made")
            }
            output.render(DryRunView(plan: change.plan, fields: fields))
            return
        }
        render()
        if confirmWithin != nil {
            Terminal.note("wgpilotctl: \(Self.notice(change?.confirmBy, now: OutputFormat.now))")
        }
        try PendingNotice.check(sync)
    }

    /// Until when the change must be confirmed.
    static func notice(_ confirmBy: Int64?, now: Int64) -> String {
        guard let confirmBy else { return "nothing waits to be confirmed" }
        return "undone at \(HumanText.clock(confirmBy, now: now)) unless confirmed: wgpilotctl confirm"
    }
}

extension ChangeArguments {
    /// Ends a command that changed a network.
    func conclude(_ reply: NetworkReply, as output: OutputFormat) throws {
        try conclude("network", NetworkView(network: reply.network), reply.change, reply.sync, as: output)
    }

    /// Ends a command that changed a peer: tells what would bite in its configuration, and prints that where it is wanted.
    ///
    /// - Parameter file: Where the configuration was written to.
    func conclude(
        _ reply: PeerReply, as output: OutputFormat, printing: Bool = false, writtenTo file: String? = nil
    ) throws {
        let text = printing ? reply.configuration?.text : nil
        let view = PeerView(peer: reply.peer, findings: reply.findings, configuration: text)
        try conclude(
            change: reply.change, sync: reply.sync, as: output, fields: { $0.field("peer") { view.write(to: &$0) } },
            render: {
                // Whoever reads the configuration from a pipe wants nothing beside it.
                if let text, output == .table { Terminal.print(text) } else { output.render(view) }
                if output == .table {
                    for note in ConfigurationNotes.of(reply.findings ?? [], writtenTo: file) {
                        Terminal.note("wgpilotctl: \(note)")
                    }
                }
            })
    }

    /// Ends a command that made peers.
    func conclude(_ reply: PeersReply, as output: OutputFormat) throws {
        try conclude("peers", PeersView(peers: reply.peers), reply.change, reply.sync, as: output)
    }

    /// Ends a command that changed a bridge.
    func conclude(_ reply: BridgeReply, as output: OutputFormat) throws {
        try conclude("bridge", BridgeView(bridge: reply.bridge), reply.change, reply.sync, as: output)
    }

    /// Ends a command that changed an access rule.
    func conclude(_ reply: RuleReply, as output: OutputFormat) throws {
        try conclude("rule", RuleView(rule: reply.rule), reply.change, reply.sync, as: output)
    }

    /// Ends a command that made something go.
    func conclude(_ reply: DeleteReply, as output: OutputFormat) throws {
        let removed = reply.alsoRemoved ?? []
        var change = reply.change
        if change?.dryRun == true { change?.plan += removed.map { "remove \($0)" } }
        try conclude(
            change: change, sync: reply.sync, as: output,
            render: { for line in removed { Terminal.note("wgpilotctl: removed with it: \(line)") } })
    }

    private func conclude(
        _ name: StaticString, _ view: some Renderable, _ change: ChangeMessage?, _ sync: SyncMessage?,
        as output: OutputFormat
    ) throws {
        try conclude(
            change: change, sync: sync, as: output, fields: { $0.field(name) { view.write(to: &$0) } },
            render: { output.render(view) })
    }
}
