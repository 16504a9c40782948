import Glibc
import Testing
import WGPilotCore
import WGPilotTestSupport

@testable import WGPilotNetlink

@Suite("Limits that the kernel refuses")
struct TrafficRefusalTests {
    private static let filter = TrafficTree.Filter(handle: 0x800, target: 1)

    private static func explained(_ step: TrafficStep, _ number: Int32) throws -> KernelError {
        TrafficFamily.explained(
            .refused(errno: number, kernelMessage: "words"), step, try InterfaceName("wg0"), "limit")
    }

    // Unknown kinds of queues, filters and actions are ENOENT (net/sched/sch_api.c, cls_api.c, act_api.c), unknown kinds
    // of devices EOPNOTSUPP (net/core/rtnetlink.c), and everything is that without traffic control (CONFIG_NET_SCHED).
    @Test("a part that the kernel lacks is named, with its module and what does not work without it")
    func missing() throws {
        let prefix = try IPPrefix("10.8.0.2/32")
        let table = try #require(TrafficTable.path(to: prefix).first)
        let parts: [(TrafficStep, [String])] = [
            (.makeMirror, ["IFB device", "module ifb", "limits from peers"]),
            (.makeQueue(.down), ["HTB queueing discipline", "module sch_htb", "limits of bandwidth"]),
            (.makeQueue(.up), ["HTB queueing discipline", "module sch_htb", "limits of bandwidth"]),
            (.makeIngress, ["ingress queueing discipline", "module sch_ingress", "limits from peers"]),
            (.addTable(.classes(.down), table), ["u32 filter", "module cls_u32", "limits of bandwidth"]),
            (.addFilter(.redirects, prefix, Self.filter), ["mirred action", "module act_mirred", "limits from peers"]),
        ]
        for (step, words) in parts {
            for number in [ENOENT, EOPNOTSUPP] {
                let error = try Self.explained(step, number)
                #expect(error.code == .notSupported, "\(step)")
                for word in words { #expect("\(error)".contains(word), "\(step): \(error)") }
            }
            for number in [EINVAL, EPERM, ENODEV, ENOMEM] {
                let error = try Self.explained(step, number)
                #expect(error.code != .notSupported && !"\(error)".contains("load the module"), "\(step) \(number)")
            }
        }
    }

    @Test("what is only gone, and what somebody else has there, is not taken for a missing part")
    func present() throws {
        let gone: [TrafficStep] = [
            .removeMirror, .removeQueue(.down), .removeIngress, .setClass(.down, 1, TrafficClass(kbps: 1000)),
            .removeClass(.down, 1), .addFilter(.classes(.down), try IPPrefix("10.8.0.2/32"), Self.filter),
            .removeFilter(.redirects, isV4: true, 0x800),
        ]
        for step in gone {
            #expect(!"\(try Self.explained(step, ENOENT))".contains("load the module"), "\(step)")
        }
        let device = try Self.explained(.makeMirror, EEXIST)
        #expect(device.code == .nameTaken && "\(device)".contains("ifb-wg0"))
        let queue = try Self.explained(.makeQueue(.down), EEXIST)
        #expect(queue.code == .nameTaken && "\(queue)".contains("wg0 has a queueing discipline"))
    }
}
