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

    /// Whether wg-quick(8) takes a file of this name: it wants `[a-zA-Z0-9_=+.-]{1,15}.conf`.
    public static func isForWGQuick(_ fileName: String) -> Bool {
        fileName.hasSuffix(".conf") && (try? InterfaceName(String(fileName.dropLast(".conf".count)))) != nil
    }

    /// A name under which wg-quick(8) takes the file, which names the interface by it: what `InterfaceName` allows of
    /// the peer's name, with `-` for the rest.
    public static func interface(for name: DisplayName) -> String {
        var out = ""
        for scalar in name.description.unicodeScalars {
            let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
            if isPlain || "_=+.-".unicodeScalars.contains(scalar) {
                out.unicodeScalars.append(scalar)
            } else if out.last != "-" {
                out += "-"
            }
        }
        let trimmed = out.drop { "-.".contains($0) }.prefix(15)
        let text = String(trimmed.reversed().drop { "-.".contains($0) }.reversed())
        return text.isEmpty ? "wg0" : text
    }
}
