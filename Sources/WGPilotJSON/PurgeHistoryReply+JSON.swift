public import WGPilotProtocol

extension PurgeHistoryReply: JSONObjectWritable {
    /// Writes the fields of the documented shape.
    public func writeFields(to json: inout JSONText) {
        json.field("dry_run", dryRun)
        json.field("samples", samples)
        json.field("hourly_days", hourlyDays)
        json.field("daily_groups", dailyGroups)
        json.field("sessions", sessions)
    }
}
