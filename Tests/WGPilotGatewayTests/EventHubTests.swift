import Hummingbird
import Logging
import NIOCore
import Testing
import WGPilotProtocol

@testable import WGPilotGateway

@Suite(.timeLimit(.minutes(2)))
struct EventHubTests {
    /// A hub with a daemon that the test plays, and clients that write into memory.
    private final class Lab: Sendable {
        let upstream = FakeUpstream()
        let hub: EventHub

        init(_ change: (inout EventLimits) -> Void = { _ in }) {
            var limits = EventLimits()
            limits.tick = .milliseconds(5)
            limits.firstPause = .milliseconds(1)
            limits.longestPause = .milliseconds(5)
            change(&limits)
            hub = EventHub(
                upstream: upstream, limits: limits, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        }

        func enter(
            _ caller: String, from position: EventPosition? = nil, wantsSnapshots: Bool = true
        ) async throws -> FakeClient {
            let credential = Credential.token(caller)
            let admission = try await hub.admit(credential, ["authorization": credential.authorization])
            let subscriber = await hub.enter(
                admission, from: position, wantsSnapshots: wantsSnapshots, disconnect: {})
            return FakeClient(hub: hub, subscriber: subscriber)
        }

        /// The stream with this number, once it is there.
        func stream(_ index: Int) async throws -> FakeUpstream.Open {
            try await until("stream \(index) is open") { self.upstream.opened > index }
            return try #require(self.upstream.open.first { $0.number == index }, "stream \(index) is open")
        }
    }

    private static func until(_ what: String, _ condition: () async -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while await !condition() {
            guard ContinuousClock.now < deadline else {
                Issue.record("never came about: \(what)")
                throw CancellationError()
            }
            await Task.yield()
        }
    }

    private func event(_ sequence: UInt64, _ kind: String = "change", epoch: String = "e") -> WatchEvent {
        WatchEvent(
            sequence: sequence, epoch: epoch, kind: kind, removedPeers: kind == "change" ? [Int64(sequence)] : [])
    }

    private func at(_ sequence: UInt64, _ epoch: String = "e") -> EventPosition {
        EventPosition(epoch: epoch, sequence: sequence)
    }

    private func piece(_ sequence: UInt64, epoch: String = "e") -> WatchEvent {
        WatchEvent(sequence: sequence, epoch: epoch, kind: "snapshot", removedNetworks: [Int64(sequence)])
    }

    private let refused = RPCError(.unauthenticated, reason: "bad_token", message: "")
    private let away = RPCError(.unavailable, reason: "connection_lost", message: "")

    @Test func manyClientsShareOneStreamAndEachGetsEverything() async throws {
        let lab = Lab()
        for name in ["anna", "berta"] { lab.upstream.set(name, .success("viewer")) }
        var clients: [FakeClient] = []
        for index in 0..<100 { clients.append(try await lab.enter(index % 2 == 0 ? "anna" : "berta")) }
        let stream = try await lab.stream(0)
        stream.send(piece(7))
        stream.send(event(7, "live"))
        for number in UInt64(8)...20 { stream.send(event(number)) }
        for client in clients {
            let text = try await client.read(until: "id: e.20\n")
            #expect(text.contains("id: \nevent: snapshot\ndata: {\"removed_networks\": [7]}\n\n"))
            #expect(FakeClient.numbers(text) == Array(7...20), "live, then each change once, in order")
        }
        #expect(lab.upstream.opened == 1)
        for client in clients { await client.leave() }
        try await Self.until("the stream ends with the last client") { lab.upstream.open.isEmpty }
        #expect(await lab.hub.figures.subscribers == 0)
    }

    @Test func aClientThatComesBackGoesOnWhereItWas() async throws {
        let lab = Lab()
        lab.upstream.set("anna", .success("viewer"))
        let first = try await lab.enter("anna", from: at(41))
        let stream = try await lab.stream(0)
        #expect(stream.from == at(41), "the daemon knows more than the gateway that just started")
        stream.send(event(41, "live"))
        for number in UInt64(42)...50 { stream.send(event(number)) }
        #expect(FakeClient.numbers(try await first.read(until: "e.50\n")) == Array(41...50))
        let second = try await lab.enter("anna", from: at(45))
        let text = try await second.read(until: "e.50\n")
        #expect(FakeClient.numbers(text) == Array(45...50))
        #expect(!text.contains("snapshot"))
        #expect(lab.upstream.opened == 1)
    }

