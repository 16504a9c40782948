import FoundationEssentials
import Glibc
import Logging
import Testing
import WGPilotCore
import WGPilotProtocol
import WGPilotRPC
import WGPilotStore
import WGPilotTestSupport

@testable import WGPilotDaemon

/// Random operations on the peers of two networks, each compared with ``PeerModel``: the answer, the refusal, what the
/// daemon tells of all peers, and what the kernel has.
@Suite("Peers do what a naive model of them does")
struct PeerModelTests {
    /// Where product and model part, with what is needed to see it again.
    struct Parted: Error, CustomStringConvertible {
        var description: String
    }

    /// WGPILOT_SEED repeats a run, WGPILOT_OPERATIONS makes it longer than is good for every day: 10,000 take a minute or two.
    private static func environment(_ name: String) -> UInt64? {
        unsafe getenv(name).flatMap { unsafe UInt64(String(cString: $0)) }
    }

    @Test("thousands of random operations: answers, refusals, database and kernel are the model's")
    func randomOperations() async throws {
        let operations = Int(clamping: Self.environment("WGPILOT_OPERATIONS") ?? 2_500)
        let seed = Self.environment("WGPILOT_SEED") ?? .random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        try await DaemonFixture.with { daemon, client in
            var run = try await Run(daemon, client)
            for number in 1...operations {
                do {
                    try await run.step(&random)
                    try await run.compareKernel()
                    try await run.compareDatabase()
                    if number.isMultiple(of: 50) { try await run.compareList() }
                } catch {
                    throw Parted(description: "operation \(number), WGPILOT_SEED=\(seed): \(error)\n\(run.last)")
                }
            }
            // Of each kind of operation and refusal there were some, or the run proves less than its name says.
            for kind in Run.kinds {
                #expect(run.successes[kind, default: 0] > 0, "\(kind) never succeeded; WGPILOT_SEED=\(seed)")
            }
            for code in [
                StatusCode.invalidArgument, .notFound, .alreadyExists, .failedPrecondition, .resourceExhausted,
            ] {
                #expect(run.refusals[code, default: 0] > 0, "\(code.name) never came; WGPILOT_SEED=\(seed)")
            }
        }
    }

    /// The daemon and the model side by side.
    struct Run {
        let daemon: DaemonFixture
        let client: RPCClient
        let deadlines: PeerDeadlineService
        var model: PeerModel
        var last = ""
        var successes: [String: Int] = [:]
        var refusals: [StatusCode: Int] = [:]
        /// The preshared keys that the hub made, by their number in the model.
        var madeKeys: [Int: String] = [:]
        var publicKeys: Set<String> = []
        var highestID: Int64 = 0
        let ids: [String: Int64]

        static let kinds = [
            "create", "batch", "update", "enable", "disable", "delete", "rotate", "prepare", "activate", "cancel",
            "get",
            "config", "clock",
        ]

        init(_ daemon: DaemonFixture, _ client: RPCClient) async throws {
            self.daemon = daemon
            self.client = client
            var logger = Logger(label: "test")
            logger.logLevel = .critical
            deadlines = PeerDeadlineService(
                store: daemon.store, reconciler: daemon.reconciler, now: { daemon.clock.now }, logger: logger)
            let sites = try await client.call(
                NetworksService.create,
                CreateNetworkRequest(
                    name: "sites", mode: "site-to-site", subnet: "10.9.0.0/27", subnet6: "fd00:9::/64",
                    listenPort: 51820)
            ).network
            let office = try await client.call(
                NetworksService.create,
                CreateNetworkRequest(
                    name: "office", mode: "gateway", subnet: "10.8.0.0/27", listenPort: 51821, tunnel: "split")
            ).network
            #expect(sites.interface == "wg0" && office.interface == "wg1")
            ids = ["sites": sites.id, "office": office.id]
            model = PeerModel(
                now: daemon.clock.now, hubKeys: ["sites": sites.publicKey, "office": office.publicKey])
        }

        // MARK: One operation

