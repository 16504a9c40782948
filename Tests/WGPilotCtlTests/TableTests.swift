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
            PeerView(peer: Samples.peer).table(now: 3090) == """
                name                  laptop
                id                    7
                state                 online
                addresses             10.8.0.7, fd00:8::7
                public key            hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=
                preshared key         yes
                private key           held here, sealed
                role                  site-gateway
                site networks         192.168.1.0/24, fd01::/64
                e-mail                anna@example.org
                endpoint              203.0.113.9:1024
                latest handshake      1 min ago
                transfer              1.50 KiB received, 10 B sent
                persistent keepalive  every 25 s
                hub keepalive         off
                kernel keepalive      every 5 s
                tunnel                split
                extra CIDRs           172.16.0.0/12
                DNS servers           192.0.2.53
                MTU                   1420
                tags                  a, b
                notes                 first / second
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
                ID  NAME    ADDRESS             STATE    LATEST HANDSHAKE  RECEIVED  SENT  ENDPOINT
                 7  laptop  10.8.0.7,fd00:8::7  online   1 min ago         1.50 KiB  10 B  203.0.113.9:1024
                12  日本    10.8.0.12           offline  never                  0 B   0 B  -

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
                ID  NAME    INTERFACE  MODE     SUBNET        PORT  PEERS  STATE
                 2  office  wg0        gateway  10.8.0.0/24  51820      2  up

                """)
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
