import Testing

@testable import WGPilotCtl

@Suite struct NameCompletionTests {
    @Test(
        arguments: [
            ("peer show", nil), ("--socket /s peer show office/", "/s"), ("peer show --socket=/t x", "/t"),
            ("peer show --socket", nil), ("peer list --sockets /s", nil),
        ] as [(String, String?)])
    func `names are asked of the daemon that the command will talk to`(line: String, socket: String?) {
        #expect(NameCompletion.socket(in: line.split(separator: " ").map(String.init)) == socket)
    }
}
