public import WGPilotProtocol

extension NetworkMessage: JSONObjectWritable {
    /// Writes the fields of the documented shape.
    public func writeFields(to json: inout JSONText) {
        json.field("id", id)
        json.field("name", name)
        json.field("interface", interface)
        json.field("mode", mode)
        json.field("subnet", subnet)
        json.field("subnet6", subnet6)
        json.field("listen_port", listenPort)
        json.field("public_key", publicKey)
        json.field("addresses", hubAddresses)
        json.field("dns_servers", dnsServers)
        json.field("search_domains", searchDomains)
        json.field("mtu", mtu)
        json.field("link_mtu", linkMTU)
        json.field("endpoint_host", endpointHost)
        json.field("tunnel", tunnel)
        json.field("custom_cidrs", customCIDRs)
        json.field("nat", nat)
        json.field("peers_may_talk", peersMayTalk)
        json.field("drift_policy", driftPolicy)
        json.field("custody", custody)
        json.field("bandwidth_up_kbps", bandwidthUpKbps)
        json.field("bandwidth_down_kbps", bandwidthDownKbps)
        json.field("enabled", enabled)
        json.field("up", isUp)
        json.field("peers", peers)
        json.field("statistics", statistics)
        json.field("created_at", createdAt)
        json.field("updated_at", updatedAt)
    }
}
