import Crypto

/// All that is set of a WireGuard device, keys included, as one string of bytes: two devices with the same imprint are
/// set alike. What traffic changes is not in it, and neither is what the network stack has of the interface.
///
/// It holds secrets, so it never prints itself and is wiped when the last copy goes.
///
///     1  32           2     then each peer, in the order of the public keys:
///     1  private key  port  0  32 public key  32 preshared key  2 keepalive
///                           … and its allowed IPs in order: 4 or 6, length, 4 or 16 address
///
/// Numbers are in network order; a key that is not set is all zeros, as the kernel has it.
public struct DeviceImprint: Sendable, CustomStringConvertible, CustomReflectable {
    private static let layout: UInt8 = 1

    // The library wipes what it keeps as a key.
    private let storage: SymmetricKey

    private init(_ bytes: [UInt8]) {
        storage = SymmetricKey(data: bytes)
    }

    /// Gives the bytes to whoever seals them.
    public func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        // The library's closure has no typed errors, so what the body throws travels in a result.
        let result = unsafe storage.withUnsafeBytes { bytes in
            do throws(Failure) {
                return Swift.Result<Result, Failure>.success(unsafe try body(bytes))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Never the bytes.
    public var description: String { "<imprint>" }

    /// Never the bytes, in dumps either.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension DeviceImprint {
    /// Takes a device's imprint peer by peer, in whatever order they come.
    public struct Builder: Sendable {
        private struct Place {
            let key: PublicKey
            let start: Int
            var end: Int
        }

        private var places: [Place] = []
        private var bytes: [UInt8] = []
        private var allowedIPs: [IPPrefix] = []

        /// Begins with no peer.
        public init() {}

        /// Adds a peer, or, where it is the one that was added last, more of its allowed IPs.
        ///
        /// - Parameters:
        ///   - presharedKey: 32 bytes, or none for none.
        ///   - persistentKeepalive: Seconds; 0 is off.
        public mutating func add(
            _ key: PublicKey, presharedKey: ArraySlice<UInt8>, persistentKeepalive: UInt16,
            allowedIPs: some Collection<IPPrefix>
        ) {
            if places.last?.key != key {
                close()
                places.append(Place(key: key, start: bytes.count, end: bytes.count))
                reserve(1 + 2 * KeyText.byteCount + 2)
                bytes.append(0)
                key.append(to: &bytes)
                if presharedKey.isEmpty {
                    for _ in 0..<KeyText.byteCount { bytes.append(0) }
                } else {
                    bytes += presharedKey
                }
                bytes.append(UInt8(truncatingIfNeeded: persistentKeepalive >> 8))
                bytes.append(UInt8(truncatingIfNeeded: persistentKeepalive))
            }
            self.allowedIPs += allowedIPs
        }

        /// The imprint.
        ///
        /// - Parameter privateKey: nil for a device without one.
        public consuming func finish(privateKey: PrivateKey?, listenPort: UInt16) -> DeviceImprint {
            guard var secret = privateKey?.withBytes({ $0 }) else {
                return finish(privateKey: [], listenPort: listenPort)
            }
            defer { wipe(&secret) }
            return finish(privateKey: secret[...], listenPort: listenPort)
        }

        /// The imprint.
        ///
        /// - Parameter privateKey: 32 bytes, or none for a device without one.
        public consuming func finish(privateKey: ArraySlice<UInt8>, listenPort: UInt16) -> DeviceImprint {
            close()
            places.sort { $0.key < $1.key }
            var whole: [UInt8] = []
            // What grows leaves a copy behind.
            whole.reserveCapacity(bytes.count + KeyText.byteCount + 3)
            defer {
                wipe(&whole)
                wipe(&bytes)
            }
            whole.append(DeviceImprint.layout)
            if privateKey.isEmpty {
                for _ in 0..<KeyText.byteCount { whole.append(0) }
            } else {
                whole += privateKey
            }
            whole.append(UInt8(truncatingIfNeeded: listenPort >> 8))
            whole.append(UInt8(truncatingIfNeeded: listenPort))
            for place in places { whole += bytes[place.start..<place.end] }
            return DeviceImprint(whole)
        }

        /// Writes the allowed IPs of the last peer.
        private mutating func close() {
            guard !places.isEmpty else { return }
            if allowedIPs.count > 1 { allowedIPs.sort() }
            reserve(18 * allowedIPs.count)
            for prefix in allowedIPs {
                bytes.append(prefix.address.isV4 ? 4 : 6)
                bytes.append(prefix.length)
                prefix.address.append(to: &bytes)
            }
            places[places.count - 1].end = bytes.count
            allowedIPs.removeAll(keepingCapacity: true)
        }

        /// Makes room, and wipes what the bytes move away from.
        private mutating func reserve(_ count: Int) {
            if bytes.capacity - bytes.count >= count { return }
            var larger: [UInt8] = []
            larger.reserveCapacity(2 * bytes.count + count + (1 << 16))
            larger += bytes
            wipe(&bytes)
            bytes = larger
        }
    }
}

extension DesiredInterface {
    /// The imprint of a device that is as it should be.
    public var imprint: DeviceImprint {
        var builder = DeviceImprint.Builder()
        for peer in peers.values {
            builder.add(
                peer.publicKey, peer.presharedKey, persistentKeepalive: peer.persistentKeepalive,
                allowedIPs: peer.allowedIPs)
        }
        return builder.finish(privateKey: privateKey, listenPort: listenPort)
    }
}

extension ObservedInterface {
    /// The imprint of the device.
    public var imprint: DeviceImprint {
        var builder = DeviceImprint.Builder()
        for peer in peers.values {
            builder.add(
                peer.publicKey, peer.presharedKey, persistentKeepalive: peer.persistentKeepalive,
                allowedIPs: peer.allowedIPs)
        }
        return builder.finish(privateKey: privateKey, listenPort: listenPort)
    }
}

extension DeviceImprint.Builder {
    fileprivate mutating func add(
        _ key: PublicKey, _ presharedKey: PresharedKey?, persistentKeepalive: UInt16, allowedIPs: Set<IPPrefix>
    ) {
        guard let presharedKey else {
            return add(key, presharedKey: [], persistentKeepalive: persistentKeepalive, allowedIPs: allowedIPs)
        }
        presharedKey.withBytes { bytes in
            add(key, presharedKey: bytes[...], persistentKeepalive: persistentKeepalive, allowedIPs: allowedIPs)
        }
    }
}

extension IPAddress {
    /// Appends the bytes without an array in between: there may be a hundred thousand of them.
    fileprivate func append(to bytes: inout [UInt8]) {
        switch self {
        case .v4(let address):
            let value = address.rawValue
            for shift in stride(from: UInt32(24), through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: value >> shift))
            }
        case .v6(let address):
            bytes += address.bytes
        }
    }
}
