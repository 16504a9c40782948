/// Code around every call of a router: authorization, logging.
///
/// An interceptor runs before the message is decoded, so a caller that may not call a method cannot make the server look
/// at its bytes. To refuse a call, throw an `RPCError` without calling `next`. To hand something on, set it in the
/// context given to `next`. To see the outcome, look at what `next` returns or throws.
public protocol ServerInterceptor: Sendable {
    /// Handles a call. The result is the encoded response message, to be returned as `next` gave it; for a streaming
    /// call it is empty, and `next` returns when the stream has ended.
    func intercept(
        _ context: ServerContext, next: (ServerContext) async throws -> [UInt8]
    ) async throws -> [UInt8]
}
