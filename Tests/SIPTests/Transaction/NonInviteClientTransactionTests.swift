import SIP
import Testing

@Suite("Another request we send")
struct NonInviteClientTransactionTests {
    @Test("over UDP: timer E doubles up to T2, timer F ends it") func unanswered() {
        var host = TransactionHost(.udp)
        host.send(.message)
        #expect(host.running == ["timerE 0.5", "timerF 32"])
        host.elapse(60)
        #expect(
            host.news() == """
                0 > MESSAGE
                0.5 > MESSAGE
                1.5 > MESSAGE
                3.5 > MESSAGE
                7.5 > MESSAGE
                11.5 > MESSAGE
                15.5 > MESSAGE
                19.5 > MESSAGE
                23.5 > MESSAGE
                27.5 > MESSAGE
                31.5 > MESSAGE
                32 x timedOut
                """)
        #expect(host.layer.count == 0)
        #expect(host.running == [])
    }

    @Test("over a reliable transport it is sent once") func unansweredReliable() {
        var host = TransactionHost(.tcp)
        host.send(.register)
        #expect(host.running == ["timerF 32"])
        host.elapse(60)
        #expect(host.news() == "0 > REGISTER\n32 x timedOut")
    }

    @Test("after a provisional response copies come every T2, and timer F still ends it") func slow() {
        var host = TransactionHost(.udp)
        host.send(.subscribe)
        host.elapse(0.1)
        host.hear(100, to: .subscribe)
        host.elapse(10)
        #expect(
            host.news() == """
                0 > SUBSCRIBE
                0.1 ^ 100
                0.5 > SUBSCRIBE
                4.5 > SUBSCRIBE
                8.5 > SUBSCRIBE
                """)
        host.elapse(30)
        #expect(host.news().hasSuffix("32 x timedOut"))
    }

    @Test("the final response goes up once; timer K absorbs its copies", arguments: [200, 302, 404, 500, 603])
    func answered(status: Int) {
        var host = TransactionHost(.udp)
        host.send(.message)
        host.hear(status, to: .message, tag: "b1")
        #expect(host.running == ["timerK 5"])
        host.hear(status, to: .message, tag: "b1")
        host.hear(100, to: .message)
        #expect(host.layer.counters.strayResponses == 0)
        host.elapse(5)
        #expect(host.layer.count == 0)
        host.hear(status, to: .message, tag: "b1")
        #expect(host.news() == "0 > MESSAGE\n0 ^ \(status) b1")
        #expect(host.layer.counters.strayResponses == 1)
    }

    @Test("over a reliable transport timer K is 0: the final response leaves nothing behind") func answeredReliable() {
        var host = TransactionHost(.tcp)
        host.send(.message)
        host.hear(200, to: .message, tag: "b1")
        #expect(host.news() == "0 > MESSAGE\n0 ^ 200 b1")
        #expect(host.layer.count == 0)
        #expect(host.running == [])
    }

    @Test("a closed flow fails it at once", arguments: [nil, 100, 200])
    func closed(status: Int?) {
        var host = TransactionHost(.udp)
        host.send(.options)
        if let status { host.hear(status, to: .options, tag: "b1") }
        _ = host.news()
        host.close()
        #expect(host.news() == ((status ?? 100) < 200 ? "0 x transport" : ""))
        #expect(host.layer.count == 0)
        #expect(host.running == [])
    }

    @Test("requests under way are told apart, whatever the order of the answers") func several() {
        var host = TransactionHost(.udp)
        host.send(.example(.message, number: 1))
        let first = host.sent(.message)
        host.send(.example(.message, number: 2))
        host.hear(202, to: .message, tag: "b1")
        if let first { host.hear(Response(403, to: first, toTag: "b1")) }
        #expect(host.answers.map(\.status) == [202, 403])
        #expect(host.answers.map { $0.cseq?.number } == [2, 1])
    }
}