        mutating func step(_ random: inout SeededGenerator) async throws {
            let network = random.pick(["sites", "office"])
            switch random.number(100) {
            case 0..<30: try await create(network, &random)
            case 30..<36: try await createBatch(network, &random)
            case 36..<55: try await update(network, &random)
            case 55..<61: try await setEnabled(network, true, &random)
            case 61..<67: try await setEnabled(network, false, &random)
            case 67..<75: try await delete(network, &random)
            case 75..<82: try await rotate(network, &random)
            case 82..<88: try await settle(network, &random)
            case 88..<92: try await get(network, &random)
            case 92..<96: try await config(network, &random)
            default: try await advance(&random)
            }
        }

        private mutating func create(_ network: String, _ random: inout SeededGenerator) async throws {
            var request = random.newPeer(in: network, model)
            request.network = random.oneIn(100) ? "nowhere" : network
            if request.custody == "once", !random.oneIn(4) { request.returnConfiguration = true }
            request.options = random.rehearsal()
            last = "create \(request)"
            let before = model
            let (id, faults) = model.create(request, in: request.network, isBatch: false)
            guard
                let reply = try await judge(
                    "create", faults, before,
                    { client in
                        try await client.call(PeersService.create, request)
                    })
            else { return }
            if request.options != nil { return model = before }
            try checkNew(reply.peer, reply.sync)
            model.adopt(id, reply.peer, in: network)
            try compare(reply.peer, in: network)
            if request.returnConfiguration == true, reply.configuration?.text.contains("PrivateKey = ") != true {
                throw Parted(description: "the configuration was not in the answer")
            }
        }

        private mutating func createBatch(_ network: String, _ random: inout SeededGenerator) async throws {
            var request = CreatePeersRequest(network: network, peers: [])
            let isTame = random.oneIn(2)
            for _ in 0...random.number(4) {
                var peer = random.newPeer(in: network, model)
                if isTame { peer = CreatePeerRequest(network: "", name: peer.name, tags: ["batch"]) }
                request.peers.append(peer)
            }
            last = "batch \(request)"
            let before = model
            var faults: [PeerModel.Fault] = []
            var ids: [Int64] = []
            for peer in request.peers {
                let (id, found) = model.create(
                    peer, in: network, isBatch: true, chosen: request.peers.compactMap(\.address))
                ids.append(id)
                faults += found
            }
            guard
                let reply = try await judge(
                    "batch", faults, before, isBatch: true,
                    { client in
                        try await client.call(PeersService.createBatch, request)
                    })
            else { return }
            if reply.peers.count != ids.count { throw Parted(description: "\(reply.peers.count) peers were made") }
            for (id, message) in zip(ids, reply.peers) {
                try checkNew(message, reply.sync)
                model.adopt(id, message, in: network)
                try compare(message, in: network)
            }
        }

        /// Each number and each key is new.
        private mutating func checkNew(_ message: PeerMessage, _ sync: SyncMessage?) throws {
            if message.id <= highestID { throw Parted(description: "the number \(message.id) was given again") }
            highestID = message.id
            try checkLive(sync)
        }

        private func checkLive(_ sync: SyncMessage?) throws {
            if sync?.isPending != false {
                throw Parted(description: "the change is not live: \(String(describing: sync))")
            }
        }

        private mutating func update(_ network: String, _ random: inout SeededGenerator) async throws {
            var request = random.edit(of: random.reference(model, network), in: network, model)
            request.options = random.rehearsal()
            last = "update \(request)"
            let before = model
            let faults = model.update(request)
            let reply = try await judge("update", faults, before) { client in
                try await client.call(PeersService.update, request)
            }
            guard let reply else { return }
            if request.options != nil { return model = before }
            try checkLive(reply.sync)
            try compare(reply.peer, in: network)
        }

        private mutating func setEnabled(
            _ network: String, _ enabled: Bool, _ random: inout SeededGenerator
        ) async throws {
            let reference = PeerReference(
                network: network, peer: random.reference(model, network), options: random.rehearsal())
            last = "\(enabled ? "enable" : "disable") \(reference)"
            let before = model
            let faults = model.setEnabled(reference, enabled)
            let reply = try await judge(enabled ? "enable" : "disable", faults, before) { client in
                try await client.call(enabled ? PeersService.enable : PeersService.disable, reference)
            }
            guard let reply else { return }
            if reference.options != nil { return model = before }
            try checkLive(reply.sync)
            try compare(reply.peer, in: network)
        }

