import ChatCore
import SIP
import TerminalUI
import Webphone

/// What is fuzzed, and what has to hold whatever the bytes are. None may trap, hang or break its rule.
enum FuzzTarget: String, CaseIterable {
    case message, framing, pidf, renderer

    func run(_ bytes: [UInt8]) {
        switch self {
        case .message: Self.message(bytes)
        case .framing: Self.framing(bytes)
        case .pidf: Self.pidf(bytes)
        case .renderer: Self.renderer(bytes)
        }
    }

    /// A message that parses can be read field by field, and what is written of it parses to the same again.
    private static func message(_ bytes: [UInt8]) {
        guard let message = try? Message.parse(bytes) else { return }
        switch message {
        case .request(let request):
            read(request)
            _ = try? Message.response(Response(486, to: request, toTag: "fuzz")).serialized()
        case .response(let response): read(response)
        }
        guard let written = try? message.serialized() else { return }
        guard let again = try? Message.parse(written), let writtenAgain = try? again.serialized() else {
            preconditionFailure("what was written does not parse: \(String(decoding: written, as: UTF8.self))")
        }
        precondition(written == writtenAgain, "writing twice differs")
    }

    private static func read(_ message: some MessageFields) {
        _ = (message.topVia, message.from, message.to, message.callID, message.cseq, message.contacts)
        _ = (message.recordRoutes, message.routes, message.expires, message.maxForwards, message.event)
        _ = message.contentType
        _ = message.from.map { "\($0)" }
    }

    /// However the bytes are cut, the same frames come out.
    private static func framing(_ bytes: [UInt8]) {
        precondition(frames(of: [bytes]) == frames(of: bytes.map { [$0] }), "frames depend on how the stream was cut")
    }

    private static func frames(of pieces: [[UInt8]]) -> [StreamFramer.Frame?] {
        var framer = StreamFramer()
        var frames: [StreamFramer.Frame?] = []
        do {
            for piece in pieces {
                framer.append(piece)
                while let frame = try framer.next() { frames.append(frame) }
            }
        } catch {
            frames.append(nil)
        }
        return frames
    }

    private static func pidf(_ bytes: [UInt8]) {
        guard let document = try? PresenceDocument(parsing: bytes) else { return }
        precondition(document.tuples.count <= PresenceDocument.Limits.tuples)
        for tuple in document.tuples {
            let name = RemoteText.name(tuple.note, number: "1000")
            precondition(
                name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F },
                "a control character came through")
        }
    }

    /// Any text as names and messages, at any size: every row has exactly the screen's width and no control character.
    private static func renderer(_ bytes: [UInt8]) {
        guard bytes.count > 3 else { return }
        let size = Size(width: Int(bytes[0]), height: Int(bytes[1] % 80))
        let text = String(decoding: bytes[3...], as: UTF8.self)
        var chat = Chat(Chat.Settings(name: "user", line: "Webphone1", server: "fuzz"))
        let stranger = Party(number: "1001", name: text)
        var inputs: [Chat.Input] = [
            .clock(WallClock(hour: 10, minute: 41, second: 0)), .start,
            .phone(.connection(.accessGranted(number: "1000"))),
            .phone(.roster([stranger])), .phone(.incoming(.received(1), from: stranger)),
        ]
        if bytes[2] & 1 == 1 {
            inputs += [.fired(.keyGuard), .key(.enter), .phone(.call(.received(1), .inCall, by: .us))]
            inputs += [.phone(.message(.received(1), from: stranger, text)), .paste(text)]
        }
        if bytes[2] & 2 == 2 {
            inputs += text.map { .key(.character($0)) } + [.key(.left), .key(.ctrl("w")), .key(.enter)]
        }
        if bytes[2] & 4 == 4 { inputs += [.phone(.fault(text)), .key(.f(1))] }
        for input in inputs {
            for case .scroll(let scroll) in chat.handle(input) {
                _ = chat.handle(.action(.scrolled(to: scrolled(scroll, chat.state, size: size))))
            }
        }
        _ = chat.handle(.action(.scrolled(to: scrolled(.pageUp, chat.state, size: size))))
        for capabilities in [Capabilities(), Capabilities(unicode: false, colours: false)] {
            check(screen(chat.state, size: size, capabilities: capabilities), size)
        }
        for y in stride(from: 0, to: size.height, by: 3) {
            _ = hit(Mouse(.press, x: Int(bytes[2]), y: y), chat.state, size: size)
        }
    }

    private static func check(_ frame: Frame, _ size: Size) {
        precondition(frame.size == size && frame.cells.count == size.width * size.height)
        for row in 0..<size.height {
            let cells = frame.cells[row * size.width..<(row + 1) * size.width]
            precondition(cells.reduce(0) { $0 + $1.width } == size.width, "row \(row) is not as wide as the screen")
            for cell in cells { precondition(cell.scalar >= 0x20 && cell.scalar != 0x7F || cell.width == 0) }
        }
    }
}
