import Foundation
import WGPilotQR

/// A picture of a file's text, made again and again: `QRBenchmark FILE TURNS COUNT`.
///
/// Prints one line of JSON: for each turn the milliseconds that a picture took, of so many.
@main
enum QRBenchmark {
    static func main() throws {
        let words = CommandLine.arguments
        guard words.count == 4, let turns = Int(words[2]), let count = Int(words[3]), turns > 0, count > 0 else {
            print("usage: \(words[0]) FILE TURNS COUNT")
            exit(64)
        }
        let text = try String(contentsOfFile: words[1], encoding: .utf8)
        var times: [Double] = []
        // The first turn warms up and does not count.
        for turn in -1..<turns {
            let start = ContinuousClock.now
            for _ in 0..<count { _ = try QRCode.encode(candidates: [text]).png() }
            let milliseconds = (ContinuousClock.now - start) / .milliseconds(count)
            if turn >= 0 { times.append(milliseconds) }
        }
        print(String(decoding: try JSONEncoder().encode(times), as: UTF8.self))
    }
}
