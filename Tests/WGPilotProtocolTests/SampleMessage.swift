import WGPilotTestSupport

/// A message with a field of every kind that the services use.
struct SampleMessage: Codable, Sendable, Equatable {
    struct Part: Codable, Sendable, Equatable {
        var name: String
        var weight: Int32?
        var parts: [Part]?

        enum CodingKeys: Int, CodingKey {
            case name = 1
            case weight = 2
            case parts = 3
        }
    }

    enum Kind: String, Codable, Sendable, CaseIterable {
        case gateway
        case hub
    }

    var id: UInt64 = 0
    var name = ""
    var signed: Int64 = 0
    var small: Int8 = 0
    var port: UInt16?
    var flag = false
    var ratio: Double?
    var single: Float?
    var key: [UInt8] = []
    var tags: [String] = []
    var numbers: [Int] = []
    var labels: [String: String] = [:]
    var kind = Kind.gateway
    var part: Part?
    var parts: [Part] = []
    var matrix: [[UInt32]] = []
    var optionals: [Int?] = []
    var keys: [[UInt8]] = []

    enum CodingKeys: Int, CodingKey {
        case id = 1
        case name = 2
        case signed = 3
        case small = 4
        case port = 5
        case flag = 6
        case ratio = 7
        case single = 8
        case key = 9
        case tags = 10
        case numbers = 11
        case labels = 12
        case kind = 13
        case part = 14
        case parts = 15
        case matrix = 16
        case optionals = 24
        case keys = 300
    }

    static func random(using generator: inout SeededGenerator) -> SampleMessage {
        func count(_ generator: inout SeededGenerator) -> Int {
            // Past 23 and 255 now and then, where heads grow.
            Int.random(in: 0..<20, using: &generator) == 0
                ? Int.random(in: 20...300, using: &generator) : Int.random(in: 0...4, using: &generator)
        }
        func text(_ generator: inout SeededGenerator) -> String {
            let alphabet: [Character] = ["a", "Z", "0", "-", " ", "é", "ß", "\u{301}", "漢", "👩‍👩‍👧", "\u{0}", "\n"]
            return String((0..<count(&generator)).map { _ in alphabet.randomElement(using: &generator) ?? "a" })
        }
        func unsigned(_ generator: inout SeededGenerator) -> UInt64 {
            generator.next() >> UInt64.random(in: 0...63, using: &generator)
        }
        func signed(_ generator: inout SeededGenerator) -> Int64 {
            Int64(bitPattern: generator.next()) >> Int64.random(in: 0...63, using: &generator)
        }
        func part(_ generator: inout SeededGenerator, _ depth: Int) -> Part {
            let parts =
                depth > 3 || Bool.random(using: &generator)
                ? nil : (0..<Int.random(in: 0...3, using: &generator)).map { _ in part(&generator, depth + 1) }
            return Part(
                name: text(&generator),
                weight: Bool.random(using: &generator) ? Int32(truncatingIfNeeded: signed(&generator)) : nil,
                parts: parts)
        }
        func bytes(_ generator: inout SeededGenerator) -> [UInt8] {
            (0..<count(&generator)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        }
        var message = SampleMessage()
        message.id = unsigned(&generator)
        message.name = text(&generator)
        message.signed = signed(&generator)
        message.small = Int8(truncatingIfNeeded: signed(&generator))
        message.port = Bool.random(using: &generator) ? UInt16(truncatingIfNeeded: unsigned(&generator)) : nil
        message.flag = Bool.random(using: &generator)
        let number = Double(bitPattern: generator.next())
        message.ratio = Bool.random(using: &generator) ? (number.isNaN ? 1.5 : number) : nil
        message.single = Bool.random(using: &generator) ? Float(signed(&generator)) / 16 : nil
        message.key = bytes(&generator)
        message.tags = (0..<count(&generator)).map { _ in text(&generator) }
        message.numbers = (0..<count(&generator)).map { _ in Int(signed(&generator)) }
        for _ in 0..<Int.random(in: 0...4, using: &generator) {
            message.labels[text(&generator)] = text(&generator)
        }
        message.kind = Kind.allCases.randomElement(using: &generator) ?? .hub
        message.part = Bool.random(using: &generator) ? part(&generator, 0) : nil
        message.parts = (0..<count(&generator)).map { _ in part(&generator, 2) }
        message.matrix = (0..<3).map { _ in
            (0..<count(&generator)).map { _ in UInt32(truncatingIfNeeded: unsigned(&generator)) }
        }
        message.optionals = (0..<3).map { _ in Bool.random(using: &generator) ? Int(signed(&generator)) : nil }
        message.keys = (0..<3).map { _ in bytes(&generator) }
        return message
    }
}
