import Testing
import Webphone

@testable import ChatCore

@Suite("Whatever comes, in whatever order") struct StormTests {
    /// The same numbers for the same seed.
    private struct Dice {
        var state: UInt64
        mutating func roll(_ sides: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(sides))
        }
    }

    private static let parties = [Desk.guest, Desk.bob, Desk.echo, Party(number: "1001", name: "user")]
    private static let keys: [Key] = [
        .enter, .enter, .escape, .tab, .backtab, .up, .down, .left, .right, .home, .end, .pageUp, .pageDown, .f(1),
        .ctrl("x"), .ctrl("o"), .ctrl("o"), .ctrl("c"), .ctrl("u"), .ctrl("p"), .ctrl("n"), .ctrl("y"), .backspace,
        .character("a"),
        .character(" "), .character("\u{301}"),
    ]
    private static let states: [CallState] = [
        .calling, .ringing, .inCall, .inCall, .hold, .completed, .rejected, .busy, .notFound, .noAnswer, .cancelled,
        .failed("words"), .forwarded(to: Desk.bob),
    ]
    private static let lines = [
        "/transfer", "/transfer bob", "/forward 1003", "/block", "/unblock 1003", "/hold", "/resume", "/dnd", "//x",
    ]

    private func key(_ dice: inout Dice) -> Chat.Input { .key(Self.keys[dice.roll(Self.keys.count)]) }

    private func id(_ dice: inout Dice) -> CallID {
        dice.roll(2) == 0 ? .placed(dice.roll(6)) : .received(dice.roll(6))
    }

    private func report(_ dice: inout Dice, incoming: inout Int) -> PhoneReport {
        let party = Self.parties[dice.roll(Self.parties.count)]
        switch dice.roll(13) {
        case 0: return .online(party)
        case 1: return .offline(party)
        case 2:
            incoming += 1
            return .incoming(.received(incoming), from: party)
        case 3: return .roster(Array(Self.parties.prefix(dice.roll(5))))
        case 4: return .connection(.connectionClosed(reason: "gone", retryIn: dice.roll(2) == 0 ? nil : .seconds(2)))
        case 5, 6: return .connection(.accessGranted(number: "1001"))
        case 7: return .message(id(&dice), from: party, "text")
        case 8: return .delivery(MessageID(dice.roll(9)), dice.roll(2) == 0 ? .delivered : .failed("words"))
        case 9: return .transferAsked(id(&dice), to: party)
        case 10: return .note(id(&dice), .handedOver(to: party))
        default: return .call(id(&dice), Self.states[dice.roll(Self.states.count)], by: dice.roll(2) == 0 ? .us : .them)
        }
    }

    private func action(_ dice: inout Dice) -> Chat.Action {
        switch dice.roll(7) {
        case 0: .select(dice.roll(5) - 1)
        case 1: .call(dice.roll(5) - 1)
        case 2: .press([.send, .ok, .cancel][dice.roll(3)])
        case 3: .scrollClients(dice.roll(9) - 4)
        case 4: .scrolled(to: dice.roll(2) == 0 ? nil : Anchor(entry: dice.roll(50) - 5, row: dice.roll(3) - 1))
        case 5: .moveCursor(dice.roll(40) - 5)
        default: .focus([.input, .send, .clients][dice.roll(3)])
        }
    }

    @Test(
        "there is never more than one chat beside the one on hold, and nothing refers to what is not there",
        arguments: UInt64(1)...60)
    func storm(seed: UInt64) {
        var dice = Dice(state: seed)
        var desk = Desk("user")
        var incoming = 0
        // The calls that we placed or accepted and have neither ended nor heard the end of.
        var ours: Set<CallID> = []
        for _ in 0..<2_000 {
            let input: Chat.Input =
                switch dice.roll(8) {
                case 0, 1, 2: key(&dice)
                case 3: .action(action(&dice))
                case 4: .paste((["one", "two\nlines", "\u{1B}\r\n", ""] + Self.lines)[dice.roll(4 + Self.lines.count)])
                case 5: .fired([.keyGuard, .tick, .doubleClick, .typing][dice.roll(4)])
                default: .phone(report(&dice, incoming: &incoming))
                }
            if case .phone(.call(let id, let state, _)) = input, !state.isAlive { ours.remove(id) }
            desk.feed(input)
            for command in desk.commands() {
                switch command {
                case .call(let id, let number):
                    #expect(number != "1001")
                    ours.insert(id)
                case .accept(let id), .acceptTransfer(_, as: let id): ours.insert(id)
                case .hangUp(let id), .reject(let id), .forward(let id, _): ours.remove(id)
                case .send(_, _, in: let id): #expect(desk.state.call?.id == id)
                case .hold(let id), .resume(let id), .transfer(let id, _), .join(let id, _), .refuseTransfer(let id),
                    .refuseVoice(let id), .endVoice(let id):
                    #expect(desk.knows(id) || !ours.contains(id))
                case .connect, .disconnect, .dtmf, .typing, .preferences, .offerVoice, .acceptVoice: break
                }
            }
            #expect(ours == Set(desk.calls.map(\.id)))
            check(desk)
        }
    }

    private func check(_ desk: Desk) {
        let state = desk.state
        #expect(desk.calls.allSatisfy { $0.state.isAlive })
        #expect(state.aside.allSatisfy { $0.isOn })
        #expect(state.aside.isEmpty || state.call != nil)
        #expect(state.aside.filter { !$0.handsOver }.count <= 1)
        #expect(state.clients.party("1001") == nil)
        #expect(state.clients.selection.map { state.clients.slots[$0] != nil } != false)
        #expect(state.draft.cursor >= 0 && state.draft.cursor <= state.draft.elements.count)
        #expect(state.anchor.map { state.log.indices.contains($0.entry) } != false)
        #expect(state.newLinesBelow >= 0 && state.newLinesBelow <= state.log.count)
        #expect(Set(state.dialogs.map(\.question.name)).count == state.dialogs.count)
        #expect(state.dialogs.isEmpty == state.dialogText.isEmpty)
    }
}

extension Desk {
    fileprivate var calls: [Chat.Call] { [state.call].compactMap { $0 } + state.aside }

    fileprivate func knows(_ id: CallID) -> Bool { calls.contains { $0.id == id } }
}

extension ConfirmDialog.Question {
    fileprivate var name: String {
        switch self {
        case .request(_, let party): party.number
        case .transfer(let id, _): "\(id)"
        case .voice(let id, _): "voice \(id)"
        case .forwarded(let label, let party): "\(label) \(party.number)"
        case .paste: "paste"
        case .trust(let server): server.name
        }
    }
}
