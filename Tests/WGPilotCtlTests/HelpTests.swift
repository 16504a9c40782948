import ArgumentParser
import Testing

@testable import WGPilotCtl

@Suite("The help and the grammar")
struct HelpTests {
    // Taken from `wgpilotctl --help` and read through: whoever changes the help changes it here on purpose.
    @Test("the help of the whole command is this, and a change of it is a choice")
    func rootHelp() {
        #expect(
            RootCommand.helpMessage(columns: 80) == """
                OVERVIEW: Manages the networks and peers of this machine's WireGuard hub.

                Talks to the daemon wgpilotd on its socket. Networks and peers are named by
                name or by number, a peer together with its network: office/laptop. Options
                such as --socket and --output may stand before or after the command.

                EXIT STATUS
                 0  done
                 1  an unexpected failure
                 2  wrong usage of the command line
                 3  no such network or peer
                 4  the name, key or address is taken
                 5  a value is not valid
                 6  not allowed
                 7  not possible as things stand
                 8  no room: a full subnet, a limit
                 9  the daemon cannot be reached
                10  the time was up
                11  the daemon does not know the method
                12  saved, but not yet live in the kernel
                13  somebody else changed it meanwhile

                USAGE: wgpilotctl <subcommand>

                OPTIONS:
                  --version               Show the version.
                  -h, --help              Show help information.

                SUBCOMMANDS:
                  network                 Networks: the hub's interfaces with their subnets and
                                          modes.
                  peer                    Peers: the devices and sites of a network.
                  status                  Shows how the hub stands: daemon, backend, networks.
                  reconcile               Compares kernel and database now, and repairs the
                                          kernel.

                  See 'wgpilotctl help <subcommand>' for detailed help.
                """)
    }

    @Test("every exit code is explained in the help")
    func exitCodes() {
        let lines = RootCommand.helpMessage(columns: 200).split(separator: "\n").map { $0.drop { $0 == " " } }
        for status in ExitStatus.allCases {
            #expect(lines.contains { $0.hasPrefix("\(status.rawValue)  ") }, "\(status)")
        }
    }

    @Test(
        "each command is read, wherever the options stand that all have",
        arguments: [
            "network create office --mode gateway --subnet 10.8.0.0/24", "network list", "network show office",
            "network edit office --name new", "network delete office --yes", "network enable office",
            "network disable office",
            "peer add office laptop --site-networks 10.1.0.0/24,10.2.0.0/24 --persistent-keepalive 0",
            "peer list office",
            "peer show office/laptop", "peer edit office/laptop --preshared-key new", "peer remove office/laptop --yes",
            "peer enable office/laptop", "peer disable office/laptop", "peer config office/laptop --file /f",
            "peer qr 2/7 --png /f",
            "status", "reconcile",
        ])
    func grammar(line: String) {
        let words = line.split(separator: " ").map(String.init)
        for arguments in [words, ["--socket", "/s", "--output=json"] + words, words + ["--timeout", "5"]] {
            #expect(throws: Never.self) {
                try RootCommand.parseAsRoot(ArgumentOrder.globalOptionsLast(arguments))
            }
        }
    }

    @Test(
        "wrong usage is refused before anything is sent",
        arguments: [
            "peer show laptop", "peer list", "peer add office", "peer list office --output xml", "status --timeout 0",
            "status --timeout 86401", "frobnicate", "peer list office --frobnicate", "network create",
            // A key on the command line would stand in the shell's history.
            "peer edit office/laptop --preshared-key 8JMJScF72qnh9VrrCIs9EvtjVik9GyIfiFbfT/mqBz4=",
            "peer add office laptop --private-key EHrzNkjPObWuK8k2zZciziTmRSbd1c48iRbJ4LRTUX8=",
        ])
    func refuses(line: String) {
        #expect(throws: (any Error).self) {
            try RootCommand.parseAsRoot(line.split(separator: " ").map(String.init))
        }
    }
}
