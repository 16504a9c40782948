internal import WGPilotProtocol

/// One streaming call as its reader sees it: made when the first message is asked for, given up when this goes.
final class StreamReader {
    /// A call that was made.
    private struct Open {
        let connection: ClientConnection
        let token: CallToken
        let inbox: StreamInbox
    }

    private let client: RPCClient
    private let request: RPCClient.Request
    private let window: UInt32
    private var open: Open?
    private var isOver = false
    /// What was taken and is not granted yet.
    private var taken = 0

    init(client: RPCClient, request: RPCClient.Request, window: UInt32) {
        self.client = client
        self.request = request
        self.window = max(window, 1)
    }

    deinit {
        giveUp()
    }

    /// The next message; nil after the last.
    func next() async throws(RPCError) -> [UInt8]? {
        guard !isOver else { return nil }
        do throws(RPCError) {
            let message: [UInt8]?
            if let open {
                message = try await take(from: open).get()
            } else {
                // Until the first message nothing was lost that a call made anew would not bring.
                message = try await client.attempt(request) { connection, payload, timeout in
                    await self.begin(on: connection, payload, timeout)
                }
            }
            guard let message else {
                isOver = true
                return nil
            }
            count(message)
            return message
        } catch {
            isOver = true
            throw error
        }
    }

    private func begin(
        on connection: ClientConnection, _ payload: OutgoingRequest, _ timeout: Duration?
    ) async -> StreamInbox.Item {
        let call = Open(connection: connection, token: CallToken(), inbox: StreamInbox())
        open = call
        taken = 0
        connection.open(call.token, payload, timeout: timeout, window: window, into: call.inbox)
        return await take(from: call)
    }

    private func take(from call: Open) async -> StreamInbox.Item {
        await withTaskCancellationHandler {
            await call.inbox.take()
        } onCancel: {
            call.inbox.abandon()
            call.connection.cancel(call.token)
        }
    }

    /// Grants what was taken, half a window at a time: seldom enough to cost little, and soon enough that the server need
    /// not stop for a reader that keeps up.
    private func count(_ message: [UInt8]) {
        taken += message.count
        guard taken >= max(Int(window / 2), 1), let open else { return }
        open.connection.grant(open.token, UInt32(clamping: taken))
        taken = 0
    }

    private func giveUp() {
        guard let open, !isOver else { return }
        open.inbox.abandon()
        open.connection.cancel(open.token)
    }
}
