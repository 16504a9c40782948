import CMnl
import Glibc
import WGPilotCore

/// WireGuard devices of the kernel's own module.
struct WireGuardFamily: Sendable {
    private let connection = NetlinkConnection(bus: NETLINK_GENERIC, label: "wgpilot.genetlink")

    /// The family's number here and now; nil where the kernel has no WireGuard and no module to load.
    ///
    /// It is asked for each time: the module may be loaded anew meanwhile, and then has another number.
    func resolve() async throws(NetlinkError) -> UInt16? {
        do {
            let request = try GenericNetlink.getFamily(WireGuardRequests.familyName)
            return try await connection.collect(request, into: UInt16?.none) { (number, message) throws(NetlinkError) in
                if let found = try GenericNetlink.familyNumber(message) { number = found }
            }
        } catch let error where error.refusal == ENOENT {
            return nil
        }
    }

    /// A device; nil when there is none of that name, or it is not WireGuard.
    func device(_ name: InterfaceName, statusOnly: Bool = false) async throws(NetlinkError) -> WireGuardDevice? {
        guard let family = try await resolve() else { return nil }
        do {
            let request = try WireGuardRequests.getDevice(name, family: family)
            return try await connection.collect(request, into: WireGuardDevice()) {
                (device, message) throws(NetlinkError) in
                try WireGuardReplies.merge(message, into: &device, statusOnly: statusOnly)
            }
        } catch let error where [ENODEV, EOPNOTSUPP].contains(error.refusal) {
            return nil
        }
    }

    /// The imprint of a device, and which of some peers have no endpoint; nil when there is none of that name, or it is not
    /// WireGuard.
    func imprint(
        _ name: InterfaceName, locating keys: Set<PublicKey>
    ) async throws(NetlinkError) -> (imprint: DeviceImprint, unlocated: Set<PublicKey>)? {
        guard let family = try await resolve() else { return nil }
        do {
            let request = try WireGuardRequests.getDevice(name, family: family)
            let read = try await connection.collect(request, into: ImprintReader(locating: keys)) {
                (reader, message) throws(NetlinkError) in
                try reader.read(message)
            }
            return read.finish()
        } catch let error where [ENODEV, EOPNOTSUPP].contains(error.refusal) {
            return nil
        }
    }

    /// Changes a device.
    func configure(_ name: InterfaceName, _ change: DeviceChange) async throws(NetlinkError) {
        guard let family = try await resolve() else { throw .refused(errno: EOPNOTSUPP, kernelMessage: nil) }
        // The throw-away peer of ``PeerEdit`` has a key of its own each time, whose private half nobody knows.
        var requests = try WireGuardRequests.setDevice(
            name, change, family: family, claimant: PrivateKey.generate().publicKey)
        defer {
            for index in requests.indices { wipe(&requests[index].body) }
        }
        for request in requests { try await connection.perform(request) }
    }
}
