import Testing

/// A key pair whose public key somebody else computed.
struct KeyVector: Sendable, CustomTestStringConvertible {
    var name: String
    var privateKey: String
    var publicKey: String

    var testDescription: String { name }

    /// RFC 7748 §6.1, Alice; the base64 by `xxd -r -p | base64`.
    static let alice = KeyVector(
        name: "RFC 7748 Alice", privateKey: "dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo=",
        publicKey: "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=")
    /// RFC 7748 §6.1, Bob.
    static let bob = KeyVector(
        name: "RFC 7748 Bob", privateKey: "XasIfmJKikt54X+Lg4AO5m87sSkmGLb9HC+LJ/+I4Os=",
        publicKey: "3p7bfXt9wbTTW2HC7OQ1Nz+DQ8hbeGdNrfx+FG+IK08=")
    /// `wg genkey | tee key | wg pubkey` of wireguard-tools 1.0.20210914.
    static let captured = KeyVector(
        name: "wg genkey", privateKey: "EHrzNkjPObWuK8k2zZciziTmRSbd1c48iRbJ4LRTUX8=",
        publicKey: "5WrH9wJGPovsuMb+FiricL/h1uRIPYV4EbKidY6IKUo=")

    /// `wg genpsk`.
    static let capturedPresharedKey = "8JMJScF72qnh9VrrCIs9EvtjVik9GyIfiFbfT/mqBz4="

    static let all = [alice, bob, captured]
}
