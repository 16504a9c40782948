import GRDB
import WGPilotCore

/// The SQL of a ``PeerQuery``: which rows it keeps, in which order, and from which on.
struct PeerSelection: Sendable {
    /// A text that SQL cannot look for.
    private let filter: PeerTextFilter?
    private let query: PeerQuery
    private let networkID: DatabaseValue
    private var conditions: String
    private var values: [DatabaseValue]
    /// How many rows of some numbers are looked at; nil where all are.
    private var rowsAtMost: Int?

    init(_ query: PeerQuery, in networkID: Int64) {
        var conditions = ["networkID = ?"]
        var values = [networkID.databaseValue]
        func add(_ condition: String, _ added: DatabaseValue...) {
            conditions.append(condition)
            values += added
        }
        if let role = query.role { add("role = ?", role.rawValue.databaseValue) }
        if let enabled = query.enabled { add("enabled = ?", enabled.databaseValue) }
        if let time = query.expiringBefore { add("expiresAt < ? AND enabled = 1", time.databaseValue) }
        if let tag = query.tag {
            // No tag holds a quote, so that what stands between two of them is a whole one. SQL's texts end at a zero.
            if tag.contains("\"") || tag.utf8.contains(0) {
                add("0")
            } else {
                add("instr(tags, ?) > 0", "\"\(tag)\"".databaseValue)
            }
        }
        filter = query.filter.flatMap { text in
            if text.isEmpty { return nil }
            if text.utf8.contains(0) {
                // None of what is looked through can have one, and SQL would look for what is before it.
                conditions.append("0")
                return nil
            }
            guard PeerTextFilter.isForSQL(text) else { return PeerTextFilter(text) }
            let needle = text.lowercased().databaseValue
            // Tags are stored as JSON: what no tag can have would be found in its quotes and commas.
            let columns = ["name", "email"] + (PeerSettings.mayBeInTag(text) ? ["tags"] : [])
            var places = columns.map { "instr(lower(\($0)), ?) > 0" }
            var sought = places.map { _ in needle }
            if let keys = PeerTextFilter.keys(beginningWith: text) {
                places.append("publicKey BETWEEN ? AND ?")
                sought += [keys.first.databaseValue, keys.last.databaseValue]
            }
            conditions.append("(\(places.joined(separator: " OR ")))")
            values += sought
            return nil
        }
        self.query = query
        self.networkID = networkID.databaseValue
        self.conditions = conditions.joined(separator: " AND ")
        self.values = values
    }

    /// A text that all peers have that the query keeps; nil where it asks for none. It may be in what
    /// ``PeerTextBlock`` holds, or be what a key begins with.
    var text: String? {
        if let filter = query.filter, !filter.isEmpty { return filter }
        // As it stands in the list of tags, which is JSON.
        return query.tag.map { "\"\($0)\"" }
    }

    /// How many candidates are better looked at than all rows in the query's order until a page is full. Where one row in n
    /// matches that is a page times n; of the candidates no more than a page or two are read, but all are sorted.
    func mostCandidates(of count: Int) -> Int { max(count / 4, fewCandidates(of: count)) }

    /// How many candidates are better read one by one than all rows in the query's order until a page is full.
    func fewCandidates(of count: Int) -> Int { Int(Double(query.limit * count).squareRoot()) }

    /// What the rows are sorted by.
    var order: PeerQuery.Order { query.order }

    /// The same of only those of these numbers: all others are known not to match.
    func narrowed(to ids: [Int64]) -> PeerSelection {
        var narrowed = self
        // Their numbers lead to the rows, and not the network, of which there are many more.
        narrowed.conditions = "+\(conditions) AND peer.id IN (SELECT value FROM json_each(?))"
        narrowed.values.append("[\(ids.map(String.init).joined(separator: ","))]".databaseValue)
        narrowed.rowsAtMost = ids.count
        return narrowed
    }

    /// Whether a row that SQL has found is kept, before anything else is made of it. The row is one of ``page(from:)`` or
    /// of ``keys``.
    func keeps(_ row: Row, _ plan: AddressPlan) throws -> Bool {
        if query.onlyKeys != nil || !query.exceptKeys.isEmpty {
            let key = try ColumnReader(row: row, table: "peer").publicKey(4, "publicKey")
            if query.exceptKeys.contains(key) || query.onlyKeys?.contains(key) == false { return false }
        }
        return try filter?.keeps(row, plan) ?? true
    }

    /// Whether SQL keeps just the rows that the query does.
    private var isWholeInSQL: Bool {
        filter == nil && query.onlyKeys == nil && query.exceptKeys.isEmpty && query.staleWithHost == nil
    }

