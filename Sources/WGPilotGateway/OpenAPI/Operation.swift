import HTTPTypes

/// What the API's document says of a route, and what is checked before its handler runs.
struct Operation: Sendable {
    /// Who may call it.
    enum Access: Sendable, Equatable {
        /// Anybody.
        case open
        /// Who shows a session or a token. What the role must be is the daemon's to say; here it is written for people.
        case role(String)

        private static let ranks = ["viewer", "operator", "admin"]

        /// Whether a caller of this role may, as far as is known here: a role that is not known may be any.
        func isMet(by role: String) -> Bool {
            guard case .role(let least) = self, let has = Self.ranks.firstIndex(of: role),
                let needs = Self.ranks.firstIndex(of: least)
            else { return true }
            return has >= needs
        }
    }

    /// What it answers where all is well.
    enum Answer: Sendable {
        case nothing
        case object(Schema)
        /// Something that is no JSON, of these media types.
        case media([String])
    }

    /// The name of the operation, in camel case: `listPeers`.
    let id: String
    /// The area that it is listed under.
    let area: String
    /// What it does, in one sentence.
    let summary: String
    let access: Access
    /// The parameters of the query; others are refused.
    var query: [Schema.Field] = []
    /// The fields of the body; nil for none.
    var body: Schema?
    /// Whether the body may be left out.
    var isBodyOptional = false
    /// The most bytes of the body.
    var largestBody = APIRequest.largestBody
    /// Whether the daemon is asked who the caller is before it is handled; false where it is answered whoever that is.
    var confirmsCaller = true
    /// The status where all is well.
    var status: HTTPResponse.Status = .ok
    var answer: Answer = .nothing
    /// Whether it heeds `Idempotency-Key`.
    var isCreation = false
    /// Whether it needs `If-Match`.
    var needsVersion = false
    /// Whether it heeds `If-Match` where there is one.
    var heedsVersion = false
    /// Whether the answer bears an ETag.
    var hasVersion = false

    init(_ id: String, area: String, _ summary: String, access: Access) {
        self.id = id
        self.area = area
        self.summary = summary
        self.access = access
        if access == .open { largestBody = APIRequest.largestOpenBody }
    }

    /// The same with something set.
    func with(_ change: (inout Operation) -> Void) -> Operation {
        var operation = self
        change(&operation)
        return operation
    }

    /// The same, which answers an object.
    func answering(_ schema: Schema, _ status: HTTPResponse.Status = .ok) -> Operation {
        with {
            $0.answer = .object(schema)
            $0.status = status
        }
    }

    /// The same with query parameters.
    func asking(_ query: [Schema.Field]) -> Operation { with { $0.query += query } }

    /// The same with a body.
    func taking(_ body: Schema, isOptional: Bool = false, largest: Int? = nil) -> Operation {
        with {
            $0.body = body
            $0.isBodyOptional = isOptional
            if let largest { $0.largestBody = largest }
        }
    }

    /// The same, which changes something that may be rehearsed or taken back.
    var changing: Operation { asking(Schema.Field.changeParameters) }

    /// The same, which is refused where the thing was changed since the caller read it and says so.
    var heedingVersion: Operation { with { $0.heedsVersion = true } }

    /// The media types that it answers with.
    var mediaTypes: [String] {
        if case .media(let types) = answer { types } else { ["application/json"] }
    }
}
