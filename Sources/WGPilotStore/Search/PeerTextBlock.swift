import GRDB
import WGPilotCore

/// What people look for in the peers of one network, in memory: names, e-mail addresses, tags and tunnel addresses, in lower
/// case.
///
/// It tells which peers may have a text; whether they do, their rows tell. About 110 bytes a peer, and 256 KiB.
struct PeerTextBlock: Sendable {
    /// What makes addresses of the peers' numbers.
    let plan: AddressPlan
    private var ids: [Int64] = []
    /// One for each kind of text: most that people look for are of one kind only.
    private var names = TextColumn()
    private var emails = TextColumn()
    private var tags = TextColumn()
    private var addresses = TextColumn()

    /// How many peers it has texts of.
    var count: Int { ids.count }

    /// The number of the peer at a place: those who came first stand first.
    func id(_ place: Int) -> Int64 { ids[place] }

    /// Where a peer stands; nil where it has no texts of it.
    func place(of id: Int64) -> Int? {
        let place = ids.firstIndex(from: 0, to: ids.count) { $0 >= id }
        return place < ids.count && ids[place] == id ? place : nil
    }

    /// Reads the texts of all peers of a network.
    init(_ network: NetworkRecord, _ db: Database) throws {
        plan = network.plan
        let statement = try db.cachedStatement(
            sql: "SELECT id, name, hostNumber, email, tags FROM peer WHERE networkID = ? ORDER BY id")
        let rows = try Row.fetchCursor(statement, arguments: [network.network.id])
        while let row = try rows.next() {
            var reader = ColumnReader(row: row, table: "peer")
            let id = try reader.int64(0, "id")
            reader.id = id
            try Self.append(reader.text(1), to: &names)
            try Self.append(reader.text(3), to: &emails)
            try Self.append(reader.text(4), to: &tags)
            let number = try reader.int(2, "hostNumber", in: PeerRecord.hostNumbers)
            for address in plan.addresses(number) { addresses.append(address.description.utf8) }
            names.end()
            emails.end()
            tags.end()
            addresses.end()
            ids.append(id)
        }
    }

    private static func append(_ text: String, to column: inout TextColumn) {
        // As it is, for what SQL looks for in it, and as PeerTextFilter compares it.
        let composed = text.composed
        let spellings = composed.utf8.elementsEqual(text.utf8) ? [text] : [text, composed]
        for spelling in spellings { column.append(spelling.lowercased().utf8) }
    }

    /// The places, in order, of the peers in whose texts this one stands, or of more; nil where it is clear that there are
    /// more than `limit`, as ``TextColumn/places(_:atMost:sure:)`` has it.
    func places(_ text: String, atMost limit: Int, sure: Int) -> [Int]? {
        let needle = Array(text.composed.lowercased().utf8)
        var all: [Int] = []
        for column in [names, emails, tags, addresses] {
            guard let found = column.places(needle, atMost: limit, sure: sure) else { return nil }
            if all.isEmpty { all = found } else if !found.isEmpty { all = Set(all).union(found).sorted() }
        }
        return all.count > limit ? nil : all
    }
}
