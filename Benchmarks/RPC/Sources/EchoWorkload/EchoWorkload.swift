internal import Dispatch
internal import Glibc
internal import Synchronization

/// Calls of one size, so many at a time, until the time is up or enough were made.
///
/// As a line of a client's input: `run SIZE IN_FLIGHT MILLISECONDS CALLS`.
public struct EchoWorkload: Sendable {
    /// Bytes of a message.
    public var size: Int
    /// Calls at a time, each from a task of its own.
    public var inFlight: Int
    /// How long calls are made.
    public var duration: Duration
    /// The most calls.
    public var calls: Int

    /// How much longer than ``duration`` the last answers may take before the workload is said to stand still.
    private static let patience: Duration = .seconds(5)

    /// Reads a line of input.
    init?(_ line: String) {
        let words = line.split(separator: " ")
        guard words.count == 5, words[0] == "run", let size = Int(words[1]), let inFlight = Int(words[2]),
            let milliseconds = Int(words[3]), let calls = Int(words[4]), size > 0, inFlight > 0, calls > 0
        else { return nil }
        self.size = size
        self.inFlight = inFlight
        self.duration = .milliseconds(milliseconds)
        self.calls = calls
    }

    /// What one task did.
    private struct Share: Sendable {
        var calls = 0
        /// Microseconds of each call, where there is one at a time: memory that grows would be taken for the client's.
        var samples: [Float] = []
        var failure: String?
    }

    /// Counts for the watch, which has nothing else to go by when tasks hang.
    private final class Progress: Sendable {
        let calls = Atomic(0)
        let isOver = Atomic(false)
    }

    /// Makes the calls. A workload that stands still ends the process, after it was told: its calls can never be taken
    /// back.
    func run(_ echo: @escaping @Sendable ([UInt8]) async throws -> [UInt8]) async -> String {
        let progress = Progress()
        watch(progress)
        let clock = ContinuousClock()
        let start = clock.now
        let end = start + duration
        let shares = await withTaskGroup(of: Share.self) { group in
            for _ in 0..<inFlight {
                group.addTask { await self.share(until: end, clock, progress, echo) }
            }
            return await group.reduce(into: [Share]()) { $0.append($1) }
        }
        progress.isOver.store(true, ordering: .relaxed)
        let seconds = EchoWorkload.seconds(clock.now - start)
        let calls = shares.reduce(0) { $0 + $1.calls }
        let samples = shares.flatMap(\.samples).sorted()
        let failure = shares.compactMap(\.failure).first.map { ",\"failed\":\"\($0)\"" } ?? ""
        let (p50, p99) =
            samples.isEmpty ? (0, 0) : (samples[samples.count / 2], samples[samples.count * 99 / 100])
        return "{\"calls\":\(calls),\"seconds\":\(seconds),\"p50\":\(p50),\"p99\":\(p99)\(failure)}"
    }

    private func share(
        until end: ContinuousClock.Instant, _ clock: ContinuousClock, _ progress: Progress,
        _ echo: @Sendable ([UInt8]) async throws -> [UInt8]
    ) async -> Share {
        let payload = [UInt8](repeating: 0x5a, count: size)
        let most = (calls + inFlight - 1) / inFlight
        var share = Share()
        var before = clock.now
        while share.calls < most, before < end {
            do {
                let answer = try await echo(payload)
                guard answer.count == size, answer.last == 0x5a else {
                    share.failure = "an answer of \(answer.count) bytes"
                    break
                }
            } catch {
                share.failure = "\(error)".replacing("\"", with: "'").replacing("\n", with: " ")
                break
            }
            let after = clock.now
            if inFlight == 1 { share.samples.append(Float(EchoWorkload.seconds(after - before) * 1e6)) }
            before = after
            share.calls += 1
            progress.calls.wrappingAdd(1, ordering: .relaxed)
        }
        return share
    }

    private func watch(_ progress: Progress) {
        let seconds = EchoWorkload.seconds(duration + EchoWorkload.patience)
        DispatchQueue.global().asyncAfter(deadline: .now() + seconds) {
            guard !progress.isOver.load(ordering: .relaxed) else { return }
            EchoControl.say("{\"calls\":\(progress.calls.load(ordering: .relaxed)),\"stalled\":true}")
            exit(1)
        }
    }

    static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    }
}
