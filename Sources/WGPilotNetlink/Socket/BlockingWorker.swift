/// Takes work that blocks (files under /proc, Unix sockets, child processes) off the cooperative pool, one piece at
/// a time.
actor BlockingWorker {
    private let executor: BlockingExecutor

    /// Makes a worker with a thread of its own.
    init(label: String) {
        executor = BlockingExecutor(label: label)
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// Runs the work and gives back what it gives.
    func run<Value: Sendable, Failure: Error>(
        _ work: @Sendable () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try work()
    }
}
