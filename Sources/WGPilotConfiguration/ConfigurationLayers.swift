public import WGPilotCore

/// The layers of a configuration, the strongest first, and what was found wrong while reading them.
public struct ConfigurationLayers<Key: ConfigurationKey>: Sendable {
    private let layers: [ConfigurationSource<Key>]
    private var faults: [String] = []

    /// Takes the layers in order: the first that has a key wins.
    public init(_ layers: [ConfigurationSource<Key>]) {
        self.layers = layers
    }

    /// The texts of a list key; nil where no layer has it.
    public func texts(_ key: Key) -> [String]? {
        layers.lazy.compactMap { $0.values[key] }.first?.texts
    }

    /// The value of a key, read by `parse`; nil where no layer has it, or where it is not valid, which is remembered.
    public mutating func value<Value>(
        _ key: Key, _ parse: (String) throws(InvalidValue) -> Value
    ) -> Value? {
        guard let found = layers.lazy.compactMap({ $0.values[key] }).first else { return nil }
        do {
            guard let text = found.texts.first, !text.isEmpty else { throw InvalidValue("must not be empty") }
            return try parse(text)
        } catch {
            faults.append("\(found.place): \(key.rawValue): \(error)")
            return nil
        }
    }

    /// The values of a list key, each read by `parse`; nil where no layer has it, without those that are not valid, which
    /// are remembered.
    public mutating func values<Value>(
        _ key: Key, _ parse: (String) throws(InvalidValue) -> Value
    ) -> [Value]? {
        guard let found = layers.lazy.compactMap({ $0.values[key] }).first else { return nil }
        var values: [Value] = []
        for text in found.texts {
            do throws(InvalidValue) {
                values.append(try parse(text))
            } catch {
                faults.append("\(found.place): \(key.rawValue): \(text.quotedForMessage) \(error)")
            }
        }
        return values
    }

    /// Remembers as a fault that one of two keys is set, and the other, without which it means nothing, is not.
    public mutating func require(_ one: Key, _ other: Key) {
        for (set, missing) in [(one, other), (other, one)] {
            let found = layers.lazy.compactMap { $0.values[set] }.first
            if let found, !layers.contains(where: { $0.values[missing] != nil }) {
                faults.append("\(found.place): \(set.rawValue) needs \(missing.rawValue)")
            }
        }
    }

    /// Throws everything that was found wrong, all at once.
    public func check() throws(ConfigurationError) {
        if !faults.isEmpty { throw ConfigurationError(faults) }
    }
}
