/// What can be written as JSON: by the command line with `--output json`, and by the HTTP API.
public protocol JSONWritable {
    /// Writes the value as one JSON value.
    func write(to json: inout JSONText)
}

/// What is written as a JSON object, to which others may add fields.
public protocol JSONObjectWritable: JSONWritable {
    /// Writes the fields of an object that is open.
    func writeFields(to json: inout JSONText)
}

extension JSONObjectWritable {
    /// Writes the fields as one object.
    public func write(to json: inout JSONText) {
        json.object { writeFields(to: &$0) }
    }
}

extension JSONText {
    /// Writes a field with an object or another value; a field without a value is left out.
    public mutating func field(_ name: StaticString, _ value: (some JSONWritable)?) {
        if let value { field(name) { value.write(to: &$0) } }
    }

    /// Writes a field with a list of values.
    public mutating func field(_ name: StaticString, _ values: [some JSONWritable]) {
        field(name) { json in json.array(values) { $1.write(to: &$0) } }
    }

    /// Writes a list of values.
    public mutating func array(_ values: some Sequence<some JSONWritable>) {
        array(values) { $1.write(to: &$0) }
    }
}
