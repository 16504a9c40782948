import FoundationEssentials
import GRDB
import WGPilotCore

/// What a recorded transaction did, object by object, as the audit log tells it. Bounded, however much was changed.
struct AuditedChanges {
    /// The most objects that one entry tells of; of the others it has the number.
    static let mostObjects = 100
    /// About the most bytes of values in one entry.
    static let mostBytes = 32 << 10

    /// What became of which object, the ones that others depend on first.
    private(set) var changes: [AuditChange] = []
    /// How many more objects were changed.
    private(set) var omitted: Int64 = 0

    /// The one object that the change was about; nil where it is not one.
    var target: String? {
        guard let first = changes.first, omitted == 0 || changes.count > 1,
            changes.count == 1 || changes[1].kind != first.kind
        else { return nil }
        return ["network", "peer", "setting"].contains(first.kind) ? first.name : "\(first.kind) \(first.name)"
    }

    private typealias Value = RecordedRow.Value

    private struct Key: Hashable {
        let kind: String
        let id: Value
        /// Tells findings of one network apart.
        var item: Value?
    }

    private struct Object {
        let key: Key
        /// Of the object's own row; a row that only belongs to it is a change of it.
        var action = AuditChange.Action.changed
        var before: [String: Value] = [:]
        var after: [String: Value] = [:]
        var sitesAdded: Set<IPPrefix> = []
        var sitesRemoved: Set<IPPrefix> = []
        /// The object itself or what belongs to it is another, as far as it may be told.
        var isChanged = false
    }

    private var objects: [Object] = []
    private var places: [Key: Int] = [:]
    private var more: Set<Key> = []
    private var counts: [String: Int] = [:]
    private var columnNames: [String: [String]] = [:]
    private var plans: [Int64: AddressPlan] = [:]

    /// Reads what was recorded. The database must be as the transaction left it.
    init(_ recording: borrowing ChangeRecording, _ db: Database) throws {
        try recording.read { row in try add(row, db) }
        var bytes = 0
        for kind in AuditedTable.kinds {
            for object in objects where object.key.kind == kind {
                guard let change = try change(object, db) else { continue }
                bytes += change.fields.reduce(64) { sum, field in
                    sum + field.field.utf8.count + (field.before?.utf8.count ?? 0) + (field.after?.utf8.count ?? 0)
                }
                if changes.count < Self.mostObjects && (bytes <= Self.mostBytes || changes.isEmpty) {
                    changes.append(change)
                } else {
                    omitted += 1
                }
            }
        }
        omitted += Int64(more.count)
        objects = []
        places = [:]
        more = []
    }

    // MARK: Gathering

    private mutating func add(_ row: RecordedRow, _ db: Database) throws {
        guard let table = AuditedTable.all[row.table] else { return }
        if columnNames[row.table] == nil { columnNames[row.table] = try db.columns(in: row.table).map(\.name) }
        let columns = columnNames[row.table] ?? []
        func values(_ column: String) throws -> (before: Value?, after: Value?) {
            guard let index = columns.firstIndex(of: column) else { return (nil, nil) }
            return (try row.value(index, after: false), try row.value(index, after: true))
        }
        let id = try values(table.key)
        guard let number = try id.before ?? id.after ?? Self.owner(values, in: row.table, db) else { return }
        var key = Key(kind: table.kind, id: number)
        switch row.table {
        case "ignoredDrift":
            let item = try values("item")
            key.item = item.before ?? item.after
        case "setting":
            // What checks the master key is no setting.
            guard case .text(let name) = number, SettingKey(rawValue: name) != nil else { return }
        default: break
        }
        if table.countsByTime, row.action == .changed, try values("updatedAt").after == nil { return }
        guard let place = place(key) else { return }
        if row.table == "siteNetwork" { return try addSite(values, at: place) }
        if table.isOwn {
            objects[place].action = row.action
            if row.action != .changed { objects[place].isChanged = true }
        }
        for column in table.columns {
            let value = try values(column.name)
            // Of a row that was changed the key is there as it was before, and not after, where it stayed.
            if value.before == value.after || (row.action == .changed && value.after == nil) { continue }
            objects[place].before[column.field] = value.before
            objects[place].after[column.field] = value.after
            objects[place].isChanged = true
        }
        if row.table == "peer" {
            let network = try values("networkID")
            objects[place].before["network_id"] = network.before
            objects[place].after["network_id"] = network.after
        }
    }

