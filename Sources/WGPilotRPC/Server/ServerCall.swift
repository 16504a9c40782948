internal import Logging
internal import NIOCore
internal import WGPilotProtocol

/// A call, as the task of its handler has it.
final class ServerCall: Sendable {
    /// What a handler came to.
    enum Outcome: Sendable {
        /// The message that answers a unary call.
        case message(OutgoingMessage)
        /// The end of a stream.
        case ended
        case failed(RPCError)
    }

    let streamID: UInt32
    let head: RequestHead
    let method: MethodInfo
    let body: RPCRouter.RequestBody
    /// When the caller stops waiting.
    let deadline: ContinuousClock.Instant?
    /// The client's limit for the length field of a frame.
    let peerMaximumLength: Int
    let facts: ConnectionFacts
    let connection: ServerConnectionReference

    init(
        streamID: UInt32, head: RequestHead, method: MethodInfo, body: RPCRouter.RequestBody,
        deadline: ContinuousClock.Instant?, peerMaximumLength: Int, facts: ConnectionFacts,
        connection: ServerConnectionReference
    ) {
        self.streamID = streamID
        self.head = head
        self.method = method
        self.body = body
        self.deadline = deadline
        self.peerMaximumLength = peerMaximumLength
        self.facts = facts
        self.connection = connection
    }

    /// The id for logs.
    var requestID: String {
        RequestID.accepting(head.metadata[MetadataKey.requestID], else: facts.number(of: streamID))
    }

    /// Runs the handler, and has the connection answer.
    func run() async {
        let outcome = await self.outcome()
        connection.onEventLoop { [streamID] connection in connection.finish(streamID, outcome) }
    }

    private func outcome() async -> Outcome {
        // Where threads are scarce a deadline may pass before the handler begins.
        if let deadline, deadline <= .now { return .failed(ServerCall.deadlineExceeded) }
        let requestID = self.requestID
        let context = ServerContext(
            method: method, credentials: facts.credentials, metadata: head.metadata, deadline: deadline,
            requestID: requestID, message: body.bytes[body.offset...])
        do {
            let answer = try await facts.configuration.router.respond(to: body, context) {
                (message) throws(RPCError) in try await self.send(message)
            }
            guard method.kind == .unary else { return .ended }
            guard Frame.minimumLength + answer.count <= peerMaximumLength else {
                return .failed(responseTooLarge(answer.count))
            }
            return .message(OutgoingMessage(answer, streamID: streamID))
        } catch let error as RPCError {
            return .failed(error)
        } catch let error as any RPCErrorConvertible {
            return .failed(error.rpcError)
        } catch is CancellationError where Task.isCancelled {
            return .failed(RPCError(.cancelled, reason: "cancelled", message: "The call was cancelled."))
        } catch {
            facts.logger.error(
                "handler failed",
                metadata: [
                    "rpc.method": "\(method.fullName)", "request.id": "\(requestID)", "error": "\(error)",
                ])
            return .failed(
                RPCError(
                    .internal, reason: "unexpected_error",
                    message: "An unexpected error happened; the server's log tells it under this request id."))
        }
    }

    /// Sends one message of a stream, once there is credit and the socket has room.
    private func send(_ message: [UInt8]) async throws(RPCError) {
        guard Frame.minimumLength + message.count <= peerMaximumLength else { throw responseTooLarge(message.count) }
        let outgoing = OutgoingMessage(message, streamID: streamID)
        let ticket = ServerStream.Ticket()
        let isSent = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waiting = ServerStream.Waiting(message: outgoing, ticket: ticket, continuation: continuation)
                connection.onEventLoop { [streamID] connection in connection.send(waiting, on: streamID) }
            }
        } onCancel: {
            ticket.withdraw()
            connection.onEventLoop { [streamID] connection in connection.withdraw(ticket, on: streamID) }
        }
        guard isSent else { throw RPCError(.cancelled, reason: "cancelled", message: "The call is over.") }
    }

    private func responseTooLarge(_ count: Int) -> RPCError {
        RPCError(
            .resourceExhausted, reason: "response_too_large",
            message: "The response of \(count) bytes is above the client's limit of \(peerMaximumLength) bytes;"
                + " ask for less at a time.")
    }

    static let deadlineExceeded = RPCError(
        .deadlineExceeded, reason: "deadline_exceeded",
        message: "The deadline passed before the call was done; it may still have taken effect.")
}
