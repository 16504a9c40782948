/// What HTB is told about a class (`struct tc_htb_opt`, linux/pkt_sched.h; tc-htb(8)), and what its queue is like, all of
/// it following from the limit.
public struct TrafficClass: Hashable, Sendable {
    /// The limit in bytes a second.
    public var rate: UInt64
    /// How much may pass at once after a pause, in HTB's ticks of 64 ns at the rate (`buffer` and `cbuffer`).
    public var burstTicks: UInt32
    /// How much of a class passes before the next one's turn, in bytes.
    public var quantum: UInt32

    /// Makes it from its parts.
    public init(rate: UInt64, burstTicks: UInt32, quantum: UInt32) {
        self.rate = rate
        self.burstTicks = burstTicks
        self.quantum = quantum
    }

    /// The class of a limit.
    ///
    /// - Parameter kbps: The limit in kbit/s, of ``BandwidthLimit/range``.
    public init(kbps: Int64) {
        let rate = UInt64(max(kbps, 1)) * 125
        // A queue wakes up late now and then: what was not sent meanwhile is only made up for as far as the burst goes. 32 ms
        // are enough for a busy machine and a third of a percent of ten seconds. More than 64 KiB, the largest packet that
        // segmentation offload makes, would flood what comes behind; at high rates 4 ms, a tick of the slowest usual clock
        // (HZ=250), are more than that. Less than one full packet would let none through in time.
        let burst = max(Self.largestPacket, min(rate * 32 / 1000, 65_536), rate * 4 / 1000)
        // HTB counts in the time that the bytes take, in units of 2^PSCHED_SHIFT = 64 ns (net/pkt_sched.h).
        burstTicks = UInt32(clamping: burst * (1_000_000_000 / 64) / rate)
        // No class borrows, so turns only decide the order: what a class sends in a millisecond, a whole packet at least,
        // and no more than what a burst may be.
        quantum = UInt32(clamping: min(max(rate / 1000, Self.largestPacket), 60_000))
        self.rate = rate
    }

    /// A full packet of Ethernet's MTU, and some room: what tc(8) takes as the least burst.
    static let largestPacket: UInt64 = 1600

    /// The limit in kbit/s.
    public var kbps: Int64 { Int64(clamping: rate / 125) }

    /// The most packets that wait: half a second of them, though no fewer than 32 and no more than tc-fq_codel(8) has by
    /// default. A longer queue would only make what waits older.
    public var queueLimit: UInt32 { UInt32(clamping: min(max(rate / 2 / 1000, 32), 10_240)) }

    /// How old a packet in the queue may become for long, in microseconds: the time of one and a half packets, without which
    /// CoDel drops from a queue that is not even one packet long (RFC 8289 §4.4 wants at least one MTU); 5 ms where that is
    /// more.
    public var target: UInt32 {
        UInt32(clamping: max(5000, Self.largestPacket * 1_500_000 / rate))
    }

    /// Over what time that is judged, in microseconds: the 100 ms of RFC 8289 §4.2 beyond the target.
    public var interval: UInt32 { target + 95_000 }

    /// Over how many flows the queue is spread. Each takes memory even while it is empty, and one peer has few of them at a
    /// time; the default of 1024 would cost a hub of thousands of peers hundreds of megabytes.
    public static let flows: UInt32 = 64
}
