extension ServerConfiguration {
    /// The most bytes that a file may have. With 62 for the shortest peer there is, none has more than 67 650 peers.
    public static let maximumBytes = 4 << 20

    /// Reads a wg-quick file.
    ///
    /// As wg(8) and wg-quick(8) have it: the case of keys and sections does not matter, a comment begins with `#`
    /// wherever it stands, `Address` and `AllowedIPs` add up, and host bits in `AllowedIPs` are cleared. Beyond that, a
    /// byte order mark and line breaks of Windows are no fault; but a key that stands twice, a second `[Interface]` and
    /// a `[Peer]` before it are. All-zero private and preshared keys are none, as the kernel takes them.
    ///
    /// Names of peers come from comments, made valid and unique; where there is none, from the public key.
    public init(parsing text: String) throws(ServerConfigurationFault) {
        var parser = ServerConfigurationParser()
        try parser.read(text)
        self = parser.configuration
    }
}
