import WGPilotCore
import WGPilotProtocol
import WGPilotStore

/// What a request says of a user to be made, read; all faults at once.
struct UserFields: Sendable {
    let name: UserName
    let role: APIToken.Role
    let email: String
    let password: Password

    init(name text: String, role roleText: String, email emailText: String?, password: SecretText) throws(RPCError) {
        var reader = FieldReader()
        let name = reader.read("name", text) { text throws(InvalidValue) in try UserName(text) }
        let role = reader.read("role", roleText, Self.role)
        let email = reader.read("email", emailText ?? "", Self.email)
        let secret = reader.read("password", password.revealed) { secret throws(InvalidValue) in
            try Password(secret, of: text)
        }
        try reader.check()
        guard let name, let role, let email, let secret else {
            throw RPCError(.internal, reason: "unexpected_error", message: "a field was neither read nor refused")
        }
        self.name = name
        self.role = role
        self.email = email
        self.password = secret
    }

    static func role(_ text: String) throws(InvalidValue) -> APIToken.Role {
        guard let role = APIToken.Role(rawValue: text) else {
            throw InvalidValue("a role is viewer, operator or admin")
        }
        return role
    }

    static func email(_ text: String) throws(InvalidValue) -> String {
        guard text.isEmpty || PeerSettings.isEmail(text) else {
            throw InvalidValue("\(text.quotedForMessage) is not an e-mail address")
        }
        return text
    }

    /// A password alone, to be set for a user.
    static func password(_ text: SecretText, _ field: String, of user: String?) throws(RPCError) -> Password {
        do {
            return try Password(text.revealed, of: user)
        } catch {
            throw .invalidFields([FieldViolation(field: field, message: error.message)])
        }
    }
}
