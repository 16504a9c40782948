import Crypto
import FoundationEssentials
import Glibc
import SwiftASN1
import WGPilotCore
import X509

/// The certificate that the gateway makes for itself where it was given none: browsers warn of it once, and what is sent is
/// encrypted all the same.
struct SelfSignedCertificate {
    /// Where the certificate is, in PEM.
    let certificate: String
    /// Where its key is, in PEM, for the gateway alone.
    let key: String

    /// Browsers take none that is good for longer (CA/Browser Forum, Baseline Requirements §6.3.2).
    private static let lifetime: TimeInterval = 397 * 86_400
    /// It is made anew when less is left.
    private static let remainder: TimeInterval = 30 * 86_400

    /// Takes the certificate in the folder, or makes one where there is none that is good for another month and for all the names.
    ///
    /// - Throws: Where the folder cannot be written.
    init(folder: String, names: Set<String>, addresses: [IPAddress], now: Date = Date()) throws {
        certificate = folder + "/certificate.pem"
        key = folder + "/key.pem"
        if unsafe mkdir(folder, 0o700) != 0, errno != EEXIST { throw SelfSignedCertificate.failure(folder) }
        if Self.isGood(certificate, for: names, addresses, now: now), unsafe access(key, R_OK) == 0 { return }
        let secret = P256.Signing.PrivateKey()
        let made = try Self.make(secret, names, addresses, now)
        try Self.write(secret.pemRepresentation + "\n", to: key)
        try Self.write(try made.serializeAsPEM().pemString + "\n", to: certificate)
    }

    private static func isGood(_ path: String, for names: Set<String>, _ addresses: [IPAddress], now: Date) -> Bool {
        guard let data = FileManager.default.contents(atPath: path),
            let certificate = try? Certificate(pemEncoded: String(decoding: data, as: UTF8.self))
        else { return false }
        guard let shown = try? certificate.extensions.subjectAlternativeNames else { return false }
        return certificate.notValidAfter > now.addingTimeInterval(remainder)
            && Set(self.names(names, addresses)).isSubset(of: Set(shown))
    }

    /// What it is good for.
    private static func names(_ names: Set<String>, _ addresses: [IPAddress]) -> [GeneralName] {
        names.subtracting(["*"]).union(["localhost"]).sorted().map { GeneralName.dnsName($0) }
            + addresses.map { GeneralName.ipAddress(ASN1OctetString(contentBytes: $0.bytes[...])) }
    }

    private static func make(
        _ secret: P256.Signing.PrivateKey, _ names: Set<String>, _ addresses: [IPAddress], _ now: Date
    ) throws -> Certificate {
        let subject = try DistinguishedName { CommonName("WGPilot") }
        return try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: .init(secret.publicKey),
            notValidBefore: now.addingTimeInterval(-3600), notValidAfter: now.addingTimeInterval(lifetime),
            issuer: subject, subject: subject, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames(Self.names(names, addresses))
            }, issuerPrivateKey: .init(secret))
    }

    /// Writes a file for its owner alone, whole or not at all.
    private static func write(_ text: String, to path: String) throws {
        let new = path + ".new"
        unsafe unlink(new)
        let descriptor = unsafe open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure(new) }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        guard unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0,
            unsafe rename(new, path) == 0
        else { throw failure(new) }
    }

    private static func failure(_ path: String) -> InvalidValue {
        InvalidValue("\(path) cannot be written: error \(errno)")
    }
}
