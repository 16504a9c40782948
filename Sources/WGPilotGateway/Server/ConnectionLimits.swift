import Synchronization
import WGPilotCore

/// How many connections there are, in all and of each client: an IPv4 address, or a /64 of IPv6.
final class ConnectionLimits: Sendable {
    private struct State {
        var all = 0
        var byClient: [IPPrefix: Int] = [:]
    }

    private let all: Int
    private let perAddress: Int
    private let proxies: ProxyTrust
    private let state = Mutex(State())

    init(all: Int, perAddress: Int, proxies: ProxyTrust) {
        self.all = all
        self.perAddress = perAddress
        self.proxies = proxies
    }

    /// Counts a connection in, where there is room; whoever got true calls ``leave(_:)`` once it is closed.
    ///
    /// The connections of a trusted proxy, and of the machine itself, are many clients', so that only the limit of all holds
    /// for them.
    func enter(_ address: IPAddress?) -> Bool {
        let isProxy = address.map { proxies.trusts($0) || $0.isLoopback } ?? false
        return state.withLock { state in
            guard state.all < all else { return false }
            if let address, !isProxy {
                guard state.byClient[address.household, default: 0] < perAddress else { return false }
            }
            state.all += 1
            if let address { state.byClient[address.household, default: 0] += 1 }
            return true
        }
    }

    /// Counts a connection out.
    func leave(_ address: IPAddress?) {
        state.withLock { state in
            state.all -= 1
            guard let client = address?.household, let count = state.byClient[client] else { return }
            state.byClient[client] = count > 1 ? count - 1 : nil
        }
    }

    /// How many there are.
    var count: Int { state.withLock { $0.all } }
}
