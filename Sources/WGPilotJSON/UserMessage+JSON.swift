public import WGPilotProtocol

extension UserMessage: JSONObjectWritable {
    /// Writes the fields of the documented shape.
    public func writeFields(to json: inout JSONText) {
        json.field("id", id)
        json.field("name", name)
        json.field("role", role)
        json.field("enabled", enabled)
        json.field("email", email ?? "")
        json.field("totp_enabled", totpEnabled)
        json.field("recovery_codes_left", recoveryCodesLeft)
        json.field("sessions", sessions)
        json.field("created_at", createdAt)
        json.field("updated_at", updatedAt)
        json.field("password_changed_at", passwordChangedAt)
        json.field("last_login_at", lastLoginAt)
    }
}

extension SessionMessage: JSONObjectWritable {
    /// Writes the fields of the documented shape.
    public func writeFields(to json: inout JSONText) {
        json.field("id", id)
        json.field("user_id", userID)
        json.field("user", user)
        json.field("created_at", createdAt)
        json.field("last_used_at", lastUsedAt)
        json.field("expires_at", expiresAt)
        json.field("idle_expires_at", idleExpiresAt)
        json.field("client_address", clientAddress)
        json.field("user_agent", userAgent)
        json.field("current", isCurrent)
    }
}
