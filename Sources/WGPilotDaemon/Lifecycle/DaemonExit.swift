import ArgumentParser
import WGPilotRPC
import WGPilotStore

/// The daemon's exit codes, those of sysexits.h where one fits, so that an init system and a person see at once what
/// kind of fault it was.
enum DaemonExit {
    /// A fault without a code of its own.
    static let failure = ExitCode(1)
    /// EX_DATAERR: the database is damaged, or of a newer version.
    static let damagedData = ExitCode(65)
    /// EX_NOINPUT: the master key is missing, wrong or open to others.
    static let masterKey = ExitCode(66)
    /// EX_UNAVAILABLE: another daemon works on the directory, or answers on the socket.
    static let alreadyRunning = ExitCode(69)
    /// EX_CANTCREAT: another daemon is the hub of this network namespace.
    static let namespaceTaken = ExitCode(73)
    /// EX_IOERR: the disk failed or is full.
    static let disk = ExitCode(74)
    /// EX_CONFIG: the configuration is wrong.
    static let configuration = ExitCode(78)

    /// The code for a socket that cannot be had.
    static func code(for error: ListenerError) -> ExitCode {
        switch error.code {
        case .addressInUse: alreadyRunning
        case .notASocket, .invalidPath, .tooPermissive, .unsuitableDescriptor: configuration
        default: failure
        }
    }

    /// The code for a store that does not open.
    static func code(for error: StoreError) -> ExitCode {
        switch error.code {
        case .corrupt, .newerDatabase: damagedData
        case .wrongMasterKey, .missingMasterKey, .unsafeMasterKey: masterKey
        case .alreadyRunning: alreadyRunning
        case .diskFull, .io: disk
        default: failure
        }
    }
}
