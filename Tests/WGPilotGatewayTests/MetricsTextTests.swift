import Hummingbird
import NIOCore
import Testing
import WGPilotProtocol

@testable import WGPilotGateway

struct MetricsTextTests {
    // MARK: Which format

    @Test(
        arguments: [
            (nil, MetricsFormat.text),
            ("", .text),
            ("*/*", .text),
            ("text/plain", .text),
            ("application/openmetrics-text", .openMetrics),
            ("application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", .openMetrics),
            // What Prometheus 2.42 sends (scrape/scrape.go, scrapeAcceptHeader).
            (
                "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
                    + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1", .openMetrics
            ),
            ("application/openmetrics-text; version=2.0.0, text/plain", .text),
            ("application/openmetrics-text;q=0.2, text/plain;q=0.9", .text),
            ("application/openmetrics-text;q=0", .text),
            ("APPLICATION/OpenMetrics-Text ; Q=1", .openMetrics),
            (",;,=;q=x,text", .text),
        ] as [(String?, MetricsFormat)])
    func theFormatIsTheOneThatIsPreferred(_ accept: String?, _ expected: MetricsFormat) {
        #expect(MetricsFormat(accept: accept) == expected)
    }

    // MARK: Samples

    private func written(_ format: MetricsFormat, _ body: (inout MetricsText) -> Void) -> String {
        var text = MetricsText(format)
        body(&text)
        text.end()
        return String(buffer: text.take())
    }

