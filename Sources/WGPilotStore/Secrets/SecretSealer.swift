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
