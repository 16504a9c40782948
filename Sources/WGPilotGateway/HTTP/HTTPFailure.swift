import Hummingbird
import WGPilotProtocol

/// A request that is refused here: what becomes `{"error": {…}}`.
struct HTTPFailure: Error {
    let status: HTTPResponse.Status
    /// A stable name of the cause, in snake_case.
    let code: String
    /// One sentence for people, without a secret.
    let message: String
    var fields: [FieldViolation] = []
    /// Further fields of the answer's head.
    var headers: HTTPFields = [:]

    init(
        _ status: HTTPResponse.Status, _ code: String, _ message: String, fields: [FieldViolation] = [],
        headers: HTTPFields = [:]
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.fields = fields
        self.headers = headers
    }
}
