import FoundationEssentials
import Glibc
import WGPilotCore

/// The token that scrapers of allowed addresses are served with.
enum MetricsToken {
    private static let mostBytes = 4096

    /// Reads it from its file, which must hold nothing else, and which others must not be able to read.
    ///
    /// - Throws: What is wrong, without what stands in the file.
    static func read(_ path: String) throws(InvalidValue) -> String {
        guard let name = realPath(path),
            let facts = try? FileManager.default.attributesOfItem(atPath: name),
            let permissions = facts[.posixPermissions] as? Int
        else { throw InvalidValue("\(path.quotedForMessage) cannot be read: \(reason())") }
        guard facts[.type] as? FileAttributeType == .typeRegular else {
            throw InvalidValue("\(path.quotedForMessage) is no file")
        }
        guard permissions & 0o007 == 0 else {
            throw InvalidValue("\(path.quotedForMessage) can be read by everybody: chmod o= it, and make another token")
        }
        let descriptor = unsafe open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)
        guard descriptor >= 0 else { throw InvalidValue("\(path.quotedForMessage) cannot be read: \(reason())") }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: mostBytes + 1)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
        guard count >= 0 else { throw InvalidValue("\(path.quotedForMessage) cannot be read: \(reason())") }
        let words = String(decoding: bytes[..<count], as: UTF8.self).split { $0.isWhitespace }
        guard count <= mostBytes, words.count == 1, let token = words.first, token.hasPrefix("wgp_") else {
            throw InvalidValue("\(path.quotedForMessage) does not hold one API token, wgp_…, and nothing else")
        }
        return String(token)
    }

    /// The path behind symbolic links; nil where there is nothing (realpath(3)).
    private static func realPath(_ path: String) -> String? {
        guard let found = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(found) }
        return unsafe String(cString: found)
    }

    /// What `errno` says, for a person (strerror(3)).
    private static func reason() -> String {
        guard let text = unsafe strerror(errno) else { return "error \(errno)" }
        return unsafe String(cString: text)
    }
}
