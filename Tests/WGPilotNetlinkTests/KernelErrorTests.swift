import Glibc
import Testing
import WGPilotCore

@testable import WGPilotNetlink

@Suite("Errors of the kernel")
struct KernelErrorTests {
    @Test("a wireguard-go without its interface: a tunnel of another name is told as the cause, with the cure")
    func renamed() throws {
        let name = try InterfaceName("wg0")
        let told = UserspaceKernel.lost(name, candidates: ["tun7"])
        #expect(told.contains("renamed") && told.contains("ip link set dev tun7 name wg0"))
        #expect(UserspaceKernel.lost(name, candidates: []).contains("another network namespace"))
    }

    @Test(
        "each error number that matters has its code, and its text is kept",
        arguments: [
            (EPERM, KernelError.Code.notPermitted), (EACCES, .notPermitted), (EOPNOTSUPP, .notSupported),
            (EAFNOSUPPORT, .notSupported), (EADDRINUSE, .addressInUse), (EEXIST, .nameTaken), (ENODEV, .noSuchDevice),
            (EBUSY, .busy), (ETIMEDOUT, .busy), (EINVAL, .invalidValue), (ENOMEM, .exhausted), (EMFILE, .exhausted),
            (EIO, .io), (9999, .io),
        ])
    func codes(_ errno: Int32, _ code: KernelError.Code) {
        let error = KernelError(
            .refused(errno: errno, kernelMessage: "words of the kernel"), operation: "create interface wg0")
        #expect(error.code == code && error.errno == errno)
        #expect(error.kernelMessage == "words of the kernel" && error.message.contains("words of the kernel"))
        #expect(error.description.hasPrefix("could not create interface wg0: "))
        #expect(!error.message.contains("\n") && !error.message.hasSuffix("."))
    }

    @Test("the failures of an exchange that are not the kernel's answer have codes of their own")
    func exchange() {
        let code = { (error: NetlinkError) in KernelError(error, operation: "read").code }
        #expect(code(.timedOut) == .busy)
        #expect(code(.malformed("x")) == .malformedReply)
        #expect(code(.interrupted) == .dumpInterrupted)
        #expect(code(.system(call: "socket", errno: EPERM)) == .notPermitted)
    }

    @Test("an error names the holder of a port")
    func port() {
        let owner = UDPPortOwner(description: "process python3 (pid 812)")
        let error = KernelError.portInUse(51820, by: owner, operation: "set wg0 up")
        #expect(
            error.message
                == "UDP port 51820 is held by process python3 (pid 812); choose another port or stop what holds it")
    }
}