        private mutating func delete(_ network: String, _ random: inout SeededGenerator) async throws {
            let reference = PeerReference(
                network: network, peer: random.reference(model, network), options: random.rehearsal())
            last = "delete \(reference)"
            let before = model
            let faults = model.delete(reference)
            let reply = try await judge("delete", faults, before) { client in
                try await client.call(PeersService.delete, reference)
            }
            guard let reply else { return }
            if reference.options != nil { return model = before }
            try checkLive(reply.sync)
        }

        private mutating func rotate(_ network: String, _ random: inout SeededGenerator) async throws {
            var request = random.rotation(of: random.reference(model, network), in: network, model)
            request.returnConfiguration = true
            request.options = random.rehearsal()
            last = "rotate \(request)"
            let before = model
            let faults = model.rotate(request)
            let reply = try await judge(request.overlap == nil ? "rotate" : "prepare", faults, before) { client in
                try await client.call(PeersService.rotateKeys, request)
            }
            guard let reply else { return }
            if request.options != nil { return model = before }
            model.learn(reply.peer, in: network)
            try checkLive(reply.sync)
            try compare(reply.peer, in: network)
        }

        private mutating func settle(_ network: String, _ random: inout SeededGenerator) async throws {
            let waiting = model.networks[network]?.peers.values.filter { $0.pending != nil }.map(\.name).sorted() ?? []
            let reference = waiting.isEmpty || random.oneIn(4) ? random.reference(model, network) : random.pick(waiting)
            let action = random.oneIn(20) ? "undo" : random.pick(["activate", "cancel"])
            let request = RotateKeysRequest(network: network, peer: reference, action: action)
            last = "\(action) \(request)"
            let before = model
            let faults = model.rotate(request)
            let reply = try await judge(action, faults, before) { client in
                try await client.call(PeersService.rotateKeys, request)
            }
            guard let reply else { return }
            try checkLive(reply.sync)
            try compare(reply.peer, in: network)
        }

        private mutating func get(_ network: String, _ random: inout SeededGenerator) async throws {
            let reference = PeerReference(network: network, peer: random.reference(model, network))
            last = "get \(reference)"
            let found = model.find(reference.peer, in: network)
            let faults = found == nil ? [PeerModel.Fault(code: .notFound, field: "")] : []
            let reply = try await judge("get", faults, model) { client in
                try await client.call(PeersService.get, reference)
            }
            if let reply { try compare(reply.peer, in: network) }
        }

        private mutating func config(_ network: String, _ random: inout SeededGenerator) async throws {
            let reference = PeerReference(network: network, peer: random.reference(model, network))
            last = "config \(reference)"
            let found = model.find(reference.peer, in: network)
            var faults: [PeerModel.Fault] = found == nil ? [.init(code: .notFound, field: "")] : []
            if let found, (found.pending?.custody ?? found.custody) == "once" {
                faults = [.init(code: .failedPrecondition, field: "")]
            }
            let reply = try await judge("config", faults, model) { client in
                try await client.call(PeersService.config, reference)
            }
            guard let reply, let found, let all = model.networks[network] else { return }
            let addresses = all.addresses(found.number).map { $0 + ($0.contains(":") ? "/128" : "/32") }
            var blocks = all.isSites ? ["10.9.0.0/27", "fd00:9::/64"] : ["10.8.0.0/27"] + found.extra
            if !all.isSites, found.tunnel == "full" { blocks = ["0.0.0.0/0", "::/0"] }
            let others = all.peers.values.filter { $0.id != found.id }.sorted { $0.id < $1.id }.flatMap(\.sites)
            if all.isSites, !others.isEmpty { blocks = others }
            var wanted = ["Address = \(addresses.joined(separator: ", "))"]
            if found.excluded.isEmpty { wanted.append("AllowedIPs = \(blocks.joined(separator: ", "))") }
            if found.keepalive > 0 { wanted.append("PersistentKeepalive = \(found.keepalive)") }
            let lines = reply.text.split(separator: "\n").map(String.init)
            for line in wanted where !lines.contains(line) {
                throw Parted(description: "\(line) is not in the file:\n\(reply.text)")
            }
            let preshared = found.pending?.preshared ?? found.preshared
            if lines.contains(where: { $0.hasPrefix("PresharedKey = ") }) != (preshared != .none) {
                throw Parted(description: "the preshared key in the file:\n\(reply.text)")
            }
            if let text = text(preshared), !lines.contains("PresharedKey = \(text)") {
                throw Parted(description: "another preshared key in the file:\n\(reply.text)")
            }
            if reply.holdsPrivateKey != ((found.pending?.custody ?? found.custody) == "held") {
                throw Parted(description: "the private key in the file")
            }
        }

