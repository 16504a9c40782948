import Crypto
import FoundationEssentials
import Hummingbird
import NIOCore

/// The files of the web page, read at the start: what is not in the table is not served, whatever a path may say.
struct StaticFiles: Sendable {
    /// A file, with what was compressed of it beforehand.
    struct File: Sendable {
        var mediaType: String
        var plain: ByteBuffer
        var brotli: ByteBuffer?
        var gzip: ByteBuffer?
        /// Without its quotes.
        var tag: String
        /// Whether its name changes with its content.
        var isHashed: Bool
    }

    private var files: [String: File] = [:]

    /// No files.
    init() {}

    /// Reads a folder: regular files, no more than 64 MiB together.
    ///
    /// - Throws: Where it cannot be read, or is larger.
    init(folder: String) throws {
        let root = URL(filePath: folder, directoryHint: .isDirectory).resolvingSymlinksInPath().path(
            percentEncoded: false)
        let names = try FileManager.default.subpathsOfDirectory(atPath: root)
        var bytes: [String: ByteBuffer] = [:]
        var room = 64 << 20
        for name in names.sorted() {
            let path = root.hasSuffix("/") ? root + name : root + "/" + name
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            guard attributes[.type] as? FileAttributeType == .typeRegular else { continue }
            let data = try Data(contentsOf: URL(filePath: path))
            room -= data.count
            if room < 0 { throw CocoaError(.fileReadTooLarge) }
            bytes[name] = ByteBuffer(bytes: data)
        }
        for (name, plain) in bytes where !name.hasSuffix(".br") && !name.hasSuffix(".gz") && !name.hasSuffix(".map") {
            let digest = SHA256.hash(data: Data(plain.readableBytesView)).prefix(12)
            files["/" + name] = File(
                mediaType: Self.mediaType(name), plain: plain, brotli: bytes[name + ".br"], gzip: bytes[name + ".gz"],
                tag: digest.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined(),
                isHashed: Self.isHashed(name))
        }
    }

    /// How many there are.
    var count: Int { files.count }

    /// The answer to a request for a file, or for a page that the application shows by itself; nil where this is neither.
    func response(to request: Request) -> Response? {
        guard request.method == .get || request.method == .head else { return nil }
        let path = request.uri.path
        if path == "/" { return page(request) }
        if let file = files[path] {
            return path.hasSuffix(".html") ? page(request) : response(to: request, with: file)
        }
        // Routes of the page: whatever a browser would show, and is neither the API nor a file that is missing.
        let isOurs = ["/api", "/assets", "/metrics", "/health", "/ready"].contains {
            path == $0 || path.hasPrefix($0 + "/")
        }
        guard !isOurs, (request.headers[.accept] ?? "").contains("text/html") else { return nil }
        return page(request)
    }

    private func page(_ request: Request) -> Response? {
        guard let file = files["/index.html"] else { return nil }
        var response = response(to: request, with: file)
        response.headers[.contentSecurityPolicy] = SecurityFields.page
        return response
    }

    private func response(to request: Request, with file: File) -> Response {
        let (buffer, coding) = Self.representation(file, request.headers[.acceptEncoding] ?? "")
        let tag = "\"\(file.tag)\(coding.map { "-" + $0 } ?? "")\""
        var headers: HTTPFields = [
            .contentType: file.mediaType, .eTag: tag, .vary: "Accept-Encoding",
            .cacheControl: file.isHashed ? "public, max-age=31536000, immutable" : "no-cache",
        ]
        if EntityTag.matches(request.headers[.ifNoneMatch], tag) {
            headers[.contentType] = nil
            return Response(status: .notModified, headers: headers)
        }
        if let coding { headers[.contentEncoding] = coding }
        headers[.contentLength] = String(buffer.readableBytes)
        let body = request.method == .head ? ResponseBody() : ResponseBody(byteBuffer: buffer)
        return Response(status: .ok, headers: headers, body: body)
    }

    private static func representation(_ file: File, _ accept: String) -> (ByteBuffer, String?) {
        var allowed: Set<String> = []
        for item in accept.lowercased().split(separator: ",") {
            let parts = item.split(separator: ";").map { $0.filter { $0 != " " } }
            let isRefused = parts.dropFirst().contains { $0.hasPrefix("q=0") && Double($0.dropFirst(2)) == 0 }
            if let name = parts.first, !isRefused { allowed.insert(name) }
        }
        if let brotli = file.brotli, allowed.contains("br") { return (brotli, "br") }
        if let gzip = file.gzip, allowed.contains("gzip") { return (gzip, "gzip") }
        return (file.plain, nil)
    }

    /// Whether a name has the digest of its content in it, as bundlers write it: `main-7QX2ABCD.js`.
    static func isHashed(_ name: String) -> Bool {
        guard let file = name.split(separator: "/").last else { return false }
        return file.split(whereSeparator: { $0 == "." || $0 == "-" }).dropFirst().contains { part in
            part.utf8.count >= 8 && part.utf8.contains { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }
                && part.utf8.allSatisfy { byte in
                    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x66).contains(byte)
                }
        }
    }

    private static func mediaType(_ name: String) -> String {
        switch name.split(separator: ".").last {
        case "html": "text/html; charset=utf-8"
        case "js", "mjs": "text/javascript; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "svg": "image/svg+xml"
        case "png": "image/png"
        case "ico": "image/x-icon"
        case "woff2": "font/woff2"
        case "json": "application/json"
        case "webmanifest": "application/manifest+json"
        case "txt": "text/plain; charset=utf-8"
        default: "application/octet-stream"
        }
    }
}
