import CSQLiteSession
import FoundationEssentials
import GRDB
import Glibc
import Synchronization
import WGPilotCore

/// What the hub should be, kept in one SQLite database: networks, peers, settings, and every secret, sealed.
///
/// Each method is one use case and exactly one transaction: it either happened whole and is on the disk when the method
/// returns, or nothing changed. All writes go through one connection, one after another, so what a method checks still
/// holds when it writes. ``WriteOptions`` make a change a dry run, or one that is taken back unless it is confirmed.
public final class StateStore: Sendable {
    /// Seconds since 1970-01-01 UTC, from wherever the owner of the store gets them.
    public typealias Clock = @Sendable () -> Int64

    let sealer: SecretSealer
    let auditKey: AuditKey
    let configurationKey: ConfigurationKey
    let now: Clock
    let writer: any DatabaseWriter
    private let path: String
    private let lock: Mutex<DirectoryLock?>
    /// The check of a database that is used meanwhile; nil where it was done first.
    private let check: DatabaseCheck?
    private let committed = Atomic<UInt64>(0)
    let credentials = CredentialCache()
    let texts = PeerTextCatalog()
    let commits = CommitObserver()

    /// How many changes have been brought to the disk since this was opened. What was read since an equal number was told
    /// is as it is now.
    public var revision: UInt64 { committed.load(ordering: .sequentiallyConsistent) }

