@testable import ChatCore
import Testing
import Webphone

@testable import TerminalUI

@Suite("The room") struct RoomTests {
    @Test("80x24: the room of the sketch") func standard() {
        #expect(
            Room.sketch.shows(80, 24) == """
                ╭ Welcome user to the chatroom! ───────────────── Webphone1 · 1001 · connected ╮
                │ 10:41 Select someone to start a private chat.      │ Online clients        2 │
                │       You can chat with one person at a time.      │ ▸ guest            1002 │
                │ 10:41 guest is ONLINE                              │   Echo test         600 │
                │ 10:42 You have sent a chat request to guest.       │                         │
                │ 10:42 guest accepted your chat request.            │                         │
                │ 10:42 You said: lunch?                           ✓ │                         │
                │ 10:42 guest said: where?                           │                         │
                │                                                    │                         │
                │                                                    │                         │
                │                                                    │                         │
                │                                                    │                         │
                │                                                    │                         │
                │                                                    │                         │
                │                                                    │                         │
                │                                                    │                         │
                │                                                    │                         │
                │                                                    │                         │
                │                                                    │                         │
                │                                                    │                         │
                │                                                    │                         │
                ├ guest 1002 · IN_CALL 00:31 ────────────────────────┴─────────────────────────┤
                │ › see you at                                                        [ Send ] │
                ╰ ↑↓ select  Enter send  F2 voice  Tab focus  ^X hang up  F1 help  ^Q quit ────╯
                """)
    }

    @Test("100x30: more clients than slots, and new lines below what is shown") func large() {
        #expect(
            Room.crowded.shows(100, 30) == """
                ╭ Welcome user to the chatroom! ───────────────────────────────────── Webphone1 · 1001 · connected ╮
                │ 10:41 client 9 said: line 15                                         │ Online clients         13 │
                │ 10:41 client 9 said: line 16                                         │   client 1           1001 │
                │ 10:41 client 9 said: line 17                                         │   client 2           1002 │
                │ 10:41 client 9 said: line 18                                         │   client 3           1003 │
                │ 10:41 client 9 said: line 19                                         │   ·                       │
                │ 10:41 client 9 said: line 20                                         │   client 5           1005 │
                │ 10:41 client 9 said: line 21                                         │   client 6           1006 │
                │ 10:41 client 9 said: line 22                                         │   client 7           1007 │
                │ 10:41 client 9 said: line 23                                         │   client 8           1008 │
                │ 10:41 client 9 said: line 24                                         │ ▸ client 9           1009 │
                │ 10:41 client 9 said: line 25                                         │   client 10          1010 │
                │ 10:41 client 9 said: line 26                                         │   client 11          1011▼│
                │ 10:41 client 9 said: line 27                                         │                           │
                │ 10:41 client 9 said: line 28                                         │                           │
                │ 10:41 client 9 said: line 29                                         │                           │
                │ 10:41 client 9 said: line 30                                         │                           │
                │ 10:41 client 9 said: line 31                                         │                           │
                │ 10:41 client 9 said: line 32                                         │                           │
                │ 10:41 client 9 said: line 33                                         │                           │
                │ 10:41 client 9 said: line 34                                         │                           │
                │ 10:41 client 9 said: line 35                                         │                           │
                │ 10:41 client 9 said: line 36                                         │                           │
                │ 10:41 client 9 said: line 37                                         │                           │
                │ 10:41 client 9 said: line 38                                         │                           │
                │ 10:41 client 9 said: line 39                                         │                           │
                │ 10:41 client 9 said: line 40                                         │                           │
                ├ client 9 1009 · IN_CALL 1:02:03 ─────────────────────────────────────┴──────────── ▼ 3 new lines ┤
                │ ›                                                                                       [ Send ] │
                ╰ ↑↓ select  Enter send  F2 voice  Tab focus  ^X hang up  ^O hold  PgUp scroll  F1 help  ^Q quit ──╯
                """)
    }

    @Test("200x60: room for long lines; the sidebar keeps to itself") func huge() {
        let rows = Room.sketch.shows(200, 60).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(rows.count == 60)
        #expect(
            rows[1].hasPrefix(
                "│ 10:41 Select someone to start a private chat. You can chat with one person at a time.  "))
        #expect(rows[1].hasSuffix(" │ Online clients          2 │"))
        #expect(rows[57].hasPrefix("├ guest 1002 · IN_CALL 00:31 ──"))
        #expect(Set(rows.map { cellWidth(String($0)) }) == [200])
    }

    @Test("40x10: the sidebar gives way") func narrow() {
        #expect(
            Room.sketch.shows(40, 10) == """
                ╭ Welcome user to the chatroom! ───────╮
                │ 10:42 You have sent a chat request   │
                │       to guest.                      │
                │ 10:42 guest accepted your chat       │
                │       request.                       │
                │ 10:42 You said: lunch?             ✓ │
                │ 10:42 guest said: where?             │
                ├ guest 1002 · IN_CALL 00:31 ──────────┤
                │ › see you at                [ Send ] │
                ╰ ↑↓ select  F1 help  ^Q quit ─────────╯
                """)
    }

    @Test("40x10: on Tab the sidebar comes back over the chat box") func overlay() {
        var room = Room.sketch
        room.state.focus = .clients
        #expect(
            room.shows(40, 10) == """
                ╭ Welcome user to the chatroom! ───────╮
                │ 10:42 │ Online clients             2 │
                │       │ ▸ guest                 1002 │
                │ 10:42 │   Echo test              600 │
                │       │                              │
                │ 10:42 │                              │
                │ 10:42 │                              │
                ├ guest 1002 · IN_CALL 00:31 ──────────┤
                │ › see you at                [ Send ] │
                ╰ ↑↓ select  F1 help  ^Q quit ─────────╯
                """)
    }

    @Test("20x6: everything that matters") func smallest() {
        #expect(
            Room.sketch.shows(20, 6) == """
                ╭ Welcome user to… ╮
                │ guest said:      │
                │ where?           │
                ├ guest · 00:31 ───┤
                │ › see you at     │
                ╰ F1 help  ^Q quit ╯
                """)
    }

    @Test("20x6: a time that would be cut is not shown at all") func noRoomForTime() {
        var room = Room.sketch
        room.state.anchor = Anchor(entry: 0, row: 0)
        #expect(room.row(3, 20, 6) == "├ guest ──── ▼ End ┤")
        room.calls("a name of some length", "1003", seconds: 31)
        #expect(room.row(3, 20, 6) == "├ a name … ─ ▼ End ┤")
    }

    @Test("20x6: the list instead of the chat") func smallestList() {
        var room = Room.sketch
        room.state.focus = .clients
        #expect(
            room.shows(20, 6) == """
                ╭ Welcome user to… ╮
                │ Online clients 2 │
                │ ▸ guest     1002▼│
                ├ guest · 00:31 ───┤
                │ › see you at     │
                ╰ F1 help  ^Q quit ╯
                """)
    }

    @Test("19x5: a line says that this is too small") func tooSmall() {
        #expect(
            Room.sketch.shows(19, 5) == """
                Too small: 20x6 is
                needed



                """)
        #expect(Room.sketch.shows(1, 1) == "T")
        #expect(Room.sketch.shows(0, 0) == "")
    }

    @Test("without UTF-8: ASCII and plain lines") func ascii() {
        var room = Room.sketch
        room.capabilities = Capabilities(unicode: false, colours: false)
        room.says(.theirs, "“naïve” – 漢字 👍🏽 Straße…", speaker: "Zoë")
        #expect(
            room.shows(60, 14) == """
                + Welcome user to the chatroom! ------+-- 1001 - connected +
                |       with one person at a time.    | Online clients   2 |
                | 10:41 guest is ONLINE               | > guest       1002 |
                | 10:42 You have sent a chat          |   Echo test    600 |
                |       request to guest.             |                    |
                | 10:42 guest accepted your chat      |                    |
                |       request.                      |                    |
                | 10:42 You said: lunch?            + |                    |
                | 10:42 guest said: where?            |                    |
                | 10:42 Zoe said: "naive" - ???? ??   |                    |
                |       Strase~                       |                    |
                + guest 1002 - IN_CALL 00:31 ---------+--------------------+
                | > see you at                                    [ Send ] |
                + ^v select  Enter send  F2 voice  F1 help  ^Q quit -------+
                """)
    }

    @Test("Chinese, emoji and marks hold their columns") func columns() {
        var room = Room()
        room.arrives("日本語の名前です長い名前", "1002")
        room.says(.theirs, "漢字かな交じり文、全角文字。👨‍👩‍👧‍👦| 👍🏽| 🇩🇪| ❤️| e\u{301}| 한글|", speaker: "日本語")
        #expect(
            room.shows(60, 8) == """
                ╭ Welcome user to the chatroom! ──────┬── 1001 · connected ╮
                │ 10:41 日本語 said: 漢字かな交じり   │ Online clients   1 │
                │       文、全角文字。👨| 👍| 🇩🇪|     │ ▸ 日本語の名… 1002 │
                │       ❤| é| 한글|                   │                    │
                │                                     │                    │
                ├ ▸ 日本語の名前です長い名前 · Enter starts a chat ────────┤
                │ ›                                               [ Send ] │
                ╰ ↑↓ select  Enter call  Tab focus  F1 help  ^Q quit ──────╯
                """)
    }

    @Test("what became of each line stands behind it") func marks() {
        var room = Room()
        for (text, mark) in [("one", Entry.Mark.sending), ("two", .delivered), ("three", .failed)] {
            room.says(.own, text, mark: mark)
        }
        room.says(.trouble, "Not delivered: three (nobody answered).")
        room.state.connection = .connectionClosed(reason: "gone", retryIn: .seconds(4))
        #expect(
            room.shows(60, 9) == """
                ╭ Welcome user to the chatroom! ─── 1001 · connection lost ╮
                │ 10:41 You said: one               … │ Online clients     │
                │ 10:41 You said: two               ✓ │ not connected      │
                │ 10:41 You said: three             ✗ │                    │
                │ 10:41 Not delivered: three          │                    │
                │       (nobody answered).            │                    │
                ├─────────────────────────────────────┴────────────────────┤
                │ ›                                               [ Send ] │
                ╰ ↑↓ select  Enter call  Tab focus  F1 help  ^Q quit ──────╯
                """)
    }

    @Test("hold says by whom; who is put aside and who is typing stand beside, and nothing moves for them")
    func besideTheCall() {
        var room = Room.sketch
        room.state.call?.isTyping = true
        #expect(room.row(21, 80, 24).hasPrefix("├ guest 1002 · IN_CALL 00:31 · guest is typing … ──"))
        #expect(room.row(7, 40, 10).hasPrefix("├ guest 1002 · IN_CALL 00:31 · … ──"))
        room.state.call?.state = .hold
        room.state.call?.heldBy = .us
        room.putsAside("Echo test", "600")
        #expect(
            room.row(21, 80, 24).hasPrefix(
                "├ guest 1002 · HOLD by you 00:31 · ‖ Echo test is put aside · typing … ─"))
        #expect(room.row(2, 80, 24).hasPrefix("│       You can chat with one person at a time.      │ ▸ guest "))
        #expect(room.row(3, 80, 24).contains("│  ‖Echo test         600 │"))
        #expect(room.row(3, 20, 6) == "├ guest · HOLD · ‖ ┤")
        room.capabilities = Capabilities(unicode: false, colours: false)
        #expect(room.row(21, 80, 24).contains("= Echo test is put aside - typing ~"))
    }

    @Test("who is blocked has a quiet mark in the list") func blocked() {
        var room = Room.sketch
        room.state.preferences.blocked = ["600", "1234"]
        #expect(room.row(3, 80, 24).contains("│  ×Echo test         600 │"))
    }

    @Test("that one is not to be disturbed stands in the title, at every width") func doNotDisturb() {
        var room = Room.sketch
        room.state.preferences.doNotDisturb = true
        #expect(
            room.row(0, 100, 30)
                == "╭ Welcome user to the chatroom! ──────────────────── Webphone1 · 1001 · do not disturb · connected ╮"
        )
        #expect(room.row(0, 80, 24).hasSuffix("chatroom! ──────────── 1001 · do not disturb · connected ╮"))
        #expect(room.row(0, 40, 10) == "╭ Welcome user to the chatroom! ── DND ╮")
        #expect(room.row(0, 20, 6) == "╭ Welcome us…  DND ╮")
    }

    @Test("the title says how safe the way to the server is, unless it is on this machine") func safety() {
        var room = Room.sketch
        room.state.route = Room.openRoute
        #expect(room.row(0, 100, 30).hasSuffix(" Webphone1 · 1001 · tcp, not encrypted · connected ╮"))
        room.state.route = Room.safeRoute
        #expect(room.row(0, 80, 24).hasSuffix(" Webphone1 · 1001 · tls · connected ╮"))
        room.state.connection = .connectionClosed(reason: "gone", retryIn: nil)
        #expect(room.row(0, 80, 24).hasSuffix(" Webphone1 · 1001 · connection lost ╮"))
    }

    @Test("a command in the making shows what may follow") func commands() {
        var room = Room()
        room.types("/")
        #expect(
            room.row(23, 80, 24).hasPrefix(
                "╰ /call NUMBER|NAME  /voice [on|off]  /mute [on|off]  /hold  /resume "))
        room.types("tr")
        #expect(room.row(23, 80, 24).hasPrefix("╰ /transfer [NUMBER|NAME] ──"))
        #expect(room.row(9, 40, 10).hasPrefix("╰ /transfer [NUMBER|NAME] ──"))
        room.types("ansfer carol")
        #expect(room.row(23, 80, 24).hasPrefix("╰ /transfer [NUMBER|NAME] ──"))
    }
}
