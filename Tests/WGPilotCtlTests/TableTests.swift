import Testing
import WGPilotProtocol

@testable import WGPilotCtl

@Suite("The text for people")
struct TableTests {
    @Test("columns are padded to their widest cell by what it takes on a terminal, without blanks at the end")
    func textTable() {
        var table = TextTable(["ID", "NAME", "SIZE"], rightAligned: [0, 2])
        table.append(["1", "日本", "10"])
        table.append(["1000", "a", "2"])
        #expect(
            table.rendered() == """
                  ID  NAME  SIZE
                   1  日本    10
                1000  a        2

                """)
        var names = TextTable(["NAME", "STATE"])
        names.append(["a", "up"])
        #expect(names.rendered() == "NAME  STATE\na     up\n")
    }

    @Test("no line is wider than the terminal: columns go in their order, then the longest texts lose their ends")
    func narrowTable() {
        var table = TextTable(
            ["ID", "NAME", "BYTES", "OWNER", "NOTE"], rightAligned: [0, 2], leftOutFirst: ["NOTE", "BYTES"])
        table.append(["7", "a long name of somebody", "123456", "日本日本日本", "note"])
        table.append(["8", "b", "1", "c", ""])
        func lines(_ columns: Int) -> [String] {
            table.rendered(columns: columns).split(separator: "\n").map(String.init)
        }
        // 2 + 23 + 6 + 12 + 4 cells, and 8 between them.
        #expect(lines(55) == lines(.max) && lines(55)[1] == " 7  a long name of somebody  123456  日本日本日本  note")
        #expect(lines(54)[1] == " 7  a long name of somebody  123456  日本日本日本")
        #expect(lines(48)[1] == " 7  a long name of somebody  日本日本日本")
        // 2 and 12 cells and 4 between them leave 22.
        #expect(lines(40)[1] == " 7  a long name of somebo…  日本日本日本")
        // 2 cells and 4 between leave 9 for each of the two.
        #expect(lines(24) == ["ID  NAME       OWNER", " 7  a long n…  日本日本…", " 8  b          c"])
        for columns in 1..<60 {
            #expect(lines(columns).count == 3)
            for line in lines(columns) { #expect(DisplayWidth.of(line) <= columns, "\(columns): \(line)") }
        }
    }

    @Test(
        "a list of peers with the longest names fits every terminal, and goes without what matters least",
        arguments: 20..<200)
    func narrowPeers(columns: Int) {
        var list = PeerListView(.table, now: 3090)
        var peer = Samples.peer
        list.add([peer])
        peer.name = String(repeating: "日", count: 64)
        peer.addresses = ["10.8.0.2", "fd00:8:1234:5678:9abc:def0:1234:5678"]
        list.add([peer])
        let lines = list.rendered(columns: columns).split(separator: "\n").map(String.init)
        #expect(lines.count == 3)
        for line in lines { #expect(DisplayWidth.of(line) <= columns, "\(line)") }
        #expect(lines[0].contains("NAME") && lines[0].contains("AD"))
        let order = ["ID", "LATEST HANDSHAKE", "RECEIVED", "SENT", "ENDPOINT", "LIMIT", "KEEPALIVE"]
        let shown = order.map { lines[0].contains($0) }
        #expect(shown == shown.sorted { $0 && !$1 }, "what stays is what matters most: \(lines[0])")
    }

    @Test("a list of networks fits an old terminal")
    func narrowNetworks() {
        var network = Samples.network
        network.name = String(repeating: "a", count: 64)
        let lines = NetworkListView(networks: [network]).table(now: 0, columns: 80).split(separator: "\n")
        #expect(lines.allSatisfy { DisplayWidth.of(String($0)) <= 80 } && lines[1].contains("…"))
        #expect(NetworkListView(networks: [network]).table(now: 0).contains(network.name))
    }

    @Test("a table without rows is its headers")
    func emptyTable() {
        #expect(TextTable(["A", "B"]).rendered() == "A  B\n")
    }

    @Test("facts stand below one another, those without a value are left out")
    func facts() {
        var facts = Facts()
        facts.add("name", "laptop")
        facts.add("e-mail", "")
        facts.add("MTU", nil)
        facts.add("latest handshake", "never")
        #expect(facts.rendered() == "name              laptop\nlatest handshake  never\n")
        #expect(Facts().rendered() == "")
    }

    // Unicode TR 11: W and F take two cells; a combining mark takes none of its own.
    @Test(
        "cells of a terminal",
        arguments: [
            ("", 0), ("laptop", 6), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("한", 2), ("ｶ", 1), ("Ａ", 2), ("👍", 2),
            ("👩‍💻", 2),
            ("🇩🇪", 2), ("☕", 2), ("❤️", 2), ("…", 1), ("a日b", 4),
        ])
    func width(text: String, cells: Int) {
        #expect(DisplayWidth.of(text) == cells)
    }

    // wg(8) prints 1.50 KiB for 1536 bytes.
    @Test(
        "bytes in binary units",
        arguments: [
            (0, "0 B"), (1, "1 B"), (1023, "1023 B"), (1024, "1.00 KiB"), (1536, "1.50 KiB"), (1_048_576, "1.00 MiB"),
            (1_073_741_824, "1.00 GiB"), (1_099_511_627_776, "1.00 TiB"), (1_125_899_906_842_624, "1.00 PiB"),
            (1_126, "1.10 KiB"), (1_029, "1.00 KiB"), (1_054, "1.03 KiB"), (.max, "16384.00 PiB"),
        ] as [(UInt64, String)])
    func bytes(count: UInt64, text: String) {
        #expect(HumanText.bytes(count) == text)
    }

    @Test(
        "how long ago, with no moment that could end the program",
        arguments: [
            (nil, "never"), (1000, "now"), (1001, "now"), (.max, "now"), (999, "1 s ago"), (941, "59 s ago"),
            (940, "1 min ago"),
            (-2599, "59 min ago"), (-2600, "1 h ago"), (-85399, "23 h ago"), (-85400, "1 d ago"), (.min, "never"),
        ] as [(Int64?, String)])
    func ago(moment: Int64?, text: String) {
        #expect(HumanText.ago(moment, now: 1000) == text)
    }

    @Test("a peer's facts")
    func peer() {
        #expect(
            // Moments by the clock of the time zone have a test of their own.
            PeerView(peer: Samples.peer).table(now: 3090) == """
                name                  laptop
                id                    7
                state                 online
                addresses             10.8.0.7, fd00:8::7
                public key            hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=
                preshared key         yes
                private key           held here, sealed
                next public key       3p7bfXt9wbTTW2HC7OQ1Nz+DQ8hbeGdNrfx+FG+IK08=
                keys change           \(HumanText.clock(4000, now: 3090))
                expires               \(HumanText.clock(5000, now: 3090))
                role                  site-gateway
                site networks         192.168.1.0/24, fd01::/64
                e-mail                anna@example.org
                endpoint              203.0.113.9:1024
                latest handshake      1 min ago
                transfer              1.50 KiB received, 10 B sent
                persistent keepalive  every 25 s
                hub keepalive         off
                kernel keepalive      every 5 s, to be off
                bandwidth up          800 kbit/s
                bandwidth down        10 Mbit/s
                tunnel                split
                extra CIDRs           172.16.0.0/12
                DNS servers           192.0.2.53
                search domains        lan.example
                excluded CIDRs        192.168.0.0/16
                MTU                   1420
                tags                  a, b
                notes                 first / second
                configuration         fetched 18 min ago, must be imported again
                created               34 min ago
                changed               18 min ago

                """)
    }

    @Test("a list of peers keeps its columns, whatever alphabet the names are in")
    func peerList() {
        var list = PeerListView(.table, now: 3090)
        list.add([Samples.peer])
        list.add([Samples.barePeer])
        #expect(
            list.rendered() == """
                ID  NAME    ADDRESS             STATE    LATEST HANDSHAKE  RECEIVED  SENT  LIMIT     KEEPALIVE             ENDPOINT
                 7  laptop  10.8.0.7,fd00:8::7  online   1 min ago         1.50 KiB  10 B  10M/800k  every 5 s, to be off  203.0.113.9:1024
                12  日本    10.8.0.12           offline  never                  0 B   0 B  -         -                     -

                """)
    }

    @Test("a disabled peer is disabled, whatever its last status")
    func disabledPeer() {
        var peer = Samples.peer
        peer.enabled = false
        #expect(PeerView(peer: peer).state == "disabled")
        #expect(PeerView(peer: Samples.barePeer).state == "offline")
    }

    @Test("a network's state is what the kernel says, and says so where it was not asked")
    func networkState() {
        var network = Samples.network
        #expect(NetworkView(network: network).state == "up")
        network.isUp = false
        #expect(NetworkView(network: network).state == "down")
        network.isUp = nil
        #expect(NetworkView(network: network).state == "unknown")
        network.enabled = false
        #expect(NetworkView(network: network).state == "disabled")
    }

    @Test("a list of networks")
    func networkList() {
        #expect(
            NetworkListView(networks: [Samples.network]).table(now: 0) == """
                ID  NAME    INTERFACE  MODE     SUBNET        PORT  PEERS  STATE  RECEIVED  SENT
                 2  office  wg0        gateway  10.8.0.0/24  51820      2  up            -     -

                """)
    }

    @Test("a network's facts: the MTU that was chosen and the one that is, and who may reach whom")
    func network() {
        #expect(
            NetworkView(network: Samples.network).table(now: 3090) == """
                name             office
                id               2
                interface        wg0
                state            up
                mode             gateway
                subnet           10.8.0.0/24, fd00:8::/64
                hub addresses    10.8.0.1/24, fd00:8::1/64
                listen port      51820
                public key       hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=
                endpoint host    vpn.example.org
                tunnel           full
                custom CIDRs     172.16.0.0/12
                DNS servers      10.8.0.1
                search domains   example.org
                MTU              1420
                MTU now          1380
                NAT              yes
                peers may talk   no
                drift policy     repair
                custody of keys  once
                bandwidth up     2 Mbit/s
                bandwidth down   20 Mbit/s
                peers            2
                created          34 min ago
                changed          18 min ago

                """)
    }

    @Test("bridges, one and a list")
    func bridges() {
        #expect(
            BridgeView(bridge: Samples.bridge).table(now: 3090) == """
                id              3
                network A       office
                network B       lab
                state           enabled
                direction       a_to_b
                may be reached  10.9.0.0/25, 192.168.1.0/24
                created         34 min ago
                changed         18 min ago

                """)
        var open = Samples.bridge
        open.allowedCIDRs = []
        open.enabled = false
        #expect(
            BridgeListView(bridges: [open]).table(now: 0) == """
                ID  NETWORK A  NETWORK B  DIRECTION  STATE     MAY BE REACHED
                 3  office     lab        a_to_b     disabled  everything

                """)
    }

    @Test("access rules, one and a list")
    func rules() {
        #expect(
            RuleView(rule: Samples.rule).table(now: 3090) == """
                id        11
                from      tag phones
                position  2
                state     enabled
                action    deny
                to        site:office/branch
                protocol  tcp
                ports     443,8000-8100
                comment   no printers
                created   34 min ago
                changed   18 min ago

                """)
        var network = Samples.bareRule
        (network.peer, network.network) = (nil, "office")
        #expect(RuleView(rule: network).owner == "network office")
        #expect(
            RuleListView(rules: [Samples.rule, Samples.bareRule]).table(now: 0) == """
                ID  FROM                POSITION  ACTION  TO                  PROTOCOL  PORTS          STATE     COMMENT
                11  tag phones                 2  deny    site:office/branch  tcp       443,8000-8100  enabled   no printers
                 4  peer office/laptop         1  allow   any                 any       any            disabled  -

                """)
    }

    @Test("what decides on a way stands behind it, and what else is in the way below")
    func reach() {
        let view = ReachView(reply: Samples.reach)
        #expect(
            view.table(now: 0) == """
                10.8.0.2 → 10.8.0.3: allowed, an access rule allows it (rule 7, bridge 3)
                fd00:8::2 → fd00:8::3: refused, the peers may not talk
                note: office/laptop does not send there

                """)
    }

    @Test("one is reachable where every way is allowed and there is one")
    func reachable() {
        var reply = Samples.reach
        #expect(!ReachView(reply: reply).isReachable)
        reply.paths.removeLast()
        #expect(ReachView(reply: reply).isReachable)
        reply.paths = []
        #expect(!ReachView(reply: reply).isReachable)
        #expect(ReachView(reply: reply).table(now: 0).hasPrefix("no pair of addresses of one family\n"))
    }

    @Test("a check of the machine marks each result, and tells what drifted and what was done")
    func doctor() {
        let view = DoctorView(reply: Samples.drift)
        #expect(
            view.table(now: 1000) == """
                RESULT     CHECK       MESSAGE
                ✓ ok       backend     kernel 1.0.0
                ! warning  firewall    another table drops what is forwarded
                ✗ fault    forwarding  net.ipv4.ip_forward is 0
                ? fair     weather     a later version knows more

                drift:
                NETWORK  ITEM                                               FOUND      STATE    ADOPTABLE  TO RESTORE IT
                office   mtu                                                1 min ago  waits    yes        set the MTU of wg0 to 1420
                office   peer 3p7bfXt9wbTTW2HC7OQ1Nz+DQ8hbeGdNrfx+FG+IK08=  5 min ago  ignored  no         remove the peer

                repaired:
                  wg0, 1 min ago: set wg0 up
                  wg0, 1 min ago: add 10.8.0.1/24

                interfaces that are not ours, left alone (wgpilotctl network import adopts one):
                  wg9

                settings of the kernel that were changed:
                  net.ipv4.ip_forward was 0

                """)
    }

    @Test("only a fault is one: a warning, or a result of a later version, is none")
    func faults() {
        var reply = Samples.drift
        #expect(DoctorView(reply: reply).hasFault)
        reply.checks.removeAll { $0.result == "fault" }
        #expect(!DoctorView(reply: reply).hasFault)
        reply = DriftReply(checks: [], findings: [], repairs: [], foreignInterfaces: [], settingsChanged: [])
        #expect(DoctorView(reply: reply).table(now: 0) == "RESULT  CHECK  MESSAGE\n")
    }

    @Test("a dry run tells its plan, or that there is nothing to tell")
    func dryRun() {
        #expect(
            DryRunView(plan: ["add peer laptop", "set wg0 up"], fields: { _ in }).table(now: 0)
                == "would change:\n  * add peer laptop\n  * set wg0 up\n")
        #expect(DryRunView(plan: [], fields: { _ in }).table(now: 0) == "nothing would change\n")
    }

    @Test("a change that waits is told with its time, and what became of it")
    func pendingChange() {
        let reply = PendingChangeReply(description: "network office: edit", confirmBy: 1060)
        let text = PendingChangeView(reply: reply, outcome: .shown).table(now: 1000)
        #expect(text.hasPrefix("network office: edit: undone at "))
        #expect(text.hasSuffix(" unless confirmed: wgpilotctl confirm\n"))
        #expect(PendingChangeView(reply: reply, outcome: .kept).table(now: 0) == "kept: network office: edit\n")
        #expect(PendingChangeView(reply: reply, outcome: .undone).table(now: 0) == "undone: network office: edit\n")
        let none = PendingChangeView(reply: PendingChangeReply(), outcome: .shown)
        #expect(none.table(now: 0) == "nothing waits to be confirmed\n")
    }

    @Test("a decision tells what it changed, or that it changed nothing")
    func resolved() {
        #expect(ResolvedDriftView(steps: ["set wg0 up"]).table(now: 0) == "set wg0 up\n")
        #expect(ResolvedDriftView(steps: []).table(now: 0) == "nothing had to be changed\n")
    }

    @Test("the status tells what waits and that the endpoint is a guess")
    func status() {
        let text = StatusView(info: Samples.info, networks: [Samples.network]).table(now: 1000)
        #expect(text.contains("wgpilotd 9.9.9, started 1 min ago\n"))
        #expect(text.contains("192.0.2.1 (a guess: set endpoint_host)\n"))
        #expect(text.contains("network office: the interface is missing\n"))
        #expect(text.contains("wg9\n"))
        var info = Samples.info
        info.endpointHost = nil
        #expect(StatusView(info: info, networks: []).table(now: 0).contains("none (set endpoint_host)\n"))
    }

    @Test("a comparison tells its steps and what waits, or that there is nothing to tell")
    func reconcile() {
        #expect(
            ReconcileView(reply: ReconcileReply(steps: [], pending: [])).table(now: 0)
                == "kernel and database agree\n")
        #expect(
            ReconcileView(reply: ReconcileReply(steps: ["set wg0 up"], pending: ["x"])).table(now: 0)
                == "set wg0 up\nnot live yet: x\n")
    }
}
