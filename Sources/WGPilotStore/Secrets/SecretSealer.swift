import Crypto
import FoundationEssentials

/// Seals secrets for their place in the database and opens them again.
///
///     byte   0        1 … 12   13 … n-17    n-16 … n-1
///            version  nonce    ciphertext   tag
///
/// Version 1 is ChaCha20-Poly1305 (RFC 8439) with a random nonce; it needs no AES hardware to be fast and free of timing
/// leaks. The associated data is `TABLE/COLUMN/ROW`, so that a ciphertext copied to another place does not open.
struct SecretSealer: Sendable {
    /// Where in the database a secret lives.
    struct Place: Sendable {
        let table: StaticString
        let column: StaticString
        let row: Int64

        var associatedData: [UInt8] { Array("\(table)/\(column)/\(row)".utf8) }
    }

    private static let version: UInt8 = 1

    let key: MasterKey

    /// Seals a secret for its place.
    func seal(_ secret: [UInt8], for place: Place) throws -> Data {
        let box = try ChaChaPoly.seal(secret, using: key.symmetricKey, authenticating: place.associatedData)
        var sealed = Data([Self.version])
        sealed.append(box.combined)
        return sealed
    }

    /// Vouches for bytes that are not stored: whoever has them again can tell by ``isSeal(_:of:for:program:)`` that they
    /// are the same, and nobody learns anything about them from it.
    ///
    /// It is the sealing of nothing with the bytes as associated data, under a key for the place and the version of the
    /// program: what another version made, or what was made for another place, is none. The random nonce makes each seal
    /// another one.
    func seal(of bytes: UnsafeRawBufferPointer, for place: Place, program: String) throws -> Data {
        let key = key(for: place, program: program)
        let box = try unsafe ChaChaPoly.seal([], using: key, authenticating: bytes)
        var sealed = Data([Self.version])
        sealed.append(box.combined)
        return sealed
    }

    /// Whether this is what ``seal(of:for:program:)`` made for these bytes, this place and this version of the program.
    func isSeal(_ sealed: Data, of bytes: UnsafeRawBufferPointer, for place: Place, program: String) -> Bool {
        guard sealed.first == Self.version, let box = try? ChaChaPoly.SealedBox(combined: sealed.dropFirst()) else {
            return false
        }
        let key = key(for: place, program: program)
        return (try? unsafe ChaChaPoly.open(box, using: key, authenticating: bytes))?.isEmpty == true
    }

    /// HKDF (RFC 5869), so that no associated data of ours needs to stand before bytes of another's making.
    private func key(for place: Place, program: String) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key.symmetricKey,
            info: Array("wgpilot seal v1 ".utf8) + place.associatedData + [0] + Array(program.utf8),
            outputByteCount: MasterKey.byteCount)
    }

    /// Opens what was sealed for this place; throws for anything else.
    func open<Result>(
        _ sealed: Data, from place: Place, _ body: ([UInt8]) throws -> Result
    ) throws -> Result {
        guard sealed.first == Self.version, let box = try? ChaChaPoly.SealedBox(combined: sealed.dropFirst()),
            var data = try? ChaChaPoly.open(box, using: key.symmetricKey, authenticating: place.associatedData)
        else {
            throw StoreError.corrupt(table: "\(place.table)", column: "\(place.column)", id: place.row)
        }
        var secret = Array(data)
        data.resetBytes(in: data.startIndex..<data.endIndex)
        defer { wipe(&secret) }
        return try body(secret)
    }
}
