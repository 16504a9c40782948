/// Names a value that an interceptor leaves in the ``ServerContext`` for those after it: the user behind a session, say.
///
/// ```swift
/// enum ActorKey: ServerContextKey {
///     typealias Value = Actor
/// }
/// context[ActorKey.self] = actor
/// ```
public protocol ServerContextKey {
    /// The type of the value.
    associatedtype Value: Sendable
}
