/// The fields of an object, of a request or an answer.
struct Schema: Sendable {
    /// One of the fields.
    struct Field: Sendable {
        let name: String
        let shape: Shape
        let description: String
        var isRequired = false
        /// Whether `null` may stand for the default.
        var mayBeNull = false
        /// What stands in the document's example; nil leaves it out there.
        var example: JSONValue?

        init(
            _ name: String, _ shape: Shape, _ description: String, required: Bool = false, nullable: Bool = false,
            example: JSONValue? = nil
        ) {
            self.name = name
            self.shape = shape
            self.description = description
            isRequired = required
            mayBeNull = nullable
            self.example = example
        }
    }

    /// The name in the document: `PeerCreate`.
    let name: String
    let fields: [Field]

    init(_ name: String, _ fields: [Field]) {
        self.name = name
        self.fields = fields
    }

    /// The same fields, and some more.
    func with(_ more: [Field], as name: String) -> Schema { Schema(name, fields + more) }
}
