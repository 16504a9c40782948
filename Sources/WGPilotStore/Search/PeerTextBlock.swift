import CTextSearch
import GRDB
import WGPilotCore

/// What people look for in the peers of one network, in one piece of memory: names, e-mail addresses, tags and tunnel
/// addresses, in lower case.
///
/// It tells which peers may have a text; whether they do, their rows tell. About 80 bytes a peer.
struct PeerTextBlock: Sendable {
    /// What stands between the texts of a peer, and after them.
    private static let separator: UInt8 = 0

    /// What makes addresses of the peers' numbers.
    let plan: AddressPlan
    private var ids: [Int64] = []
    /// Where each peer's texts end.
    private var ends: [Int] = []
    private var bytes: [UInt8] = []
    /// How often each byte is among the first ones, for which other peers' texts are like.
    private var frequencies: [Int] = Array(repeating: 0, count: 256)

    /// How many peers it has texts of.
    var count: Int { ids.count }

    /// The number of the peer at a place: those who came first stand first.
    func id(_ place: Int) -> Int64 { ids[place] }

    /// Where a peer stands; nil where it has no texts of it.
    func place(of id: Int64) -> Int? {
        let place = Self.first(in: ids, from: 0) { $0 >= id }
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
            try append(reader.text(1))
            try append(reader.text(3))
            try append(reader.text(4))
            let number = try reader.int(2, "hostNumber", in: PeerRecord.hostNumbers)
            for address in plan.addresses(number) { append(address.description) }
            ids.append(id)
            ends.append(bytes.count)
        }
        for byte in bytes.prefix(65536) { frequencies[Int(byte)] += 1 }
    }

    private mutating func append(_ text: String) {
        // As it is, for what SQL looks for in it, and as PeerTextFilter compares it.
        let composed = text.composed
        let spellings = composed.utf8.elementsEqual(text.utf8) ? [text] : [text, composed]
        for spelling in spellings {
            bytes.append(contentsOf: spelling.lowercased().utf8)
            bytes.append(Self.separator)
        }
    }

    /// The places, in order, of the peers in whose texts this one stands, in lower case, or of more; nil where it is clear
    /// that there are more than `limit`.
    ///
    /// Time grows with the size of the block: about a quarter of a millisecond for 60,000 peers.
    /// - Parameter sure: So many are looked for in any case; after that there are taken to be as many further on as there
    ///   were up to here.
    func places(_ text: String, atMost limit: Int, sure: Int) -> [Int]? {
        let needle = Array(text.composed.lowercased().utf8)
        let rarest = needle.indices.sorted { frequencies[Int(needle[$0])] < frequencies[Int(needle[$1])] }
        guard let first = rarest.first else { return nil }
        let second = rarest.dropFirst().first ?? first
        var found: [Int] = []
        var peer = 0
        var start = 0
        while let place = Self.place(of: needle, first, second, in: bytes, from: start) {
            // Texts are looked through in order, and most have nothing: a jump over the others beats a step for each.
            peer = Self.first(in: ends, from: peer) { $0 > place }
            guard peer < ids.count else { break }
            if found.count >= limit || (found.count >= sure && found.count * count > limit * peer) { return nil }
            found.append(peer)
            start = ends[peer]
            peer += 1
        }
        return found
    }

    private static func place(
        of needle: [UInt8], _ first: Int, _ second: Int, in bytes: [UInt8], from start: Int
    ) -> Int? {
        unsafe bytes.withUnsafeBytes { bytes in
            unsafe needle.withUnsafeBytes { needle in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[start...])
                let place = unsafe wgp_text_find(
                    rest.baseAddress, rest.count, needle.baseAddress, needle.count, first, second)
                return place < 0 ? nil : start + place
            }
        }
    }

    /// The first place from one on where a condition holds that holds for all after it; the end where it never does.
    private static func first<Element>(
        in all: [Element], from start: Int, where holds: (Element) -> Bool
    ) -> Int {
        var low = start
        var high = all.count
        while low < high {
            let middle = (low + high) / 2
            if holds(all[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