        private mutating func advance(_ random: inout SeededGenerator) async throws {
            let seconds = Int64(random.oneIn(10) ? 3600 : random.number(120))
            last = "clock \(seconds)"
            daemon.clock.advance(by: seconds)
            model.advance(by: seconds)
            _ = await deadlines.act()
            successes["clock", default: 0] += 1
        }

        // MARK: Comparisons

        /// Makes a call; nil where it was refused as the model says. Then the model is as before.
        private mutating func judge<Reply: Sendable>(
            _ kind: String, _ faults: [PeerModel.Fault], _ before: PeerModel, isBatch: Bool = false,
            _ call: (RPCClient) async throws -> Reply
        ) async throws -> Reply? {
            do {
                let reply = try await call(client)
                if !faults.isEmpty { throw Parted(description: "taken, though \(faults)") }
                successes[kind, default: 0] += 1
                return reply
            } catch let error as RPCError {
                refusals[error.code, default: 0] += 1
                model = before
                if !faults.contains(where: { $0.code == error.code }) {
                    throw Parted(description: "refused with \(error), expected \(faults)")
                }
                // Fields are named without the place in a list.
                let named = Set(
                    error.fields.map { field in
                        let name = isBatch ? field.field.split(separator: ".").last.map(String.init) : field.field
                        return String((name ?? "").prefix { $0 != "[" })
                    })
                var known = Set(faults.map(\.field))
                // That there is no room is told with what else is wrong.
                if faults.contains(where: { $0.code == .resourceExhausted }) { known.formUnion(["address", "peers"]) }
                // What cannot be read makes other fields look wrong, too.
                let isUnread = !known.isDisjoint(with: ["role", "tunnel", "site_networks", "extra_cidrs"])
                if !isUnread, !named.isSubset(of: known) {
                    throw Parted(description: "refused for \(named.sorted()), expected \(faults)")
                }
                // What is no fault of a field is told by itself.
                if !named.isEmpty {
                    var all = Set(faults.map(\.field)).subtracting([""])
                    // And what hangs on it is judged by the value before.
                    if all.contains("role") || all.contains("tunnel") {
                        all.subtract(["site_networks", "extra_cidrs", "excluded_cidrs"])
                    }
                    if !all.isSubset(of: named) {
                        throw Parted(description: "refused for \(named.sorted()) alone, expected \(faults)")
                    }
                }
                return nil
            }
        }

        private func compare(_ message: PeerMessage, in network: String) throws {
            guard let peer = model.networks[network]?.peers[message.id] else {
                throw Parted(description: "the model has no peer \(message.id)")
            }
            let wanted = PeerMessage(
                id: peer.id, networkID: message.networkID, name: peer.name, email: peer.email,
                publicKey: peer.publicKey, addresses: model.networks[network]?.addresses(peer.number) ?? [],
                role: peer.role, siteNetworks: peer.sites, endpoint: peer.endpoint,
                persistentKeepalive: UInt16(clamping: peer.keepalive),
                hubKeepalive: UInt16(clamping: peer.hubKeepalive),
                tunnel: peer.tunnel, extraCIDRs: peer.extra, dnsServers: peer.dns, mtu: peer.mtu.map { Int($0) },
                notes: peer.notes, tags: peer.tags, enabled: peer.enabled, holdsPrivateKey: peer.custody == "held",
                hasPresharedKey: peer.preshared != .none, createdAt: peer.createdAt, updatedAt: peer.updatedAt,
                status: message.status, custody: peer.custody == "once" ? "once" : nil, searchDomains: peer.search,
                excludedCIDRs: peer.excluded, expiresAt: peer.expiresAt, disabledReason: peer.reason,
                lastSeenAt: message.lastSeenAt, lastEndpoint: message.lastEndpoint,
                pendingPublicKey: peer.pending?.publicKey, keysChangeAt: peer.pending?.activatesAt,
                configFetchedAt: message.configFetchedAt, configStale: message.configStale)
            if message != wanted { throw Parted(description: "got      \(message)\nexpected \(wanted)") }
        }

