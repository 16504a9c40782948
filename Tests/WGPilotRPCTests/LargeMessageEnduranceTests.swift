import Glibc
import NIOPosix
import Testing
import WGPilotProtocol

@testable import WGPilotRPC

/// Where gRPC in Swift stood still: both ends have more to say than the socket between them takes.
///
/// Some seconds with the other unit tests; `scripts/test fault` has it run for a minute.
@Suite(.timeLimit(.minutes(5))) struct LargeMessageEnduranceTests {
    private static var duration: Duration {
        let text = unsafe getenv("WGPILOT_ENDURANCE_SECONDS").map { unsafe String(cString: $0) }
        return .seconds(text.flatMap { Int($0) } ?? 3)
    }

    @Test func `32 calls at a time of 1 MiB each way never stand still over small socket buffers`() async throws {
        let end = ContinuousClock.now + Self.duration
        let count = try await InProcessTransport.withServer(
            of: TestService().configuration(), credentials: PeerCredentials(uid: 1000, gid: 100),
            group: MultiThreadedEventLoopGroup.singleton, sendBufferBytes: 4096
        ) { descriptor in
            let client = try await RPCClient.connect(
                descriptor: descriptor, agent: "test/0", group: MultiThreadedEventLoopGroup.singleton)
            let text = String(repeating: "z", count: 1 << 20)
            let count = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<32 {
                    group.addTask {
                        let note = Note(text: "\(number)\(text)")
                        var count = 0
                        while ContinuousClock.now < end {
                            // A call that stands still ends by its time, and the test with it.
                            let answer = try await client.call(TestService.echo, note, timeout: .seconds(30))
                            #expect(answer == note)
                            count += 1
                        }
                        return count
                    }
                }
                return try await group.reduce(0, +)
            }
            await client.close()
            return count
        }
        #expect(count >= 32)
        print("\(count) calls of 1 MiB in \(Self.duration)")
    }
}
