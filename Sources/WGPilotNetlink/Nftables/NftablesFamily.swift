import CMnl
import Crypto
import Glibc
import WGPilotCore

/// The rules of the packet filter, through libnftables.
struct NftablesFamily: Sendable {
    /// One thread for the whole process: see ``NftablesContext``.
    private static let worker = BlockingWorker(label: "wgpilot.nftables")
    private let connection = NetlinkConnection(bus: NETLINK_NETFILTER, label: "wgpilot.nfnetlink")

    /// What our table is in the kernel, as the SHA-256 of its listing in hexadecimal; nil when it is not there.
    func firewallDigest() async throws(KernelError) -> String? {
        let operation = "read the firewall's rules"
        let outcome = try await run("list table \(FirewallRuleset.table)", operation)
        if outcome.succeeded {
            return SHA256.hash(data: Array(outcome.output.utf8)).map { byte in
                (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }.joined()
        }
        let refusal = NftablesRefusal(outcome.error)
        if refusal.errno == ENOENT { return nil }
        throw KernelError(refusal, operation: operation)
    }

    /// Replaces our table as a whole, in one transaction; nil takes it away.
    func replaceFirewall(_ rules: String?) async throws(KernelError) {
        let operation = "replace the firewall's rules"
        if let rules {
            let present = try await run("list table \(FirewallRuleset.table)", operation, withElements: false)
            if present.succeeded, let commands = NftablesReplacement.inPlace(rules, of: present.output),
                // Where somebody else changes the table meanwhile it is made anew, which nothing can be in the way of.
                try await run(commands, operation).succeeded
            {
                return
            }
        }
        let outcome = try await run(NftablesReplacement.whole(rules), operation)
        if !outcome.succeeded { throw KernelError(NftablesRefusal(outcome.error), operation: operation) }
    }

    /// The number of the present generation of all rules (`NFT_MSG_GETGEN`, linux/netfilter/nf_tables.h).
    func generation() async throws(KernelError) -> UInt32 {
        let type = UInt16(NFNL_SUBSYS_NFTABLES) << 8 | UInt16(NFT_MSG_GETGEN.rawValue)
        // struct nfgenmsg: family, version, resource.
        let request = NetlinkRequest.acknowledged(type, [UInt8(AF_UNSPEC), UInt8(NFNETLINK_V0), 0, 0])
        return try await translating("read the generation of the firewall's rules") { () throws(NetlinkError) in
            let generation = try await connection.collect(request, into: UInt32?.none) {
                (generation, message) throws(NetlinkError) in
                try AttributeReader.forEach(in: message.attributes(after: 4)) { (attribute) throws(NetlinkError) in
                    guard UInt32(attribute.type) == NFTA_GEN_ID.rawValue else { return }
                    // Numbers in attributes of nfnetlink are in network order.
                    generation = UInt32(bigEndian: try attribute.integer())
                }
            }
            guard let generation else { throw .malformed("a generation without its number") }
            return generation
        }
    }

    /// The base chains of others that drop what would be forwarded.
    func foreignForwardDrops() async throws(KernelError) -> [String] {
        let operation = "look for rules of others that stop forwarding"
        let outcome = try await run("list chains", operation)
        guard outcome.succeeded else { throw KernelError(NftablesRefusal(outcome.error), operation: operation) }
        return NftablesListing.forwardDrops(outcome.output)
    }

    private func run(
        _ commands: String, _ operation: String, withElements: Bool = true
    ) async throws(KernelError) -> NftablesContext.Outcome {
        do {
            return try await Self.worker.run { () throws(SystemError) in
                try NftablesContext(listsElements: withElements).run(commands)
            }
        } catch {
            throw KernelError(errno: error.errno, operation: operation, context: error.call)
        }
    }
}