    @Test func whoeverReadsTooSlowlyGetsASnapshotAndNeverAGap() async throws {
        let lab = Lab { $0.logCount = 4 }
        lab.upstream.set("anna", .success("viewer"))
        let fast = try await lab.enter("anna")
        let slow = try await lab.enter("anna")
        let stream = try await lab.stream(0)
        stream.send(piece(0))
        stream.send(event(0, "live"))
        _ = try await slow.read(until: "e.0\n")
        for number in UInt64(1)...50 {
            stream.send(event(number))
            _ = try await fast.read(until: "e.\(number)\n")
        }
        async let rest = slow.read(until: "e.51\n")
        let another = try await lab.stream(1)
        #expect(another.from == nil)
        another.send(piece(50))
        another.send(event(50, "live"))
        stream.send(event(51))
        let text = try await rest
        #expect(text.contains("{\"removed_networks\": [50]}"))
        #expect(FakeClient.numbers(text) == [50, 51])
        #expect(await lab.hub.figures.snapshots["behind"] == 1)
        try await Self.until("the snapshot's own stream ends") { lab.upstream.open.count == 1 }
    }

    @Test func manyWhoNeedASnapshotShareOne() async throws {
        let lab = Lab()
        lab.upstream.set("anna", .success("viewer"))
        let first = try await lab.enter("anna", from: at(0))
        let stream = try await lab.stream(0)
        stream.send(event(0, "live"))
        _ = try await first.read(until: "e.0\n")
        var others: [FakeClient] = []
        for _ in 0..<50 { others.append(try await lab.enter("anna")) }
        async let texts = withThrowingTaskGroup(of: String.self) { group in
            for client in others { group.addTask { try await client.read(until: "e.0\n") } }
            return try await group.reduce(into: [String]()) { $0.append($1) }
        }
        let snapshot = try await lab.stream(1)
        snapshot.send(piece(0))
        snapshot.send(event(0, "live"))
        for text in try await texts { #expect(text.contains("event: snapshot")) }
        #expect(lab.upstream.opened == 2)
    }

    @Test func aSnapshotThatIsAheadOfTheStreamWaitsForIt() async throws {
        let lab = Lab()
        lab.upstream.set("anna", .success("viewer"))
        let first = try await lab.enter("anna", from: at(0))
        let stream = try await lab.stream(0)
        stream.send(event(0, "live"))
        _ = try await first.read(until: "e.0\n")
        let late = try await lab.enter("anna")
        async let text = late.read(until: "e.6\n")
        let snapshot = try await lab.stream(1)
        snapshot.send(piece(5))
        snapshot.send(event(5, "live"))
        for number in UInt64(1)...6 { stream.send(event(number)) }
        #expect(FakeClient.numbers(try await text) == [5, 6])
        #expect(lab.upstream.opened == 2)
    }

    @Test func aSessionThatEndsEndsItsOwnClientsAndNobodyElses() async throws {
        let lab = Lab { $0.checkInterval = .milliseconds(20) }
        for name in ["anna", "berta"] { lab.upstream.set(name, .success("viewer")) }
        let anna = try await lab.enter("anna", from: at(0))
        let stream = try await lab.stream(0)
        stream.send(event(0, "live"))
        let berta = try await lab.enter("berta", from: at(0))
        _ = try await berta.read(until: "e.0\n")
        lab.upstream.set("anna", .failure(refused))
        #expect(try await anna.read(until: "event: end").contains("{\"reason\": \"unauthenticated\"}"))
        // The stream ran in the name of the one who went.
        let next = try await lab.stream(1)
        #expect(next.caller == "berta" && next.from == at(0))
        try await Self.until("the former stream ends") { lab.upstream.open.count == 1 }
        stream.send(event(99))
        next.send(event(0, "live"))
        next.send(event(1))
        #expect(FakeClient.numbers(try await berta.read(until: "e.1\n")) == [1])
        await #expect(throws: RPCError.self) { try await lab.enter("anna") }
    }

    @Test func theStreamPassesToAnotherWithoutAGapWhenItsOwnerLeaves() async throws {
        let lab = Lab()
        for name in ["anna", "berta"] { lab.upstream.set(name, .success("viewer")) }
        let anna = try await lab.enter("anna", from: at(0))
        let first = try await lab.stream(0)
        first.send(event(0, "live"))
        let berta = try await lab.enter("berta", from: at(0))
        first.send(event(1))
        _ = try await berta.read(until: "e.1\n")
        await anna.leave()
        let second = try await lab.stream(1)
        #expect(second.caller == "berta" && second.from == at(1))
        second.send(event(1, "live"))
        second.send(event(2))
        #expect(FakeClient.numbers(try await berta.read(until: "e.2\n")) == [2])
    }

    @Test func whoHasAnotherRoleHasAnotherStream() async throws {
        let lab = Lab()
        lab.upstream.set("anna", .success("viewer"))
        lab.upstream.set("root", .success("admin"))
        let anna = try await lab.enter("anna", from: at(0))
        let viewers = try await lab.stream(0)
        let root = try await lab.enter("root", from: at(0))
        let admins = try await lab.stream(1)
        viewers.send(event(0, "live"))
        admins.send(event(0, "live"))
        admins.send(event(1))
        _ = try await root.read(until: "e.1\n")
        viewers.send(event(2))
        #expect(FakeClient.numbers(try await anna.read(until: "e.2\n")) == [0, 2], "nothing of the admins' stream")
        #expect(await lab.hub.figures.upstreams == 2)
    }

    @Test func whoseRoleChangesIsSentBackToTheDoor() async throws {
        let lab = Lab { $0.checkInterval = .milliseconds(20) }
        lab.upstream.set("anna", .success("admin"))
        let anna = try await lab.enter("anna", from: at(0))
        let stream = try await lab.stream(0)
        stream.send(event(0, "live"))
        lab.upstream.set("anna", .success("viewer"))
        #expect(try await anna.read(until: "event: end").contains("role_changed"))
    }

    @Test func nothingIsSentWhileTheDaemonDoesNotConfirmTheRights() async throws {
        let lab = Lab {
            $0.checkInterval = .milliseconds(10)
            $0.trust = .milliseconds(60)
        }
        lab.upstream.set("anna", .success("viewer"))
        let anna = try await lab.enter("anna", from: at(0))
        let stream = try await lab.stream(0)
        stream.send(event(0, "live"))
        _ = try await anna.read(until: "e.0\n")
        // The daemon's stream goes on, but nobody can be asked for.
        lab.upstream.set("anna", .failure(away))
        let asked = lab.upstream.checks(of: "anna")
        try await Task.sleep(for: .milliseconds(100))
        try await Self.until("it is asked again and again") { lab.upstream.checks(of: "anna") > asked + 3 }
        stream.send(event(1))
        try await Self.until("the change came") { await lab.hub.figures.received == 1 }
        #expect(await anna.readAvailable() == "")
        lab.upstream.set("anna", .success("viewer"))
        #expect(FakeClient.numbers(try await anna.read(until: "e.1\n")) == [1])
    }

    @Test func clientsAreToldThatTheDaemonWentAndGoOnWhereTheyWere() async throws {
        let lab = Lab()
        lab.upstream.set("anna", .success("viewer"))
        let anna = try await lab.enter("anna", from: at(5))
        let first = try await lab.stream(0)
        first.send(event(5, "live"))
        _ = try await anna.read(until: "e.5\n")
        first.fail(away)
        _ = try await anna.read(until: "event: daemon\ndata: {\"state\": \"offline\"}\n\n")
        let second = try await lab.stream(1)
        #expect(second.from == at(5))
        second.send(event(5, "live"))
        second.send(event(6))
        let text = try await anna.read(until: "e.6\n")
        #expect(text.contains("{\"state\": \"online\"}"))
        #expect(FakeClient.numbers(text) == [6], "the connection is the same, and nothing was missed")
    }

    @Test func aDaemonThatStartedAnewMeansASnapshotForEverybody() async throws {
        let lab = Lab()
        lab.upstream.set("anna", .success("viewer"))
        let anna = try await lab.enter("anna", from: at(5))
        let first = try await lab.stream(0)
        first.send(event(5, "live"))
        _ = try await anna.read(until: "e.5\n")
        first.fail(away)
        let second = try await lab.stream(1)
        second.send(piece(0, epoch: "f"))
        second.send(event(0, "live", epoch: "f"))
        second.send(event(1, epoch: "f"))
        let text = try await anna.read(until: "id: f.1\n")
        #expect(text.contains("event: snapshot"))
        #expect(FakeClient.numbers(text, epoch: "f") == [0, 1])
        #expect(await lab.hub.figures.snapshots["restart"] == 1)
    }

    @Test func whoWantsNoSnapshotsIsToldToReadItsListsAgain() async throws {
        let lab = Lab()
        lab.upstream.set("anna", .success("viewer"))
        let anna = try await lab.enter("anna", wantsSnapshots: false)
        let stream = try await lab.stream(0)
        stream.send(piece(3))
        stream.send(event(3, "live"))
        let text = try await anna.read(until: "id: e.3\nevent: reset\ndata: {}\n\n")
        stream.send(event(4))
        #expect(FakeClient.numbers(try await anna.read(until: "id: e.4\n")) == [4])
        #expect(!text.contains("event: snapshot"))
    }

    @Test func silenceIsBrokenByComments() async throws {
        let lab = Lab { $0.heartbeat = .milliseconds(20) }
        lab.upstream.set("anna", .success("viewer"))
        let anna = try await lab.enter("anna", from: at(0))
        try await lab.stream(0).send(event(0, "live"))
        _ = try await anna.read(until: "e.0\n")
        #expect(try await anna.read(until: ":\n\n:\n\n").hasPrefix(":\n\n"))
    }

    @Test func theEndOfTheGatewayIsTold() async throws {
        let lab = Lab()
        lab.upstream.set("anna", .success("viewer"))
        let anna = try await lab.enter("anna", from: at(0))
        await lab.hub.stop()
        #expect(try await anna.read(until: "event: end").contains("shutting_down"))
        await #expect(throws: RPCError.self) { try await lab.enter("anna") }
    }

    @Test func noMoreClientsAreTakenThanAllowed() async throws {
        let lab = Lab {
            $0.subscribers = 3
            $0.subscribersPerCaller = 2
        }
        for name in ["anna", "berta"] { lab.upstream.set(name, .success("viewer")) }
        let first = try await lab.enter("anna")
        _ = try await lab.enter("anna")
        await #expect(throws: RPCError.self) { try await lab.enter("anna") }
        _ = try await lab.enter("berta")
        await #expect(throws: RPCError.self) { try await lab.enter("berta") }
        await first.leave()
        _ = try await lab.enter("berta")
    }

    @Test func aCallerWithManyTabsIsAskedForOnce() async throws {
        let lab = Lab()
        lab.upstream.set("anna", .success("viewer"))
        for _ in 0..<20 { _ = try await lab.enter("anna") }
        #expect(lab.upstream.checks(of: "anna") == 1)
    }

    @Test func aClientThatTakesNothingForTooLongIsLetGo() async throws {
        let lab = Lab { $0.stall = .milliseconds(20) }
        lab.upstream.set("anna", .success("viewer"))
        let admission = try await lab.hub.admit(.token("anna"), ["authorization": "Bearer anna"])
        let (disconnected, continuation) = AsyncStream<Void>.makeStream()
        let subscriber = await lab.hub.enter(
            admission, from: nil, wantsSnapshots: true, disconnect: { continuation.finish() })
        guard case .write = await lab.hub.next(subscriber.id) else {
            Issue.record("there is a greeting to write")
            return
        }
        // Its write does not end.
        for await _ in disconnected {}
        try await Self.until("it is gone") { await lab.hub.figures.subscribers == 0 }
    }
}
