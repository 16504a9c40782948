import Glibc
import Testing

@testable import WGPilotNetlink

/// Against the kernel that the tests run on; none of it needs a right.
@Suite("Conversations with the kernel")
struct NetlinkConnectionTests {
    @Test("the loopback interface is there, and one of a nonsense name is not")
    func links() async throws {
        let route = RouteFamily()
        let loopback = try #require(try await route.link("lo"))
        #expect(loopback.isLoopback && loopback.index == 1 && loopback.mtu > 0)
        #expect(try await route.link("nosuchlink") == nil)
        #expect(try await route.links().contains { $0.name == "lo" })
    }

    @Test("a refusal is an error, and the connection goes on after it")
    func refusal() async throws {
        let connection = NetlinkConnection(bus: NETLINK_GENERIC_NUMBER, label: "test")
        for _ in 0..<3 {
            let request = try GenericNetlink.getFamily("nosuchfamily")
            let error = await #expect(throws: NetlinkError.self) { try await connection.perform(request) }
            #expect(error?.refusal == ENOENT)
        }
        // nlctrl is the controller itself, which is always there.
        let number = try await connection.collect(try GenericNetlink.getFamily("nlctrl"), into: UInt16?.none) {
            (number, message) throws(NetlinkError) in number = try GenericNetlink.familyNumber(message)
        }
        #expect(number == 0x10)
    }

    @Test("a decoder that fails does not leave its answer to the next request")
    func freshSocket() async throws {
        let connection = NetlinkConnection(bus: NETLINK_GENERIC_NUMBER, label: "test")
        let request = try GenericNetlink.getFamily("nlctrl")
        await #expect(throws: NetlinkError.malformed("by a test")) {
            try await connection.collect(request, into: 0) { (_, _) throws(NetlinkError) in
                throw NetlinkError.malformed("by a test")
            }
        }
        let count = try await connection.collect(request, into: 0) { (count, _) throws(NetlinkError) in count += 1 }
        #expect(count == 1)
    }

    @Test("a dump that was interrupted is forgotten and taken again, and is whole in the end", arguments: 0...5)
    func interruptedDump(_ interruptions: Int) throws {
        var attempts = 0
        let value = try NetlinkConnection.untilWhole([String]()) { (value) throws(NetlinkError) in
            value.append("of attempt \(attempts)")
            attempts += 1
            return attempts > interruptions
        }
        #expect(value == ["of attempt \(interruptions)"])
    }

    @Test("a dump that is interrupted each time is an error after five more attempts, and nothing of it is given out")
    func interruptedForEver() {
        var attempts = 0
        #expect(throws: NetlinkError.interrupted) {
            try NetlinkConnection.untilWhole(0) { (_) throws(NetlinkError) in
                attempts += 1
                return false
            }
        }
        #expect(attempts == 6)
    }

    @Test("a failure half-way is not taken for an interruption", arguments: [ENOBUFS, ENODEV, EPERM])
    func failedDump(_ errno: Int32) {
        var attempts = 0
        #expect(throws: NetlinkError.system(call: "recv", errno: errno)) {
            try NetlinkConnection.untilWhole(0) { (_) throws(NetlinkError) in
                attempts += 1
                throw NetlinkError.system(call: "recv", errno: errno)
            }
        }
        #expect(attempts == 1)
    }

    @Test(
        "a dump that fails in its middle leaves nothing of it to the next request",
        arguments: [ENOBUFS, ENODEV, EPERM])
    func failedInTheMiddle(_ errno: Int32) async throws {
        let connection = NetlinkConnection(bus: NETLINK_ROUTE_NUMBER, label: "test")
        // lo alone has one of each family, and each is a message of its own.
        let addresses = RouteRequests.getAddresses(nil)
        let whole = try await connection.collect(addresses, into: 0) { (count, _) throws(NetlinkError) in count += 1 }
        try #require(whole > 1)
        for _ in 0..<3 {
            await #expect(throws: NetlinkError.system(call: "recv", errno: errno)) {
                try await connection.collect(addresses, into: 0) { (count, _) throws(NetlinkError) in
                    count += 1
                    if count == 2 { throw NetlinkError.system(call: "recv", errno: errno) }
                }
            }
            let links = try await connection.collect(try RouteRequests.getLink("lo"), into: 0) {
                (count, _) throws(NetlinkError) in count += 1
            }
            #expect(links == 1)
        }
        let again = try await connection.collect(addresses, into: 0) { (count, _) throws(NetlinkError) in count += 1 }
        #expect(again == whole)
    }

    @Test("many at once are answered each with its own")
    func concurrent() async throws {
        let route = RouteFamily()
        try await withThrowingTaskGroup(of: String?.self) { group in
            for _ in 0..<50 { group.addTask { try await route.link("lo")?.name } }
            for try await name in group { #expect(name == "lo") }
        }
    }

    /// `NETLINK_ROUTE`, linux/netlink.h.
    private var NETLINK_ROUTE_NUMBER: Int32 { 0 }

    /// `NETLINK_GENERIC`, linux/netlink.h.
    private var NETLINK_GENERIC_NUMBER: Int32 { 16 }
}
