public import WGPilotProtocol

extension DriftReply: JSONObjectWritable {
    /// Writes the fields of the documented shape.
    public func writeFields(to json: inout JSONText) {
        json.field("checks", checks)
        json.field("findings", findings)
        json.field("repairs", repairs)
        json.field("foreign_interfaces", foreignInterfaces)
        json.field("settings_changed", settingsChanged)
    }
}

extension CheckMessage: JSONObjectWritable {
    /// Writes the fields of the documented shape.
    public func writeFields(to json: inout JSONText) {
        json.field("name", name)
        json.field("result", result)
        json.field("message", message)
    }
}

extension FindingMessage: JSONObjectWritable {
    /// Writes the fields of the documented shape.
    public func writeFields(to json: inout JSONText) {
        json.field("network", network)
        json.field("item", item)
        json.field("message", message)
        json.field("can_adopt", canAdopt)
        json.field("found_at", foundAt)
        json.field("ignored", isIgnored)
    }
}

extension RepairMessage: JSONObjectWritable {
    /// Writes the fields of the documented shape.
    public func writeFields(to json: inout JSONText) {
        json.field("place", place)
        json.field("steps", steps)
        json.field("repaired_at", repairedAt)
    }
}
