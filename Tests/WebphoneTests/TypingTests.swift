import SIP
import Testing

@testable import Webphone

@Suite("Who is typing")
struct TypingTests {
    let call = CallID.placed(1)
    static let active = ComposingIndication(isActive: true, refresh: Typing.refresh)
    static let idle = ComposingIndication(isActive: false)

    func understood() -> Typing {
        var typing = Typing()
        _ = typing.handle(.understood(call, true))
        return typing
    }

    var begun: [Typing.Effect] { [.send(call, Self.active), .start(.refresh(call), after: Typing.refreshInterval)] }
    var ended: [Typing.Effect] { [.send(call, Self.idle), .cancel(.refresh(call))] }

    @Test("is told when it begins, again as long as it lasts, and when it ends, one at a time")
    func told() {
        var typing = understood()
        #expect(typing.handle(.typing(call, true)) == begun)
        #expect(typing.handle(.typing(call, true)) == [])
        #expect(typing.handle(.typing(call, false)) == [], "the first is not answered yet")
        #expect(typing.handle(.answered(call, isTaken: true)) == ended)
        #expect(typing.handle(.answered(call, isTaken: true)) == [])
        #expect(typing.handle(.typing(call, true)) == begun)
        _ = typing.handle(.answered(call, isTaken: true))
        #expect(typing.handle(.fired(.refresh(call))) == begun)
        #expect(typing.handle(.ended(call)) == [.cancel(.refresh(call))])
        #expect(typing.handle(.fired(.refresh(call))) == [])
    }

    @Test("is never told while a text is under way, and a text ends it without a word")
    func texts() {
        var typing = understood()
        _ = typing.handle(.typing(call, true))
        _ = typing.handle(.answered(call, isTaken: true))
        #expect(typing.handle(.sent(call)) == [.cancel(.refresh(call))])
        #expect(typing.handle(.typing(call, true)) == [], "the next text is begun")
        #expect(typing.handle(.quiet(call)) == begun)
        _ = typing.handle(.answered(call, isTaken: true))
        _ = typing.handle(.sent(call))
        #expect(typing.handle(.typing(call, false)) == [])
        #expect(typing.handle(.quiet(call)) == [], "the text said it")
    }

    @Test("is told to nobody who does not understand it, or refuses it")
    func understanding() {
        var typing = Typing()
        #expect(typing.handle(.typing(call, true)) == [])
        #expect(typing.handle(.understood(call, true)) == begun)
        #expect(typing.handle(.answered(call, isTaken: false)) == [])
        #expect(typing.handle(.typing(call, false)) == [])
    }

    @Test("is told to nobody when the person does not want it, from that moment on")
    func switched() {
        var typing = understood()
        _ = typing.handle(.typing(call, true))
        _ = typing.handle(.answered(call, isTaken: true))
        #expect(typing.handle(.tells(false)) == ended)
        _ = typing.handle(.answered(call, isTaken: true))
        #expect(typing.handle(.typing(call, false)) == [])
        #expect(typing.handle(.typing(call, true)) == [])
        #expect(typing.handle(.tells(true)) == begun)
    }

    func report(_ isTyping: Bool) -> Typing.Effect { .report(.typing(call, isTyping)) }

    @Test("of the other side is shown once, until it ends, falls silent, or a text comes")
    func theirs() {
        var typing = Typing()
        let silence = Typing.Effect.start(.silence(call), after: .seconds(60))
        #expect(typing.handle(.received(call, Self.active)) == [report(true), silence])
        #expect(typing.handle(.received(call, Self.active)) == [silence])
        #expect(typing.handle(.received(call, Self.idle)) == [.cancel(.silence(call)), report(false)])
        #expect(typing.handle(.received(call, Self.idle)) == [])
        _ = typing.handle(.received(call, Self.active))
        #expect(typing.handle(.heard(call)) == [.cancel(.silence(call)), report(false)])
        #expect(typing.handle(.heard(call)) == [])
        _ = typing.handle(.received(call, Self.active))
        #expect(typing.handle(.fired(.silence(call))).last == report(false))
    }

    @Test(
        "how long the other side is believed is bounded",
        arguments: [(nil, 120), (0, 15), (4_294_967_295, 300), (60, 60)] as [(UInt32?, Int64)])
    func bounds(refresh: UInt32?, seconds: Int64) {
        var typing = Typing()
        let indication = ComposingIndication(isActive: true, refresh: refresh)
        let effects = typing.handle(.received(call, indication))
        #expect(effects.last == .start(.silence(call), after: .seconds(seconds)))
    }

    // MARK: The document

    @Test("what is written is read", arguments: [active, idle])
    func document(_ indication: ComposingIndication) {
        #expect(ComposingIndication(parsing: indication.content.body) == indication)
    }

    @Test("what other programs write is read: states unknown are idle, extensions are read over")
    func others() {
        let text = """
            <?xml version="1.0" encoding="UTF-8"?>
            <isComposing xmlns="urn:ietf:params:xml:ns:im-iscomposing" xmlns:x="urn:x"
              xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
              <x:state>idle</x:state> <state> active </state>
              <contenttype>text/plain</contenttype> <refresh>90</refresh> <x:more><state>idle</state></x:more>
            </isComposing>
            """
        #expect(ComposingIndication(parsing: Array(text.utf8)) == ComposingIndication(isActive: true, refresh: 90))
        let unknown = text.replacing("> active <", with: ">daydreaming<").replacing("90", with: "-1")
        #expect(ComposingIndication(parsing: Array(unknown.utf8)) == ComposingIndication(isActive: false))
    }

    @Test(
        "hostile documents are refused",
        arguments: [
            "", "<", "<isComposing><state>active</state></isComposing>",
            "<!DOCTYPE isComposing [<!ENTITY a \"aaaa\">]><isComposing>&a;</isComposing>",
            "<isComposing xmlns='urn:ietf:params:xml:ns:im-iscomposing'>",
            "<isComposing xmlns='urn:ietf:params:xml:ns:im-iscomposing'>" + String(repeating: "<a>", count: 100),
            "<isComposing xmlns='urn:ietf:params:xml:ns:im-iscomposing'>" + String(repeating: "<a/>", count: 100)
                + "<state>active</state></isComposing>",
            "<isComposing xmlns='urn:ietf:params:xml:ns:im-iscomposing'><state>active</state>"
                + String(repeating: " ", count: 10_000) + "</isComposing>",
        ])
    func hostile(text: String) {
        #expect(ComposingIndication(parsing: Array(text.utf8)) == nil)
    }
}
