import WGPilotCore
import Yams

/// Where values of the configuration come from: one layer, with the texts it holds and how to name it in an error.
public struct ConfigurationSource<Key: ConfigurationKey>: Sendable {
    /// A value, with the place to blame for it.
    public struct Value: Sendable {
        /// The texts; one for a key that takes no list.
        public var texts: [String]
        /// "flag --socket", "WGPILOT_SOCKET", "/etc/wgpilot/daemon.yaml line 3".
        public var place: String
    }

    /// The values this layer holds.
    public private(set) var values: [Key: Value] = [:]

    /// Makes a layer that holds nothing.
    public init() {}

    /// The layer of the command line.
    public static func flags(_ flags: [(key: Key, text: String?)]) -> ConfigurationSource {
        var source = ConfigurationSource()
        for (key, text) in flags {
            guard let text else { continue }
            let name = key.rawValue.replacing("_", with: "-")
            source.values[key] = Value(texts: [text], place: "flag --\(name)")
        }
        return source
    }

    /// The layer of the environment. Variables of other names are other programs' affair.
    public static func environment(_ environment: [String: String]) -> ConfigurationSource {
        var source = ConfigurationSource()
        for key in Key.allCases {
            guard let text = environment[key.environmentName] else { continue }
            let texts = key.isList ? text.split(separator: ",").map { String($0.trimming(" ")) } : [text]
            source.values[key] = Value(texts: texts, place: key.environmentName)
        }
        return source
    }

    /// The layer of a file, given its text. A key that is not known is an error: a mistyped name must not silently
    /// leave a default in force.
    public static func yaml(_ text: String, path: String) throws(ConfigurationError) -> ConfigurationSource {
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw ConfigurationError(["\(path) is not YAML: \(error)"])
        }
        var source = ConfigurationSource()
        guard let root, root.null == nil else { return source }
        guard let mapping = root.mapping else {
            throw ConfigurationError(["\(path) must hold keys with values, such as `socket: /run/wgpilot.sock`"])
        }
        var faults: [String] = []
        for (keyNode, valueNode) in mapping {
            let place = "\(path)\(keyNode.mark.map { " line \($0.line)" } ?? "")"
            guard let name = keyNode.scalar?.string, let key = Key(rawValue: name) else {
                let known = Key.allCases.map(\.rawValue).joined(separator: ", ")
                let name = (keyNode.scalar?.string ?? "").quotedForMessage
                faults.append("\(place): \(name) is not a key; the keys are \(known)")
                continue
            }
            if source.values[key] != nil {
                faults.append("\(place): \(name) is set twice")
            } else if let scalar = valueNode.scalar, !key.isList {
                source.values[key] = Value(texts: [scalar.string], place: place)
            } else if key.isList, let sequence = valueNode.sequence {
                let texts = sequence.compactMap { $0.scalar?.string }
                if texts.count != sequence.count { faults.append("\(place): \(name) takes a list of single values") }
                source.values[key] = Value(texts: texts, place: place)
            } else {
                faults.append("\(place): \(name) takes \(key.isList ? "a list" : "one value")")
            }
        }
        if !faults.isEmpty { throw ConfigurationError(faults) }
        return source
    }
}

extension Substring {
    /// The text without the character at either end.
    fileprivate func trimming(_ character: Character) -> Substring {
        var text = self
        while text.first == character { text.removeFirst() }
        while text.last == character { text.removeLast() }
        return text
    }
}
