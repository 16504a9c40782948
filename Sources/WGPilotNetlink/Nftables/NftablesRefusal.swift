import Glibc
import WGPilotCore

/// Why libnftables did not do what it was told, read from its words: it gives no number.
struct NftablesRefusal: Hashable, Sendable {
    /// The sentence after "Error: ", made fit for a line of a log.
    let message: String
    /// The error number whose text the sentence has; nil where the library itself found fault with the commands.
    let errno: Int32?

    /// Those that the kernel is known to answer with (net/netfilter/nf_tables_api.c), and that sockets fail with.
    private static let numbers = [
        EPERM, EACCES, ENOENT, EOPNOTSUPP, EAFNOSUPPORT, EPROTONOSUPPORT, EBUSY, EAGAIN, EINTR, ENOBUFS, ENOMEM,
        ENOSPC, EMSGSIZE, E2BIG, EMFILE, ENFILE, EEXIST, EINVAL, ERANGE, ELOOP, EMLINK, EOVERFLOW,
    ]

    /// Reads the error text: lines such as `Error: Could not process rule: No such file or directory`, a place before
    /// them and the faulty line after.
    init(_ text: String) {
        let lines = text.split(separator: "\n")
        let line = lines.first { $0.contains("rror: ") } ?? lines.first ?? "no reason given"
        let sentence = line.firstRange(of: "rror: ").map { line[$0.upperBound...] } ?? line
        message = NftablesListing.printable(sentence.prefix(300))
        // The text ends the sentence, or a remark follows it: "(you must be root)", "; did you mean table …".
        errno = Self.numbers.first { number in
            let words = KernelError.text(of: number)
            return sentence.hasPrefix(words) || sentence.contains(": " + words)
        }
    }
}

extension KernelError {
    /// Says in words what a refusal means for the operation.
    init(_ refusal: NftablesRefusal, operation: String) {
        switch refusal.errno {
        case ENOENT:
            self.init(
                code: .notSupported, operation: operation, errno: ENOENT, kernelMessage: refusal.message,
                message: "the kernel lacks a part of nftables that the rules need; is its module installed? "
                    + "(nftables: \(refusal.message))")
        case .some(let errno) where [EEXIST, EINVAL, ERANGE, ELOOP, EMLINK, EOVERFLOW].contains(errno):
            self.init(
                code: .invalidValue, operation: operation, errno: errno, kernelMessage: refusal.message,
                message: "the kernel refuses the rules, and those that were there stay (nftables: \(refusal.message))")
        case .some(let errno) where [EMSGSIZE, E2BIG, ENOSPC].contains(errno):
            self.init(
                code: .exhausted, operation: operation, errno: errno, kernelMessage: refusal.message,
                message: "the rules are too many for the kernel, and those that were there stay "
                    + "(nftables: \(refusal.message))")
        case .some(let errno):
            self.init(errno: errno, kernelMessage: refusal.message, operation: operation)
        case nil:
            self.init(
                code: .invalidValue, operation: operation, kernelMessage: refusal.message,
                message: "nftables refuses the rules, and those that were there stay; this is a defect, please report "
                    + "it (\(refusal.message))")
        }
    }
}
