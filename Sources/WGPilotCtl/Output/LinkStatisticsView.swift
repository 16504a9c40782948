import WGPilotProtocol

/// What an interface carried, as it is printed with its network.
struct LinkStatisticsView {
    let statistics: LinkStatisticsMessage

    var received: String {
        Self.text(
            statistics.receivedBytes, statistics.receivedPackets, statistics.receiveErrors, statistics.receiveDrops)
    }

    var sent: String {
        Self.text(statistics.sentBytes, statistics.sentPackets, statistics.sendErrors, statistics.sendDrops)
    }

    private static func text(_ bytes: UInt64, _ packets: UInt64, _ errors: UInt64, _ drops: UInt64) -> String {
        "\(HumanText.bytes(bytes)) in \(packets) packets, \(errors) errors, \(drops) dropped"
    }
}
