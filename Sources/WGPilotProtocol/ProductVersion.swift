/// The version of the whole: daemon, command line and gateway are built and released together.
public enum ProductVersion {
    /// By semantic versioning: major.minor.patch.
    public static let current = "0.1.0"
}