        /// All peers of both networks, as the database has them. A database that is as it was when the model was as it is now
        /// needs no second look.
        mutating func compareDatabase() async throws {
            for (name, network) in model.networks {
                guard let id = ids[name] else { throw Parted(description: "no network \(name)") }
                let rows = Rows(
                    peers: try await daemon.store.peers(in: id, PeerQuery(limit: PeerQuery.maximumLimit)).peers,
                    model: network.peers)
                if stored[name] == rows { continue }
                if Set(rows.peers.map(\.id)) != Set(network.peers.keys) || rows.peers.count != network.peers.count {
                    throw Parted(
                        description:
                            "\(name) holds \(rows.peers.map(\.id)), expected \(network.peers.keys.sorted())")
                }
                guard let plan = try await daemon.store.network(id).settings.addressPlan else {
                    throw Parted(description: "no plan of \(name)")
                }
                for peer in rows.peers { try compare(PeerMessage(peer, plan: plan), in: name) }
                stored[name] = rows
            }
        }

        private struct Rows: Equatable {
            var peers: [Peer]
            var model: [Int64: PeerModel.Peer]
        }

        private var stored: [String: Rows] = [:]

        /// The same as the daemon lists them.
        func compareList() async throws {
            for (name, network) in model.networks {
                let listed = try await client.call(PeersService.list, ListPeersRequest(network: name)).peers
                let (ids, wanted) = (Set(listed.map(\.id)), Set(network.peers.keys))
                if ids != wanted || listed.count != wanted.count {
                    throw Parted(description: "\(name) lists \(ids.sorted()), expected \(wanted.sorted())")
                }
                for message in listed { try compare(message, in: name) }
            }
        }

        /// Both devices: the peers that are switched on and no others, with what belongs to each. A device that is as it was
        /// when the model was as it is now needs no second look.
        mutating func compareKernel() async throws {
            for (name, interface) in [("sites", "wg0"), ("office", "wg1")] {
                guard let network = model.networks[name],
                    let device = try await daemon.kernel.observe(InterfaceName(interface))
                else { throw Parted(description: "no interface \(interface)") }
                let imprint = Imprint(device, network)
                if compared[name] == imprint { continue }
                try compare(device, network)
                compared[name] = imprint
            }
        }

        private mutating func compare(_ device: ObservedInterface, _ network: PeerModel.Network) throws {
            let enabled = network.peers.values.filter(\.enabled)
            var found = Dictionary(uniqueKeysWithValues: device.peers.map { ($0.key.description, $0.value) })
            for peer in enabled {
                guard let observed = found.removeValue(forKey: peer.publicKey) else {
                    throw Parted(description: "\(device.name) lacks \(peer.name)")
                }
                let addresses = network.addresses(peer.number).map { $0 + ($0.contains(":") ? "/128" : "/32") }
                let allowed = Set(observed.allowedIPs.map(\.description))
                if allowed != Set(addresses + peer.sites) {
                    throw Parted(
                        description: "\(peer.name) may send from \(allowed), expected \(addresses + peer.sites)")
                }
                if Int64(observed.persistentKeepalive) != peer.hubKeepalive {
                    throw Parted(description: "\(peer.name) has the keepalive \(observed.persistentKeepalive)")
                }
                let key = observed.presharedKey?.revealed
                if case .made(let number) = peer.preshared, madeKeys[number] == nil, let key {
                    if madeKeys.values.contains(key) { throw Parted(description: "a preshared key came twice") }
                    madeKeys[number] = key
                }
                if key != text(peer.preshared) { throw Parted(description: "the preshared key of \(peer.name)") }
            }
            if !found.isEmpty { throw Parted(description: "\(device.name) has \(found.keys), who should not be there") }
            let routes = Set(device.routes.map(\.description)).intersection(PeerModel.sites.keys)
            let sites = Set(enabled.flatMap(\.sites))
            if routes != sites { throw Parted(description: "routes \(routes), expected \(sites)") }
        }

        /// A device without what traffic changes, and the model's side of it.
        private struct Imprint: Equatable {
            struct DevicePeer: Equatable {
                var presharedKey: PresharedKey?
                var allowedIPs: Set<IPPrefix>
                var keepalive: UInt16
            }