    /// The peer of a site network that only became wider or narrower: the change itself names the block alone.
    private static func owner(
        _ values: (String) throws -> (before: Value?, after: Value?), in table: String, _ db: Database
    ) throws -> Value? {
        guard table == "siteNetwork", case .integer(let family)? = try values("family").before,
            case .blob(let first)? = try values("first").before
        else { return nil }
        let statement = try db.cachedStatement(sql: "SELECT peerID FROM siteNetwork WHERE family = ? AND first = ?")
        return try Int64.fetchOne(statement, arguments: [family, Data(first)]).map { .integer($0) }
    }

    private mutating func addSite(
        _ values: (String) throws -> (before: Value?, after: Value?), at place: Int
    ) throws {
        let (first, length) = (try values("first"), try values("prefixLength"))
        func block(_ first: Value?, _ length: Value?) -> IPPrefix? {
            guard case .blob(let bytes)? = first, case .integer(let bits)? = length, let bits = UInt8(exactly: bits),
                let address = IPAddress(bytes: bytes), bits <= address.bitWidth
            else { return nil }
            return IPPrefix(masking: address, length: bits)
        }
        // A row whose length alone changed bears its block once, in the key.
        let before = block(first.before, length.before)
        let after = block(first.after ?? first.before, length.after)
        if let before {
            objects[place].sitesRemoved.insert(before)
            objects[place].isChanged = true
        }
        if let after {
            objects[place].sitesAdded.insert(after)
            objects[place].isChanged = true
        }
    }

    /// Where an object is kept; nil where there is no room for it.
    private mutating func place(_ key: Key) -> Int? {
        if let place = places[key] { return place }
        guard counts[key.kind, default: 0] < Self.mostObjects else {
            more.insert(key)
            return nil
        }
        counts[key.kind, default: 0] += 1
        places[key] = objects.count
        objects.append(Object(key: key))
        return objects.count - 1
    }

    // MARK: Telling

    private mutating func change(_ object: Object, _ db: Database) throws -> AuditChange? {
        guard object.isChanged else { return nil }
        var fields: [AuditChange.Field] = []
        for column in AuditedTable.columnsOfKind[object.key.kind] ?? [] {
            let (before, after) = (object.before[column.field], object.after[column.field])
            if before == nil && after == nil { continue }
            let field = try AuditChange.Field(
                field: column.field, before: text(before, column.shape, object, db),
                after: text(after, column.shape, object, db))
            if field.before == nil && field.after == nil { continue }
            fields.append(field)
        }
        if let sites = try sites(object, db) { fields.append(sites) }
        return AuditChange(
            action: object.action, kind: object.key.kind, name: Self.cut(try name(object, db)), fields: fields)
    }

    /// The networks behind a peer, before and after: what is there now, and what was with the changes taken back.
    private func sites(_ object: Object, _ db: Database) throws -> AuditChange.Field? {
        guard object.sitesAdded != object.sitesRemoved, case .integer(let id) = object.key.id else { return nil }
        let after = try SiteNetworkRecord.blocks(ofPeer: id, db)
        let kept = after.filter { !object.sitesAdded.contains($0) || object.sitesRemoved.contains($0) }
        let before = (kept + object.sitesRemoved.filter { !kept.contains($0) }).sorted()
        func text(_ blocks: [IPPrefix]) -> String? {
            blocks.isEmpty ? nil : Self.cut(blocks.map(\.description).joined(separator: ", "))
        }
        return AuditChange.Field(field: "site_networks", before: text(before), after: text(after.sorted()))
    }

