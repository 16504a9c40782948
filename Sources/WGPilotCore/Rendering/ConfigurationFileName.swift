/// The name of a downloaded configuration file.
public enum ConfigurationFileName {
    /// `wgpilot-NAME.conf`, with everything but letters, digits, `.`, `_` and `-` replaced, so that the name is safe in
    /// a header and in any file system.
    public static func ascii(for name: DisplayName) -> String {
        let safe = name.description.unicodeScalars.map { scalar in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", ".", "_", "-": Character(scalar)
            default: "_" as Character
            }
        }
        return "wgpilot-\(String(safe)).conf"
    }
}