            var peers: [PublicKey: DevicePeer]
            var routes: Set<IPPrefix>
            var model: [Int64: PeerModel.Peer]

            init(_ device: ObservedInterface, _ network: PeerModel.Network) {
                peers = device.peers.mapValues {
                    DevicePeer(
                        presharedKey: $0.presharedKey, allowedIPs: $0.allowedIPs, keepalive: $0.persistentKeepalive)
                }
                routes = device.routes
                model = network.peers
            }
        }

        private var compared: [String: Imprint] = [:]

        private func text(_ preshared: PeerModel.Preshared) -> String? {
            switch preshared {
            case .none: nil
            case .given(let text): text
            case .made(let number): madeKeys[number]
            }
        }
    }
}

extension SeededGenerator {
    fileprivate mutating func number(_ count: Int) -> Int { Int.random(in: 0..<count, using: &self) }
    fileprivate mutating func oneIn(_ count: Int) -> Bool { number(count) == 0 }
    fileprivate mutating func pick<Item>(_ items: [Item]) -> Item { items[number(items.count)] }

    /// One of the items, or now and then the one that is wrong.
    private mutating func pick<Item>(_ items: [Item], or wrong: Item) -> Item { oneIn(60) ? wrong : pick(items) }

    private mutating func maybe<Item>(_ count: Int, _ make: (inout Self) -> Item) -> Item? {
        oneIn(count) ? make(&self) : nil
    }

    fileprivate mutating func rehearsal() -> ChangeOptions? { maybe(20) { _ in ChangeOptions(dryRun: true) } }

    private mutating func name() -> String {
        if oneIn(60) { return pick(["", "a\nb", " a", "a ", String(repeating: "x", count: 65), "\u{1B}[2J"]) }
        return pick(["peer-", "Gerät ", "日本/"]) + String(number(16))
    }

    /// A peer that there is, by name or by number, or one that there may be.
    fileprivate mutating func reference(_ model: PeerModel, _ network: String) -> String {
        let peers = (model.networks[network]?.peers ?? [:]).values.sorted { $0.id < $1.id }
        if peers.isEmpty || oneIn(20) { return oneIn(3) ? String(number(10_000)) : name() }
        let peer = pick(peers)
        return oneIn(4) ? String(peer.id) : peer.name
    }

    private mutating func address(in network: String) -> String {
        if oneIn(30) {
            return pick(["banana", "10.7.0.5", "10.8.0.0", "10.8.0.1", "10.8.0.31", "10.9.0.31", "fd00:9::"])
        }
        if network == "office" { return "10.8.0.\(2 + number(30))" }
        return oneIn(2) ? "10.9.0.\(2 + number(29))" : "fd00:9::\(String(2 + number(30), radix: 16))"
    }

    private mutating func key(in network: String, _ model: PeerModel) -> String {
        if oneIn(20) { return "no key" }
        if oneIn(20), let hub = model.networks[network]?.hubKey { return hub }
        let peers = (model.networks[network]?.peers ?? [:]).values.sorted { $0.id < $1.id }
        if oneIn(6), !peers.isEmpty {
            let peer = pick(peers)
            return peer.pending?.publicKey ?? peer.publicKey
        }
        return secret()
    }

    private mutating func secret() -> String { Data(bytes(32)).base64EncodedString() }

    private mutating func blocks() -> [String] {
        let texts = PeerModel.sites.keys.sorted()
        let good = texts.filter { if case .good? = PeerModel.sites[$0] { true } else { false } }
        return (0...number(2)).map { _ in oneIn(12) ? pick(texts) : pick(good) }
    }

    private mutating func keepalive() -> Int64 { pick([0, 25, 65535], or: pick([-1, 65536])) }

