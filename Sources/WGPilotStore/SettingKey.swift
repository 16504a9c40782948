/// The settings of the hub as a whole, by the names that requests have for them.
public enum SettingKey: String, CaseIterable, Sendable {
    /// The host under which clients reach the hub, where their network names none.
    case endpointHost = "endpoint_host"
}
