import WGPilotConfiguration

/// The keys of a made-up process.
enum SampleKey: String, ConfigurationKey {
    case socket
    case dataDir = "data_dir"
    case logLevel = "log_level"
    case adminUsers = "admin_users"

    var isList: Bool { self == .adminUsers }
    var environmentName: String { "SAMPLE_" + rawValue.uppercased() }
}
