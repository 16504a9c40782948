import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle
import WGPilotProtocol

/// `GET /api/events`: what changes on the hub, as it happens (Server-Sent Events).
struct EventRoutes: Routes {
    let hub: EventHub

    func add(to router: GatewayRouter) {
        router.on(
            .get, "/api/events",
            Operation(
                "followEvents", area: "Events", "Follows what changes on the hub, as Server-Sent Events.",
                access: .role("viewer")
            ).asking([
                .init("snapshot", .choice(["full", "none"]), "Whether a snapshot is wanted."),
                .init("last_event_id", .line, "Where to go on, for scripts that cannot set Last-Event-ID."),
            ]).with { $0.answer = .media(["text/event-stream"]) }
        ) { request, context in
            try await answer(request, context)
        }
    }

    private func answer(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let options = try Options(request)
        guard let credential = context.credential else {
            throw RPCError(
                .unauthenticated, reason: "no_token", message: "log in, or send a token, to follow the events")
        }
        let admission = try await hub.admit(credential, context.metadata)
        let channel = context.channel
        // A proxy that keeps, compresses or collects events would hold them back.
        var headers: HTTPFields = [.contentType: "text/event-stream", .cacheControl: "no-store, no-transform"]
        // What nginx, and others after it, look at (ngx_http_proxy_module, proxy_buffering).
        headers.set("X-Accel-Buffering", "no")
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                let subscriber = await hub.enter(
                    admission, from: options.position, wantsSnapshots: options.wantsSnapshots,
                    disconnect: { channel.close(promise: nil) })
                do {
                    try await request.body.consumeWithInboundCloseHandler { _ in
                        try await withGracefulShutdownHandler {
                            try await serve(subscriber, &writer)
                        } onGracefulShutdown: {
                            Task { await hub.stop() }
                        }
                    } onInboundClosed: {
                        // The client went away: seen at once, and not with the next write that fails.
                        subscriber.finish()
                    }
                } catch {
                    await hub.leave(subscriber.id)
                    throw error
                }
                await hub.leave(subscriber.id)
                try await writer.finish(nil)
            })
    }

    /// Writes what the hub has, until the stream ends or the client is gone. Each write waits until the client's connection
    /// takes it.
    @concurrent private func serve(_ subscriber: EventSubscriber, _ writer: inout any ResponseBodyWriter) async throws {
        var news = subscriber.news.makeAsyncIterator()
        while true {
            switch await hub.next(subscriber.id) {
            case .wait:
                if await news.next() == nil { return }
            case .write(let bytes):
                var rest = bytes
                while let slice = rest.readSlice(length: min(rest.readableBytes, Self.writeBytes)),
                    slice.readableBytes > 0
                {
                    try await writer.write(slice)
                    if rest.readableBytes > 0 { await hub.progress(subscriber.id) }
                }
            case .snapshot(let snapshot, let end):
                if try await write(snapshot, subscriber, &writer) { try await writer.write(end) }
            case .end(let bytes):
                if bytes.readableBytes > 0 { try await writer.write(bytes) }
                return
            }
        }
    }

    /// What goes to the connection at a time: more would lie in memory for each client that does not read.
    private static let writeBytes = 64 << 10

    /// Whether it was written to its end.
    @concurrent private func write(
        _ snapshot: EventSnapshot, _ subscriber: EventSubscriber, _ writer: inout any ResponseBodyWriter
    ) async throws -> Bool {
        for piece in snapshot.pieces {
            var rest = piece
            while rest.readableBytes > 0 {
                guard await hub.mayContinue(subscriber.id, with: snapshot) else { return false }
                guard let slice = rest.readSlice(length: min(rest.readableBytes, Self.writeBytes)) else { break }
                try await writer.write(slice)
            }
        }
        return true
    }

    /// What the client asks for.
    private struct Options {
        var position: EventPosition?
        var wantsSnapshots = true

        /// A browser sends where it was by itself when it comes back; a script that makes another `EventSource` cannot set
        /// a header and says it in the query.
        init(_ request: Request) throws {
            var faults: [FieldViolation] = []
            for (name, value) in request.uri.queryParameters {
                switch (name, value) {
                case ("snapshot", "full"): wantsSnapshots = true
                case ("snapshot", "none"): wantsSnapshots = false
                case ("snapshot", _):
                    faults.append(FieldViolation(field: "snapshot", message: "is full or none"))
                case ("last_event_id", _): position = EventPosition(String(value))
                default: faults.append(FieldViolation(field: String(name), message: "is not known here"))
                }
            }
            if !faults.isEmpty {
                throw HTTPFailure(.badRequest, "invalid_query", "The query is not valid.", fields: faults)
            }
            if let text = request.headers.text("Last-Event-ID") { position = EventPosition(text) }
        }
    }
}
