import WGPilotTestSupport

extension SeededGenerator {
    /// A number below the bound.
    mutating func number(below bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

    /// True once in so many times.
    mutating func once(in times: Int) -> Bool { number(below: times) == 0 }

    /// A dotted-decimal address, now and then with a number out of range or a number too few or too many.
    mutating func ipv4Text() -> String {
        let count = once(in: 8) ? number(below: 7) : 4
        let limit = once(in: 4) ? 400 : 256
        return (0..<count).map { _ in
            (once(in: 20) ? "0" : "") + String(number(below: limit))
        }.joined(separator: ".")
    }

    /// An IPv6 address in one of its many spellings, now and then one that is not quite one.
    mutating func ipv6Text() -> String {
        let count = once(in: 8) ? number(below: 10) : 8
        var groups = (0..<count).map { _ in
            let value = once(in: 2) ? 0 : number(below: 0x1_0000) >> (4 * number(below: 4))
            let text = String(value, radix: 16, uppercase: once(in: 3))
            return once(in: 4) ? String(repeating: "0", count: number(below: 5)) + text : text
        }
        if once(in: 3), groups.count >= 2 {
            groups.removeLast(2)
            groups.append(ipv4Text())
        }
        if once(in: 2), !groups.isEmpty {
            let from = number(below: groups.count)
            let to = from + 1 + number(below: groups.count - from)
            let left = groups[..<from].joined(separator: ":")
            let right = groups[to...].joined(separator: ":")
            return left + "::" + right
        }
        return groups.joined(separator: ":")
    }

    /// The text with one to three characters put in, taken out or replaced.
    mutating func mutated(_ text: String) -> String {
        let alphabet = Array("00011259aAfFgxX....::::/%[]-+ \t\n٣é")
        var characters = Array(text)
        for _ in 0...number(below: 3) {
            let place = number(below: characters.count + 1)
            let character = alphabet[number(below: alphabet.count)]
            switch number(below: 3) {
            case 0: characters.insert(character, at: place)
            case 1 where place < characters.count: characters[place] = character
            default: if place < characters.count { characters.remove(at: place) }
            }
        }
        return String(characters)
    }
}