    private func name(_ object: Object, _ db: Database) throws -> String {
        switch (object.key.kind, object.key.id) {
        case ("network", .integer(let id)): try networkName(id, db)
        case ("drift", .integer(let id)): try networkName(id, db)
        case ("peer", .integer(let id)): try peerName(id, db)
        case ("user", .integer(let id)): try userName(object, id, db)
        case ("token", .integer(let id)):
            Self.plain(object.after["name"] ?? object.before["name"]) ?? String(id)
        case (_, .integer(let id)): String(id)
        case (_, .text(let text)): text
        default: "?"
        }
    }

    private func userName(_ object: Object, _ id: Int64, _ db: Database) throws -> String {
        let statement = try db.cachedStatement(sql: "SELECT name FROM user WHERE id = ?")
        return try String.fetchOne(statement, arguments: [id]) ?? Self.plain(object.before["name"]) ?? String(id)
    }

    private func networkName(_ id: Int64, _ db: Database) throws -> String {
        let statement = try db.cachedStatement(sql: "SELECT name FROM network WHERE id = ?")
        if let name = try String.fetchOne(statement, arguments: [id]) { return name }
        // One that went with the transaction.
        let gone = places[Key(kind: "network", id: .integer(id))].flatMap { objects[$0].before["name"] }
        return Self.plain(gone) ?? String(id)
    }

    private func peerName(_ id: Int64, _ db: Database) throws -> String {
        let statement = try db.cachedStatement(sql: "SELECT name, networkID FROM peer WHERE id = ?")
        if let row = try Row.fetchOne(statement, arguments: [id]) {
            let reader = ColumnReader(row: row, table: "peer", id: id)
            return try "\(networkName(reader.int64(1, "networkID"), db))/\(reader.text(0))"
        }
        guard let gone = places[Key(kind: "peer", id: .integer(id))].map({ objects[$0].before }),
            let name = Self.plain(gone["name"]), case .integer(let network)? = gone["network_id"]
        else { return String(id) }
        return try "\(networkName(network, db))/\(name)"
    }

    private mutating func text(
        _ value: Value?, _ shape: AuditedTable.Shape, _ object: Object, _ db: Database
    ) throws -> String? {
        guard let value, value != .null else { return nil }
        let text: String
        switch (shape, value) {
        case (.secret, _): text = "held"
        case (.flag, .integer(let number)): text = number == 0 ? "false" : "true"
        case (.mark, .integer(let number)): text = number == 0 ? "" : "true"
        case (.list, .text(let json)): text = TextList.decode(json)?.joined(separator: ", ") ?? ""
        case (.publicKey, .blob(let bytes)): text = PublicKey(bytes: bytes)?.description ?? ""
        case (.network, .integer(let id)): text = try networkName(id, db)
        case (.peer, .integer(let id)): text = try peerName(id, db)
        case (.addresses, .integer(let number)): text = try addresses(number, object, db)
        case (.plain, .integer(let number)): text = String(number)
        case (.plain, .text(let plain)): text = plain
        default: text = ""
        }
        return text.isEmpty ? nil : Self.cut(text)
    }

    /// The addresses of a host number by the network's subnets of now; its number where the network went.
    private mutating func addresses(_ number: Int64, _ object: Object, _ db: Database) throws -> String {
        guard case .integer(let id) = object.key.id else { return String(number) }
        var networkID = id
        if object.key.kind == "peer" {
            let statement = try db.cachedStatement(sql: "SELECT networkID FROM peer WHERE id = ?")
            if let present = try Int64.fetchOne(statement, arguments: [id]) {
                networkID = present
            } else if case .integer(let gone)? = object.before["network_id"] {
                networkID = gone
            }
        }
        // Many peers of one network may be told of.
        if plans[networkID] == nil { plans[networkID] = try NetworkRecord.find(networkID, db)?.plan }
        guard let plan = plans[networkID] else { return "host \(number)" }
        return plan.addresses(number).map(\.description).joined(separator: ", ")
    }

    private static func plain(_ value: Value?) -> String? {
        if case .text(let text)? = value { text } else { nil }
    }

    /// No value makes an entry long.
    private static func cut(_ text: String) -> String {
        AuditEntry.cut(text)
    }
}
