import GRDB
public import WGPilotCore

extension StateStore {
    /// The most access rules that the hub keeps.
    public static let mostAccessRules = 10_000

    /// The rules of one owner in the order they are asked, or all: those of networks, of tags, of peers. None where
    /// there is no such owner (any more).
    public func rules(owner: AccessRuleOwner? = nil) async throws(StoreError) -> [AccessRule] {
        try await read { db in
            if let owner { return try AccessRuleRecord.all(of: owner, db) }
            return try AccessRuleRecord.all(db)
        }
    }

    /// The rule with this number; throws `notFound` where there is none.
    public func rule(_ id: Int64) async throws(StoreError) -> AccessRule {
        try await read { try AccessRuleRecord.require(id, $0) }
    }

    /// Makes an access rule.
    ///
    /// - Parameters:
    ///   - settings: What it is to be.
    ///   - position: Its place in its owner's list, from 1; those at and after it move up. Nil is the end.
    ///   - options: How the change is made.
    /// - Throws: `invalid` with every faulty field; `notFound` for the network or peer of the owner or destination;
    ///   `exhausted` where there are ``mostAccessRules``; `failedPrecondition` while another change waits to be
    ///   confirmed.
    public func createRule(
        _ settings: AccessRuleSettings, position: Int64? = nil, options: WriteOptions = WriteOptions()
    ) async throws(StoreError) -> AccessRule {
        try await change(options, { "new access rule \($0.id)" }, made: { $0.id }) { db in
            try Self.check(settings, db)
            guard try AccessRuleRecord.count(db) < Self.mostAccessRules else {
                throw StoreError(
                    .exhausted, "there are \(Self.mostAccessRules) access rules, which is the most; delete some")
            }
            let place = try Self.place(position, in: settings.owner, besides: nil, db)
            try AccessRuleRecord.openGap(at: place, in: settings.owner, except: 0, db)
            let time = self.now()
            return try AccessRuleRecord.insert(
                AccessRule(id: 0, settings: settings, position: place, createdAt: time, updatedAt: time), db)
        }
    }

    /// Changes an access rule.
    ///
    /// - Parameters:
    ///   - id: The rule.
    ///   - position: Its new place in its owner's list, from 1. Nil leaves it where it is, or, where the rule gets
    ///     another owner, puts it at the end.
    ///   - expectedUpdatedAt: As for ``updateNetwork(_:expectedUpdatedAt:options:_:)``. That a rule moved up or down
    ///     because of others does not count as a change of it.
    ///   - options: How the change is made.
    ///   - change: Makes the new settings of the present ones, inside the transaction.
    /// - Returns: The rule before and after; both are equal where nothing changed.
    /// - Throws: `notFound`, `stale`, and as for a new rule.
    public func updateRule(
        _ id: Int64, position: Int64? = nil, expectedUpdatedAt: Int64? = nil, options: WriteOptions = WriteOptions(),
        _ change: @Sendable (inout AccessRuleSettings) -> Void = { _ in }
    ) async throws(StoreError) -> (before: AccessRule, after: AccessRule) {
        try await self.change(options, { "change of access rule \($0.after.id)" }) { db in
            let before = try AccessRuleRecord.require(id, db)
            try StoreError.requireUnchanged(before.updatedAt, since: expectedUpdatedAt, "the access rule \(id)")
            var after = before
            change(&after.settings)
            let staysInList = after.settings.owner == before.settings.owner
            if position != nil || !staysInList {
                after.position = try Self.place(
                    position, in: after.settings.owner, besides: staysInList ? before : nil, db)
            }
            guard after != before else { return (before, before) }
            var toggled = before.settings
            toggled.enabled = after.settings.enabled
            // To switch a rule off must work even where it would not be accepted today.
            if after.settings != toggled { try Self.check(after.settings, db) }
            if after.position != before.position || !staysInList {
                try AccessRuleRecord.closeGap(at: before.position, in: before.settings.owner, except: id, db)
                try AccessRuleRecord.openGap(at: after.position, in: after.settings.owner, except: id, db)
            }
            after.updatedAt = self.time(after: before.updatedAt)
            try AccessRuleRecord.update(after, db)
            return (before, after)
        }
    }

    /// Deletes an access rule; those after it in its list move down. Answers what was deleted.
    public func deleteRule(
        _ id: Int64, expectedUpdatedAt: Int64? = nil, options: WriteOptions = WriteOptions()
    ) async throws(StoreError) -> AccessRule {
        try await change(options, { "deletion of access rule \($0.id)" }) { db in
            let rule = try AccessRuleRecord.require(id, db)
            try StoreError.requireUnchanged(rule.updatedAt, since: expectedUpdatedAt, "the access rule \(id)")
            try AccessRuleRecord.delete(id, db)
            try AccessRuleRecord.closeGap(at: rule.position, in: rule.settings.owner, except: id, db)
            return rule
        }
    }

    /// The place that was asked for, or the last one, in a list that `besides` leaves meanwhile.
    private static func place(
        _ position: Int64?, in owner: AccessRuleOwner, besides rule: AccessRule?, _ db: Database
    ) throws -> Int64 {
        let last = try AccessRuleRecord.count(of: owner, db) + (rule == nil ? 1 : 0)
        guard let position else { return last }
        guard (1...max(last, 1)).contains(position) else {
            throw StoreError(
                .invalid,
                violations: [
                    .init(field: AccessRuleField.position.rawValue, message: "the places in this list are 1 to \(last)")
                ])
        }
        return position
    }

    private static func check(_ settings: AccessRuleSettings, _ db: Database) throws {
        var faults = settings.validate().map {
            StoreError.Violation(field: $0.field.rawValue, message: $0.fault.message)
        }
        var missing: [StoreError.Violation] = []
        func checkPeer(_ id: Int64, _ field: AccessRuleField, asSite: Bool = false) throws {
            let statement = try db.cachedStatement(sql: "SELECT name, role FROM peer WHERE id = ?")
            guard let row = try Row.fetchOne(statement, arguments: [id]) else {
                missing.append(.init(field: field.rawValue, message: "there is no peer \(id)"))
                return
            }
            let reader = ColumnReader(row: row, table: "peer", id: id)
            if asSite, try reader.text(1) != PeerRole.siteGateway.rawValue {
                faults.append(
                    .init(
                        field: field.rawValue,
                        message: "the peer \(try reader.text(0).quotedForMessage) is no site gateway"))
            }
        }
        switch settings.owner {
        case .network(let id):
            if try NetworkRecord.find(id, db) == nil {
                missing.append(
                    .init(field: AccessRuleField.network.rawValue, message: "there is no network \(id)"))
            }
        case .peer(let id): try checkPeer(id, .peer)
        case .tag: break
        }
        switch settings.destination {
        case .peer(let id): try checkPeer(id, .destination)
        case .site(let id): try checkPeer(id, .destination, asSite: true)
        case .any, .block, .tag: break
        }
        if !faults.isEmpty { throw StoreError(.invalid, violations: faults + missing) }
        if !missing.isEmpty { throw StoreError(.notFound, violations: missing) }
    }
}
