import Hummingbird
import NIOCore
import WGPilotJSON

/// An answer in JSON that may be given more than once.
struct RenderedAnswer: Sendable {
    private let headers: HTTPFields
    let body: ByteBuffer

    /// Renders what is written.
    init(headers: HTTPFields = [:], _ write: (inout JSONText) -> Void) {
        var json = JSONText(isCompact: true)
        write(&json)
        var headers = headers
        headers[.contentType] = "application/json"
        self.headers = headers
        body = ByteBuffer(bytes: json.utf8)
    }

    /// The answer.
    var response: Response {
        Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
    }
}
