import WGPilotProtocol

/// How many bytes a second peers send and receive, from the counters that they are told with.
struct TransferRates {
    /// Bytes a second.
    struct Rate: Equatable {
        var received: Double = 0
        var sent: Double = 0
        var sum: Double { received + sent }
    }

    private struct Sample {
        var received: UInt64
        var sent: UInt64
        var time: Double
        var rate = Rate()
    }

    private var samples: [Int64: Sample] = [:]

    /// A peer of which nothing was told for so many seconds transfers nothing: the daemon looks about once a second and
    /// tells of those that moved.
    private static let patience = 3.0

    /// Notes what is told of a peer at a time, in seconds.
    mutating func note(_ peer: Int64, _ status: PeerStatusMessage?, at time: Double) {
        guard let status else {
            samples[peer] = nil
            return
        }
        var sample = Sample(received: status.received, sent: status.sent, time: time)
        if let before = samples[peer] {
            if before.received == sample.received && before.sent == sample.sent { return }
            // An interface that was made anew counts from 0; the time since the last move may have been a long one.
            let seconds = min(max(time - before.time, 0.2), Self.patience)
            func rate(_ now: UInt64, _ then: UInt64) -> Double { now >= then ? Double(now - then) / seconds : 0 }
            sample.rate = Rate(
                received: rate(sample.received, before.received), sent: rate(sample.sent, before.sent))
        }
        samples[peer] = sample
    }

    /// A peer's rate at a time.
    func rate(of peer: Int64, at time: Double) -> Rate {
        guard let sample = samples[peer], time - sample.time < Self.patience else { return Rate() }
        return sample.rate
    }

    /// Forgets all peers but these.
    mutating func keep(_ peers: some Collection<Int64>) {
        let peers = Set(peers)
        samples = samples.filter { peers.contains($0.key) }
    }
}