    /// The two shapes are those of the specifications: prometheus.io/docs/instrumenting/exposition_formats, and OpenMetrics
    /// 1.0 §5.
    @Test func aCounterIsNamedAsEachFormatWantsIt() {
        func body(_ text: inout MetricsText) {
            text.begin(.processCPU)
            text.sample(1.5)
        }
        #expect(
            written(.text, body) == """
                # HELP process_cpu_seconds_total Processor time of the gateway.
                # TYPE process_cpu_seconds_total counter
                process_cpu_seconds_total 1.5

                """)
        #expect(
            written(.openMetrics, body) == """
                # HELP process_cpu_seconds Processor time of the gateway.
                # TYPE process_cpu_seconds counter
                # UNIT process_cpu_seconds seconds
                process_cpu_seconds_total 1.5
                # EOF

                """)
    }

    @Test func factsAreAGaugeForTheOldFormatAndAnInfoForTheNew() {
        func body(_ text: inout MetricsText) {
            text.begin(.gatewayBuild)
            text.sample(1, [("version", "1")])
        }
        #expect(written(.text, body).contains("# TYPE wgpilot_gateway_build_info gauge\n"))
        #expect(written(.openMetrics, body).contains("# TYPE wgpilot_gateway_build info\n"))
        for format in MetricsFormat.allCases {
            #expect(written(format, body).contains("\nwgpilot_gateway_build_info{version=\"1\"} 1\n"))
        }
    }

    @Test(arguments: [
        ("plain", "plain"), ("", ""), (#"a"b"#, #"a\"b"#), (#"a\b"#, #"a\\b"#), ("a\nb", #"a\nb"#),
        (#"\n"#, #"\\n"#), ("Jürgen 🐉 \u{202E}x", "Jürgen 🐉 \u{202E}x"), (#"}"{\"#, #"}\"{\\"#),
    ])
    func labelsAreEscapedInBothWaysTheyAreWritten(_ value: String, _ escaped: String) {
        var buffer = ByteBuffer()
        buffer.writeLabelValue(value)
        #expect(String(buffer: buffer) == escaped)

        let text = peers([peer(name: value)], .peerInfo)
        #expect(text.hasSuffix("name=\"\(escaped)\"} 1\n"))
    }

    // MARK: Peers

    private func peer(
        name: String = "laptop", addresses: [String] = ["10.8.0.2", "fd00::2"], sites: [String] = [],
        endpoint: String? = "198.51.100.7:4242", handshake: Int64? = 1000
    ) -> PeerMessage {
        PeerMessage(
            id: 1, networkID: 1, name: name, email: "", publicKey: "KEY=", addresses: addresses, role: "client",
            siteNetworks: sites, persistentKeepalive: 25, hubKeepalive: 0, extraCIDRs: [], notes: "", tags: [],
            enabled: true, holdsPrivateKey: true, hasPresharedKey: true, createdAt: 0, updatedAt: 0,
            status: PeerStatusMessage(
                endpoint: endpoint, latestHandshake: handshake, received: 11, sent: .max, persistentKeepalive: 0,
                online: true))
    }

    private func peers(_ peers: [PeerMessage], _ family: MetricFamily, now: Int64 = 1060) -> String {
        var samples = PeerSamples()
        for peer in peers { if let status = peer.status { samples.add(peer, status, interface: "wg0") } }
        var text = MetricsText(.text)
        text.begin(family)
        _ = text.take()
        samples.write(family, 0..<samples.count, now: now, to: &text)
        return String(buffer: text.buffer)
    }

    /// The labels and their order are those of prometheus_wireguard_exporter's README.
    @Test func peersHaveTheLabelsOfTheOneExporter() {
        let peer = peer(sites: ["192.168.5.0/24"])
        #expect(
            peers([peer], .sentBytes)
                == "wireguard_sent_bytes_total{interface=\"wg0\",public_key=\"KEY=\","
                + "allowed_ips=\"10.8.0.2/32,fd00::2/128,192.168.5.0/24\",friendly_name=\"laptop\","
                + "remote_ip=\"198.51.100.7\"} 18446744073709551615\n")
        #expect(peers([peer], .receivedBytes).hasSuffix("} 11\n"))
    }

    /// The labels are those of wireguard_exporter's README.
    @Test func peersHaveTheLabelsOfTheOther() {
        #expect(
            peers([peer(endpoint: "[2001:db8::7]:4242")], .peerInfo)
                == "wireguard_peer_info{device=\"wg0\",public_key=\"KEY=\",endpoint=\"[2001:db8::7]:4242\","
                + "name=\"laptop\"} 1\n")
        #expect(
            peers([peer()], .peerAllowedIPs)
                == "wireguard_peer_allowed_ips_info{device=\"wg0\",public_key=\"KEY=\",allowed_ips=\"10.8.0.2/32\","
                + "family=\"IPv4\"} 1\n"
                + "wireguard_peer_allowed_ips_info{device=\"wg0\",public_key=\"KEY=\",allowed_ips=\"fd00::2/128\","
                + "family=\"IPv6\"} 1\n")
        #expect(
            peers([peer()], .peerReceiveBytes)
                == "wireguard_peer_receive_bytes_total{device=\"wg0\",public_key=\"KEY=\"} 11\n")
    }

    @Test func theTimeOfAHandshakeAndItsAgeAreToldUnderNamesOfTheirOwn() {
        for family in [MetricFamily.latestHandshake, .peerLastHandshake] {
            #expect(peers([peer(handshake: 1000)], family).hasSuffix("} 1000\n"))
            #expect(peers([peer(handshake: nil)], family).hasSuffix("} 0\n"), "as both exporters have it")
        }
        #expect(peers([peer(handshake: 1000)], .latestHandshakeDelay).hasSuffix("} 60\n"))
        #expect(peers([peer(handshake: nil)], .latestHandshakeDelay) == "", "never is no age")
        #expect(peers([peer(handshake: 2000)], .latestHandshakeDelay).hasSuffix("} 0\n"), "the clock was set back")
    }

    @Test func anAddressOfTheOtherFamilyLosesItsBracketsAndAMissingOneItsLabel() {
        #expect(peers([peer(endpoint: "[2001:db8::7]:4242")], .sentBytes).contains(",remote_ip=\"2001:db8::7\"}"))
        #expect(!peers([peer(endpoint: nil)], .sentBytes).contains("remote_ip"))
        #expect(peers([peer(endpoint: nil)], .peerInfo).contains("endpoint=\"\""))
    }

    // MARK: Requests

    @Test func bucketsAddUpAndTheLastHoldsAll() {
        let metrics = RequestMetrics()
        for milliseconds in [1, 2, 3, 400, 60_000] {
            metrics.begin()
            metrics.end(.get, route: "/api/peers/{id}", status: 200, took: .milliseconds(milliseconds))
        }
        metrics.begin()
        let text = written(.text) { text in
            for family in [MetricFamily.requests, .requestDuration, .requestsInFlight] {
                text.begin(family)
                metrics.write(family, to: &text)
            }
        }
        let labels = "method=\"GET\",route=\"/api/peers/{id}\""
        #expect(text.contains("wgpilot_http_requests_total{\(labels),status=\"200\"} 5\n"))
        for (bound, count) in [
            ("0.001", 1), ("0.0025", 2), ("0.005", 3), ("0.25", 3), ("0.5", 4), ("10.0", 4), ("+Inf", 5),
        ] {
            #expect(text.contains("wgpilot_http_request_duration_seconds_bucket{\(labels),le=\"\(bound)\"} \(count)\n"))
        }
        #expect(text.contains("wgpilot_http_request_duration_seconds_count{\(labels)} 5\n"))
        #expect(text.contains("wgpilot_http_request_duration_seconds_sum{\(labels)} 60.406\n"))
        #expect(text.contains("wgpilot_http_requests_in_flight 1\n"))
    }

    @Test func whatIsMadeUpMakesNoSeries() {
        let metrics = RequestMetrics()
        for number in 0..<50 {
            guard let method = HTTPRequest.Method("M\(number)") else { continue }
            metrics.begin()
            metrics.end(method, route: nil, status: 404, took: .zero)
        }
        let text = written(.text) { metrics.write(.requests, to: &$0) }
        #expect(text.contains("{method=\"other\",route=\"none\",status=\"404\"} 50\n"))
        #expect(text.split(separator: "\n").count == 1)
    }
}
