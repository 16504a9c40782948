import CArgon2
import Crypto
import FoundationEssentials
public import WGPilotCore

/// What is stored of a password: Argon2id (RFC 9106) with salt and cost, as the text of the PHC string format.
///
/// Making and checking one takes tens of mebibytes and a good part of a second, and blocks: not for the threads of Swift's
/// tasks.
public struct PasswordHash: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    /// What a hash costs whoever makes or checks it.
    public struct Cost: Hashable, Sendable {
        /// The memory, in KiB: at least 8 a lane.
        public var memory: UInt32
        /// How often all of it is gone through.
        public var passes: UInt32
        /// How many lanes it has; one, as each would be a thread.
        public var lanes: UInt32

        /// Makes it from its parts.
        public init(memory: UInt32, passes: UInt32, lanes: UInt32 = 1) {
            self.memory = memory
            self.passes = passes
            self.lanes = lanes
        }

        /// 64 MiB, three times: the second choice of RFC 9106 §4 but for its lanes, and above all that the OWASP Password
        /// Storage Cheat Sheet asks for (19 MiB twice, or 46 MiB once).
        public static let current = Cost(memory: 64 << 10, passes: 3)

        /// The most that a hash from the database may cost: a damaged one must not take all memory.
        static let most = Cost(memory: 1 << 20, passes: 64, lanes: 16)
    }

    private static let saltBytes = 16
    private static let hashBytes = 32

    /// The text that is stored.
    let encoded: String
    /// What it costs to check.
    public let cost: Cost

    /// Takes what was stored; nil for anything but an Argon2id hash of version 19 at a cost within reason.
    init?(encoded: String) {
        guard encoded.utf8.count <= 512, let cost = Self.cost(of: encoded) else { return nil }
        self.encoded = encoded
        self.cost = cost
    }

    /// Hashes a password with a fresh salt.
    ///
    /// - Throws: `exhausted` where there is not memory enough.
    public static func make(_ password: Password, cost: Cost = .current) throws(StoreError) -> PasswordHash {
        let salt = unsafe SymmetricKey(size: SymmetricKeySize(bitCount: saltBytes * 8)).withUnsafeBytes {
            unsafe Array($0)
        }
        return try make(password, salt: salt, cost: cost)
    }

    /// The same with a salt that is given, for known answers.
    static func make(_ password: Password, salt: [UInt8], cost: Cost) throws(StoreError) -> PasswordHash {
        let length = argon2_encodedlen(
            cost.passes, cost.memory, cost.lanes, UInt32(salt.count), UInt32(hashBytes), Argon2_id)
        var text = [CChar](repeating: 0, count: length)
        let code = unsafe argon2id_hash_encoded(
            cost.passes, cost.memory, cost.lanes, password.revealed, password.revealed.count, salt, salt.count,
            hashBytes, &text, text.count)
        try check(code)
        let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        guard let hash = PasswordHash(encoded: String(decoding: bytes, as: UTF8.self)) else {
            throw StoreError(.internal, "a password's hash is not what it was made as")
        }
        return hash
    }

    /// A hash of no password, at the same cost: whoever checks one against it learns nothing, at the same price.
    public static func impossible(cost: Cost = .current) -> PasswordHash? {
        func random(_ count: Int) -> String {
            let bytes = unsafe SymmetricKey(size: SymmetricKeySize(bitCount: count * 8)).withUnsafeBytes {
                unsafe Data($0)
            }
            return bytes.base64EncodedString().filter { $0 != "=" }
        }
        return PasswordHash(
            encoded: "$argon2id$v=19$m=\(cost.memory),t=\(cost.passes),p=\(cost.lanes)$\(random(saltBytes))"
                + "$\(random(hashBytes))")
    }

    /// Whether it is the hash of this password.
    ///
    /// - Throws: `exhausted` where there is not memory enough.
    public func matches(_ password: Password) throws(StoreError) -> Bool {
        let code = unsafe argon2id_verify(encoded, password.revealed, password.revealed.count)
        if code == ARGON2_VERIFY_MISMATCH.rawValue { return false }
        try Self.check(code)
        return true
    }

    private static func check(_ code: Int32) throws(StoreError) {
        if code == ARGON2_OK.rawValue { return }
        if code == ARGON2_MEMORY_ALLOCATION_ERROR.rawValue {
            throw StoreError(.exhausted, "there is not memory enough to hash a password; try again later")
        }
        throw StoreError(.internal, "a password cannot be hashed: code \(code) of Argon2")
    }

    /// Reads `$argon2id$v=19$m=65536,t=3,p=1$SALT$HASH`.
    private static func cost(of encoded: String) -> Cost? {
        let parts = encoded.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0].isEmpty, parts[1] == "argon2id", parts[2] == "v=19" else { return nil }
        let numbers = parts[3].split(separator: ",", omittingEmptySubsequences: false)
        guard numbers.count == 3 else { return nil }
        func number(_ index: Int, _ name: String, in range: ClosedRange<UInt32>) -> UInt32? {
            guard numbers[index].hasPrefix(name), let value = UInt32(numbers[index].dropFirst(name.utf8.count)),
                range.contains(value)
            else { return nil }
            return value
        }
        guard let memory = number(0, "m=", in: 8...Cost.most.memory),
            let passes = number(1, "t=", in: 1...Cost.most.passes),
            let lanes = number(2, "p=", in: 1...Cost.most.lanes)
        else { return nil }
        return Cost(memory: memory, passes: passes, lanes: lanes)
    }

    /// Never the hash: whoever has it can try passwords on it.
    public var description: String { "<password hash>" }

    /// Never the hash, in dumps either.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
