import WGPilotJSON

/// What a dry run would change, as it is printed.
struct DryRunView: Renderable {
    let plan: [String]
    /// Writes what else the JSON has: the object as it would be.
    let fields: (inout JSONText) -> Void

    func write(to json: inout JSONText) {
        json.object { json in
            json.field("dry_run", true)
            json.field("plan", plan)
            fields(&json)
        }
    }

    func table(now: Int64) -> String {
        if plan.isEmpty { return "nothing would change\n" }
        return "would change:\n" + PrintableText.lines(plan.map { "  * \($0)" })
    }
}
