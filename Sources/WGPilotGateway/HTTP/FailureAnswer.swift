import Hummingbird
import NIOHTTP1
import WGPilotJSON
import WGPilotProtocol

/// Failures as the API tells them.
enum FailureAnswer {
    /// The answer to a request whose handler threw.
    static func of(_ error: any Error, requestID: String) -> Response {
        let failure =
            switch error {
            case let failure as HTTPFailure: failure
            case let error as RPCError: of(error)
            case is HTTPParserError:
                HTTPFailure(.badRequest, "bad_request", "The body is malformed.", headers: [.connection: "close"])
            case let error as HTTPError:
                HTTPFailure(error.status, "bad_request", error.body ?? "The request cannot be served.")
            case is CancellationError:
                HTTPFailure(
                    .serviceUnavailable, "shutting_down", "The gateway is stopping.", headers: [.retryAfter: "2"])
            default: HTTPFailure(.internalServerError, "internal", "Something failed; the gateway's log has more.")
            }
        return answer(failure, requestID: requestID)
    }

    /// The answer that tells a failure.
    static func answer(_ failure: HTTPFailure, requestID: String) -> Response {
        .bytes(body(failure, requestID: requestID), "application/json", failure.status, failure.headers)
    }

    /// The body that tells a failure.
    static func body(_ failure: HTTPFailure, requestID: String) -> [UInt8] {
        var json = JSONText(isCompact: true)
        json.object { json in
            json.field("error") { json in
                json.object { json in
                    json.field("code", failure.code)
                    json.field("message", failure.message)
                    json.field("request_id", requestID)
                    json.field("fields") { json in
                        json.array(failure.fields) { json, violation in
                            json.object { json in
                                json.field("field", violation.field)
                                json.field("message", violation.message)
                            }
                        }
                    }
                }
            }
        }
        return json.utf8
    }

    /// What the daemon's refusal is in HTTP.
    static func of(_ error: RPCError) -> HTTPFailure {
        var headers: HTTPFields = [:]
        let status: HTTPResponse.Status
        switch error.code {
        // Its form is right, and the same key stands for something else (draft-ietf-httpapi-idempotency-key-header §2.7).
        case .invalidArgument where error.reason == "idempotency_mismatch": status = .unprocessableContent
        case .invalidArgument, .outOfRange: status = error.fields.isEmpty ? .badRequest : .unprocessableContent
        case .unauthenticated:
            status = .unauthorized
            headers[.wwwAuthenticate] = "Bearer realm=\"wgpilot\""
        case .permissionDenied: status = .forbidden
        case .notFound: status = .notFound
        case .alreadyExists, .failedPrecondition: status = .conflict
        case .aborted: status = error.reason == "stale" ? .preconditionFailed : .conflict
        case .resourceExhausted: status = Self.isWaitedOut(error) ? .tooManyRequests : .conflict
        case .unimplemented: status = .notImplemented
        case .unavailable: status = .serviceUnavailable
        case .deadlineExceeded: status = .gatewayTimeout
        case .cancelled: status = .serviceUnavailable
        case .ok, .unknown, .internal, .dataLoss: status = .internalServerError
        }
        if status == .serviceUnavailable || status == .tooManyRequests {
            let milliseconds = error.metadata["retry-after-ms"].flatMap { Int64($0) } ?? 2000
            headers[.retryAfter] = String(max(1, (milliseconds + 999) / 1000))
        }
        let code =
            status == .preconditionFailed ? "changed_meanwhile" : error.reason.isEmpty ? name(error.code) : error.reason
        return HTTPFailure(status, code, error.message, fields: error.fields, headers: headers)
    }

    private static func isWaitedOut(_ error: RPCError) -> Bool {
        error.metadata["retry-after-ms"] != nil
            || ["too_many_calls", "too_many_requests", "throttled", "busy", "too_many_connections"]
                .contains(error.reason)
    }

    private static func name(_ code: StatusCode) -> String { code.name.lowercased() }
}
