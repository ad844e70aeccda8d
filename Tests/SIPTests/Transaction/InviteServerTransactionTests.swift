import SIP
import Testing

@Suite("An INVITE that arrives")
struct InviteServerTransactionTests {
    @Test("100 follows after 200 ms when our user stays silent, and answers copies") func trying() {
        var host = TransactionHost(.udp)
        host.hear(.arriving(.invite))
        #expect(host.running == ["trying 0.2"])
        host.elapse(0.5)
        host.hear(.arriving(.invite))
        #expect(
            host.news() == """
                0 ^ INVITE
                0.2 > 100
                0.5 > 100
                """)
        #expect(host.running == [])
    }

    @Test("a copy before the 200 ms are over draws the 100 forth") func hastyCopy() {
        var host = TransactionHost(.udp)
        host.hear(.arriving(.invite))
        host.elapse(0.1)
        host.hear(.arriving(.invite))
        host.elapse(1)
        #expect(host.news() == "0 ^ INVITE\n0.1 > 100")
    }

    @Test("our user's own provisional response saves the 100, and is what copies get") func ringing() {
        var host = TransactionHost(.udp)
        host.hear(.arriving(.invite))
        host.answer(180)
        host.elapse(0.5)
        host.hear(.arriving(.invite))
        host.answer(183)
        host.hear(.arriving(.invite))
        #expect(
            host.news() == """
                0 ^ INVITE
                0 > 180 b1
                0.5 > 180 b1
                0.5 > 183 b1
                0.5 > 183 b1
                """)
    }

    @Test("over UDP a refusal without ACK: timer G doubles up to T2, timer H ends it") func lostAck() {
        var host = TransactionHost(.udp)
        host.hear(.arriving(.invite))
        host.answer(486)
        #expect(host.running == ["timerG 0.5", "timerH 32"])
        host.elapse(40)
        #expect(
            host.news() == """
                0 ^ INVITE
                0 > 486 b1
                0.5 > 486 b1
                1.5 > 486 b1
                3.5 > 486 b1
                7.5 > 486 b1
                11.5 > 486 b1
                15.5 > 486 b1
                19.5 > 486 b1
                23.5 > 486 b1
                27.5 > 486 b1
                31.5 > 486 b1
                """)
        #expect(host.layer.count == 0)
        #expect(host.running == [])
    }

    @Test("the ACK quietens a refusal; timer I absorbs copies of it and of the INVITE") func acknowledged() {
        var host = TransactionHost(.udp)
        host.hear(.arriving(.invite))
        host.answer(486)
        host.elapse(0.1)
        host.hear(.arriving(.invite))
        host.hear(.arriving(.ack))
        #expect(host.running == ["timerI 5"])
        host.hear(.arriving(.ack))
        host.hear(.arriving(.invite))
        host.answer(200)
        host.elapse(5)
        #expect(host.layer.count == 0)
        #expect(
            host.news() == """
                0 ^ INVITE
                0 > 486 b1
                0.1 > 486 b1
                """)
    }

    @Test("over a reliable transport a refusal is sent once; timer H waits for the ACK, timer I is 0") func reliable() {
        var host = TransactionHost(.tcp)
        host.hear(.arriving(.invite))
        host.answer(603)
        #expect(host.running == ["timerH 32"])
        host.elapse(31)
        host.hear(.arriving(.ack))
        #expect(host.news() == "0 ^ INVITE\n0 > 603 b1")
        #expect(host.layer.count == 0)
        #expect(host.running == [])
    }

    @Test("accepted: further 2xx go out, copies of the INVITE are absorbed, each ACK goes up, until timer L")
    func accepted() {
        var host = TransactionHost(.udp)
        host.hear(.arriving(.invite))
        host.answer(200)
        #expect(host.running == ["timerL 32"])
        host.elapse(0.5)
        host.answer(200)
        host.hear(.arriving(.invite))
        host.answer(486)
        host.answer(180)
        host.answer(200, tag: "b2")
        host.hear(.arriving(.ack))
        host.hear(.arriving(.ack, branch: "z9hG4bKack"))
        host.elapse(31.5)
        #expect(host.layer.count == 0)
        host.answer(200)
        #expect(
            host.news() == """
                0 ^ INVITE
                0 > 200 b1
                0.5 > 200 b1
                0.5 > 200 b2
                0.5 ^ ACK
                0.5 ^ ACK
                """)
    }

    @Test("an ACK before any answer is nonsense and absorbed") func earlyAck() {
        var host = TransactionHost(.udp)
        host.hear(.arriving(.invite))
        host.hear(.arriving(.ack))
        #expect(host.news() == "0 ^ INVITE")
    }

    @Test("a closed flow takes it away in silence", arguments: [nil, 180, 200, 486])
    func closed(status: Int?) {
        var host = TransactionHost(.udp)
        host.hear(.arriving(.invite))
        if let status { host.answer(status) }
        _ = host.news()
        host.close()
        host.answer(200)
        #expect(host.news() == "")
        #expect(host.layer.count == 0)
        #expect(host.running == [])
    }
}
