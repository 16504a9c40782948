import WGPilotJSON
import WGPilotProtocol

/// An API token as it is printed.
struct TokenView: Renderable {
    let token: TokenMessage
    /// What its bearer presents, where it is to be printed.
    var secret: String?

    func write(to json: inout JSONText) {
        json.object { json in
            token.writeFields(to: &json)
            json.field("secret", secret)
        }
    }

    /// The token alone, for whoever pastes or pipes it; else nothing.
    func table(now: Int64) -> String { secret.map { $0 + "\n" } ?? "" }

    /// When it ends.
    func expiry(now: Int64) -> String {
        guard let expiresAt = token.expiresAt else { return "never" }
        return expiresAt <= now ? "expired" : HumanText.clock(expiresAt, now: now)
    }
}

/// All API tokens as they are printed.
struct TokenListView: FittingRenderable {
    let tokens: [TokenMessage]

    func write(to json: inout JSONText) {
        json.array(tokens) { TokenView(token: $1).write(to: &$0) }
    }

    func rows(now: Int64) -> TextTable {
        var table = TextTable(
            ["ID", "NAME", "ROLE", "CREATED BY", "EXPIRES", "LAST USED"], rightAligned: [0],
            leftOutFirst: ["CREATED BY"])
        for token in tokens {
            table.append([
                "\(token.id)", token.name, token.role, token.createdBy, TokenView(token: token).expiry(now: now),
                HumanText.ago(token.lastUsedAt, now: now),
            ])
        }
        return table
    }
}
