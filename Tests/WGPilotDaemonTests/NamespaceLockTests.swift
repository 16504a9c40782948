import Glibc
import Logging
import Testing

@testable import WGPilotDaemon

@Suite("One hub for each network namespace")
struct NamespaceLockTests {
    private static var quiet: Logger {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }

    @Test("a second hub is refused by the first one's process, and the name is free when that is gone")
    func second() throws {
        let name = "wgpilot-test-\(getpid())"
        do {
            let first = try #require(try NamespaceLock.take(name: name, Self.quiet))
            for _ in 0..<50 {
                #expect {
                    try NamespaceLock.take(name: name, Self.quiet)
                } throws: {
                    ($0 as? NamespaceLock.Taken)?.pid == getpid()
                }
            }
            withExtendedLifetime(first) {}
        }
        #expect(try NamespaceLock.take(name: name, Self.quiet) != nil)
    }

    @Test("a name that cannot be a lock locks nobody out")
    func unusable() throws {
        #expect(try NamespaceLock.take(name: String(repeating: "n", count: 200), Self.quiet) == nil)
    }
}
