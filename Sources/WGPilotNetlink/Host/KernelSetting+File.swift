import CMnl
import Glibc

extension KernelSetting {
    /// Where the kernel keeps the setting; sysctl(8). nil for an interface name that could not be one and would lead
    /// elsewhere.
    var path: String? {
        switch self {
        case .ipv4Forwarding: return "/proc/sys/net/ipv4/ip_forward"
        case .ipv6Forwarding: return "/proc/sys/net/ipv6/conf/all/forwarding"
        case .acceptRouterAdvertisements(let name):
            return Self.isInterface(name) ? "/proc/sys/net/ipv6/conf/\(name)/accept_ra" : nil
        case .ipv4InterfaceForwarding(let name):
            return Self.isInterface(name) ? "/proc/sys/net/ipv4/conf/\(name)/forwarding" : nil
        case .connectionAccounting: return "/proc/sys/net/netfilter/nf_conntrack_acct"
        case .connectionTimestamps: return "/proc/sys/net/netfilter/nf_conntrack_timestamp"
        }
    }

    /// dev_valid_name, net/core/dev.c; "all" and "default" are no interfaces.
    private static func isInterface(_ name: String) -> Bool {
        (1...15).contains(name.utf8.count) && ![".", "..", "all", "default"].contains(name)
            && name.utf8.allSatisfy { $0 > 32 && $0 != 127 && $0 != UInt8(ascii: "/") }
    }

    /// Reads the value; nil where there is none such. Blocks.
    func read() throws(KernelError) -> Int? {
        let operation = "read the kernel's setting \(name)"
        guard let path else { return nil }
        guard let file = FileDescriptor.open(path) else {
            let code = errno
            if code == ENOENT || code == ENOTDIR { return nil }
            throw KernelError(errno: code, operation: operation, context: "open")
        }
        var buffer = [UInt8](repeating: 0, count: 64)
        let count: Int
        do throws(SystemError) {
            count = try file.read(into: &buffer)
        } catch {
            throw KernelError(errno: error.errno, operation: operation, context: error.call)
        }
        let text = String(decoding: buffer.prefix(count).filter { $0 > 32 }, as: UTF8.self)
        guard let value = Int(text) else {
            throw KernelError(code: .malformedReply, operation: operation, message: "\(path) does not hold a number")
        }
        return value
    }

    /// Writes the value, unless it is so already. Blocks.
    func write(_ value: Int) throws(KernelError) {
        guard let path, let present = try read() else {
            throw KernelError(
                code: .notSupported, operation: writing(value), errno: ENOENT,
                message: "this kernel has no such setting")
        }
        if present == value { return }
        guard let file = FileDescriptor.openForWriting(path) else {
            throw refusal(SystemError(call: "open", errno: errno), value)
        }
        do throws(SystemError) {
            try file.write(Array("\(value)\n".utf8))
        } catch {
            throw refusal(error, value)
        }
    }

    private func writing(_ value: Int) -> String { "set the kernel's setting \(name) to \(value)" }

    /// The error that says what to do instead.
    func refusal(_ error: SystemError, _ value: Int) -> KernelError {
        let operation = writing(value)
        guard [EROFS, EACCES, EPERM].contains(error.errno) else {
            return KernelError(errno: error.errno, operation: operation, context: error.call)
        }
        return KernelError(
            code: .notPermitted, operation: operation, errno: error.errno,
            message: "this process may not change the kernel's settings (systemd's ProtectKernelTunables keeps a "
                + "service from it); set it by hand with `sysctl -w \(name)=\(value)`, and for every start with a file "
                + "in /etc/sysctl.d")
    }
}
