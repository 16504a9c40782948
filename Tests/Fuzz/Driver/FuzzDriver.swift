import FuzzConnection
import FuzzEntries
import Glibc

/// libFuzzer on the entry that `FUZZ_ENTRY` in the environment names, with a server's socket in `FUZZ_DIRECTORY`;
/// scripts/fuzz calls it.
@main
enum FuzzDriver {
    /// What libFuzzer calls for each input; a fault ends the process as a crash does, so that the input is kept.
    private static let body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt = { start, count in
        let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
        if let fault = FuzzDriver.fault?(bytes) {
            print("FAULT: \(fault)")
            fflush(nil)
            abort()
        }
        return 0
    }

    /// What an entry does with an input: what is wrong with what came of it, or nil.
    private typealias Entry = @Sendable ([UInt8]) -> String?

    /// The entry; nil where none has the name.
    private static let fault: Entry? = chosen(variable("FUZZ_ENTRY"))

    private static func chosen(_ name: String) -> Entry? {
        if let entry = FuzzEntry(rawValue: name) { return { bytes in entry.fault(in: bytes) } }
        guard name == "connection" else { return nil }
        do {
            let connection = try FuzzConnection(directory: variable("FUZZ_DIRECTORY"))
            return { bytes in connection.fault(in: bytes) }
        } catch {
            print("no server: \(error)")
            exit(70)
        }
    }

    private static func variable(_ name: String) -> String {
        unsafe getenv(name).map { unsafe String(cString: $0) } ?? ""
    }

    static func main() {
        guard fault != nil else {
            print("FUZZ_ENTRY names no entry")
            exit(64)
        }
        var count = CommandLine.argc
        var arguments = unsafe CommandLine.unsafeArgv
        exit(unsafe runDriver(&count, &arguments, body))
    }
}

/// libFuzzer's main function, for programs that have one of their own (LLVM, compiler-rt/lib/fuzzer/FuzzerMain.cpp).
/// Swift passes these arguments as C does.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt
