import ArgumentParser
import Testing

@testable import WGPilotCtl

@Suite("The help and the grammar")
struct HelpTests {
    @Test("the help of the whole command is this, and a change of it is a choice")
    func rootHelp() {
        #expect(
            RootCommand.helpMessage(columns: 80) == """
                OVERVIEW
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
