/// The UDP sockets of the network namespace, from /proc/net/udp and udp6; proc_pid_net(5).
enum UDPSocketTable {
    /// One socket.
    struct Entry: Equatable {
        /// The local port.
        var port: UInt16
        /// The user who opened it.
        var user: UInt32
        /// Its number, by which a process's descriptors name it.
        var inode: UInt64
    }

    /// The sockets that are bound now. Blocks.
    static func read() -> [Entry] {
        // /proc/net is the main thread's view; a thread of another namespace would be told the wrong sockets.
        ["udp", "udp6"].flatMap { parse(ProcessFiles.content("/proc/thread-self/net/\($0)") ?? []) }
    }

    /// Reads the table's text. Lines that are not understood are left out: the kernel may add columns, and the answer only
    /// serves an explanation.
    static func parse(_ text: [UInt8]) -> [Entry] {
        text.split(separator: UInt8(ascii: "\n")).dropFirst().compactMap { line in
            // sl: local_address remote_address state queues timer retransmits uid timeout inode …
            let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 10)
            guard fields.count > 9, let colon = fields[1].lastIndex(of: UInt8(ascii: ":")),
                let port = UInt16(String(decoding: fields[1][(colon + 1)...], as: UTF8.self), radix: 16),
                let user = UInt32(String(decoding: fields[7], as: UTF8.self)),
                let inode = UInt64(String(decoding: fields[9], as: UTF8.self))
            else { return nil }
            return Entry(port: port, user: user, inode: inode)
        }
    }
}
