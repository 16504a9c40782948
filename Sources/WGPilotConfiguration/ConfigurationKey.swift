/// The keys of one process's configuration: an enum whose raw values are the names in the YAML file.
public protocol ConfigurationKey: RawRepresentable<String>, CaseIterable, Hashable, Sendable {
    /// Whether the key takes a list.
    var isList: Bool { get }
    /// The environment variable that sets it; a list is separated by commas there.
    var environmentName: String { get }
}
