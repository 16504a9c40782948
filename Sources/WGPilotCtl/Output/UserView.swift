import WGPilotJSON
import WGPilotProtocol

/// A web user as it is printed.
struct UserView: Renderable {
    let user: UserMessage

    func write(to json: inout JSONText) {
        user.write(to: &json)
    }

    /// `enabled` or `disabled`.
    var state: String { user.enabled ? "enabled" : "disabled" }

    /// Whether a code is asked for beside the password.
    var secondFactor: String {
        user.totpEnabled ? "on, \(user.recoveryCodesLeft) recovery codes left" : "off"
    }

    func table(now: Int64) -> String {
        var facts = Facts()
        facts.add("id", "\(user.id)")
        facts.add("name", user.name)
        facts.add("role", user.role)
        facts.add("state", state)
        facts.add("e-mail", user.email)
        facts.add("second factor", secondFactor)
        facts.add("sessions", "\(user.sessions)")
        facts.add("last login", HumanText.ago(user.lastLoginAt, now: now))
        facts.add("password set", HumanText.ago(user.passwordChangedAt, now: now))
        facts.add("created", HumanText.ago(user.createdAt, now: now))
        facts.add("changed", HumanText.ago(user.updatedAt, now: now))
        return facts.rendered()
    }
}

/// All web users as they are printed.
struct UserListView: FittingRenderable {
    let users: [UserMessage]

    func write(to json: inout JSONText) {
        json.array(users) { UserView(user: $1).write(to: &$0) }
    }

    func rows(now: Int64) -> TextTable {
        var table = TextTable(
            ["ID", "NAME", "ROLE", "STATE", "SECOND FACTOR", "SESSIONS", "LAST LOGIN"], rightAligned: [0, 5],
            leftOutFirst: ["SESSIONS", "SECOND FACTOR"])
        for user in users {
            table.append([
                "\(user.id)", user.name, user.role, UserView(user: user).state, user.totpEnabled ? "on" : "off",
                "\(user.sessions)", HumanText.ago(user.lastLoginAt, now: now),
            ])
        }
        return table
    }
}
