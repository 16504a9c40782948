import Foundation
import FuzzEntries
import Testing
import WGPilotProtocol
import WGPilotTestSupport

/// The golden vectors, damaged: whatever comes of it, there is a value or an error, soon and in little memory.
@Suite struct VectorMutationTests {
    /// Keeps what a run allocates in sight. A message of a few hundred bytes has no business with more than this.
    private static let mostKiB = 64 << 10

    /// The most memory that the process has held since ``forgetPeak()``.
    private static func peakKiB() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let match = try #require(status.firstMatch(of: /VmHWM:\s+(\d+) kB/))
        return try #require(Int(match.1))
    }

    /// proc(5), `/proc/pid/clear_refs`: 5 sets the peak back to what is held now.
    private static func forgetPeak() throws {
        try "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .utf8)
    }

    private static func run(_ entry: FuzzEntry, seeds: [[UInt8]], count: Int) throws {
        var mutator = Mutator(seeds: seeds)
        try forgetPeak()
        let before = try peakKiB()
        for _ in 0..<count {
            let bytes = mutator.next()
            if let fault = entry.fault(in: bytes) {
                Issue.record("\(fault); \(mutator), bytes \(hexText(bytes))")
                return
            }
        }
        let grown = try peakKiB() - before
        #expect(grown < mostKiB, "the peak grew by \(grown) KiB; \(mutator)")
    }

    @Test func `damaged frames`() throws {
        let frames = GoldenVector.frames.map(\.bytes)
        try Self.run(.frames, seeds: frames.map { [0x2e] + $0 } + [[0x33] + frames.joined()], count: 5_000)
    }

    @Test func `damaged items`() throws {
        try Self.run(.cbor, seeds: GoldenVector.messages.map(\.bytes), count: 1_500)
    }

    @Test func `damaged messages`() throws {
        let requests = GoldenVector.frames.filter { $0.bytes[4] == 2 }
            .map { Self.numbered("RequestHead", $0.bytes[10...]) }
        let messages = GoldenVector.messages.map { vector in
            Self.numbered(String(vector.title.prefix { $0 != " " }), vector.bytes[...])
        }
        try Self.run(.messages, seeds: messages + requests, count: 10_000)
    }

    private static func numbered(_ name: String, _ bytes: ArraySlice<UInt8>) -> [UInt8] {
        let number = MessageTypes.number(of: name)
        return [UInt8(truncatingIfNeeded: number >> 8), UInt8(truncatingIfNeeded: number)] + bytes
    }

    @Test func `the number of a message chooses it and no other`() {
        for type in MessageTypes.whole {
            #expect(MessageTypes.type(chosenBy: MessageTypes.number(of: type.name))?.name == type.name)
        }
    }

    @Test func `each message cut short anywhere is an error`() throws {
        for vector in GoldenVector.messages where vector.bytes.count < 500 {
            let name = String(vector.title.prefix { $0 != " " })
            let type = try #require(MessageTypes.byName[name])
            let read = (0..<vector.bytes.count).filter { (try? type.decode(Array(vector.bytes.prefix($0)))) != nil }
            #expect(read == [], "\(vector) is read from so few bytes")
        }
    }

    @Test(arguments: FuzzEntry.allCases)
    func `what a fuzzer once found stays mended`(entry: FuzzEntry) throws {
        let folder = GoldenVector.folder.deletingLastPathComponent().appending(path: "Fuzz")
        for kind in ["Failures", "Corpus"] {
            let place = folder.appending(path: "\(kind)/\(entry.rawValue)")
            // Where there is nothing yet there is no folder either.
            if !FileManager.default.fileExists(atPath: place.path) { continue }
            let files = try FileManager.default.contentsOfDirectory(at: place, includingPropertiesForKeys: nil)
            for file in files {
                let bytes = [UInt8](try Data(contentsOf: file))
                #expect(entry.fault(in: bytes) == nil, "\(file.lastPathComponent)")
            }
        }
    }
}
