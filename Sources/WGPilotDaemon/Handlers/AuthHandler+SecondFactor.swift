import WGPilotCore
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore

extension AuthHandler {
    func registerSecondFactor(in router: inout RPCRouter) {
        router.register(AuthService.enrolTOTP) { request, context in
            let (session, call) = try webUser(context)
            let user = try await confirm(request.password, "password", session, context)
            let secret = try await hub.stored { () async throws(StoreError) in
                try await hub.store.enrol(user: user.id, audit: call.audit)
            }
            call.settle()
            return EnrolTOTPReply(
                secret: SecretText(secret.revealed),
                uri: SecretText(secret.uri(issuer: issuer, account: user.name.description)))
        }
        router.register(AuthService.confirmTOTP) { request, context in
            let (session, call) = try webUser(context)
            return try await confirmTOTP(request, session, call, context)
        }
        router.register(AuthService.disableTOTP) { request, context in
            let (session, call) = try webUser(context)
            let user = try await confirm(request.password, "password", session, context)
            let changed = try await hub.stored { () async throws(StoreError) in
                try await hub.store.removeSecondFactor(ofUser: user.id, endsSessions: false, audit: call.audit)
            }
            call.settle()
            return UserReply(user: UserMessage(changed))
        }
        router.register(AuthService.regenerateRecoveryCodes) { request, context in
            let (session, call) = try webUser(context)
            let user = try await confirm(request.password, "password", session, context)
            let codes = try await hub.stored { () async throws(StoreError) in
                try await hub.store.replaceRecoveryCodes(ofUser: user.id, audit: call.audit)
            }
            call.settle()
            return try await reply(codes, user.id)
        }
    }

    /// Which hub a code is for, where somebody has several.
    private var issuer: String {
        hub.configuration.endpointHost.map { "WGPilot \($0)" } ?? "WGPilot"
    }

    private func confirmTOTP(
        _ request: ConfirmTOTPRequest, _ session: SessionReference, _ call: Call, _ context: ServerContext
    ) async throws(RPCError) -> RecoveryCodesReply {
        let attempt = try hub.authentication.throttle.admit([.origin(ClientOrigin(context)), .codes(session.userID)])
        let codes: [CodeSecret]?
        do {
            codes = try await hub.store.confirmSecondFactor(
                ofUser: session.userID, request.code.revealed, audit: call.audit)
        } catch {
            hub.authentication.throttle.withdraw(attempt)
            throw RPCError(error)
        }
        guard let codes else {
            throw .invalidFields([
                FieldViolation(
                    field: "code",
                    message: "this is not the code of now: look whether the clocks of both machines are right")
            ])
        }
        hub.authentication.throttle.succeed(attempt)
        call.settle()
        return try await reply(codes, session.userID)
    }

    private func reply(_ codes: [CodeSecret], _ id: Int64) async throws(RPCError) -> RecoveryCodesReply {
        let user = try await hub.stored { () async throws(StoreError) in try await hub.store.user(id) }
        return RecoveryCodesReply(codes: codes.map { SecretText($0.text) }, user: UserMessage(user))
    }
}
