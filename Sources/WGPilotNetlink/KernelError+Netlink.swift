import Glibc
import WGPilotCore

extension KernelError {
    /// Says in words what a failed exchange means for the operation.
    init(_ error: NetlinkError, operation: String) {
        switch error {
        case .refused(let errno, let words):
            self.init(errno: errno, kernelMessage: words, operation: operation)
        case .system(let call, let errno):
            self.init(errno: errno, operation: operation, context: call)
        case .timedOut:
            self.init(
                code: .busy, operation: operation, errno: nil,
                message: "the kernel did not answer in time; it is tried again")
        case .malformed(let what):
            self.init(
                code: .malformedReply, operation: operation, errno: nil,
                message: "the kernel's answer makes no sense (\(what)); this is a defect, please report it")
        case .interrupted:
            self.init(
                code: .dumpInterrupted, operation: operation, errno: nil,
                message: "the state kept changing while it was read; try again when no other program changes it")
        case .tooLong:
            self.init(
                code: .invalidValue, operation: operation, errno: nil,
                message: "a value is too long for the kernel's interface")
        }
    }

    /// Says in words what an error number means for the operation. The numbers are those of errno(3); what each means
    /// here is read from the kernel's rtnetlink, address, route and WireGuard code.
    ///
    /// - Parameter context: The system call, where the kernel did not refuse the operation itself.
    init(errno: Int32, kernelMessage: String? = nil, operation: String, context: String? = nil) {
        let code: Code
        var message: String
        switch errno {
        case EPERM, EACCES:
            code = .notPermitted
            message = "the process may not change the network; run it as root or with the capability CAP_NET_ADMIN"
        case EOPNOTSUPP, EAFNOSUPPORT, EPROTONOSUPPORT, ENOSYS:
            code = .notSupported
            message = "the kernel does not support it; is the module for it installed, and IPv6 not switched off?"
        case EADDRINUSE:
            code = .addressInUse
            message = "the UDP port is in use; choose another port or stop the program that holds it"
        case EEXIST:
            code = .nameTaken
            message = "something of that name is there already; remove or rename it"
        case ENODEV, ENXIO:
            code = .noSuchDevice
            message = "the interface is not there any more; it is made again at the next comparison"
        case EBUSY, EAGAIN, ETIMEDOUT, ENOBUFS, EINTR:
            code = .busy
            message = "the kernel is busy; it is tried again"
        case EINVAL, ERANGE, EADDRNOTAVAIL, ENAMETOOLONG:
            code = .invalidValue
            message = "the kernel refuses the value"
        case ENOMEM, EMFILE, ENFILE, ENOSPC, E2BIG:
            code = .exhausted
            message = "the machine has no memory or no file descriptors left for it"
        case ENETDOWN:
            code = .busy
            message = "the interface is down; set it up first"
        case ENETUNREACH, EHOSTUNREACH:
            code = .invalidValue
            message = "the network is not reachable through the interface"
        default:
            code = .io
            message = "a system call failed"
        }
        message += " ("
        if let context { message += "\(context): " }
        message += Self.text(of: errno)
        if let kernelMessage { message += "; the kernel says: \(kernelMessage)" }
        message += ")"
        self.init(code: code, operation: operation, errno: errno, kernelMessage: kernelMessage, message: message)
    }

    /// strerror(3)'s text.
    static func text(of errno: Int32) -> String {
        var buffer = [CChar](repeating: 0, count: 128)
        // The XSI variant fills the buffer; the text is cut at its terminator.
        let result = unsafe strerror_r(errno, &buffer, buffer.count)
        guard result == 0 else { return "error \(errno)" }
        let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
