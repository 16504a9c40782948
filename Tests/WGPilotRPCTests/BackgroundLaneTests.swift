import Glibc
import Testing

@testable import WGPilotRPC

@Suite struct BackgroundLaneTests {
    private func niceness() -> CInt { getpriority(CInt(PRIO_PROCESS.rawValue), 0) }

    @Test func `work there gives way to all others, also after it waited`() async throws {
        let lane = BackgroundLane(count: 2)
        for _ in 0..<4 {
            await withTaskExecutorPreference(lane.executor) {
                #expect(niceness() == BackgroundLane.niceness)
                await Task.yield()
                #expect(niceness() == BackgroundLane.niceness)
            }
        }
        #expect(niceness() != BackgroundLane.niceness)
    }
}
