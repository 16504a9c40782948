import WGPilotCore
import WGPilotProtocol
import WGPilotStore

extension UserMessage {
    /// A user as it goes over the wire.
    init(_ user: WebUser) {
        self.init(
            id: user.id, name: user.name.description, role: user.role.rawValue, enabled: user.isEnabled,
            email: user.email.isEmpty ? nil : user.email, totpEnabled: user.hasSecondFactor,
            recoveryCodesLeft: UInt32(clamping: user.recoveryCodesLeft), sessions: UInt32(clamping: user.sessions),
            createdAt: user.createdAt, updatedAt: user.updatedAt, passwordChangedAt: user.passwordChangedAt,
            lastLoginAt: user.lastLoginAt)
    }
}

extension SessionMessage {
    /// A session as it goes over the wire.
    ///
    /// - Parameter current: The session of the call, where it bears one.
    init(_ session: WebSession, current: Int64?) {
        self.init(
            id: session.id, userID: session.userID, user: session.userName, createdAt: session.createdAt,
            lastUsedAt: session.lastUsedAt, expiresAt: session.expiresAt, idleExpiresAt: session.idleExpiresAt,
            clientAddress: session.client.address, userAgent: session.client.agent, isCurrent: session.id == current)
    }
}
