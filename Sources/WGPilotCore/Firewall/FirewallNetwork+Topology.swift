extension FirewallNetwork {
    /// Whether its peers may begin conversations with what is in no network of the hub.
    var reachesOutside: Bool {
        switch mode {
        case .gateway: true
        case .siteToSite: nat
        case .hubRouted: false
        }
    }
}
