public import WGPilotProtocol

/// A type of message with what a test does to it.
public struct MessageType: Sendable {
    /// A message as every one of ours is.
    public typealias Message = Codable & Equatable & Sendable

    /// The name of the type.
    public let name: String
    private let read: @Sendable ([UInt8], inout Int, _ isLast: Bool) throws(CBORError) -> any Message
    private let check: @Sendable ([UInt8]) -> String?

    /// Describes a type.
    public init<T: Message>(_ type: T.Type) {
        let name = String(describing: type)
        self.name = name
        read = { (bytes, offset, isLast) throws(CBORError) -> any Message in
            guard isLast else { return try CBORDecoder().decode(type, from: bytes, at: &offset) }
            return try CBORDecoder().decode(type, from: bytes, after: offset)
        }
        check = { bytes in MessageType.fault(of: type, in: bytes).map { "\(name): \($0)" } }
    }

    /// Reads a message that is all there is in `bytes`.
    public func decode(_ bytes: [UInt8]) throws(CBORError) -> any Message {
        var offset = 0
        return try read(bytes, &offset, true)
    }

    /// Reads the next message of a sequence.
    public func decode(_ bytes: [UInt8], at offset: inout Int) throws(CBORError) -> any Message {
        try read(bytes, &offset, false)
    }

    /// What is wrong with how the bytes are read as this type, or nil: an error must lie within them, and a value must
    /// survive being written and read, and be written the same again.
    public func fault(in bytes: [UInt8]) -> String? {
        check(bytes)
    }

    private static func fault<T: Message>(of type: T.Type, in bytes: [UInt8]) -> String? {
        let value: T
        do throws(CBORError) {
            value = try CBORDecoder().decode(type, from: bytes)
        } catch {
            guard let offset = error.offset, (0...bytes.count).contains(offset) else {
                return "an error at \(error.offset.map(String.init) ?? "no offset"): \(error)"
            }
            return nil
        }
        do throws(CBORError) {
            let written = try CBOREncoder().encode(value)
            let again = try CBORDecoder().decode(type, from: written)
            guard again == value else { return "changed by being written and read" }
            guard try CBOREncoder().encode(again) == written else { return "written in two ways" }
            return nil
        } catch {
            return "what was read cannot be written and read: \(error)"
        }
    }
}
