import Glibc
import WGPilotConfiguration
import WGPilotCore

/// Looks users and groups up by name or number. Blocks on the name service, so it is for the start only.
enum AccountNames {
    /// The uid of a user; nil when there is no such user.
    static func uid(_ name: String) -> UInt32? {
        if let number = UInt32(name) { return number }
        guard let entry = unsafe getpwnam(name) else { return nil }
        return unsafe entry.pointee.pw_uid
    }

    /// The gid of a group; nil when there is no such group.
    static func gid(_ name: String) -> UInt32? {
        if let number = UInt32(name) { return number }
        guard let entry = unsafe getgrnam(name) else { return nil }
        return unsafe entry.pointee.gr_gid
    }
}

extension AuthorizationPolicy {
    /// Resolves the names of the configuration. A name that nobody bears is an error, for a right that silently goes to
    /// nobody hides a typing mistake; the defaults, which an installation may lack, are the exception.
    init(_ roles: DaemonConfiguration.RoleAssignment, socketGroup: UInt32?) throws(ConfigurationError) {
        self.init()
        var faults: [String] = []
        func numbers(_ names: [String], _ key: DaemonKey, _ look: (String) -> UInt32?) -> Set<UInt32> {
            Set(
                names.compactMap { name in
                    guard let number = look(name) else {
                        faults.append("\(key.rawValue): there is no account \(name.quotedForMessage)")
                        return nil
                    }
                    return number
                })
        }
        adminUsers = numbers(roles.adminUsers, .adminUsers, AccountNames.uid)
        adminGroups = numbers(roles.adminGroups, .adminGroups, AccountNames.gid)
        operatorUsers = numbers(roles.operatorUsers, .operatorUsers, AccountNames.uid)
        operatorGroups =
            roles.operatorGroups.map { numbers($0, .operatorGroups, AccountNames.gid) }
            ?? Set(socketGroup.map { [$0] } ?? [])
        viewerUsers = numbers(roles.viewerUsers, .viewerUsers, AccountNames.uid)
        viewerGroups = numbers(roles.viewerGroups, .viewerGroups, AccountNames.gid)
        gatewayUser = AccountNames.uid(roles.gatewayUser)
        if !faults.isEmpty { throw ConfigurationError(faults) }
    }
}
