import Glibc

/// Overwrites bytes that held a secret, in a way that the optimiser keeps (explicit_bzero(3)).
func wipe(_ bytes: inout [UInt8]) {
    unsafe bytes.withUnsafeMutableBytes { buffer in
        if let start = buffer.baseAddress { unsafe explicit_bzero(start, buffer.count) }
    }
}
