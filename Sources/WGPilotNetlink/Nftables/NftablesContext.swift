import CMnl
import CNftables
import Glibc

/// A context of libnftables, freed when it goes. Blocks, and the library keeps state of the whole process, so it is for
/// one thread of ``NftablesFamily`` alone.
@safe
struct NftablesContext: ~Copyable {
    /// What became of commands.
    struct Outcome: Sendable {
        /// Whether the kernel took all of them; none of them otherwise.
        let succeeded: Bool
        /// What they list.
        let output: String
        /// What is wrong with them.
        let error: String
    }

    private let handle: OpaquePointer

    /// Makes a context for the network namespace of the process.
    ///
    /// - Parameter listsElements: Whether listings have the elements of sets and maps.
    init(listsElements: Bool = true) throws(SystemError) {
        // The library ends the process where it gets no socket, so it is seen first whether there is one to get.
        let kind = Int32(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue)
        guard FileDescriptor(socket(AF_NETLINK, kind, NETLINK_NETFILTER)) != nil else {
            throw SystemError(call: "socket", errno: errno)
        }
        guard let handle = unsafe nft_ctx_new(UInt32(NFT_CTX_DEFAULT)) else {
            throw SystemError(call: "nft_ctx_new", errno: ENOMEM)
        }
        guard unsafe nft_ctx_buffer_output(handle) == 0, unsafe nft_ctx_buffer_error(handle) == 0 else {
            unsafe nft_ctx_free(handle)
            throw SystemError(call: "nft_ctx_buffer_output", errno: ENOMEM)
        }
        // Counters would make every listing another.
        let flags = UInt32(NFT_CTX_OUTPUT_STATELESS) | (listsElements ? 0 : UInt32(NFT_CTX_OUTPUT_TERSE))
        unsafe nft_ctx_output_set_flags(handle, flags)
        unsafe self.handle = handle
    }

    deinit {
        unsafe nft_ctx_free(handle)
    }

    /// Runs commands in the language of nft(8) as one transaction.
    borrowing func run(_ commands: String) -> Outcome {
        let code = unsafe nft_run_cmd_from_buffer(handle, commands)
        return Outcome(
            succeeded: code == 0, output: unsafe Self.text(nft_ctx_get_output_buffer(handle)),
            error: unsafe Self.text(nft_ctx_get_error_buffer(handle)))
    }

    private static func text(_ buffer: UnsafePointer<CChar>?) -> String {
        guard let buffer = unsafe buffer else { return "" }
        return unsafe String(cString: buffer)
    }
}
