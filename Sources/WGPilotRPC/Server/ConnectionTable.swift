internal import WGPilotProtocol

/// The connections that a server has, counted by user. A connection is in it until its last handler has returned, so that
/// nobody gets more work done at a time by leaving.
struct ConnectionTable<Connection> {
    private var connections: [ObjectIdentifier: (connection: Connection, uid: UInt32)] = [:]
    private var ofUser: [UInt32: Int] = [:]

    var isEmpty: Bool { connections.isEmpty }

    var all: [Connection] { connections.values.map(\.connection) }

    /// Why one more connection of a user may not be, or nil.
    func refusal(of uid: UInt32, _ limits: RPCServerConfiguration.Limits) -> RPCError? {
        let isWithin = connections.count < limits.maximumConnections
        if isWithin, uid == 0 || ofUser[uid, default: 0] < limits.maximumConnectionsPerUser { return nil }
        return RPCError(
            .resourceExhausted, reason: "too_many_connections",
            message: "The server has its limit of connections, \(limits.maximumConnections) in all and"
                + " \(limits.maximumConnectionsPerUser) of one user.")
    }

    mutating func insert(_ connection: Connection, _ id: ObjectIdentifier, of uid: UInt32) {
        connections[id] = (connection, uid)
        ofUser[uid, default: 0] += 1
    }

    mutating func remove(_ id: ObjectIdentifier) {
        guard let (_, uid) = connections.removeValue(forKey: id) else { return }
        let left = ofUser[uid, default: 1] - 1
        ofUser[uid] = left == 0 ? nil : left
    }
}
