import HTTPTypes

extension HTTPFields {
    /// The field of a name that the library has no constant for; nil where it is missing.
    func text(_ name: String) -> String? {
        HTTPField.Name(name).flatMap { self[$0] }
    }

    /// Sets the field of a name that the library has no constant for.
    mutating func set(_ name: String, _ value: String) {
        if let name = HTTPField.Name(name) { self[name] = value }
    }
}
