import GRDB
import WGPilotCore

/// A row of `accessRule`.
enum AccessRuleRecord {
    private static let select = """
        SELECT id, ownerNetworkID, ownerTag, ownerPeerID, position, action, destination, destinationText, \
        destinationPeerID, protocol, ports, comment, enabled, createdAt, updatedAt FROM accessRule
        """

    private static func rule(row: Row) throws -> AccessRule {
        var reader = ColumnReader(row: row, table: "accessRule")
        let id = try reader.int64(0, "id")
        reader.id = id
        var settings = try AccessRuleSettings(
            owner: owner(row, from: 1, reader), action: reader.value(5, "action") { try AccessAction($0) },
            destination: destination(reader))
        let transport = try reader.value(9, "protocol") { try AccessService.TransportProtocol($0) }
        let ports = try reader.list(10, "ports") { try portRange($0) }
        guard let service = try? AccessService(transport, ports: ports) else { throw reader.damaged("ports") }
        settings.service = service
        settings.comment = try reader.text(11)
        settings.enabled = try reader.bool(12)
        return try AccessRule(
            id: id, settings: settings, position: reader.int(4, "position", in: 1...Int64.max),
            createdAt: reader.int64(13, "createdAt"), updatedAt: reader.int64(14, "updatedAt"))
    }

    /// Reads the three columns of an owner.
    private static func owner(_ row: Row, from index: Int, _ reader: ColumnReader) throws -> AccessRuleOwner {
        if !row.hasNull(atIndex: index) { return .network(try reader.int64(index, "ownerNetworkID")) }
        if !row.hasNull(atIndex: index + 1) { return .tag(try reader.text(index + 1)) }
        guard !row.hasNull(atIndex: index + 2) else { throw reader.damaged("ownerPeerID") }
        return .peer(try reader.int64(index + 2, "ownerPeerID"))
    }

    private static func destination(_ reader: ColumnReader) throws -> AccessDestination {
        switch try reader.text(6) {
        case "any": .any
        case "block": .block(try reader.value(7, "destinationText") { try IPPrefix($0) })
        case "tag": .tag(try reader.text(7))
        case "peer": .peer(try reader.int64(8, "destinationPeerID"))
        case "site": .site(try reader.int64(8, "destinationPeerID"))
        default: throw reader.damaged("destination")
        }
    }

    private static func portRange(_ text: String) throws -> ClosedRange<UInt16> {
        let bounds = text.split(separator: "-", omittingEmptySubsequences: false).map { UInt16($0) }
        guard (1...2).contains(bounds.count), let first = bounds[0], let last = bounds[bounds.count - 1], first <= last
        else { throw InvalidValue("not a range of ports") }
        return first...last
    }

    // MARK: - Reading

    /// All rules: those of networks, then of tags, then of peers, each owner's in their order.
    static func all(_ db: Database) throws -> [AccessRule] {
        let statement = try db.cachedStatement(
            sql: """
                \(select) ORDER BY ownerNetworkID IS NULL, ownerNetworkID, ownerTag IS NULL, ownerTag, ownerPeerID, position
                """)
        return try Row.fetchAll(statement).map { try rule(row: $0) }
    }

    /// The rules that are asked, each owner's in their order.
    static func enabled(_ db: Database) throws -> [AccessRule] {
        let statement = try db.cachedStatement(sql: "\(select) WHERE enabled = 1 ORDER BY position, id")
        return try Row.fetchAll(statement).map { try rule(row: $0) }
    }

    /// The rules of one owner in their order.
    static func all(of owner: AccessRuleOwner, _ db: Database) throws -> [AccessRule] {
        let statement = try db.cachedStatement(sql: "\(select) WHERE \(owner.column) = ? ORDER BY position")
        return try Row.fetchAll(statement, arguments: [owner.value]).map { try rule(row: $0) }
    }

    /// The rule with this number; throws where there is none.
    static func require(_ id: Int64, _ db: Database) throws -> AccessRule {
        let statement = try db.cachedStatement(sql: "\(select) WHERE id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [id]) else {
            throw StoreError(.notFound, "there is no access rule \(id)")
        }
        return try rule(row: row)
    }

    static func count(_ db: Database) throws -> Int {
        try Int.fetchOne(db.cachedStatement(sql: "SELECT count(*) FROM accessRule")) ?? 0
    }

    static func count(of owner: AccessRuleOwner, _ db: Database) throws -> Int64 {
        let statement = try db.cachedStatement(sql: "SELECT count(*) FROM accessRule WHERE \(owner.column) = ?")
        return try Int64.fetchOne(statement, arguments: [owner.value]) ?? 0
    }

    // MARK: - Writing

