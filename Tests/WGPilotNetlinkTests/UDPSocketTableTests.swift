import Testing

@testable import WGPilotNetlink

@Suite("The table of UDP sockets")
struct UDPSocketTableTests {
    @Test("lines of both families are read, as proc_pid_net(5) has them, and others are left out")
    func table() {
        // From /proc/net/udp and udp6 of a Debian machine, the second port changed.
        let text = """
               sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
              518: 0100007F:CA6C 00000000:0000 07 00000000:00000000 00:00000000 00000000  1000        0 31337 2 0000000000000000 0
             1184: 00000000000000000000000000000000:FFFF 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 0 2 0000000000000000 0
              bad line
              519: 0100007F:FFFFF 00000000:0000 07 00000000:00000000 00:00000000 00000000  1000        0 31337 2 0000000000000000 0
            """
        #expect(
            UDPSocketTable.parse(Array(text.utf8)) == [
                .init(port: 51820, user: 1000, inode: 31337), .init(port: 65535, user: 0, inode: 0),
            ])
        #expect(UDPSocketTable.parse([]).isEmpty)
    }
}
