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
                name or by number, a peer together with its network: office/laptop; bridges and
                rules by number. Options such as --socket and --output may stand before or
                after the command.

                EXIT STATUS
                 0  done
                 1  an unexpected failure, or the answer is no
                 2  wrong usage of the command line
                 3  no such network, peer, bridge, rule, token or user
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
                14  the audit log is not as it was written

                USAGE: wgpilotctl <subcommand>

                OPTIONS:
                  --version               Show the version.
                  -h, --help              Show help information.

                SUBCOMMANDS:
                  network                 Networks: the hub's interfaces with their subnets and
                                          modes.
                  peer                    Peers: the devices and sites of a network.
                  link                    Links by which somebody fetches a configuration, once.
                  bridge                  Bridges: which networks may reach one another.
                  rule                    Access rules: what the peers of a network or tag, or
                                          one peer, may reach.
                  reach                   Tells whether the hub lets one reach another, and
                                          what decides.
                  status                  Shows how the hub stands: daemon, backend, networks.
                  watch                   Prints what happens on the hub, as it happens.
                  top                     Shows the peers and what they transfer, live.
                  doctor                  Checks the machine, and shows what drifted and what
                                          was repaired.
                  drift                   Drift: what somebody else changed, and what is to be
                                          done about it.
                  confirm                 Keeps the change that was made with --confirm-within,
                                          or undoes it now.
                  reconcile               Compares kernel and database now, and repairs the
                                          kernel.
                  audit                   The audit log: who did what, and who was refused.
                  token                   API tokens, for programs that use the HTTP gateway.
                  user                    Users of the web page, who log in with a password.
                  session                 Sessions of web users: who is logged in, and from
                                          where.

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
            "link create office/laptop --expires-in 10m --base-url https://vpn.example.org --file /f",
            "link list office", "link revoke 9", "link fetch --file /f",
            "peer show office/laptop", "peer edit office/laptop --preshared-key new", "peer remove office/laptop --yes",
            "peer enable office/laptop", "peer disable office/laptop", "peer config office/laptop --file /f",
            "peer qr 2/7 --png /f", "peer add office sensor-{nnn} --count 100 --start 7 --tags sensors",
            "peer import office peers.csv", "peer import office - --format json --dry-run",
            "peer export office --directory /d --zip /f --sheet /f --tag sensors",
            "peer list office --expiring 30d --sort expires-at",
            "peer list office --sort latest-handshake --descending --online --enabled --role client --tag a --limit 9",
            "peer connections office/laptop --summary", "peer connections 2/7 --limit 5",
            "peer history office/laptop --range week --granularity hour --csv -", "network history office --range year",
            "peer history 2/7 --from 2026-11-01 --to 2h",
            "peer sessions office/laptop --from 7d --to 1h --limit 9 --csv /f",
            "peer purge-history office/laptop --yes", "peer purge-history office/laptop --dry-run",
            "peer flush office/laptop --dry-run", "network connections office --limit 100000 --summary",
            "peer add office phone --custody once --config-file /f --expires 30d --exclude 10.0.0.0/8 --dry-run",
            "peer add office phone --preshared-key - --search-domains lan.example --print-config",
            "peer edit office/phone --expires never --custody once --preshared-key /f --exclude 10.0.0.0/8",
            "peer rotate office/phone --overlap 12h --keep-preshared-key --custody held --config-file /f",
            "peer rotate office/phone --public-key KEY --preshared-key new", "peer rotate office/phone --activate",
            "peer rotate office/phone --cancel", "peer list office --stale",
            "network create office --subnet 10.8.0.0/24 --custody once", "network edit office --custody client",
            "network regenerate-keys office --peers --yes --dry-run",
            "network create office --subnet 10.8.0.0/24 --ipv6 --nat --no-peers-may-talk --drift-policy report",
            "network edit office --no-nat --peers-may-talk --ipv6",
            "network import office --interface wg0 --file - --mode gateway --endpoint-host vpn.example.org",
            "network import office --file /f --dry-run", "network export office --file /f", "network export office",
            "bridge add office lab --direction a_to_b --allowed-cidrs 10.9.0.0/24,10.10.0.0/24 --disabled",
            "bridge list", "bridge show 3", "bridge edit 3 --direction bidirectional", "bridge remove 3 --yes",
            "bridge enable 3", "bridge disable 3",
            "rule add --network office deny --to 10.0.0.0/8 --protocol tcp --ports 80,8000-8100 --position 1",
            "rule add allow --tag phones --comment words --disabled", "rule add --peer office/a/b allow --to tag:x",
            "rule list", "rule list --network office", "rule list --tag phones", "rule list --peer office/laptop",
            "rule show 11", "rule edit 11 --action allow --to any --protocol any --ports 1", "rule move 11 2",
            "rule remove 11 --yes", "rule enable 11", "rule disable 11",
            "reach office/laptop 10.8.0.3 --protocol tcp --port 443",
            "doctor", "drift list", "drift adopt office mtu", "drift restore office peer KEY=",
            "drift ignore office address 10.8.0.1/24", "drift heed office listen-port",
            "confirm", "confirm --undo", "confirm --show", "status", "reconcile",
            "user add anna --role admin --email a@example.org --password-file -", "user list", "user show anna",
            "user edit anna --role viewer", "user passwd anna --reset-totp --password-file /f", "user enable anna",
            "user disable 3", "user remove anna --yes", "user reset-totp anna --yes",
            "user setup-code --expires-in 10m --even-with-users --file /f", "session list", "session list --user anna",
            "session revoke 7 --yes", "session revoke --user anna",
        ])
    func grammar(line: String) async {
        let words = line.split(separator: " ").map(String.init)
        for arguments in [words, ["--socket", "/s", "--output=json"] + words, words + ["--timeout", "5"]] {
            await #expect(throws: Never.self) {
                try await RootCommand.asyncParseAsRoot(ArgumentOrder.globalOptionsLast(arguments))
            }
        }
    }

    @Test(
        "wrong usage is refused before anything is sent",
        arguments: [
            "link create office", "link create office/laptop --expires-in soon", "link revoke", "link list",
            "peer show laptop", "peer list", "peer add office", "peer add office a --start 7",
            "peer add office a-{n} --count 0", "peer add office a-{n} --count 2 --address 10.8.0.9",
            "peer import office peers", "peer import office peers.csv --format xml", "peer export office",
            "peer list office --online --offline", "peer list office --limit 0",
            "peer connections office", "peer connections office/laptop --limit 0", "network connections",
            "network connections office --limit 100001", "peer flush office", "peer history office",
            "peer history office/laptop --range day --from 2h", "peer history office/laptop --to 2h",
            "peer history office/laptop --from yesterday", "network history", "peer sessions office/laptop --limit 0",
            "peer purge-history office",
            "peer list office --output xml", "status --timeout 0",
            "status --timeout 86401", "frobnicate", "peer list office --frobnicate", "network create",
            "network create office --subnet 10.8.0.0/24 --ipv6 --subnet6 fd00::/64",
            "network edit office --ipv6 --subnet6 fd00::/64", "network import office", "network export",
            "network create office --subnet 10.8.0.0/24 --nat --no-nat",
            "bridge add office", "bridge show office", "bridge edit", "rule add allow",
            "rule add --network office", "rule add --network office --tag phones allow",
            "rule add --peer laptop allow", "rule list --tag a --peer b/c", "rule show office", "rule move 1",
            "rule move 1 first", "reach office/laptop", "reach a b --port https", "drift adopt office", "drift list x",
            "confirm --undo --show", "confirm --yes",
            "user add", "user edit anna", "user setup-code --expires-in 2d", "session revoke", "session revoke x",
            "session revoke 7 --user anna",
            // A password, or a key, on the command line would stand in the shell's history.
            "user add anna --password hunter2hunter2", "user passwd anna hunter2hunter2",
            "peer edit office/laptop --preshared-key 8JMJScF72qnh9VrrCIs9EvtjVik9GyIfiFbfT/mqBz4=",
            "peer add office laptop --private-key EHrzNkjPObWuK8k2zZciziTmRSbd1c48iRbJ4LRTUX8=",
        ])
    func refuses(line: String) async {
        await #expect(throws: (any Error).self) {
            try await RootCommand.asyncParseAsRoot(line.split(separator: " ").map(String.init))
        }
    }
}
