import NIOCore
import Synchronization
import Testing
import WGPilotJSON
import WGPilotProtocol

@testable import WGPilotGateway
@testable import WGPilotRPC

@Suite struct AnswerRendererTests {
    private struct Made: Codable, Sendable {
        var text: String
        private enum CodingKeys: Int, CodingKey { case text = 1 }
    }

    private static func message(_ text: String) throws -> EncodedAnswer<Made> {
        EncodedAnswer(bytes: try CBOREncoder().encode(Made(text: text)))
    }

    @Test(arguments: [10, 100_000])
    func `the same message is rendered once for a target, and another one anew`(length: Int) async throws {
        let renderer = AnswerRenderer()
        let count = Mutex(0)
        func ask(_ text: String, _ target: String) async throws -> String {
            let answer = try await renderer.answer(try Self.message(text), to: target) { made in
                count.withLock { $0 += 1 }
                return RenderedAnswer { json in json.object { $0.field("text", made.text) } }
            }
            return String(buffer: answer.body)
        }
        let (first, second) = (String(repeating: "a", count: length), String(repeating: "b", count: length))
        for (text, target) in [(first, "/x"), (first, "/x"), (second, "/x"), (second, "/y"), (second, "/y")] {
            let told = try await ask(text, target)
            #expect(told == "{\"text\": \"\(text)\"}")
        }
        // A machine that stood still for a second renders again.
        #expect((3...5).contains(count.withLock { $0 }))
    }

    @Test func `a message that is none is refused with its reason`() async throws {
        let renderer = AnswerRenderer()
        let broken = EncodedAnswer<Made>(bytes: [0xFF])
        let error = await #expect(throws: RPCError.self) {
            _ = try await renderer.answer(broken, to: "/x") { _ in RenderedAnswer { _ in } }
        }
        #expect(error?.reason == "malformed_response")
    }
}
