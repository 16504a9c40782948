import WGPilotNetlink
import WGPilotProtocol
import WGPilotStore

extension RPCError {
    /// What a caller hears of a refusal or failure of the store. What is wrong inside is for the log alone.
    init(_ error: StoreError) {
        let fields = error.violations.map { FieldViolation(field: $0.field, message: $0.message) }
        let (code, reason): (StatusCode, String) =
            switch error.code {
            case .notFound: (.notFound, "not_found")
            case .alreadyExists: (.alreadyExists, "already_exists")
            case .conflict: (.failedPrecondition, "overlap")
            case .stale: (.aborted, "stale")
            case .failedPrecondition: (.failedPrecondition, "failed_precondition")
            case .alreadyDone: (.aborted, "already_done")
            case .idempotencyMismatch: (.invalidArgument, "idempotency_mismatch")
            case .exhausted: (.resourceExhausted, "exhausted")
            case .invalid: (.invalidArgument, "invalid_fields")
            case .diskFull: (.resourceExhausted, "disk_full")
            case .cancelled: (.cancelled, "cancelled")
            case .corrupt: (.dataLoss, "corrupt_database")
            case .wrongMasterKey, .missingMasterKey, .unsafeMasterKey, .newerDatabase, .alreadyRunning, .io, .internal:
                (.internal, "database")
            }
        self.init(code, reason: reason, message: error.message, fields: fields)
    }

    /// What a caller hears when the kernel could not be asked.
    init(_ error: KernelError) {
        self.init(.unavailable, reason: "kernel", message: "\(error)")
    }
}
