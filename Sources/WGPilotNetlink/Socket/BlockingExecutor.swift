import Dispatch

/// Runs an actor's jobs one after another on a thread that may block, apart from the cooperative pool, whose few threads
/// must never wait for the kernel.
final class BlockingExecutor: SerialExecutor {
    private let queue: DispatchQueue

    /// Makes an executor of its own.
    init(label: String) {
        queue = DispatchQueue(label: label)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async {
            unsafe job.runSynchronously(on: self.asUnownedSerialExecutor())
        }
    }
}
