import ChatCore
import TerminalUI
import Webphone

/// Whatever a terminal sends in whatever batches: only keys, plain pastes and places on a screen come out, and what is
/// typed after it is read again.
func fuzzKeys(_ bytes: [UInt8]) {
    var decoder = KeyDecoder()
    for batch in records(of: bytes) {
        for input in decoder.decode(batch.map { .byte($0) }) {
            switch input {
            case .key(.character(let character)): requireTyped(String(character))
            case .paste(let text): requireTyped(text.filter { $0 != "\t" && $0 != "\n" })
            case .mouse(let mouse): require(mouse.point.x >= 0 && mouse.point.y >= 0, "left of the screen")
            case .key, .hangup: break
            }
        }
    }
    _ = decoder.decode([.byte(0x03)])
    _ = decoder.decode([.byte(0x03)])
    require(decoder.decode([.byte(0x61)]) == [.key(.character("a"))], "nothing can be typed any more")
}

private func requireTyped(_ text: String) {
    require(text.unicodeScalars.allSatisfy { $0.value >= 0xA0 || (0x20..<0x7F).contains($0.value) }, "a control typed")
}

/// Any text from elsewhere and any keys, at any size: every frame is whole, every row has exactly the screen's width
/// and no control character.
///
/// The first three bytes are the size and what the terminal can do; then come records, whose first byte says what it is.
func fuzzRenderer(_ bytes: [UInt8]) {
    guard bytes.count > 3 else { return }
    var show = Show(size: Size(width: Int(bytes[0]), height: Int(bytes[1] % 80)), options: bytes[2])
    for record in records(of: bytes[3...]).prefix(64) {
        guard let kind = record.first else { continue }
        show.perform(kind, record.dropFirst())
        show.check()
    }
}

private struct Show {
    var size: Size
    let capabilities: Capabilities
    var chat: Chat
    var decoder = KeyDecoder()
    var frame = Frame()
    var calls = 0

    init(size: Size, options: UInt8) {
        self.size = size
        capabilities = Capabilities(unicode: options & 1 == 0, colours: options & 2 == 0)
        chat = Chat(Chat.Settings(name: options & 4 == 0 ? "user" : nil, line: "Webphone1", server: "fuzz"))
        take(.clock(WallClock(hour: 10, minute: 41, second: 0)))
        take(.start)
        take(.phone(.connection(.accessGranted(number: "1000"))))
    }

    mutating func perform(_ kind: UInt8, _ content: ArraySlice<UInt8>) {
        let text = String(decoding: content, as: UTF8.self)
        let party = Party(number: "1001", name: text)
        switch kind {
        case UInt8(ascii: "k"): decoder.decode(content.map { .byte($0) }).forEach { type($0) }
        case UInt8(ascii: "o"): take(.phone(.online(Party(number: "1\(content.count)", name: text))))
        case UInt8(ascii: "l"): take(.phone(.roster((0..<40).map { Party(number: "1\($0)", name: "\(text)\($0)") })))
        case UInt8(ascii: "x"): take(.phone(.offline(party)))
        case UInt8(ascii: "i"):
            calls += 1
            take(.phone(.incoming(.received(calls), from: party)))
        case UInt8(ascii: "c"):
            for input in [.fired(.keyGuard), .key(.enter)] as [Chat.Input] { take(input) }
            take(.phone(.call(.received(calls), .inCall, by: .us)))
        case UInt8(ascii: "m"): take(.phone(.message(.received(calls), from: party, text)))
        case UInt8(ascii: "e"): take(.phone(.call(.received(calls), .failed(text), by: .them)))
        case UInt8(ascii: "f"): take(.phone(.fault(text)))
        case UInt8(ascii: "d"): take(.phone(.connection(.connectionClosed(reason: text, retryIn: .seconds(3)))))
        case UInt8(ascii: "p"): take(.paste(text))
        case UInt8(ascii: "w"): for key in ("/" + text).map({ Key.character($0) }) + [.enter] { take(.key(key)) }
        case UInt8(ascii: "h"): take(.phone(.call(.received(calls), .hold, by: content.count % 2 == 0 ? .us : .them)))
        case UInt8(ascii: "n"):
            for note in [.dtmf(text), .holdFailed(text), .handedOver(to: party), .noText] as [CallNote] {
                take(.phone(.note(.received(calls), note)))
            }
            take(.phone(.note(.received(calls), .transfer(.failed(status: content.count, reason: text)))))
        case UInt8(ascii: "r"): take(.phone(.transferAsked(.received(calls), to: Party(number: text, name: text))))
        case UInt8(ascii: "g"):
            take(.phone(.call(.placed(content.count), .forwarded(to: Party(number: text, name: text)), by: .them)))
        case UInt8(ascii: "y"): take(.phone(.typing(.received(calls), content.count % 2 == 0)))
        case UInt8(ascii: "b"):
            take(.phone(.connected(through: .init(transport: .udp, host: text, port: UInt16(content.count % 99)))))
        case UInt8(ascii: "t"):
            for timer in [.keyGuard, .tick, .doubleClick, .typing] as [Chat.Timer] { take(.fired(timer)) }
        case UInt8(ascii: "s"):
            guard let width = content.first, let height = content.last else { return }
            size = Size(width: Int(width), height: Int(height % 80))
        default: break
        }
    }

    private mutating func type(_ input: TerminalInput) {
        switch input {
        case .key(let key): take(.key(key))
        case .paste(let text): take(.paste(text))
        case .mouse(let mouse): if let action = hit(mouse, chat.state, size: size) { take(.action(action)) }
        case .hangup: take(.action(.quit))
        }
    }

    private mutating func take(_ input: Chat.Input) {
        for case .scroll(let scroll) in chat.handle(input) {
            _ = chat.handle(.action(.scrolled(to: scrolled(scroll, chat.state, size: size))))
        }
    }

    mutating func check() {
        draw(chat.state, size: size, capabilities: capabilities, into: &frame)
        require(frame.size == size && frame.cells.count == size.width * size.height, "a frame of another size")
        for row in 0..<size.height {
            var isCovered = false
            for cell in frame.cells[row * size.width..<(row + 1) * size.width] {
                require((cell.width == 0) == isCovered, "half a wide character in row \(row)")
                require(!(0..<0x20).contains(cell.scalar) || cell.width == 0, "a control character in row \(row)")
                require(!(0x7F..<0xA0).contains(cell.scalar), "a control character in row \(row)")
                require(capabilities.unicode || cell.scalar < 0x7F && !cell.hasMarks, "more than ASCII in row \(row)")
                isCovered = cell.width == 2
            }
            require(!isCovered, "row \(row) is wider than the screen")
        }
        guard size.width > 0, size.height > 0 else { return }
        require((0..<size.width).contains(frame.cursor.x), "the cursor is outside")
        require((0..<size.height).contains(frame.cursor.y), "the cursor is outside")
        for x in [0, size.width / 2, size.width - 1] {
            for y in [0, size.height / 2, size.height - 2] {
                _ = hit(Mouse(.press, x: x, y: y), chat.state, size: size)
            }
        }
    }
}

/// The pieces between bytes 0x1E, the record separator.
func records(of bytes: some Collection<UInt8>) -> [[UInt8]] {
    bytes.split(separator: 0x1E, omittingEmptySubsequences: true).map { Array($0) }
}