    /// The clock of the operating system.
    public static let systemClock: Clock = {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec)
    }

    private init(
        writer: any DatabaseWriter, sealer: SecretSealer, path: String, lock: DirectoryLock?,
        check: DatabaseCheck? = nil, now: @escaping Clock
    ) {
        self.writer = writer
        self.sealer = sealer
        auditKey = AuditKey(sealer.key)
        configurationKey = ConfigurationKey(sealer.key)
        self.path = path
        self.lock = Mutex(lock)
        self.check = check
        self.now = now
        texts.listen(to: commits)
        writer.add(transactionObserver: commits, extent: .databaseLifetime)
    }

    /// Opens the database of a folder, and makes folder, master key and database where there are none.
    ///
    /// The folder belongs to this process until the store is closed or goes. The database is checked (`PRAGMA
    /// quick_check`), which takes time in proportion to its size: before this returns, or meanwhile. See ``checked()`` and
    /// ``checkedWhole()``.
    ///
    /// - Parameters:
    ///   - directory: The folder; it holds `wgpilot.db`, `master.key` and `wgpilot.lock`.
    ///   - masterKeyFile: A master key that is kept elsewhere, such as a systemd credential; it is never made.
    ///   - isCheckedMeanwhile: Whether the check goes on after this returns; one of an older version is always checked first.
    ///   - now: The clock for the times of creation and change.
    /// - Throws: `alreadyRunning`, `corrupt`, `wrongMasterKey`, `missingMasterKey`, `unsafeMasterKey`,
    ///   `newerDatabase`, `diskFull` or `io`.
    public static func open(
        directory: String, masterKeyFile: String? = nil, isCheckedMeanwhile: Bool = false,
        now: @escaping Clock = StateStore.systemClock
    ) throws(StoreError) -> StateStore {
        let directory = try DataDirectory(path: directory)
        let lock = try DirectoryLock(directory)
        let exists = try DataDirectory.exists(directory.database)
        let key: MasterKey
        if let known = try MasterKeyFile.read(masterKeyFile ?? directory.masterKey) {
            key = known
        } else if let masterKeyFile {
            throw StoreError(.missingMasterKey, "there is no master key at \(masterKeyFile); put it there")
        } else if exists {
            throw StoreError(
                .missingMasterKey,
                "\(directory.database) is there but its master key \(directory.masterKey) is not; restore it from a backup"
            )
        } else {
            key = try MasterKeyFile.create(in: directory)
        }
        let sealer = SecretSealer(key: key)
        if !exists { try create(in: directory, sealer) }
        do {
            let check = try beginCheck(directory.database, sealer, isMeanwhile: isCheckedMeanwhile)
            let pool = try openPool(directory.database)
            if check == nil { try StoreMigrations.migrator(sealer).migrate(pool) }
            return StateStore(
                writer: pool, sealer: sealer, path: directory.database, lock: lock, check: check, now: now)
        } catch {
            throw StoreError(error, path: directory.database)
        }
    }

    /// A store that lives in memory with a master key of its own, for tests.
    public static func inMemory(now: @escaping Clock = StateStore.systemClock) throws(StoreError) -> StateStore {
        let sealer = SecretSealer(key: .generate())
        do {
            let queue = try DatabaseQueue(configuration: configuration())
            try initialize(queue, sealer)
            return StateStore(writer: queue, sealer: sealer, path: ":memory:", lock: nil, now: now)
        } catch {
            throw StoreError(error, path: ":memory:")
        }
    }

    /// Waits until what the hub is made from is known to be sound, which is all but what is only told of it. What is read
    /// before may be damaged.
    ///
    /// - Throws: `corrupt`, or `io`.
    public func checked() async throws(StoreError) {
        guard let check else { return }
        do {
            try await check.waitForState()
        } catch {
            throw StoreError(error, path: path)
        }
    }

    /// Waits until the whole database is known to be sound, which is looked into from the first such call on. Nothing is
    /// written before.
    ///
    /// - Throws: `corrupt`, or `io`.
    public func checkedWhole() async throws(StoreError) {
        guard let check else { return }
        do {
            try await check.waitForWhole()
        } catch {
            throw StoreError(error, path: path)
        }
    }

    /// Ends all work with the database and lets the folder go. Calls after this one fail.
    public func close() throws(StoreError) {
        check?.cancel()
        do {
            try writer.close()
        } catch {
            throw StoreError(error, path: path)
        }
        lock.withLock { $0 = nil }
    }

    // MARK: - Opening

    /// Nobody reads them, and a batch of peers is some 5 % faster without. Done by whoever asks first.
    private static let isWithoutMemoryStatistics = wgp_sqlite_without_memory_statistics()

    private static func configuration() -> Configuration {
        _ = isWithoutMemoryStatistics
        var configuration = Configuration()
        configuration.maximumReaderCount = 2
        configuration.busyMode = .timeout(5)
        configuration.label = "wgpilot"
        configuration.prepareDatabase { db in
            // A page cache of at most 1 MiB a connection: rows are read in order or by key, a large cache buys nothing.
            try db.execute(sql: "PRAGMA cache_size = -1024")
            // What SQLite needs to take a statement back is kept in memory, and not written to a file for each of
            // thousands of statements; nor does a change fail where the folder for such files is full.
            try db.execute(sql: "PRAGMA temp_store = MEMORY")
            // Do not let a schema that somebody planted in the file call functions with side effects.
            try db.execute(sql: "PRAGMA trusted_schema = OFF")
        }
        return configuration
    }

    /// Refuses an empty file, and takes the right to read the database from all others. On its own, so that the file is
    /// closed before SQLite opens it: closing it later would drop the locks that SQLite holds (fcntl(2)).
    private static func checkFile(_ path: String) throws {
        guard let file = try FileDescriptor(path: path, flags: O_RDWR) else {
            throw StoreError(systemCall: "open", path: path)
        }
        // SQLite takes an empty file for a new database; ours are never empty, so that is lost content.
        guard try file.status().size > 0 else {
            throw StoreError(.corrupt, StoreError.damaged(path, "the file is empty"))
        }
        // The log and the shared memory beside it get the same mode from SQLite.
        try file.setMode(0o600)
    }

    /// Checks a database before anything is written to it.
    ///
    /// - Returns: What of the check goes on meanwhile: nil where all of it is done.
    private static func beginCheck(
        _ path: String, _ sealer: SecretSealer, isMeanwhile: Bool
    ) throws -> DatabaseCheck? {
        try checkFile(path)
        var configuration = configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        let isFirst = try queue.read { db in
            guard try Int32.fetchOne(db, sql: "PRAGMA application_id") == StoreMigrations.applicationID else {
                throw StoreError(
                    .corrupt, "\(path) is not a database of wgpilot; move it away, or choose another data directory")
            }
            let migrator = StoreMigrations.migrator(sealer)
            let isFirst = try !isMeanwhile || !migrator.hasCompletedMigrations(db)
            if isFirst { try DatabaseCheck.checkWhole(path, db) }
            if try migrator.hasBeenSuperseded(db) {
                throw StoreError(
                    .newerDatabase,
                    "a newer version of wgpilot made \(path); install that version, or restore a backup of this one's")
            }
            guard try Canary.opens(sealer, db) else {
                throw StoreError(
                    .wrongMasterKey,
                    "the master key does not belong to \(path); restore the key from the same backup as the database")
            }
            return isFirst
        }
        if isFirst {
            try queue.close()
            return nil
        }
        return DatabaseCheck(of: queue, path)
    }

    private static func openPool(_ path: String) throws -> DatabasePool {
        let pool = try DatabasePool(path: path, configuration: configuration())
        // The pool chooses NORMAL, with which a power cut may take back a commit that was answered.
        try pool.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 1048576")
        }
        return pool
    }

    /// Makes the database under another name first: a file of the final name is always whole.
    private static func create(in directory: DataDirectory, _ sealer: SecretSealer) throws(StoreError) {
        let path = directory.database
        for suffix in ["-wal", "-journal"] where try DataDirectory.exists(path + suffix) {
            // SQLite would play the log of the lost database into the new one.
            throw StoreError(
                .corrupt,
                "\(path) is missing but its log \(path + suffix) is there; restore the database, or remove the log to start anew"
            )
        }
        let temporary = path + ".new"
        for suffix in ["", "-wal", "-shm", "-journal"] { try DataDirectory.removeLeftover(temporary + suffix) }
        guard let file = try FileDescriptor(path: temporary, flags: O_RDWR | O_CREAT | O_EXCL, mode: 0o600) else {
            throw StoreError(systemCall: "open", path: temporary)
        }
        do {
            let queue = try DatabaseQueue(path: temporary, configuration: configuration())
            try initialize(queue, sealer)
            try queue.close()
        } catch {
            throw StoreError(error, path: temporary)
        }
        try file.synchronize()
        try directory.publish(temporary, as: path)
    }

    /// Fills an empty database.
    private static func initialize(_ writer: any DatabaseWriter, _ sealer: SecretSealer) throws {
        try StoreMigrations.migrator(sealer).migrate(writer)
        try writer.write { try Canary.insert(sealer, $0) }
    }

    // MARK: - Transactions

    /// The time of a change of something that was last changed at another: now, but always later than that.
    func time(after previous: Int64) -> Int64 {
        let (next, overflow) = previous.addingReportingOverflow(1)
        return overflow ? previous : max(now(), next)
    }

    /// Runs one transaction that changes the database, and waits until it is on the disk.
    func write<Result: Sendable>(
        keep: Bool = true, _ body: @Sendable (Database) throws -> Result
    ) async throws(StoreError) -> Result {
        try await checkedWhole()
        do {
            return try await writer.writeWithoutTransaction { db in
                var result: Result?
                try db.inTransaction(.immediate) {
                    result = try body(db)
                    return keep ? .commit : .rollback
                }
                if keep { committed.add(1, ordering: .sequentiallyConsistent) }
                guard let result else { throw StoreError(.internal, "a transaction gave no result") }
                return result
            }
        } catch {
            throw StoreError(error, path: path)
        }
    }

    /// Reads from one consistent state of the database.
    func read<Result: Sendable>(
        _ body: @Sendable (Database) throws -> Result
    ) async throws(StoreError) -> Result {
        do {
            return try await writer.read(body)
        } catch {
            throw StoreError(error, path: path)
        }
    }
}
