import FoundationEssentials
import GRDB
public import WGPilotCore

/// By what a device is known again that is as the database has it, without the rows of its peers and without opening
/// their secrets.
///
/// A seal vouches for what the device *should* be and is made from nothing but the database, so that no state of the
/// kernel can slip into it. Whatever is written to the rows it was made from takes it away, in the same transaction and by
/// the schema itself.
extension StateStore {
    private static func place(_ networkID: Int64) -> SecretSealer.Place {
        SecretSealer.Place(table: "deviceSeal", column: "seal", row: networkID)
    }

    /// What a network's interface should be, its device told by a seal; nil where nothing vouches for it, and where the
    /// network is switched off or not there.
    public func sealedInterface(_ networkID: Int64) async throws(StoreError) -> SealedInterface? {
        try await read { db in
            guard let seal = try DeviceSealRecord.find(networkID, db)?.seal,
                let record = try NetworkRecord.find(networkID, db), record.network.settings.enabled
            else { return nil }
            let network = record.network
            // The seal is from before they expired.
            let expired = try db.cachedStatement(
                sql: "SELECT 1 FROM peer WHERE networkID = ? AND enabled = 1 AND expiresAt <= ? LIMIT 1")
            guard try Int.fetchOne(expired, arguments: [networkID, self.now()]) == nil else { return nil }
            let sites =
                network.settings.mode == .siteToSite
                ? try SiteNetworkRecord.enabledBlocks(inNetwork: networkID, db) : []
            let located = try db.cachedStatement(
                sql: "SELECT publicKey FROM peer WHERE networkID = ? AND enabled = 1 AND endpoint IS NOT NULL")
            let outline = InterfaceOutline(
                name: network.interface, mtu: network.settings.mtu, addresses: network.hubAddresses,
                routes: Set(sites),
                located: try Set(
                    Row.fetchAll(located, arguments: [networkID]).map { row in
                        try ColumnReader(row: row, table: "peer").publicKey(0, "publicKey")
                    }))
            return SealedInterface(networkID: networkID, outline: outline, seal: seal)
        }
    }

    /// Whether a device with this imprint is what the network's should be.
    ///
    /// - Parameter program: The version of this program: another one may make another device from the same rows.
    public func isInStep(_ imprint: DeviceImprint, with sealed: SealedInterface, program: String) -> Bool {
        unsafe imprint.withBytes { bytes in
            unsafe sealer.isSeal(sealed.seal, of: bytes, for: Self.place(sealed.networkID), program: program)
        }
    }

    /// Stores what vouches for the device from now on; does nothing where the network was changed since it was read.
    ///
    /// - Parameter program: The version of this program.
    public func sealDevice(
        of networkID: Int64, _ desired: VersionedInterface, program: String
    ) async throws(StoreError) {
        guard let version = desired.version else { return }
        let imprint = desired.interface.imprint
        try await write { db in
            let seal = try unsafe imprint.withBytes { bytes in
                unsafe try self.sealer.seal(of: bytes, for: Self.place(networkID), program: program)
            }
            try DeviceSealRecord.set(seal, ofNetwork: networkID, version: version, db)
        }
    }
}
