import WGPilotCore
import WGPilotProtocol
import WGPilotStore

/// What is wrong with a request, told at once: what it says itself, what the machine has in its way, and what the store has.
/// A request that is good pays for none of it but the look at the machine, which peers with networks behind them need.
extension PeersHandler {
    /// Refuses new peers.
    ///
    /// - Parameters:
    ///   - drafts: What was read of them.
    ///   - reader: What could not be read.
    ///   - unread: By their places, what of name and address could not be read.
    func check(
        _ drafts: [PeerDraft], _ reader: FieldReader, unread: [Int: Set<PeerField>], in network: Network, isBatch: Bool
    ) async throws(RPCError) {
        let clashes = try await clashes(
            drafts.map { $0.settings }, reader, own: network.interface, isBatch: isBatch)
        if reader.violations.isEmpty && clashes.isEmpty { return }
        let stored = try await hub.stored { () async throws(StoreError) in
            try await hub.store.faults(in: network.id, drafts, unread: unread, isBatch: isBatch)
        }
        throw Self.refusal(reader, clashes, stored)
    }

    /// Refuses a change of a peer.
    func check(
        _ settings: PeerSettings, _ address: IPAddress?, _ reader: FieldReader, of peer: Peer, in network: Network
    ) async throws(RPCError) {
        var clashes: [FieldViolation] = []
        if settings.siteNetworks != peer.settings.siteNetworks {
            clashes = try await self.clashes([settings], reader, own: network.interface, isBatch: false)
        }
        if reader.violations.isEmpty && clashes.isEmpty { return }
        let stored = try await hub.stored { () async throws(StoreError) in
            try await hub.store.faults(in: network.id, of: peer.id, settings, address: address)
        }
        throw Self.refusal(reader, clashes, stored)
    }

    /// Refuses new keys.
    func check(
        _ rotation: KeyRotation, _ reader: FieldReader, of peer: Peer, in network: Network
    ) async throws(RPCError) {
        if reader.violations.isEmpty { return }
        guard let key = rotation.publicKey else { throw Self.refusal(reader, [], nil) }
        let stored = try await hub.stored { () async throws(StoreError) in
            try await hub.store.faults(in: network.id, of: peer.id, newKey: key)
        }
        throw Self.refusal(reader, [], stored)
    }

    /// What of the networks behind peers the machine reaches by another interface.
    private func clashes(
        _ peers: [PeerSettings], _ reader: FieldReader, own: InterfaceName, isBatch: Bool
    ) async throws(RPCError) -> [FieldViolation] {
        guard peers.contains(where: { !$0.siteNetworks.isEmpty }) else { return [] }
        let surroundings: Hub.Surroundings
        do throws(RPCError) {
            surroundings = try await hub.surroundings()
        } catch {
            // What the request says itself is told all the same.
            if reader.violations.isEmpty { throw error }
            return []
        }
        return Self.clashes(peers, surroundings, hub, own: own, isBatch: isBatch)
    }

    private static func clashes(
        _ peers: [PeerSettings], _ surroundings: Hub.Surroundings, _ hub: Hub, own: InterfaceName, isBatch: Bool
    ) -> [FieldViolation] {
        var clashes: [FieldViolation] = []
        for (index, peer) in peers.enumerated() where clashes.count < mostViolations {
            do throws(RPCError) {
                try hub.checkSites(peer, against: surroundings, own: own)
            } catch {
                let place = isBatch ? "peers[\(index)]." : ""
                clashes += error.fields.map { .init(field: place + $0.field, message: $0.message) }
            }
        }
        return clashes
    }

    /// No more than somebody might read.
    private static let mostViolations = 100

    /// The refusal for everything, what is wrong in the request itself first where the code has to choose.
    private static func refusal(
        _ reader: FieldReader, _ clashes: [FieldViolation], _ stored: StoreError?
    ) -> RPCError {
        let known = stored?.violations.map { FieldViolation(field: $0.field, message: $0.message) } ?? []
        // The store looks at the settings, too.
        var seen: Set<FieldViolation> = []
        let violations = (reader.violations + clashes + known).filter { seen.insert($0).inserted }
        let shown = Array(
            violations.enumerated().sorted { (place(of: $0.element), $0.offset) < (place(of: $1.element), $1.offset) }
                .map(\.element).prefix(mostViolations))
        if !reader.violations.isEmpty || stored?.code == .invalid { return .invalidFields(shown) }
        let isTaken = stored?.code == .alreadyExists
        return RPCError(
            isTaken ? .alreadyExists : .failedPrecondition, reason: isTaken ? "already_exists" : "overlap",
            message: shown.map(\.message).joined(separator: "; "), fields: shown)
    }

    /// Which peer of a batch it is about, so that they are told in their order; those of the whole batch come last.
    private static func place(of violation: FieldViolation) -> Int {
        guard violation.field.hasPrefix("peers") else { return 0 }
        return Int(violation.field.dropFirst("peers[".count).prefix { $0 != "]" }) ?? .max
    }
}
