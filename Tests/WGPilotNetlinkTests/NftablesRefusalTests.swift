import Glibc
import Testing

@testable import WGPilotNetlink

/// The texts are those of libnftables 1.0.6, printed by nft(8) on Debian 12.
@Suite("NftablesRefusal")
struct NftablesRefusalTests {
    @Test("a missing table is told from every other fault, so that no other passes for it")
    func missing() {
        let missing = NftablesRefusal(
            """
            Error: No such file or directory
            list table inet wgpilot
                            ^^^^^^^
            """)
        #expect(missing.errno == ENOENT)
        let meant = NftablesRefusal("Error: No such file or directory; did you mean table ‘wgpilot2’ in family inet?\n")
        #expect(meant.errno == ENOENT)
        #expect(!meant.message.contains("‘"), "only what any terminal shows")
    }

    @Test("the kernel's error number is read from the sentence and gives the error its kind")
    func kinds() {
        let permission = "netlink: Error: cache initialization failed: Operation not permitted\n"
        #expect(NftablesRefusal(permission).errno == EPERM)
        #expect(KernelError(NftablesRefusal(permission), operation: "x").code == .notPermitted)
        let loop = "<cmdline>:3:1-2: Error: Could not process rule: Too many links\ntable inet t {\n"
        #expect(KernelError(NftablesRefusal(loop), operation: "x").code == .invalidValue)
        let size = "Error: Could not process rule: Message too long\n"
        #expect(KernelError(NftablesRefusal(size), operation: "x").code == .exhausted)
    }

    @Test("a fault in the text is no error of the kernel's, and the sentence is on one line")
    func syntax() {
        let refusal = NftablesRefusal(
            "<cmdline>:1:20-25: Error: syntax error, unexpected string, expecting '}'\nchain c { nonsense }\n   ^^^\n")
        #expect(refusal.errno == nil)
        #expect(refusal.message == "syntax error, unexpected string, expecting '}'")
        let error = KernelError(refusal, operation: "replace the firewall's rules")
        #expect(error.code == .invalidValue && error.kernelMessage == refusal.message)
    }

    @Test("no text at all is an error all the same")
    func empty() {
        #expect(NftablesRefusal("").message == "no reason given")
        #expect(KernelError(NftablesRefusal("\n"), operation: "x").code == .invalidValue)
    }
}
