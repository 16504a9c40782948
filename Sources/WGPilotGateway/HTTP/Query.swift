import Hummingbird
import WGPilotProtocol

/// The query parameters of a request, each of which is what its operation says.
struct Query: Sendable {
    private let values: [String: JSONValue]

    /// Reads the query of a request's target. All faults are told at once.
    static func read(_ text: String?, _ parameters: [Schema.Field]) throws(HTTPFailure) -> Query {
        var faults = RequestFaults()
        var values: [String: JSONValue] = [:]
        for pair in (text ?? "").split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentCoding.decode(parts[0], plusIsSpace: true),
                let value = PercentCoding.decode(parts.count > 1 ? parts[1] : "", plusIsSpace: true)
            else { throw HTTPFailure(.badRequest, "invalid_query", "The query is not percent-encoded UTF-8.") }
            guard let parameter = parameters.first(where: { $0.name == name }) else {
                faults.add(String(name.prefix(64)), "is not a parameter of this request")
                continue
            }
            if values[name] != nil {
                faults.add(name, "is there twice")
                continue
            }
            let read = parse(value, parameter.shape)
            if let fault = parameter.shape.check(read) { faults.add(name, fault) }
            values[name] = read
        }
        for parameter in parameters where parameter.isRequired && values[parameter.name] == nil {
            faults.add(parameter.name, "is missing")
        }
        if !faults.isEmpty { throw .invalidFields(faults.all, code: "invalid_query") }
        return Query(values: values)
    }

    private static func parse(_ text: String, _ shape: Shape) -> JSONValue {
        switch shape {
        case .integer: Int64(text).flatMap { String($0) == text ? .integer($0) : nil } ?? .text(text)
        case .flag: ["true": JSONValue.bool(true), "false": .bool(false)][text] ?? .text(text)
        default: .text(text)
        }
    }

    func text(_ name: String) -> String? {
        if case .text(let text) = values[name] { text } else { nil }
    }

    func integer(_ name: String) -> Int64? {
        if case .integer(let number) = values[name] { number } else { nil }
    }

    func flag(_ name: String) -> Bool? {
        if case .bool(let flag) = values[name] { flag } else { nil }
    }

    /// How the change is to be made; nil where nothing was said of it.
    func changeOptions(ifUnchanged: Int64? = nil) -> ChangeOptions? {
        let dryRun = flag("dry_run")
        let confirmWithin = integer("confirm_within")
        if dryRun == nil, confirmWithin == nil, ifUnchanged == nil { return nil }
        return ChangeOptions(dryRun: dryRun, confirmWithin: confirmWithin, ifUnchanged: ifUnchanged)
    }
}

extension Schema.Field {
    /// What every change takes.
    static let changeParameters = [
        Schema.Field("dry_run", .flag, "True answers what would change, and changes nothing."),
        Schema.Field(
            "confirm_within", .integer(1...86_400),
            "Seconds after which the change is undone unless it is confirmed by then."),
    ]
}
