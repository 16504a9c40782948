/// An error of another module that knows how to tell itself to a caller.
///
/// The server sends an ``RPCError`` as it is and converts an error of this kind; every other error is logged in full
/// and reaches the caller as ``StatusCode/internal`` without detail.
public protocol RPCErrorConvertible: Error {
    /// What the caller is told. It must hold no secret.
    var rpcError: RPCError { get }
}