    /// Where the query's cursor points.
    func start() throws(StoreError) -> PeerCursor? {
        guard let text = query.cursor else { return nil }
        guard let cursor = PeerCursor(text), !isNumber || query.order == .id || Int64(cursor.value) != nil else {
            throw StoreError(.invalid, violations: [.init(field: "cursor", message: "no page gave this cursor")])
        }
        return cursor
    }

    /// The rows from a place on, one more than the page has, for ``PeerRecord/peer(row:_:)``.
    func page(from start: PeerCursor?) -> String {
        let rows = "\(conditions)\(start == nil ? "" : " AND \(behind)")"
        let order = "ORDER BY \(Self.list(terms.map { "\($0)\(query.isDescending ? " DESC" : "")" }))"
        // Only some rows of those that SQL keeps: then it does not know where the page ends.
        if !isWholeInSQL { return "\(PeerRecord.select) WHERE \(rows) \(order)" }
        let hasIndex = query.order == .id || query.order == .name
        // Sorted whole where they come in order or are hardly more than the page; else it is numbers that are sorted.
        if rowsAtMost.map({ $0 <= 2 * query.limit }) ?? hasIndex {
            return "\(PeerRecord.select) WHERE \(rows) \(order) LIMIT ?"
        }
        return """
            \(PeerRecord.select) WHERE peer.id IN (SELECT id FROM peer WHERE \(rows) \(order) LIMIT ?) \(order)
            """
    }

    /// The rows of ``StateStore/peerKeys(in:_:)``; their columns are where the page's are.
    var keys: String {
        let others = filter == nil ? "" : ", email, 0, 0, 0, 0, 0, 0, 0, 0, 0, tags"
        return "SELECT id, 0, name, hostNumber, publicKey\(others) FROM peer WHERE \(conditions)"
    }

    /// The same with all columns, for ``PeerRecord/peer(row:_:)``.
    var rows: String { "\(PeerRecord.select) WHERE \(conditions)" }

    /// The values of ``keys`` and ``rows``.
    var arguments: StatementArguments { StatementArguments(values) }

    /// The values of ``page(from:)``.
    func arguments(from start: PeerCursor?) -> StatementArguments {
        var values = self.values
        if let start { values += self.values(of: start) }
        if isWholeInSQL { values.append((query.limit + 1).databaseValue) }
        return StatementArguments(values)
    }

    /// The numbers of all peers of the network in the query's order, the least first, whatever else it asks for.
    var everyone: String { "SELECT id FROM peer WHERE networkID = ? ORDER BY \(Self.list(terms))" }

    /// The values of ``everyone``.
    var argumentsOfEveryone: StatementArguments { StatementArguments([networkID]) }

    /// Whether a cursor's peer still stands where the cursor does.
    func isInPlace(_ start: PeerCursor, _ db: Database) throws -> Bool {
        let sql = "SELECT 1 FROM peer WHERE networkID = ? AND \(compared("="))"
        return try Int.fetchOne(
            db.cachedStatement(sql: sql), arguments: StatementArguments([networkID] + values(of: start))) != nil
    }

    /// What ``terms`` are where a cursor points.
    private func values(of start: PeerCursor) -> [DatabaseValue] {
        if query.order == .id { return [start.id.databaseValue] }
        let value = isNumber ? (Int64(start.value) ?? 0).databaseValue : start.value.databaseValue
        return [value, start.id.databaseValue]
    }

    /// What the order is by, the number last.
    private var terms: [String] { query.order == .id ? ["peer.id"] : [column, "peer.id"] }

    /// Only rows behind the cursor's.
    private var behind: String { compared(query.isDescending ? "<" : ">") }

    /// The rows' ``terms`` against ``values(of:)``.
    private func compared(_ sign: String) -> String {
        "(\(Self.list(terms))) \(sign) (\(Self.list(terms.map { _ in "?" })))"
    }

    private static func list(_ terms: [String]) -> String { terms.joined(separator: ", ") }

    private var column: String {
        switch query.order {
        case .id: "peer.id"
        case .name: "name"
        case .email: "email"
        case .role: "role"
        case .address: "hostNumber"
        case .enabled: "enabled"
        case .createdAt: "createdAt"
        case .updatedAt: "updatedAt"
        case .expiresAt: "ifnull(expiresAt, 9223372036854775807)"
        case .bandwidthUp: Self.rank(ofLimit: "bandwidthUp")
        case .bandwidthDown: Self.rank(ofLimit: "bandwidthDown")
        }
    }

    /// As ``PeerQuery`` ranks limits: the network's first, no limit last.
    private static func rank(ofLimit column: String) -> String {
        "ifnull(CASE \(column) WHEN 0 THEN 9223372036854775807 ELSE \(column) END, -1)"
    }

    private var isNumber: Bool {
        switch query.order {
        case .id, .address, .enabled, .createdAt, .updatedAt, .expiresAt, .bandwidthUp, .bandwidthDown: true
        case .name, .email, .role: false
        }
    }
}
