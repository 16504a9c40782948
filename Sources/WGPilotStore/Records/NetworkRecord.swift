import FoundationEssentials
import GRDB
import WGPilotCore

/// A row of `network`.
struct NetworkRecord {
    var network: Network
    /// No host number below it is free.
    var hostHint: Int64
    /// The numbering of the subnets.
    var plan: AddressPlan

    private static let columns = """
        id, name, interface, mode, subnet, subnet6, listenPort, publicKey, dnsServers, searchDomains, mtu, endpointHost, \
        tunnel, customCIDRs, enabled, hostHint, createdAt, updatedAt, nat, peersMayTalk, driftPolicy, hubNumber, custody, \
        bandwidthUp, bandwidthDown
        """

    init(row: Row) throws {
        var reader = ColumnReader(row: row, table: "network")
        let id = try reader.int64(0, "id")
        reader.id = id
        var settings = try NetworkSettings(
            name: reader.value(1, "name") { try DisplayName($0) },
            mode: reader.value(3, "mode") { try NetworkMode($0) },
            subnet: reader.value(4, "subnet") { try IPPrefix($0) },
            listenPort: reader.int(6, "listenPort", in: 1...UInt16.max))
        settings.subnet6 = try reader.optionalValue(5, "subnet6") { try IPPrefix($0) }
        settings.dnsServers = try reader.list(8, "dnsServers") { try IPAddress(stored: $0) }
        settings.searchDomains = try reader.list(9, "searchDomains") { $0 }
        settings.mtu = try reader.optionalInt(10, "mtu", in: NetworkSettings.mtuRange)
        settings.endpointHost = try reader.optionalValue(11, "endpointHost") { try EndpointHost($0) }
        settings.tunnel = try reader.value(12, "tunnel") { try TunnelScope($0) }
        settings.customCIDRs = try reader.list(13, "customCIDRs") { try IPPrefix($0) }
        settings.enabled = try reader.bool(14)
        settings.nat = try reader.bool(18)
        settings.peersMayTalk = try reader.bool(19)
        settings.driftPolicy = try reader.value(20, "driftPolicy") { try DriftPolicy($0) }
        settings.hubNumber = try reader.int64(21, "hubNumber")
        settings.custody = try reader.value(22, "custody") { try KeyCustody($0) }
        settings.bandwidthUp = try reader.int64(23, "bandwidthUp")
        settings.bandwidthDown = try reader.int64(24, "bandwidthDown")
        guard let plan = settings.addressPlan else { throw reader.damaged("subnet") }
        self.plan = plan
        hostHint = try reader.int(15, "hostHint", in: 1...(1 << 24))
        network = try Network(
            id: id, settings: settings, interface: reader.value(2, "interface") { try InterfaceName($0) },
            publicKey: reader.publicKey(7, "publicKey"), createdAt: reader.int64(16, "createdAt"),
            updatedAt: reader.int64(17, "updatedAt"))
    }

    /// The network with this number; throws where there is none.
    static func require(_ id: Int64, _ db: Database) throws -> NetworkRecord {
        guard let record = try find(id, db) else { throw StoreError.notFound(network: String(id)) }
        return record
    }

    static func find(_ id: Int64, _ db: Database) throws -> NetworkRecord? {
        let statement = try db.cachedStatement(sql: "SELECT \(columns) FROM network WHERE id = ?")
        return try Row.fetchOne(statement, arguments: [id]).map { try NetworkRecord(row: $0) }
    }

    /// The network of this name, however it is spelled.
    static func find(named name: String, _ db: Database) throws -> NetworkRecord? {
        let statement = try db.cachedStatement(sql: "SELECT \(columns) FROM network WHERE name = ?")
        for spelling in name.spellings {
            if let row = try Row.fetchOne(statement, arguments: [spelling]) { return try NetworkRecord(row: row) }
        }
        return nil
    }

    /// All networks, oldest first.
    static func all(_ db: Database) throws -> [NetworkRecord] {
        let statement = try db.cachedStatement(sql: "SELECT \(columns) FROM network ORDER BY id")
        return try Row.fetchAll(statement).map { try NetworkRecord(row: $0) }
    }

    /// Stores a new network and gives it its number. The network's own number is not looked at.
    static func insert(_ network: Network, _ db: Database) throws -> Network {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO network (name, mode, subnet, subnet6, listenPort, dnsServers, searchDomains, mtu, \
                endpointHost, tunnel, customCIDRs, enabled, nat, peersMayTalk, driftPolicy, hubNumber, custody, \
                bandwidthUp, bandwidthDown, interface, publicKey, hostHint, createdAt, updatedAt)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?)
                """)
        try statement.execute(
            arguments: settingsArguments(network.settings) + [
                network.interface.description, Data(network.publicKey.bytes), network.createdAt, network.updatedAt,
            ])
        return Network(
            id: db.lastInsertedRowID, settings: network.settings, interface: network.interface,
            publicKey: network.publicKey, createdAt: network.createdAt, updatedAt: network.updatedAt)
    }

    /// Stores what was chosen for a network, and its public key.
    static func update(_ network: Network, _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                UPDATE network SET name = ?, mode = ?, subnet = ?, subnet6 = ?, listenPort = ?, dnsServers = ?, \
                searchDomains = ?, mtu = ?, endpointHost = ?, tunnel = ?, customCIDRs = ?, enabled = ?, nat = ?, \
                peersMayTalk = ?, driftPolicy = ?, hubNumber = ?, custody = ?, bandwidthUp = ?, \
                bandwidthDown = ?, publicKey = ?, updatedAt = ?
                WHERE id = ?
                """)
        try statement.execute(
            arguments: settingsArguments(network.settings) + [
                Data(network.publicKey.bytes), network.updatedAt, network.id,
            ])
    }

    private static func settingsArguments(_ settings: NetworkSettings) throws -> StatementArguments {
        try [
            settings.name.description, settings.mode.rawValue, settings.subnet.description,
            settings.subnet6?.description, Int64(settings.listenPort),
            TextList.encode(settings.dnsServers.map(\.description)), TextList.encode(settings.searchDomains),
            settings.mtu, settings.endpointHost?.description, settings.tunnel.rawValue,
            TextList.encode(settings.customCIDRs.map(\.description)), settings.enabled, settings.nat,
            settings.peersMayTalk, settings.driftPolicy.rawValue, settings.hubNumber, settings.custody.rawValue,
            settings.bandwidthUp, settings.bandwidthDown,
        ]
    }

    /// Stores the lowest number that may be free.
    static func setHostHint(_ hint: Int64, of id: Int64, _ db: Database) throws {
        let statement = try db.cachedStatement(sql: "UPDATE network SET hostHint = ? WHERE id = ?")
        try statement.execute(arguments: [hint, id])
    }

    /// Tells that a number became free.
    static func lowerHostHint(to number: Int64, of id: Int64, _ db: Database) throws {
        let statement = try db.cachedStatement(sql: "UPDATE network SET hostHint = min(hostHint, ?) WHERE id = ?")
        try statement.execute(arguments: [number, id])
    }
}

extension IPAddress {
    /// Reads what the database has.
    init(stored text: String) throws(InvalidValue) {
        guard let address = IPAddress(text) else { throw InvalidValue("not an address") }
        self = address
    }
}
