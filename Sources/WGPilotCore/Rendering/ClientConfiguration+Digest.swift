extension ClientConfiguration {
    /// The bytes that tell one configuration from another, for whoever makes a digest of them.
    ///
    /// The header comment is not among them, for it changes nothing. In the place of the private key stands the public
    /// one, so that a configuration can be compared whose private key is not known any more. They hold the preshared key:
    /// a digest of them must have a key of its own.
    ///
    /// - Parameter publicKey: The client's public key.
    public func identity(_ publicKey: PublicKey) -> [UInt8] {
        var configuration = self
        configuration.privateKey = nil
        return publicKey.bytes + Array(configuration.body.utf8)
    }
}
