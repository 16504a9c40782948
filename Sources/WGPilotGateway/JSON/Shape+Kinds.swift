extension Shape {
    /// A name of a network, a peer, a user or a token.
    static let name = Shape.text(longest: 128)
    static let key = Shape.text(longest: 44)
    static let line = Shape.text(longest: 512)
    static let address = Shape.text(longest: 64)
    static let blocks = Shape.texts(longest: 64)
    static let time = Shape.integer(0...4_102_444_800)
    /// A time that may be long ago, up to 9999-12-31.
    static let moment = Shape.integer(0...253_402_214_400)
    /// The same of an answer: a bucket that a moment is in may begin up to a month before it, and end a month behind.
    static let bucket = Shape.integer(-2_678_400...253_404_892_800)
    static let count = Shape.integer(0...Int64.max)
    static let identifier = Shape.integer(1...Int64.max)
    static let role = Shape.choice(["viewer", "operator", "admin"])
    static let custody = Shape.choice(["held", "once", "client"])
    static let tunnel = Shape.choice(["full", "split"])
    static let mode = Shape.choice(["gateway", "site-to-site", "hub-routed"])
    static let peerRole = Shape.choice(["client", "site-gateway"])
    static let driftPolicy = Shape.choice(["repair", "report"])
    static let mtu = Shape.integer(576...65_535)
    static let port = Shape.integer(1...65_535)
    /// kbit/s; 100 Gbit/s at most, as the hub has it.
    static let bandwidth = Shape.integer(0...100_000_000)
    static let seconds = Shape.integer(0...65_535)
}
