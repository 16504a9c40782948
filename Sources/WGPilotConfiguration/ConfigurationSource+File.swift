import Glibc

extension ConfigurationSource {
    /// The layer of a YAML file.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - isRequired: Whether the file must exist: true for one that somebody named, false for the default place.
    /// - Throws: ``ConfigurationError`` when the file cannot be read, is larger than 1 MiB or is malformed.
    public static func file(_ path: String, isRequired: Bool) throws(ConfigurationError) -> ConfigurationSource {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if !isRequired && errno == ENOENT { return ConfigurationSource() }
            throw ConfigurationError(["\(path) cannot be read: \(systemMessage())"])
        }
        defer { close(descriptor) }
        // Reading stops at the limit and not at the end: the path may be that of a pipe or a device.
        let limit = 1 << 20
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count <= limit {
            let count = unsafe chunk.withUnsafeMutableBytes { buffer in
                unsafe read(descriptor, buffer.baseAddress, buffer.count)
            }
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw ConfigurationError(["\(path) cannot be read: \(systemMessage())"])
            }
            bytes += chunk[..<count]
        }
        guard bytes.count <= limit else { throw ConfigurationError(["\(path) is larger than 1 MiB"]) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigurationError(["\(path) is not UTF-8 text"])
        }
        return try yaml(text, path: path)
    }

    /// What `errno` says, for a person (strerror(3)).
    private static func systemMessage() -> String {
        guard let text = unsafe strerror(errno) else { return "error \(errno)" }
        return unsafe String(cString: text)
    }
}
