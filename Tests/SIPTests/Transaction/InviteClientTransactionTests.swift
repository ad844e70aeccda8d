import SIP
import Testing

@Suite("An INVITE we send")
struct InviteClientTransactionTests {
    @Test("over UDP: timer A doubles without bound, timer B ends it") func unanswered() {
        var host = TransactionHost(.udp)
        host.send(.invite)
        #expect(host.running == ["timerA 0.5", "timerB 32"])
        host.elapse(60)
        #expect(
            host.news() == """
                0 > INVITE
                0.5 > INVITE
                1.5 > INVITE
                3.5 > INVITE
                7.5 > INVITE
                15.5 > INVITE
                31.5 > INVITE
                32 x timedOut
                """)
        #expect(host.layer.count == 0)
        #expect(host.running == [])
    }

    @Test("over a reliable transport it is sent once") func unansweredReliable() {
        var host = TransactionHost(.tcp)
        host.send(.invite)
        #expect(host.running == ["timerB 32"])
        host.elapse(60)
        #expect(host.news() == "0 > INVITE\n32 x timedOut")
        #expect(host.layer.count == 0)
    }

    @Test("a provisional response stops the copies, and it may ring for hours") func ringing() {
        var host = TransactionHost(.udp)
        host.send(.invite)
        host.elapse(0.6)
        host.hear(100)
        #expect(host.running == [])
        host.elapse(7_200)
        host.hear(180, tag: "b1")
        host.hear(200, tag: "b1")
        #expect(
            host.news() == """
                0 > INVITE
                0.5 > INVITE
                0.6 ^ 100
                7200.6 ^ 180 b1
                7200.6 ^ 200 b1
                """)
    }

    @Test("each refusal's copy is acknowledged again until timer D") func refused() {
        var host = TransactionHost(.udp)
        host.send(.invite)
        host.hear(486, tag: "b1")
        #expect(host.running == ["timerD 32"])
        host.elapse(1)
        host.hear(486, tag: "b1")
        host.hear(180, tag: "b1")
        host.hear(200, tag: "b2")
        host.elapse(31)
        #expect(host.layer.count == 0)
        host.hear(486, tag: "b1")
        #expect(
            host.news() == """
                0 > INVITE
                0 > ACK
                0 ^ 486 b1
                1 > ACK
                """)
        #expect(host.layer.counters.strayResponses == 1)
    }

    @Test("over a reliable transport a refusal ends it at once") func refusedReliable() {
        var host = TransactionHost(.tcp)
        host.send(.invite)
        host.hear(603, tag: "b1")
        #expect(host.news() == "0 > INVITE\n0 > ACK\n0 ^ 603 b1")
        #expect(host.layer.count == 0)
        #expect(host.running == [])
    }

    @Test("the ACK for a refusal is the INVITE's shadow: its Via, Route and number, the response's To") func shadow()
        throws
    {
        var host = TransactionHost(.udp)
        let route = "<sip:p1.example;lr>"
        host.send(
            .example(
                .invite, via: "SIP/2.0/UDP below.example;branch=z9hG4bKbelow", number: 41,
                fields: [(.route, route), (.route, "<sip:p2.example;lr>"), (.contact, "<sip:alice@192.0.2.1>")]))
        host.hear(404, tag: "b1")
        let invite = try #require(host.sent(.invite))
        let ack = try #require(host.sent(.ack))
        #expect(ack.uri == invite.uri)
        #expect(ack.headers.values(.via) == [invite.headers.values(.via)[0]])
        #expect(ack.headers.values(.route) == [route, "<sip:p2.example;lr>"])
        #expect(ack.cseq == CSeq(41, .ack))
        #expect(ack.to?.tag == "b1")
        #expect(ack.from == invite.from)
        #expect(ack.callID == invite.callID)
        #expect(ack.headers[.maxForwards] == "70")
        #expect(ack.headers[.contact] == nil)
    }

    @Test("forks: every 2xx and every copy of one goes up until timer M, nothing else does") func forked() {
        var host = TransactionHost(.udp)
        host.send(.invite)
        host.hear(180, tag: "b1")
        host.hear(180, tag: "b2")
        host.hear(200, tag: "b1")
        #expect(host.running == ["timerM 32"])
        host.elapse(1)
        host.hear(200, tag: "b2")
        host.hear(200, tag: "b1")
        host.hear(180, tag: "b3")
        host.hear(486, tag: "b3")
        host.elapse(31)
        #expect(host.layer.count == 0)
        host.hear(200, tag: "b2")
        #expect(
            host.news() == """
                0 > INVITE
                0 ^ 180 b1
                0 ^ 180 b2
                0 ^ 200 b1
                1 ^ 200 b2
                1 ^ 200 b1
                """)
        #expect(host.layer.counters.strayResponses == 1)
    }

    @Test("timer M runs over reliable transports too: forks answer there as well") func forkedReliable() {
        var host = TransactionHost(.tcp)
        host.send(.invite)
        host.hear(200, tag: "b1")
        #expect(host.running == ["timerM 32"])
    }

    @Test("a closed flow fails it at once", arguments: [nil, 100, 200, 486])
    func closed(status: Int?) {
        var host = TransactionHost(.udp)
        host.send(.invite)
        if let status { host.hear(status, tag: "b1") }
        _ = host.news()
        host.close()
        #expect(host.news() == ((status ?? 100) < 200 ? "0 x transport" : ""))
        #expect(host.layer.count == 0)
        #expect(host.running == [])
    }
}
