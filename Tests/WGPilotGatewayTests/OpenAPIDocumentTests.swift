import Foundation
import HTTPTypes
import Logging
import NIOPosix
import Testing
import WGPilotConfiguration
import WGPilotJSON
import WGPilotProtocol

@testable import WGPilotGateway

@Suite("The API's document")
struct OpenAPIDocumentTests {
    private static func gateway() throws -> Gateway {
        let configuration = try GatewayConfiguration(layers: [])
        return Gateway(
            configuration: configuration,
            daemon: Daemon(path: "/nowhere", group: MultiThreadedEventLoopGroup.singleton), files: StaticFiles(),
            logger: Logger(label: "test"))
    }

    private static func document() throws -> [String: Any] {
        try #require(
            try JSONSerialization.jsonObject(with: Data(OpenAPIDocument(try gateway().routes).bytes)) as? [String: Any])
    }

    @Test("every route is documented, and nothing else is")
    func routes() throws {
        let paths = try #require(try Self.document()["paths"] as? [String: [String: Any]])
        let documented = paths.flatMap { path, methods in methods.keys.map { "\($0.uppercased()) \(path)" } }
        let routes = try Self.gateway().routes.map { "\($0.method.rawValue) \($0.path)" }
        #expect(documented.sorted() == routes.sorted())
        #expect(Set(routes).count == routes.count)
        #expect(routes.count > 75)
    }

    @Test("operations have names of their own, and every reference leads somewhere")
    func references() throws {
        let document = try Self.document()
        let ids = try Self.gateway().routes.map(\.operation.id)
        #expect(Set(ids).count == ids.count)
        let components = try #require(document["components"] as? [String: [String: Any]])
        var wanted: Set<String> = []
        func collect(_ value: Any) {
            if let object = value as? [String: Any] {
                if let reference = object["$ref"] as? String { wanted.insert(reference) }
                object.values.forEach(collect)
            } else if let list = value as? [Any] {
                list.forEach(collect)
            }
        }
        collect(document)
        for reference in wanted {
            let parts = reference.split(separator: "/").map(String.init)
            #expect(components[parts[2]]?[parts[3]] != nil, "\(reference)")
        }
        #expect(wanted.count > 40)
    }

    @Test("every name of a schema means one schema, and every example of a request is one that is taken")
    func examples() throws {
        var seen: [String: [String]] = [:]
        func collect(_ schema: Schema) {
            let names = schema.fields.map(\.name)
            if let before = seen[schema.name] { #expect(before == names, "\(schema.name)") }
            seen[schema.name] = names
            #expect(Set(names).count == names.count, "\(schema.name)")
            for field in schema.fields {
                switch field.shape {
                case .object(let inner), .list(let inner), .objects(let inner, _): collect(inner)
                default: break
                }
            }
        }
        for route in try Self.gateway().routes {
            if let body = route.operation.body { collect(body) }
            if case .object(let answer) = route.operation.answer { collect(answer) }
        }
        let paths = try #require(try Self.document()["paths"] as? [String: [String: [String: Any]]])
        for route in try Self.gateway().routes {
            guard let body = route.operation.body else { continue }
            let operation = try #require(paths[route.path]?[route.method.rawValue.lowercased()])
            let content = try #require(
                (operation["requestBody"] as? [String: Any])?["content"] as? [String: [String: Any]])
            let example = try JSONSerialization.data(
                withJSONObject: try #require(content["application/json"]?["example"]))
            #expect(throws: Never.self, "\(route.path)") {
                try RequestObject.read(try JSONReader.read(Array(example)), body)
            }
        }
    }

    @Test("what is written has the fields that the document says, and no others")
    func shapes() throws {
        let peer = PeerMessage(
            id: 7, networkID: 1, name: "laptop", email: "", publicKey: "k", addresses: ["10.8.0.2"], role: "client",
            siteNetworks: [], persistentKeepalive: 25, hubKeepalive: 0, extraCIDRs: [], notes: "", tags: [],
            enabled: true,
            holdsPrivateKey: true, hasPresharedKey: true, createdAt: 1, updatedAt: 2)
        try Self.check(peer, Schemas.peer)
        let network = NetworkMessage(
            id: 1, name: "office", interface: "wg0", mode: "gateway", subnet: "10.8.0.0/24", listenPort: 51820,
            publicKey: "k", dnsServers: [], searchDomains: [], tunnel: "full", customCIDRs: [], enabled: true,
            createdAt: 1,
            updatedAt: 1, hubAddresses: [], peers: 0)
        try Self.check(network, Schemas.network)
        try Self.check(
            BridgeMessage(
                id: 1, networkA: "a", networkB: "b", direction: "a_to_b", allowedCIDRs: [], enabled: true, createdAt: 1,
                updatedAt: 1), Schemas.bridge)
        try Self.check(
            LinkMessage(id: 1, networkID: 1, peerID: 1, peer: "a", createdBy: "b", createdAt: 1, expiresAt: 2),
            Schemas.link)
        try Self.check(
            HistoryReply(
                from: 0, to: 60, granularity: "minute",
                points: [HistoryPointMessage(start: 0, received: 1, sent: 2, watched: 60)], received: 1, sent: 2),
            Schemas.history)
        try Self.check(HistoryPointMessage(start: 0, received: 1, sent: 2, watched: 60), Schemas.historyPoint)
        try Self.check(
            PeerSessionMessage(startedAt: 1, lastSeenAt: 2, received: 3, sent: 4, endpoints: []), Schemas.peerSession)
        try Self.check(
            PurgeHistoryReply(samples: 1, hourlyDays: 0, dailyGroups: 0, sessions: 0, dryRun: true), Schemas.purged)
        try Self.check(TokenMessage(id: 1, name: "a", role: "viewer", createdBy: "b", createdAt: 1), Schemas.token)
    }

    /// Whether the required fields are there, and all that are there are known.
    private static func check(_ value: some JSONWritable, _ schema: Schema) throws {
        var json = JSONText()
        value.write(to: &json)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        let known = Set(schema.fields.map(\.name))
        let required = Set(schema.fields.filter(\.isRequired).map(\.name))
        #expect(Set(object.keys).subtracting(known).sorted() == [], "\(schema.name)")
        #expect(required.subtracting(object.keys).sorted() == [], "\(schema.name)")
    }

    @Test("plain HTTP is not served beyond the machine unless somebody says so")
    func plainHTTP() throws {
        let open = ConfigurationSource<GatewayKey>.environment(["WGPILOT_GATEWAY_LISTEN": "0.0.0.0:80"])
        #expect(throws: ConfigurationError.self) { try GatewayConfiguration(layers: [open]) }
        let said = ConfigurationSource<GatewayKey>.environment([
            "WGPILOT_GATEWAY_LISTEN": "0.0.0.0:80", "WGPILOT_GATEWAY_PLAIN_HTTP": "true",
        ])
        #expect(throws: Never.self) { try GatewayConfiguration(layers: [said]) }
    }
}
