import Glibc
import Testing
import WGPilotCore

@testable import WGPilotNetlink

/// What only a `wireguard-go` can do wrong.
@Suite(
    "BackendBehaviour of wireguard-go", .serialized,
    .enabled(if: TestBackend.asked == "userspace", "runs with WGPILOT_LIVE=userspace alone"))
struct BackendBehaviourUserspaceTests {
    /// The process that carries an interface, told by who holds its port.
    private func process(_ fixture: BackendFixture) async throws -> pid_t {
        let owner = try #require(try await fixture.kernel.owner(ofUDPPort: fixture.port()))
        let digits = owner.description.split(separator: "pid ").last?.prefix { $0.isNumber } ?? ""
        return try #require(pid_t(digits))
    }

    @Test("a process that was killed takes its interface along, and both are made again over the dead socket")
    func killed() async throws {
        try await BackendFixture.with(.userspace) { fixture in
            let desired = try fixture.desired([fixture.peer(2, presharedKey: .generate())])
            for _ in 0..<2 {
                try await fixture.converge(desired)
                kill(try await process(fixture), SIGKILL)
                let deadline = ContinuousClock.now + .seconds(10)
                while try await fixture.kernel.links().contains(where: { $0.name == desired.name.description }) {
                    try #require(ContinuousClock.now < deadline, "the interface outlives its process")
                    try await Task.sleep(for: .milliseconds(10))
                }
                #expect(UAPISocket.exists(desired.name))
                #expect(try await fixture.kernel.observe(desired.name) == nil)
            }
            // Taking away what is half gone clears the socket too.
            try await fixture.kernel.apply([.deleteInterface(desired.name)])
            #expect(!UAPISocket.exists(desired.name))
        }
    }

    @Test("a process is nobody's child to wait for, in a session of its own, with none of our descriptors")
    func detached() async throws {
        try await BackendFixture.with(.userspace) { fixture in
            var pipes: [Int32] = [0, 0]
            #expect(unsafe pipe(&pipes) == 0)
            defer {
                close(pipes[0])
                close(pipes[1])
            }
            let inherited = try #require(ProcessFiles.link("/proc/self/fd/\(pipes[0])"))
            try await fixture.converge(try fixture.desired())
            let pid = try await process(fixture)
            #expect(getsid(pid) != getsid(0))
            #expect(ProcessFiles.link("/proc/\(pid)/cwd") == "/")
            let open = ProcessFiles.names(in: "/proc/\(pid)/fd").compactMap {
                ProcessFiles.link("/proc/\(pid)/fd/\($0)")
            }
            #expect(!open.isEmpty && !open.contains(inherited))
            let children = ProcessFiles.content("/proc/self/task/\(getpid())/children") ?? []
            #expect(children.isEmpty, "a child was left: \(String(decoding: children, as: UTF8.self))")
        }
    }

    @Test("a port that is taken is refused however far the new process has come, and never becomes another port")
    func portTakenAtTheStart() async throws {
        try await BackendFixture.with(.userspace) { fixture in
            let desired = try fixture.desired()
            // At its start the process opens a port on its own, before or after it was told which.
            for round in 0..<20 {
                try await fixture.holding(port: fixture.port()) {
                    let error = await #expect(throws: KernelError.self, "round \(round)") {
                        try await fixture.converge(desired)
                    }
                    #expect(error?.code == .addressInUse, "round \(round)")
                }
                // Every other time what is half made is used as it is.
                if round.isMultiple(of: 2) {
                    #expect(try await fixture.converge(desired).listenPort == desired.listenPort)
                }
                try await fixture.kernel.apply([.deleteInterface(desired.name)])
            }
        }
    }

    @Test("a name that another namespace's process uses is taken, for the sockets share a folder")
    func otherNamespace() async throws {
        try await BackendFixture.with(.userspace) { fixture in
            let name = try fixture.name
            try await fixture.kernel.apply([.createInterface(name)])
            // The same socket under a name that has no link here.
            let other = try fixture.name("o")
            try #require(unsafe symlink(UAPISocket.path(name), UAPISocket.path(other)) == 0)
            defer { unsafe _ = unlink(UAPISocket.path(other)) }
            #expect(try await fixture.kernel.observe(other) == nil)
            let error = await #expect(throws: KernelError.self) {
                try await fixture.kernel.apply([.createInterface(other)])
            }
            #expect(error?.code == .nameTaken)
            try await fixture.kernel.apply([.deleteInterface(other)])
            #expect(UAPISocket.answers(name), "it is not ours to end")
        }
    }
}
