/// Every method there is, for tables, tests and documents.
public enum MethodTable {
    /// The methods, service by service.
    public static let all: [MethodInfo] = [
        SystemService.info.info, SystemService.health.info, SystemService.reconcile.info,
        NetworksService.list.info, NetworksService.get.info, NetworksService.create.info, NetworksService.update.info,
        NetworksService.delete.info, NetworksService.enable.info, NetworksService.disable.info,
        PeersService.list.info, PeersService.get.info, PeersService.create.info, PeersService.update.info,
        PeersService.delete.info, PeersService.enable.info, PeersService.disable.info, PeersService.config.info,
    ]
}
