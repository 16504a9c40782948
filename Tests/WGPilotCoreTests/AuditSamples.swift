import WGPilotCore

/// Entries whose hashes another implementation made: Python's cbor2 6.3.0 (`cbor2.dumps(message, canonical=True)`) and
/// hashlib, on maps written by hand after the table `AuditEntry` of docs/protocol.md.
enum AuditSamples {
    static let first = AuditEntry(
        sequence: 1, time: 1_800_000_000, actor: AuditActor(kind: .user, name: "alice", uid: 1000), origin: "unix",
        method: "wgpilot.v1.Networks/Create", target: "office", requestID: "a1",
        changes: [
            AuditChange(
                action: .created, kind: "network", name: "office",
                fields: [.init(field: "name", after: "office"), .init(field: "listen_port", after: "51820")])
        ])
    static let firstHash = "b9f414961f71f81ccf5a26910c18a849ce2c6dfcaad19628f13ebc37a137c251"

    static let second = AuditEntry(
        sequence: 2, time: -5, actor: AuditActor(kind: .token, name: "bäckup", uid: .max, tokenID: 7),
        origin: "2001:db8::1", method: "wgpilot.v1.Peers/Update", target: "office/laptop", requestID: "b2", count: 300,
        changes: [
            AuditChange(
                action: .changed, kind: "peer", name: "office/laptop",
                fields: [
                    .init(field: "mtu", before: "1420", after: "1300"),
                    .init(field: "endpoint", before: "192.0.2.1:1"),
                ])
        ], omittedChanges: 70_000)
    static let secondHash = "3617a7714c843136292e3d2fd80827b09c04de220f5e935f156abf6a98bcdf2d"
}
