import CMnl
import Glibc

/// Listens to the kernel's news on a thread of its own, for it blocks.
actor HostEventReader {
    private let executor = BlockingExecutor(label: "wgpilot.events")
    private var route: NetlinkSocket?
    private var firewall: NetlinkSocket?
    private var traffic: NetlinkSocket?
    private var parser = HostEventParser { HostEventReader.linkName($0) }

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// Opens the sockets and joins the groups. What happens from now on is told, once ``start(_:)`` was called.
    ///
    /// - Parameter port: The port of netlink from which our own changes of traffic control come: thousands at once, and none
    ///   of them is news.
    func open(ignoring port: UInt32) throws(NetlinkError) -> HostEventBuffer {
        let route = try NetlinkSocket(bus: NETLINK_ROUTE, timeout: .seconds(1))
        for group in [
            RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE,
            RTNLGRP_IPV4_NETCONF, RTNLGRP_IPV6_NETCONF,
        ] {
            try route.join(Int32(bitPattern: group.rawValue))
        }
        self.route = consume route
        do throws(NetlinkError) {
            let firewall = try NetlinkSocket(bus: NETLINK_NETFILTER, timeout: .seconds(1))
            try firewall.join(Int32(bitPattern: NFNLGRP_NFTABLES.rawValue))
            self.firewall = consume firewall
        } catch .system(_, EPROTONOSUPPORT) {
            // A kernel without netfilter has no rules that could change.
        }
        let traffic = try NetlinkSocket(bus: NETLINK_ROUTE, timeout: .seconds(1))
        try traffic.ignore(port)
        try traffic.join(Int32(bitPattern: RTNLGRP_TC.rawValue))
        self.traffic = consume traffic
        return try HostEventBuffer()
    }

    /// Tells it the names of the links that there are.
    func know(_ links: [Int32: String]) {
        parser.know(links)
    }

    /// The stream of what is heard. Thread and sockets go with it.
    nonisolated func start(_ buffer: HostEventBuffer) -> AsyncStream<HostEvent> {
        Task.detached { await self.run(buffer) }
        let subscription = HostEventSubscription(buffer)
        return AsyncStream {
            await subscription.buffer.next()
        } onCancel: {
            subscription.buffer.close()
        }
    }

    private func run(_ buffer: HostEventBuffer) {
        defer { buffer.finish() }
        let route = self.route.take()
        let firewall = self.firewall.take()
        let traffic = self.traffic.take()
        var bytes = [UInt8](repeating: 0, count: NetlinkSocket.bufferSize)
        var waiting = [
            buffer.closing, Self.descriptor(route), Self.descriptor(firewall), Self.descriptor(traffic),
        ].map {
            pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
        }
        while true {
            guard unsafe poll(&waiting, nfds_t(waiting.count), -1) >= 0 else {
                if errno == EINTR { continue }
                break
            }
            if waiting[0].revents != 0 { return }
            do throws(NetlinkError) {
                if waiting[1].revents != 0 {
                    switch try Self.receive(route, &bytes) {
                    case .datagram(let count):
                        let events = parser.route(bytes[..<count])
                        if events.contains(.lost) { parser.forget() }
                        buffer.add(events)
                    case .overrun:
                        parser.forget()
                        buffer.add([.lost])
                    case .nothing: break
                    }
                }
                if waiting[2].revents != 0 {
                    switch try Self.receive(firewall, &bytes) {
                    case .datagram(let count): buffer.add(HostEventParser.firewall(bytes[..<count]))
                    // All that this socket can have lost is news of rules.
                    case .overrun: buffer.add([.firewall])
                    case .nothing: break
                    }
                }
                if waiting[3].revents != 0 {
                    switch try Self.receive(traffic, &bytes) {
                    case .datagram(let count): buffer.add(parser.traffic(bytes[..<count]))
                    case .overrun: buffer.add([.traffic(nil)])
                    case .nothing: break
                    }
                }
            } catch {
                break
            }
        }
        // Whoever goes on must not think that nothing happened.
        buffer.add([.lost])
    }

    private enum Received {
        case datagram(Int), overrun, nothing
    }

    /// The descriptor; poll(2) passes over a negative one.
    private static func descriptor(_ socket: borrowing NetlinkSocket?) -> Int32 {
        switch socket {
        case .some(let socket): socket.descriptor
        case .none: -1
        }
    }

    private static func receive(
        _ socket: borrowing NetlinkSocket?, _ buffer: inout [UInt8]
    ) throws(NetlinkError) -> Received {
        do throws(NetlinkError) {
            switch socket {
            case .some(let socket): return .datagram(try socket.receive(into: &buffer))
            case .none: return .nothing
            }
        } catch .system(_, ENOBUFS), .malformed {
            // More came than the socket could hold, or a datagram than the buffer could.
            return .overrun
        } catch .timedOut {
            return .nothing
        }
    }

    /// The name of a link by its index; nil when there is none.
    private static func linkName(_ index: Int32) -> String? {
        guard index > 0 else { return nil }
        var name = [CChar](repeating: 0, count: Int(IF_NAMESIZE))
        guard unsafe if_indextoname(UInt32(index), &name) != nil else { return nil }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// Ends the listening when the stream that holds it goes away without having been read to its end.
private final class HostEventSubscription: Sendable {
    let buffer: HostEventBuffer

    init(_ buffer: HostEventBuffer) {
        self.buffer = buffer
    }

    deinit {
        buffer.close()
    }
}
