import Testing

@testable import WGPilotNetlink

@Suite("News that wait for their reader")
struct HostEventBufferTests {
    /// What is read without waiting.
    private static func rest(_ buffer: HostEventBuffer) async -> [HostEvent] {
        buffer.finish()
        var events: [HostEvent] = []
        while let event = await buffer.next() { events.append(event) }
        return events
    }

    @Test("what happens again while it waits is told once, in the order of its first time")
    func once() async throws {
        let buffer = try HostEventBuffer()
        for _ in 0..<100_000 { buffer.add([.link("wg0"), .firewall, .link(nil)]) }
        #expect(await buffer.next() == .link("wg0"))
        buffer.add([.link("wg0")])
        #expect(await Self.rest(buffer) == [.firewall, .link(nil), .link("wg0")])
    }

    @Test("too much at once becomes one event that stands for all, and what comes after it is told again")
    func overflow() async throws {
        let buffer = try HostEventBuffer()
        buffer.add((0..<HostEventBuffer.limit).map { .link("eth\($0)") })
        #expect(await buffer.next() == .link("eth0"))
        buffer.add((0..<1000).map { .link("veth\($0)") })
        #expect(await buffer.next() == .lost)
        buffer.add([.firewall])
        #expect(await Self.rest(buffer) == [.firewall])
    }

    @Test("a loss takes the place of all that waits")
    func loss() async throws {
        let buffer = try HostEventBuffer()
        buffer.add([.link("wg0"), .lost, .firewall])
        #expect(await Self.rest(buffer) == [.lost])
    }

    @Test("a reader that waits is woken by an event and by the end")
    func waiting() async throws {
        let buffer = try HostEventBuffer()
        let reader = Task {
            var events: [HostEvent] = []
            while let event = await buffer.next() { events.append(event) }
            return events
        }
        buffer.add([.firewall])
        buffer.add([.link("wg0")])
        buffer.finish()
        #expect(await reader.value == [.firewall, .link("wg0")])
        buffer.add([.firewall])
        #expect(await buffer.next() == nil, "the end is final")
    }

    @Test("a stream whose reader is cancelled ends, and its thread and sockets go with it")
    func cancellation() async throws {
        let before = ProcessFiles.names(in: "/proc/self/fd").count
        for round in 0..<20 {
            let stream = try await LinuxHostNetwork().events()
            if round.isMultiple(of: 2) {
                let reader = Task { for await _ in stream {} }
                reader.cancel()
                await reader.value
            }
        }
        // The threads see it on their own time.
        let deadline = ContinuousClock.now + .seconds(10)
        while ProcessFiles.names(in: "/proc/self/fd").count > before + 4, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(10))
        }
        // Twenty streams that stayed would be sixty descriptors.
        #expect(ProcessFiles.names(in: "/proc/self/fd").count <= before + 4)
    }
}
