import Testing
import WGPilotProtocol

@testable import WGPilotCtl

@Suite struct PeerFileTests {
    private static let expected = CreatePeerRequest(
        network: "", name: "depot", email: "ann@example.org", role: "site-gateway",
        siteNetworks: ["10.1.0.0/24", "10.2.0.0/24"], address: "10.8.0.9", presharedKey: "none",
        persistentKeepalive: 0, mtu: 1300, notes: "north, left", tags: ["a", "b"], enabled: false)

    @Test func `a row of CSV and an object of JSON ask for the same peer`() throws {
        let csv = try PeerFile(
            """
            name,email,role,site_networks,address,preshared_key,persistent_keepalive,mtu,notes,tags,enabled
            depot,ann@example.org,site-gateway,"10.1.0.0/24,10.2.0.0/24",10.8.0.9,none,0,1300,"north, left",a;b,no
            """, .csv)
        #expect(csv.requests == [Self.expected])
        #expect(csv.places == ["line 2"])
        let json = try PeerFile(
            """
            [{"name": "depot", "email": "ann@example.org", "role": "site-gateway", "address": "10.8.0.9",
              "site_networks": "10.1.0.0/24,10.2.0.0/24", "preshared_key": "none", "persistent_keepalive": 0,
              "mtu": 1300, "notes": "north, left", "tags": ["a", "b"], "enabled": false, "tunnel": null}]
            """, .json)
        #expect(json.requests == [Self.expected])
        #expect(json.places == ["peer 1"])
    }

    @Test func `what peer list prints can be read, without what nobody chose`() throws {
        let peer = PeerMessage(
            id: 7, networkID: 1, name: "a", email: "", publicKey: "KEY", addresses: ["10.8.0.2"], role: "client",
            siteNetworks: [], persistentKeepalive: 25, hubKeepalive: 0, extraCIDRs: [], notes: "", tags: ["x"],
            enabled: true, holdsPrivateKey: true, hasPresharedKey: true, createdAt: 1, updatedAt: 2)
        var view = PeerListView(.json, now: 0)
        view.add([peer])
        let request = try #require(try PeerFile(view.rendered(), .json).requests.first)
        #expect(request.name == "a" && request.publicKey == "KEY" && request.address == nil && request.tags == ["x"])
        #expect(request.endpoint == nil)
    }

    @Test func `every fault is told with its line and its field, the daemon's among them`() throws {
        let file = try PeerFile("name,mtu,enabled,colour\na,big,perhaps,red\n,1300,,\n", .csv)
        let own = """
            line 2, mtu: "big" is not a number
            line 2, enabled: "perhaps" is neither true nor false
            line 2, "colour": no field of a peer
            """
        #expect(file.describe(nil) == own + "\nline 3, name: missing")
        // What could not be read stays at its default when the rest is tried, and what the daemon says of that is left out.
        #expect(file.requests.map(\.mtu) == [nil, 1300])
        let refusal = RPCError(
            .invalidArgument, reason: "invalid_fields", message: "m",
            fields: [
                .init(field: "peers[0].name", message: "taken"), .init(field: "peers[0].mtu", message: "of no peer"),
                .init(field: "peers[1].name", message: "a name must not be empty"),
                .init(field: "peers[1].tags[3]", message: "not a tag"), .init(field: "peers", message: "too many"),
            ])
        #expect(
            file.describe(refusal) == own + """

                line 2, name: taken
                line 3, name: missing
                line 3, tags[3]: not a tag
                peers: too many
                """)
    }

    @Test func `of a file that is wrong everywhere a hundred faults are told`() throws {
        let file = try PeerFile("name,mtu\n" + String(repeating: "a,big\n", count: 5000), .csv)
        #expect(file.describe(nil).split(separator: "\n").count == 100)
    }

    @Test(
        arguments: [
            ("", "the file is not JSON"), ("{}", "the file: "), ("[1]", "peer 1: "), ("[[]]", "peer 1: "),
            ("[{\"name\": \"a\"}, {\"name\": {}}]", "peer 2, name: "), ("[{\"mtu\": 1.5}]", "peer 1, mtu: "),
            ("[]", "there is no peer"),
        ])
    func `JSON that is no list of peers is refused with the place`(text: String, message: String) {
        let fault = #expect(throws: CommandFault.self) { try PeerFile(text, .json) }
        #expect(fault?.message.hasPrefix(message) == true, "\(fault?.message ?? "")")
    }

    @Test func `what the daemon finds is told in terms of the file`() throws {
        let file = try PeerFile("name\na\n\nb\n", .csv)
        let error = RPCError(
            .alreadyExists, reason: "already_exists", message: "m",
            fields: [
                .init(field: "peers[1].name", message: "taken"), .init(field: "peers[9].name", message: "x"),
                .init(field: "confirm_within", message: "y"),
            ])
        let nameless = try PeerFile("[{\"name\": true}]", .json)
        #expect(nameless.describe(nil) == "peer 1, name: not a text\npeer 1, name: missing")
        #expect(file.describe(error) == "line 4, name: taken\npeers[9].name: x\nconfirm_within: y")
    }

    @Test(
        arguments: [
            ("sensor-{n}", 7, "sensor-7"), ("{nnn} x", 7, "007 x"), ("a{nn}", 123, "a123"), ("é{n}", 0, "é0"),
        ])
    func `names are counted with as many digits as are asked for`(text: String, number: Int, name: String) throws {
        #expect(try NamePattern(text).name(number) == name)
    }

    @Test(arguments: ["sensor", "{}", "{n}{n}", "{nnnnnnnnnn}", "{x}", ""])
    func `a name without one place for the number is refused`(text: String) {
        #expect(throws: CommandFault.self) { try NamePattern(text) }
    }
}
