import TerminalUI
import Webphone

@testable import ChatCore

/// A room to draw: a state built by hand, so that these tests depend on no words of the core's.
struct Room {
    var state: Chat.State
    var capabilities = Capabilities()

    init(_ name: String = "user") {
        state = Chat.State(Chat.Settings(name: name, line: "Webphone1", server: "localhost"))
        state.name = name
        state.clock = WallClock(hour: 10, minute: 41, second: 0)
        state.connection = .accessGranted(number: "1001")
        state.number = "1001"
    }

    /// The room of the sketch: two clients, a few lines, a call.
    static var sketch: Room {
        var room = Room()
        room.arrives("guest", "1002")
        room.arrives("Echo test", "600")
        room.says(.notice, "Select someone to start a private chat. You can chat with one person at a time.")
        room.says(.online, "guest is ONLINE")
        room.state.clock.minute = 42
        room.says(.call, "You have sent a chat request to guest.")
        room.says(.call, "guest accepted your chat request.")
        room.says(.own, "lunch?", mark: .delivered)
        room.says(.theirs, "where?", speaker: "guest")
        room.calls("guest", "1002", seconds: 31)
        room.types("see you at ")
        return room
    }

    /// More clients than slots, and a person who has scrolled up.
    static var crowded: Room {
        var room = Room()
        for number in 1...14 { room.arrives("client \(number)", "\(1_000 + number)") }
        _ = room.state.clients.leave("1004")
        room.state.clients.select(8)
        for line in 0..<60 { room.says(.theirs, "line \(line)", speaker: "client 9") }
        room.state.anchor = Anchor(entry: 40, row: 0)
        room.state.unread = 57
        room.calls("client 9", "1009", seconds: 3_723)
        return room
    }

    mutating func says(_ kind: Entry.Kind, _ text: String, speaker: String = "", mark: Entry.Mark = .none) {
        state.log.append(Entry(kind, text, speaker: speaker, mark: mark, at: state.clock))
    }

    mutating func arrives(_ name: String, _ number: String) {
        _ = state.clients.arrive(Party(number: number, name: name))
    }

    mutating func calls(_ name: String, _ number: String, seconds: Int) {
        var call = Chat.Call(id: .placed(1), party: Party(number: number, name: name), label: name, state: .inCall)
        call.seconds = seconds
        state.call = call
    }

    static let openRoute = Route(host: "pbx.example", port: 5060, transport: "tcp", isEncrypted: false)
    static let safeRoute = Route(host: "pbx.example", port: 5061, transport: "tls", isEncrypted: true)

    mutating func putsAside(_ name: String, _ number: String) {
        state.aside.append(
            Chat.Call(id: .placed(0), party: Party(number: number, name: name), label: name, state: .hold))
    }

    mutating func asks(_ name: String, _ number: String) {
        state.dialogs.append(ConfirmDialog(.request(.received(1), from: Party(number: number, name: name))))
    }

    mutating func types(_ text: String) {
        state.draft.elements += text.map { .character($0) }
        state.draft.cursor = state.draft.elements.count
    }

    func frame(_ width: Int, _ height: Int) -> Frame {
        screen(state, size: Size(width: width, height: height), capabilities: capabilities)
    }

    func shows(_ width: Int, _ height: Int) -> String { frame(width, height).text }

    func row(_ row: Int, _ width: Int, _ height: Int) -> String {
        String(shows(width, height).split(separator: "\n", omittingEmptySubsequences: false)[row])
    }
}

/// A small generator with a seed, so that a failure can be had again.
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        var bits = state
        bits ^= bits >> 33
        bits &*= 0xFF51_AFD7_ED55_8CCD
        return bits ^ bits >> 33
    }

    /// Text with everything in it that moves columns.
    mutating func text(upTo length: Int) -> String {
        let pieces = [
            "a", "b", " ", " ", "  ", "word", "漢", "字", "。", "👨‍👩‍👧‍👦", "👍🏽", "🇩🇪", "🇩", "e\u{301}", "\u{301}", "❤️", "1️⃣",
            "각", "क्षि", "\u{200D}", "\u{FE0F}", "\u{202E}", "\u{200B}", "\n", "\r\n", "\t", "\u{7}", "\u{1B}[2J", "ﷺ",
            "Z̴̨͉͒̄a̶",
            "\u{FFFF}", "🫨", "Ａ", "\u{AD}", "ー", "/", "-", "\u{E0067}",
        ]
        return (0..<Int.random(in: 0...length, using: &self)).reduce(into: "") { text, _ in
            text += pieces[Int.random(in: 0..<pieces.count, using: &self)]
        }
    }
}
