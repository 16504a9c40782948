import WGPilotCore
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore

/// A call that changes something: who makes it, what of it the audit log tells, and by what it is known again.
struct Call: Sendable {
    private let context: ServerContext
    private let record: CallRecord?
    /// By what the call is known again; nil where its caller gave no key, and for dry runs.
    let idempotency: IdempotencyKey?

    /// Takes a call.
    ///
    /// - Parameters:
    ///   - context: What is known of it.
    ///   - target: What it is about, by name.
    ///   - options: How the change is to be made: of a dry run the audit log tells nothing.
    init(_ context: ServerContext, target: String, options: ChangeOptions? = nil) {
        self.init(context, target, options, nil)
    }

    /// Takes a call that makes something, and that its caller may repeat.
    init(
        _ context: ServerContext, creating message: some Codable & Sendable, target: String,
        options: ChangeOptions? = nil
    ) throws(RPCError) {
        guard let key = context.metadata[MetadataKey.idempotencyKey], options?.dryRun != true else {
            self.init(context, target, options, nil)
            return
        }
        let caller = context[CallRecord.Key.self]?.caller.keyScope ?? "uid:\(context.credentials.uid)"
        let bytes: [UInt8]
        do {
            bytes = try CBOREncoder().encode(message)
        } catch {
            throw RPCError(.internal, reason: "unexpected_error", message: "the request cannot be encoded again")
        }
        let idempotency = IdempotencyKey(
            caller: caller, key: key, method: context.method.fullName, message: bytes)
        self.init(context, target, options, idempotency)
        if idempotency == nil {
            throw RPCError(
                .invalidArgument, reason: "invalid_idempotency_key",
                message: "an idempotency key is 1 to 64 characters of A-Z a-z 0-9 . _ -")
        }
    }

    private init(
        _ context: ServerContext, _ target: String, _ options: ChangeOptions?, _ idempotency: IdempotencyKey?
    ) {
        self.context = context
        self.idempotency = idempotency
        record = context[CallRecord.Key.self]
        record?.target = target.withoutSecrets
        if options?.dryRun == true { record?.settle() }
    }

    /// Who calls.
    var caller: Caller? { record?.caller }

    /// Says what the call is about, where that becomes known on the way.
    func name(_ target: String) {
        record?.target = target.withoutSecrets
    }

    /// Says who the caller turned out to be.
    func become(_ user: WebUser, in session: WebSession? = nil) {
        record?.caller.become(user, in: session)
    }

    /// What the audit log tells of the change.
    var audit: AuditContext? {
        guard let record else { return nil }
        return AuditContext(record, context)
    }

    /// How a change is written for good.
    var write: WriteOptions {
        var options = WriteOptions()
        options.audit = audit
        options.idempotency = idempotency
        return options
    }

    /// Says that the audit log has what there is to tell of the call.
    func settle() {
        record?.settle()
    }
}

extension AuditContext {
    /// What is known of a call by now.
    init(_ record: CallRecord, _ context: ServerContext) {
        let caller = record.caller
        self.init(
            actor: caller.actor, origin: caller.origin, method: context.method.fullName, target: record.target,
            requestID: context.requestID)
    }
}
