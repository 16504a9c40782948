import Glibc

/// The C library's reading and writing of addresses (inet_pton(3), inet_ntop(3)), to compare ours with.
enum SystemAddressText {
    /// The bytes of the address in network order; nil where the C library refuses the text.
    static func parse(_ text: String, family: Int32) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: family == AF_INET ? 4 : 16)
        let result = unsafe bytes.withUnsafeMutableBytes { unsafe inet_pton(family, text, $0.baseAddress) }
        return result == 1 ? bytes : nil
    }

    /// The text of an address.
    static func format(_ bytes: [UInt8]) -> String? {
        // INET6_ADDRSTRLEN is 46 with the terminator (netinet/in.h).
        var text = [CChar](repeating: 0, count: 46)
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        let result = unsafe bytes.withUnsafeBytes { source in
            unsafe text.withUnsafeMutableBufferPointer { target in
                unsafe inet_ntop(family, source.baseAddress, target.baseAddress, 46)
            }
        }
        guard unsafe result != nil else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
