import Testing

@testable import SIPTransport

@Suite("Where messages end")
struct FramingTests {
    @Test("messages that the transport tells apart wait for their turn, in their order", arguments: [true, false])
    func messages(_ isWebSocket: Bool) throws {
        var framing = Framing(isWebSocket ? .ws : .tcp)
        let messages = (1...3).map { Array(messageText("\($0)", number: $0).utf8) }
        framing.append(messages[0])
        framing.append(messages[1])
        #expect(try framing.next() == .message(messages[0]))
        framing.append(messages[2])
        #expect(framing.pendingCount == messages[1].count + messages[2].count)
        #expect(try framing.next() == .message(messages[1]))
        #expect(try framing.next() == .message(messages[2]))
        #expect(try framing.next() == nil && framing.pendingCount == 0)
    }
}
