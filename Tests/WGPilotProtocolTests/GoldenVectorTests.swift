import FuzzEntries
import Testing
import WGPilotProtocol

/// The bytes of every message and every frame, against those that Python's cbor2 wrote from a table of values and the
/// field numbers of docs/protocol.md.
@Suite struct GoldenVectorTests {
    private static func message(of vector: GoldenVector) throws -> MessageType {
        let name = vector.title.prefix { $0 != " " }
        return try #require(MessageTypes.byName[String(name)], "no type is listed for \(vector)")
    }

    @Test(arguments: GoldenVector.messages)
    func `a message is read by its field names and written as the very same bytes`(vector: GoldenVector) throws {
        let value = try Self.message(of: vector).decode(vector.bytes)
        #expect(jsonText(value) == vector.json)
        // What only a later version knows is lost on the way through.
        let full = vector.title.replacing(/\ (newer|odd)$/, with: " full")
        let expected = try #require(GoldenVector.messages.first { $0.title == full })
        #expect(hexText(try CBOREncoder().encode(value)) == hexText(expected.bytes))
    }

    @Test func `every message of every method has its vectors`() throws {
        let titles = Set(GoldenVector.messages.map(\.title))
        #expect(titles.count == GoldenVector.messages.count)
        for name in MessageTypes.byName.keys {
            for form in ["full", "least", "edge", "newer", "odd"] {
                #expect(titles.contains("\(name) \(form)"), "Tests/Vectors/values.py has to be told of it")
            }
        }
    }

    @Test func `every method is listed with its types`() {
        #expect(MessageTypes.methods.map(\.fullName).sorted() == MethodTable.all.map(\.fullName).sorted())
    }

    @Test func `every message within a message is listed`() throws {
        for vector in GoldenVector.messages where vector.title.hasSuffix(" full") {
            let within = typesWithin(try Self.message(of: vector).decode(vector.bytes))
            #expect(within.subtracting(MessageTypes.byName.keys) == [], "in \(vector)")
        }
    }

    @Test(arguments: GoldenVector.versions.flatMap { GoldenVector.records("\($0)/messages.txt") })
    func `what an earlier version wrote means the same today`(vector: GoldenVector) throws {
        let value = try Self.message(of: vector).decode(vector.bytes)
        let (then, now) = (try Members(vector.json), try Members(jsonText(value)))
        #expect(now.include(then), "\(jsonText(value)) lacks something of \(vector.json)")
    }

    @Test func `there is a version whose bytes are kept`() {
        #expect(GoldenVector.versions.contains("0.1"))
        for version in GoldenVector.versions {
            #expect(GoldenVector.records("\(version)/messages.txt").count > 200)
            #expect(GoldenVector.records("\(version)/frames.txt").count >= 9)
        }
    }

    @Test(
        arguments: GoldenVector.frames + GoldenVector.versions.flatMap { GoldenVector.records("\($0)/frames.txt") })
    func `a frame is read by its parts and written as the very same bytes`(vector: GoldenVector) throws {
        let frames = try Frame.all(in: vector.bytes)
        let frame = try #require(frames.first)
        #expect(frames.count == 1)
        #expect(frame.bytes == vector.bytes)

        guard vector.title.contains(": ") || frame.payload.isEmpty && vector.json.contains("items") else {
            let json = """
                {"flags":\(frame.flags),"payload":"\(hexText(frame.payload))","stream_id":\(frame.streamID),\
                "type":\(frame.type.rawValue)}
                """
            #expect(json == vector.json)
            return
        }
        let names = vector.title.split(separator: ": ").dropFirst().first?.split(separator: " ") ?? []
        var offset = 0
        var items: [String] = []
        var written: [UInt8] = []
        for name in names {
            let type = try #require(MessageTypes.byName[String(name)])
            let value = try type.decode(frame.payload, at: &offset)
            items.append(jsonText(value))
            try CBOREncoder().encode(value, into: &written)
        }
        #expect(offset == frame.payload.count)
        #expect(written == frame.payload)
        let json = """
            {"flags":\(frame.flags),"items":[\(items.joined(separator: ","))],"stream_id":\(frame.streamID),\
            "type":\(frame.type.rawValue)}
            """
        #expect(json == vector.json)
    }

    @Test(arguments: GoldenVector.frames.filter { $0.bytes[4] == FrameType.window.rawValue })
    func `a grant is read as the number that Python wrote`(vector: GoldenVector) throws {
        let bytes = try CBORDecoder().decode(UInt32.self, from: Array(vector.bytes.dropFirst(Frame.headerBytes)))
        #expect([30, .max].contains(bytes))
        #expect(try CBOREncoder().encode(bytes) == Array(vector.bytes.dropFirst(Frame.headerBytes)))
    }

    @Test func `every type of frame has a vector`() {
        let types = Set(GoldenVector.frames.map { $0.bytes[4] })
        #expect(types == Set(FrameType.allCases.map(\.rawValue)))
    }
}
