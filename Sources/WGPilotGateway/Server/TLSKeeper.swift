import Logging
import NIOCertificateReloading
import NIOSSL

/// What the listener needs for TLS: the certificate and its key, read again when the files change.
struct TLSKeeper: Sendable {
    /// Looks for changes; it runs beside the server.
    let reloader: TimedCertificateReloader
    private let context: NIOSSLContext

    /// Reads the files, in PEM.
    ///
    /// - Throws: Where they cannot be read, or do not belong together.
    init(certificate: String, key: String, logger: Logger) throws {
        reloader = TimedCertificateReloader(
            refreshInterval: .seconds(10),
            certificateSource: .init(location: .file(path: certificate), format: .pem),
            privateKeySource: .init(location: .file(path: key), format: .pem), logger: logger)
        try reloader.reload()
        var configuration = try TLSConfiguration.makeServerConfiguration(certificateReloader: reloader)
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        context = try NIOSSLContext(configuration: configuration)
    }

    /// What speaks TLS on one connection.
    func handler() -> NIOSSLServerHandler { NIOSSLServerHandler(context: context) }
}
