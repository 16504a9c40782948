import WGPilotCore

extension UDPPortOwner {
    /// Looks for the holder of a port among the processes that we may look into. Blocks.
    ///
    /// - Parameter interfaces: WireGuard interfaces with their ports: the kernel's own sockets belong to no process.
    /// - Returns: nil when the port is free.
    static func search(port: UInt16, interfaces: [(name: String, port: UInt16)]) -> UDPPortOwner? {
        var sockets = UDPSocketTable.read().filter { $0.port == port }
        // Whoever opens and closes them all the time is not waited for.
        for _ in 0..<attempts {
            guard !sockets.isEmpty else { return nil }
            let inodes = Set(sockets.map(\.inode).filter { $0 != 0 })
            if !inodes.isEmpty, let pid = process(holding: inodes) { return UDPPortOwner(process: pid) }
            if let interface = interfaces.first(where: { $0.port == port }) {
                return UDPPortOwner(description: "WireGuard interface \(interface.name)", interface: interface.name)
            }
            // A socket that was closed while its process was looked for had an owner all the same.
            let now = UDPSocketTable.read().filter { $0.port == port }
            if now == sockets { break }
            sockets = now
        }
        return sockets.first.map { UDPPortOwner(description: "a socket of user \($0.user)") }
    }

    private static let attempts = 5

    /// The process with a descriptor of one of the sockets.
    private static func process(holding inodes: Set<UInt64>) -> Int32? {
        let targets = Set(inodes.map { "socket:[\($0)]" })
        for pid in ProcessFiles.names(in: "/proc").compactMap({ Int32($0) }).sorted() {
            let directory = "/proc/\(pid)/fd"
            for name in ProcessFiles.names(in: directory) {
                if let link = ProcessFiles.link("\(directory)/\(name)"), targets.contains(link) { return pid }
            }
        }
        return nil
    }

    /// Names a process, and the interface that it carries if it is `wireguard-go`.
    private init(process pid: Int32) {
        let arguments = (ProcessFiles.content("/proc/\(pid)/cmdline", limit: 4096) ?? [])
            .split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        if let program = arguments.first, let last = arguments.last,
            program.split(separator: "/").last == "wireguard-go",
            let name = try? InterfaceName(last)
        {
            self.init(
                description: "WireGuard interface \(name) (wireguard-go, pid \(pid))", interface: name.description)
            return
        }
        let command = ProcessFiles.content("/proc/\(pid)/comm", limit: 64) ?? []
        // A process may give itself any name.
        let name = String(decoding: command, as: UTF8.self).unicodeScalars.filter { $0.value > 32 && $0.value < 127 }
        self.init(description: "process \(String(String.UnicodeScalarView(name))) (pid \(pid))", interface: nil)
    }
}