    fileprivate mutating func newPeer(in network: String, _ model: PeerModel) -> CreatePeerRequest {
        var request = CreatePeerRequest(network: "", name: name())
        let isGateway = network == "sites" ? oneIn(3) : oneIn(60)
        if isGateway {
            request.role = "site-gateway"
        } else {
            request.role = maybe(8) { $0.pick(["client"], or: "king") }
        }
        if isGateway != oneIn(60) { request.siteNetworks = blocks() }
        request.email = maybe(8) { $0.pick(["", "anna@example.org"], or: "anna") }
        request.address = maybe(4) { $0.address(in: network) }
        request.publicKey = maybe(5) { $0.key(in: network, model) }
        request.presharedKey = maybe(3) { $0.oneIn(2) ? "none" : $0.oneIn(20) ? "short" : $0.secret() }
        request.endpoint = maybe(8) { $0.pick(["192.0.2.9:51820"], or: "nonsense") }
        request.persistentKeepalive = maybe(4) { $0.keepalive() }
        request.hubKeepalive = maybe(4) { $0.keepalive() }
        request.tunnel = maybe(network == "sites" ? 60 : 4) { $0.pick(["full", "split"], or: "half") }
        request.extraCIDRs = maybe(network == "sites" ? 60 : 6) {
            $0.pick([["192.168.5.0/24"], []], or: ["192.168.5.1/24"])
        }
        request.excludedCIDRs = maybe(8) {
            $0.pick([["192.168.7.0/24"], []], or: $0.pick([["0.0.0.0/0", "::/0"], ["10.0.0.1/8"]]))
        }
        request.dnsServers = maybe(8) { $0.pick([["10.8.0.1"], []], or: ["resolver"]) }
        request.searchDomains = maybe(8) { $0.pick([["corp"], []], or: ["a_b"]) }
        request.mtu = maybe(8) { $0.pick([1280, 1420], or: 100) }
        request.notes = maybe(8) { $0.pick(["x\ny"], or: "\u{1B}[2J") }
        request.tags = maybe(4) { $0.pick([["a"], ["a", "b"]], or: $0.pick([["a", "a"], ["two words"]])) }
        request.enabled = maybe(4) { $0.oneIn(2) }
        request.expiresAt = maybe(4) { model.now + Int64($0.pick([1, 60, 500], or: $0.pick([0, -5]))) }
        request.custody = maybe(8) { $0.pick(["held", "once"], or: "mine") }
        return request
    }

    fileprivate mutating func edit(of peer: String, in network: String, _ model: PeerModel) -> UpdatePeerRequest {
        let fresh = newPeer(in: network, model)
        var request = UpdatePeerRequest(network: network, peer: peer)
        let present = model.find(peer, in: network)
        for _ in 0...number(3) {
            switch number(18) {
            case 0: request.name = fresh.name
            case 1: request.address = address(in: network)
            case 2: request.tags = fresh.tags
            case 3: request.persistentKeepalive = keepalive()
            case 4: request.hubKeepalive = keepalive()
            case 5, 6:
                if present?.role == "site-gateway" || oneIn(20) { request.siteNetworks = blocks() }
            case 7:
                request.role = fresh.role
                request.siteNetworks = fresh.role == "client" && oneIn(2) ? [] : fresh.siteNetworks
            case 8: request.expiresAt = oneIn(6) ? present?.expiresAt : model.now + Int64(number(300)) - 5
            case 9: request.presharedKey = oneIn(20) ? pick(["short", "keep"]) : pick(["none", "new", secret()])
            case 10: request.custody = pick(["held", "once", "client"])
            case 11: request.clear = [pick(["endpoint", "tunnel", "mtu", "expires_at", "dns_servers"], or: "name")]
            case 12: request.tunnel = fresh.tunnel
            case 13: request.extraCIDRs = fresh.extraCIDRs
            case 14: request.excludedCIDRs = fresh.excludedCIDRs
            case 15: (request.email, request.notes) = (fresh.email, fresh.notes)
            case 16: (request.dnsServers, request.searchDomains) = (fresh.dnsServers, fresh.searchDomains)
            default: (request.mtu, request.endpoint) = (fresh.mtu, fresh.endpoint)
            }
        }
        return request
    }

    fileprivate mutating func rotation(of peer: String, in network: String, _ model: PeerModel) -> RotateKeysRequest {
        var request = RotateKeysRequest(network: network, peer: peer)
        request.publicKey = maybe(3) { $0.key(in: network, model) }
        request.presharedKey = maybe(2) { $0.oneIn(20) ? "short" : $0.pick(["keep", "none", "new", $0.secret()]) }
        if request.publicKey == nil || oneIn(20) {
            request.custody = maybe(2) { $0.pick(["held", "once"], or: $0.pick(["client", "mine"])) }
        }
        request.overlap = maybe(2) { Int64($0.pick([1, 60, 300], or: $0.pick([0, 604_801]))) }
        return request
    }
}
