import SIP
import Testing

@Suite("CANCEL, where it is sent")
struct CancelSentTests {
    @Test("before any answer it waits for the first provisional response") func early() throws {
        var host = TransactionHost(.udp)
        let invite = host.send(.invite)
        host.cancel(invite)
        host.elapse(0.7)
        host.hear(100)
        host.hear(200, to: .cancel, tag: "b1")
        host.hear(487, tag: "b1")
        #expect(
            host.news() == """
                0 > INVITE
                0.5 > INVITE
                0.7 ^ 100
                0.7 > CANCEL
                0.7 > ACK
                0.7 ^ 487 b1
                """)
        host.elapse(40)
        #expect(host.layer.count == 0)
        #expect(host.running == [])
    }

    @Test("it is the INVITE's shadow") func shadow() throws {
        var host = TransactionHost(.udp)
        let id = host.send(
            .example(.invite, number: 41, fields: [(.route, "<sip:p1.example;lr>"), (.require, "100rel")]))
        host.hear(180, tag: "b1")
        host.cancel(id)
        let invite = try #require(host.sent(.invite))
        let cancel = try #require(host.sent(.cancel))
        #expect(cancel.uri == invite.uri)
        #expect(cancel.headers.values(.via) == invite.headers.values(.via))
        #expect(cancel.headers.values(.route) == ["<sip:p1.example;lr>"])
        #expect(cancel.cseq == CSeq(41, .cancel))
        #expect(cancel.to == invite.to)
        #expect(cancel.from == invite.from)
        #expect(cancel.headers[.require] == nil)
    }

    @Test("a 200 that crosses it goes up; the dialog is the user's to end") func crossing() {
        var host = TransactionHost(.udp)
        let invite = host.send(.invite)
        host.hear(180, tag: "b1")
        host.cancel(invite)
        host.hear(200, tag: "b1")
        host.hear(481, to: .cancel, tag: "x")
        #expect(
            host.news() == """
                0 > INVITE
                0 ^ 180 b1
                0 > CANCEL
                0 ^ 200 b1
                """)
        #expect(host.running == ["timerK 5", "timerM 32"])
    }

    @Test("a refusal before any provisional response makes it needless") func needless() {
        var host = TransactionHost(.udp)
        let invite = host.send(.invite)
        host.cancel(invite)
        host.hear(404, tag: "b1")
        host.cancel(invite)
        #expect(host.news() == "0 > INVITE\n0 > ACK\n0 ^ 404 b1")
    }

    @Test("asked for twice it is sent once; a lost one is repeated") func repeated() {
        var host = TransactionHost(.udp)
        let invite = host.send(.invite)
        host.hear(100)
        host.cancel(invite)
        host.cancel(invite)
        host.elapse(1.5)
        #expect(
            host.news() == """
                0 > INVITE
                0 ^ 100
                0 > CANCEL
                0.5 > CANCEL
                1.5 > CANCEL
                """)
    }

    @Test("a peer that answers nothing any more: the INVITE fails 64·T1 after it") func deaf() {
        var host = TransactionHost(.tcp)
        let invite = host.send(.invite)
        host.hear(180, tag: "b1")
        host.cancel(invite)
        host.elapse(32)
        #expect(host.news().hasSuffix("32 x timedOut"))
        #expect(host.layer.count == 0)
    }

    @Test("of what is over, or never was, it says nothing") func nothing() {
        var host = TransactionHost(.tcp)
        let invite = host.send(.invite)
        host.hear(486, tag: "b1")
        _ = host.news()
        host.cancel(invite)
        #expect(host.news() == "")
    }
}

@Suite("CANCEL, where it arrives")
struct CancelReceivedTests {
    @Test("it is answered with the tag of what was said before, and our user is told once") func matched() {
        var host = TransactionHost(.udp)
        host.hear(.arriving(.invite))
        host.answer(180)
        host.hear(.arriving(.cancel))
        host.hear(.arriving(.cancel))
        host.answer(487)
        #expect(
            host.news() == """
                0 ^ INVITE
                0 > 180 b1
                0 > 200 b1
                0 ^ CANCEL
                0 > 200 b1
                0 > 487 b1
                """)
    }

    @Test("before any answer it gets a tag of its own") func untagged() throws {
        var host = TransactionHost(.tcp)
        host.hear(.arriving(.invite))
        host.hear(.arriving(.cancel))
        let response = try #require(host.sentResponse)
        #expect(response.status == 200)
        #expect(response.to?.tag?.isEmpty == false)
        #expect(response.cseq?.method == .cancel)
    }

    @Test("after the final answer it changes nothing", arguments: [200, 486]) func late(status: Int) {
        var host = TransactionHost(.udp)
        host.hear(.arriving(.invite))
        host.answer(status)
        _ = host.news()
        host.hear(.arriving(.cancel))
        #expect(host.news() == "0 > 200 b1")
    }

    @Test("one that matches no INVITE is answered 481") func unmatched() {
        var host = TransactionHost(.udp)
        host.hear(.arriving(.cancel))
        #expect(host.sentResponse?.status == 481)
        #expect(host.asked.isEmpty)
    }

    @Test("one from another flow cannot cancel what it only knows the branch of") func foreign() {
        var host = TransactionHost(.udp)
        host.hear(.arriving(.invite))
        host.hear(.arriving(.cancel), on: .example(.udp, peer: 6666))
        #expect(host.sentResponse?.status == 481)
        #expect(host.news().contains("^ CANCEL") == false)
    }
}
