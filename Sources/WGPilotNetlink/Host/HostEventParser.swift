import CMnl

/// Makes events of what the kernel multicasts. Whatever it does not understand is an event too: something happened.
struct HostEventParser {
    /// The links by index, as far as is known. An event of an address or a route tells the index alone, and when a link was
    /// deleted nobody can be asked any more.
    private var names: [Int32: String] = [:]
    private let look: (Int32) -> String?

    /// Makes a parser.
    ///
    /// - Parameter look: Finds the name of a link that is not known.
    init(lookingUp look: @escaping (Int32) -> String?) {
        self.look = look
    }

    /// Learns the names of links; what an event said already is newer.
    mutating func know(_ links: [Int32: String]) {
        names.merge(links) { old, _ in old }
    }

    /// Forgets all names, for some may have changed unheard.
    mutating func forget() {
        names = [:]
    }

    /// The events in a datagram of rtnetlink, each once.
    mutating func route(_ datagram: ArraySlice<UInt8>) -> [HostEvent] {
        var events: [HostEvent] = []
        var rest = datagram
        do throws(NetlinkError) {
            if rest.isEmpty { throw .malformed("an empty datagram") }
            while let message = try NetlinkMessage.next(of: &rest) {
                for event in try self.events(message) where !events.contains(event) { events.append(event) }
            }
        } catch {
            if !events.contains(.lost) { events.append(.lost) }
        }
        return events
    }

    /// The events in a datagram about traffic control, each once.
    mutating func traffic(_ datagram: ArraySlice<UInt8>) -> [HostEvent] {
        var events: [HostEvent] = []
        var rest = datagram
        do throws(NetlinkError) {
            if rest.isEmpty { throw .malformed("an empty datagram") }
            while let message = try NetlinkMessage.next(of: &rest) {
                // RTM_NEWQDISC to RTM_GETTFILTER, of which questions are never told to anybody.
                guard (Int(RTM_NEWQDISC)...Int(RTM_GETTFILTER)).contains(Int(message.type)) else { continue }
                // struct tcmsg: the device's index is its second word.
                guard let index = Int32(hostOrder: message.body.dropFirst(4).prefix(4)) else {
                    throw .malformed("traffic control without a device")
                }
                // A block that devices share has none. A device that is gone is news of links.
                let event = HostEvent.traffic(name(of: index))
                if index > 0, event == .traffic(nil) { continue }
                if !events.contains(event) { events.append(event) }
            }
        } catch {
            if !events.contains(.traffic(nil)) { events.append(.traffic(nil)) }
        }
        return events
    }

    /// The events in a datagram of nfnetlink: that rules changed is all there is to say, even where the datagram makes no
    /// sense.
    static func firewall(_ datagram: ArraySlice<UInt8>) -> [HostEvent] {
        var rest = datagram
        if rest.isEmpty { return [.firewall] }
        do throws(NetlinkError) {
            while let message = try NetlinkMessage.next(of: &rest) {
                // The upper byte of the type is the subsystem (linux/netfilter/nfnetlink.h). Types below 16 are netlink's
                // own: a NOOP says nothing, an OVERRUN that there was more.
                let isOurs = Int32(message.type >> 8) == NFNL_SUBSYS_NFTABLES
                if isOurs || Int32(message.type) == NLMSG_OVERRUN { return [.firewall] }
            }
        } catch {
            return [.firewall]
        }
        return []
    }

    private mutating func events(_ message: NetlinkMessage) throws(NetlinkError) -> [HostEvent] {
        switch Int(message.type) {
        case Int(NLMSG_OVERRUN), Int(NLMSG_ERROR):
            return [.lost]
        case Int(RTM_NEWLINK), Int(RTM_DELLINK):
            return try link(message)
        case Int(RTM_NEWADDR), Int(RTM_DELADDR):
            // struct ifaddrmsg: the link's index is its second half.
            _ = try message.attributes(after: 8)
            return [.link(name(of: Int32(hostOrder: message.body.dropFirst(4).prefix(4))))]
        case Int(RTM_NEWROUTE), Int(RTM_DELROUTE):
            return try route(message)
        case Int(RTM_NEWNETCONF):
            return try settings(message)
        default:
            return []
        }
    }

    private mutating func link(_ message: NetlinkMessage) throws(NetlinkError) -> [HostEvent] {
        // struct ifinfomsg.
        let attributes = try message.attributes(after: 16)
        guard let index = Int32(hostOrder: message.body.dropFirst(4).prefix(4)) else {
            throw .malformed("a link without its index")
        }
        var name: String?
        try AttributeReader.forEach(in: attributes) { (attribute) throws(NetlinkError) in
            if Int(attribute.type) == Int(IFLA_IFNAME) { name = attribute.string }
        }
        let old = names[index]
        guard let name, !name.isEmpty else { return [.link(old)] }
        names[index] = Int(message.type) == Int(RTM_NEWLINK) ? name : nil
        // A link that was renamed is gone under its old name.
        return old == nil || old == name ? [.link(name)] : [.link(old), .link(name)]
    }

    /// Only what takes forwarding away is news: what somebody switches on harms no tunnel.
    private func settings(_ message: NetlinkMessage) throws(NetlinkError) -> [HostEvent] {
        // struct netconfmsg, with its padding.
        var isOff = false
        try AttributeReader.forEach(in: message.attributes(after: 4)) { (attribute) throws(NetlinkError) in
            if Int(attribute.type) == NETCONFA_FORWARDING { isOff = try attribute.integer(Int32.self) == 0 }
        }
        return isOff ? [.forwarding] : []
    }

    private mutating func route(_ message: NetlinkMessage) throws(NetlinkError) -> [HostEvent] {
        // struct rtmsg.
        let attributes = try message.attributes(after: 12)
        var table = message.body.dropFirst(4).first.map(UInt32.init)
        var index: Int32?
        try AttributeReader.forEach(in: attributes) { (attribute) throws(NetlinkError) in
            switch UInt32(attribute.type) {
            case RTA_TABLE.rawValue: table = try attribute.integer()
            case RTA_OIF.rawValue: index = try attribute.integer()
            default: break
            }
        }
        guard table == UInt32(RT_TABLE_MAIN.rawValue) else { return [] }
        return [.link(name(of: index))]
    }

    private mutating func name(of index: Int32?) -> String? {
        guard let index else { return nil }
        if let known = names[index] { return known }
        guard let found = look(index) else { return nil }
        names[index] = found
        return found
    }
}
