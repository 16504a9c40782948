import Hummingbird
import NIOCore
import WGPilotProtocol

/// A request as a handler sees it: its parameters and its body, read by what its operation says.
struct APIRequest: Sendable {
    let request: Request
    let context: GatewayContext
    let query: Query
    let body: RequestObject

    /// Bodies of most requests.
    static let largestBody = 1 << 20
    /// Bodies with many things in them, or a file.
    static let largestBulkBody = 8 << 20

    /// Bodies of those who have shown nothing yet.
    static let largestOpenBody = 16 << 10
    /// What is still read of a request that the daemon is going to refuse for the caller's role: it writes that down.
    static let largestRefusedBody = 64 << 10

    /// A part of the path, decoded.
    func text(_ name: String) throws(HTTPFailure) -> String {
        guard let raw = context.parameters[name[...]], let text = PercentCoding.decode(raw), !text.isEmpty,
            text.unicodeScalars.count <= 256
        else { throw HTTPFailure(.badRequest, "bad_request", "\(name) in the path is not percent-encoded UTF-8.") }
        return text
    }

    /// A part of the path that names a thing: a number is always that of the thing, never a name.
    func reference(_ name: String) throws(HTTPFailure) -> String {
        let text = try text(name)
        return Int64(text) != nil && text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? "#\(text)" : text
    }

    /// A part of the path that is a number.
    func identifier(_ name: String) throws(HTTPFailure) -> Int64 {
        let text = try text(name)
        guard let number = Int64(text), number > 0, String(number) == text else {
            throw HTTPFailure(.notFound, "not_found", "There is nothing with the number \(text.prefix(32)).")
        }
        return number
    }

    /// The key by which a creation is known again.
    func idempotencyKey() throws(HTTPFailure) -> String? {
        guard let key = request.headers[.idempotencyKey] else { return nil }
        guard (1...64).contains(key.utf8.count),
            key.utf8.allSatisfy({ byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || "-_.".utf8.contains(byte)
            })
        else {
            throw HTTPFailure(
                .badRequest, "bad_request", "Idempotency-Key is 1 to 64 letters, digits, '-', '_' and '.'.")
        }
        return key
    }

    /// How a deletion is to be made: by the version that the caller saw, where it says one.
    func deleteOptions() throws(HTTPFailure) -> ChangeOptions? {
        query.changeOptions(ifUnchanged: try expectedVersion(isNeeded: false))
    }

    /// The version that the caller saw, by `If-Match`; nil for `*`.
    ///
    /// - Throws: 428 where there is none and one is needed.
    func expectedVersion(isNeeded: Bool = true) throws(HTTPFailure) -> Int64? {
        guard let value = request.headers[.ifMatch] else {
            if !isNeeded { return nil }
            throw HTTPFailure(
                .preconditionRequired, "precondition_required",
                "Send the ETag that the edit goes by as If-Match, or If-Match: * to overwrite whatever is there.")
        }
        if value == "*" { return nil }
        guard let version = EntityTag.version(of: value) else {
            throw HTTPFailure(
                .preconditionFailed, "changed_meanwhile", "If-Match is none of this thing's ETags: read it again.")
        }
        return version
    }
}
