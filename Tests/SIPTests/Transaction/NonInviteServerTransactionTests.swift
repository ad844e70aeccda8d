import SIP
import Testing

@Suite("Another request that arrives")
struct NonInviteServerTransactionTests {
    @Test("over UDP it goes up once; copies get the last answer until timer J") func answered() {
        var host = TransactionHost(.udp)
        host.hear(.arriving(.message))
        host.hear(.arriving(.message))
        #expect(host.running == [])
        host.elapse(0.5)
        host.answer(200)
        #expect(host.running == ["timerJ 32"])
        host.hear(.arriving(.message))
        host.answer(500)
        host.elapse(31.9)
        host.hear(.arriving(.message))
        #expect(
            host.news() == """
                0 ^ MESSAGE
                0.5 > 200 b1
                0.5 > 200 b1
                32.4 > 200 b1
                """)
        #expect(host.layer.counters.repeatedRequests == 3)
        host.elapse(0.1)
        #expect(host.layer.count == 0)
        host.hear(.arriving(.message))
        #expect(host.news() == "32.5 ^ MESSAGE")
    }

    @Test("a provisional answer is what copies get meanwhile") func proceeding() {
        var host = TransactionHost(.udp)
        host.hear(.arriving(.subscribe))
        host.answer(100, tag: nil)
        host.hear(.arriving(.subscribe))
        host.answer(200)
        host.hear(.arriving(.subscribe))
        #expect(
            host.news() == """
                0 ^ SUBSCRIBE
                0 > 100
                0 > 100
                0 > 200 b1
                0 > 200 b1
                """)
    }

    @Test("over a reliable transport timer J is 0: the answer leaves nothing behind") func reliable() {
        var host = TransactionHost(.tcp)
        host.hear(.arriving(.message))
        #expect(host.layer.count == 1)
        host.answer(200)
        #expect(host.layer.count == 0)
        #expect(host.running == [])
        #expect(host.news() == "0 ^ MESSAGE\n0 > 200 b1")
    }

    @Test("a closed flow takes it away in silence", arguments: [nil, 100, 200])
    func closed(status: Int?) {
        var host = TransactionHost(.udp)
        host.hear(.arriving(.register))
        if let status { host.answer(status) }
        _ = host.news()
        host.close()
        host.answer(200)
        #expect(host.news() == "")
        #expect(host.layer.count == 0)
        #expect(host.running == [])
    }
}
