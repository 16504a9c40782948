import Hummingbird
import NIOCore
import WGPilotJSON

extension Response {
    /// An answer in JSON.
    static func json(
        _ status: HTTPResponse.Status = .ok, headers: HTTPFields = [:], _ write: (inout JSONText) -> Void
    ) -> Response {
        var json = JSONText(isCompact: true)
        write(&json)
        return bytes(json.utf8, "application/json", status, headers)
    }

    /// An answer in JSON.
    static func json(
        _ value: some JSONWritable, _ status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Response {
        json(status, headers: headers) { value.write(to: &$0) }
    }

    /// An answer of bytes.
    static func bytes(
        _ bytes: [UInt8], _ mediaType: String, _ status: HTTPResponse.Status = .ok, _ headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = mediaType
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
