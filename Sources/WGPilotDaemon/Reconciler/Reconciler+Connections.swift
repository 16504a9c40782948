import Logging
import WGPilotCore
import WGPilotNetlink
import WGPilotStore

extension Reconciler {
    /// Has the connections end that peers lost: answers pass by what is known of their conversation, so that those that
    /// come late would reach whoever gets the address next, and be sent on by the rules of then.
    ///
    /// The kernel has taken the peers out by now. That connections cannot be ended is logged and no fault of the change:
    /// without the peer nothing passes in either direction.
    func endLostConnections(_ knowledge: inout KernelKnowledge) async {
        if knowledge.lost.isEmpty { return }
        let lost = knowledge.lost
        knowledge.lost = ConnectionFilter()
        do throws(KernelError) {
            _ = try await endConnections(lost)
        } catch {
            logger.warning(
                "connections of peers that left could not be ended",
                metadata: ["blocks": "\(Self.text(lost.blocks))", "error": "\(error)"])
        }
    }

    /// Takes tracked connections away, and says how many there were.
    func endConnections(_ filter: ConnectionFilter) async throws(KernelError) -> Int {
        let count = try await host.removeConnections(filter)
        if count > 0 {
            logger.info(
                "connections ended", metadata: ["blocks": "\(Self.text(filter.blocks))", "count": "\(count)"])
        }
        return count
    }

    /// Has the kernel count what connections carry and note when they begin, and remembers how it was. What cannot be
    /// switched on is told to whoever asked, and nothing else waits for it.
    func countConnections() async -> SyncResult {
        var result = SyncResult()
        for setting in [KernelSetting.connectionAccounting, .connectionTimestamps] {
            do {
                guard try await host.value(of: setting) == 0 else { continue }
                try await store.noteKernelSetting(setting.name, before: "0", set: "1")
                do throws(KernelError) {
                    try await host.set(setting, to: 1)
                } catch {
                    try await store.forgetKernelSetting(setting.name)
                    throw error
                }
                result.steps.append("set \(setting.name) to 1")
                logger.info("kernel changed", metadata: ["step": "set \(setting.name) to 1"])
            } catch {
                result.undecided.append("\(error)")
                logger.warning("connections are not counted", metadata: ["error": "\(error)"])
            }
        }
        return result
    }

    private static let longestList = 20

    private static func text(_ blocks: [IPPrefix]) -> String {
        let more = blocks.count > longestList ? " and \(blocks.count - longestList) more" : ""
        return blocks.prefix(longestList).map(\.description).joined(separator: " ") + more
    }
}