    /// Stores a new rule and gives it its number. The rule's own number is not looked at.
    static func insert(_ rule: AccessRule, _ db: Database) throws -> AccessRule {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO accessRule (ownerNetworkID, ownerTag, ownerPeerID, position, action, destination, \
                destinationText, destinationPeerID, protocol, ports, comment, enabled, updatedAt, createdAt)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        try statement.execute(arguments: arguments(rule) + [rule.createdAt])
        return AccessRule(
            id: db.lastInsertedRowID, settings: rule.settings, position: rule.position, createdAt: rule.createdAt,
            updatedAt: rule.updatedAt)
    }

    static func update(_ rule: AccessRule, _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                UPDATE accessRule SET ownerNetworkID = ?, ownerTag = ?, ownerPeerID = ?, position = ?, action = ?, \
                destination = ?, destinationText = ?, destinationPeerID = ?, protocol = ?, ports = ?, comment = ?, \
                enabled = ?, updatedAt = ?
                WHERE id = ?
                """)
        try statement.execute(arguments: arguments(rule) + [rule.id])
    }

    static func delete(_ id: Int64, _ db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM accessRule WHERE id = ?").execute(arguments: [id])
    }

    /// Moves the other rules of an owner from this place on up by one, to make room for this rule.
    static func openGap(at position: Int64, in owner: AccessRuleOwner, except id: Int64, _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                UPDATE accessRule SET position = position + 1 WHERE \(owner.column) = ? AND position >= ? AND id <> ?
                """)
        try statement.execute(arguments: [owner.value, position, id])
    }

    /// Moves the other rules of an owner beyond this place down by one, for this rule left it.
    static func closeGap(at position: Int64, in owner: AccessRuleOwner, except id: Int64, _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                UPDATE accessRule SET position = position - 1 WHERE \(owner.column) = ? AND position > ? AND id <> ?
                """)
        try statement.execute(arguments: [owner.value, position, id])
    }

    /// Those who have rules about a peer.
    static func owners(ofRulesAboutPeer id: Int64, _ db: Database) throws -> [AccessRuleOwner] {
        try owners("SELECT \(ownerColumns) FROM accessRule WHERE destinationPeerID = ?", id, db)
    }

    /// Those who have rules about peers of a network.
    static func owners(ofRulesAboutNetwork id: Int64, _ db: Database) throws -> [AccessRuleOwner] {
        try owners(
            """
            SELECT \(ownerColumns) FROM accessRule JOIN peer ON peer.id = destinationPeerID WHERE networkID = ?
            """, id, db)
    }

    private static let ownerColumns = "ownerNetworkID, ownerTag, ownerPeerID"

    private static func owners(_ sql: String, _ id: Int64, _ db: Database) throws -> [AccessRuleOwner] {
        let rows = try Row.fetchAll(db.cachedStatement(sql: sql), arguments: [id])
        return try Array(
            Set(rows.map { try owner($0, from: 0, ColumnReader(row: $0, table: "accessRule")) }))
    }

    /// Numbers the rules of an owner from 1 again, after some of them went.
    static func renumber(_ owner: AccessRuleOwner, _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                UPDATE accessRule SET position = place FROM (
                    SELECT id AS rule, row_number() OVER (ORDER BY position, id) AS place FROM accessRule
                    WHERE \(owner.column) = ?
                ) WHERE id = rule AND position <> place
                """)
        try statement.execute(arguments: [owner.value])
    }

    private static func arguments(_ rule: AccessRule) throws -> StatementArguments {
        let settings = rule.settings
        var (network, tag, peer): (Int64?, String?, Int64?)
        switch settings.owner {
        case .network(let id): network = id
        case .tag(let text): tag = text
        case .peer(let id): peer = id
        }
        let kind: String
        var (text, destinationPeer): (String?, Int64?)
        switch settings.destination {
        case .any: kind = "any"
        case .block(let block): (kind, text) = ("block", block.description)
        case .tag(let tag): (kind, text) = ("tag", tag)
        case .peer(let id): (kind, destinationPeer) = ("peer", id)
        case .site(let id): (kind, destinationPeer) = ("site", id)
        }
        let ports = settings.service.ports.map { range in
            range.count == 1 ? String(range.lowerBound) : "\(range.lowerBound)-\(range.upperBound)"
        }
        return try [
            network, tag, peer, rule.position, settings.action.rawValue, kind, text, destinationPeer,
            settings.service.transport.rawValue, TextList.encode(ports), settings.comment, settings.enabled,
            rule.updatedAt,
        ]
    }
}

extension AccessRuleOwner {
    /// The column that names an owner of this kind.
    fileprivate var column: String {
        switch self {
        case .network: "ownerNetworkID"
        case .tag: "ownerTag"
        case .peer: "ownerPeerID"
        }
    }

    /// What stands in it.
    fileprivate var value: DatabaseValue {
        switch self {
        case .network(let id), .peer(let id): id.databaseValue
        case .tag(let tag): tag.databaseValue
        }
    }
}
