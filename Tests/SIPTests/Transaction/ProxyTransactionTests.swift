import SIP
import Testing

/// A stateful proxy on one layer: alice on one flow, bob on another.
private struct ProxyHost {
    var host = TransactionHost(.udp)
    let bob = Flow.example(.udp, peer: 5080)
    var forwarded: TransactionLayer.ClientID?

    /// Alice's INVITE arrives and goes on to bob.
    init() throws {
        host.hear(.arriving(.invite))
        let invite = try #require(host.asked.last).request
        forwarded = host.send(invite, on: bob)
    }

    /// Bob answers, and what comes up goes back to alice without our Via.
    mutating func bobSays(_ status: Int, tag: String) throws {
        let before = host.answers.count
        host.hear(status, tag: tag)
        guard host.answers.count > before, var response = host.answers.last else { return }
        response.headers.removeFirstValue(.via)
        host.answer(response, to: try #require(host.asked.first).id)
    }
}

@Suite("A stateful proxy on the transaction layer")
struct ProxyTransactionTests {
    @Test("each copy of a 200 and each fork's reach the caller, with the caller's Via alone") func forwards200() throws
    {
        var proxy = try ProxyHost()
        try proxy.bobSays(100, tag: "b1")
        try proxy.bobSays(180, tag: "b1")
        try proxy.bobSays(200, tag: "b1")
        proxy.host.elapse(0.5)
        try proxy.bobSays(200, tag: "b1")
        try proxy.bobSays(200, tag: "b2")
        #expect(proxy.host.sentResponse?.headers.values(.via) == ["SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bKpeer1"])
        #expect(
            proxy.host.news() == """
                0 ^ INVITE
                0 > INVITE
                0 ^ 100 b1
                0 > 100 b1
                0 ^ 180 b1
                0 > 180 b1
                0 ^ 200 b1
                0 > 200 b1
                0.5 ^ 200 b1
                0.5 > 200 b1
                0.5 ^ 200 b2
                0.5 > 200 b2
                """)
        proxy.host.elapse(32)
        #expect(proxy.host.layer.count == 0)
    }

    @Test("a CANCEL is answered here and goes on; the 487 is acknowledged hop by hop") func cancels() throws {
        var proxy = try ProxyHost()
        try proxy.bobSays(180, tag: "b1")
        _ = proxy.host.news()
        proxy.host.hear(.arriving(.cancel))
        proxy.host.cancel(try #require(proxy.forwarded))
        try proxy.bobSays(487, tag: "b1")
        proxy.host.hear(.arriving(.ack))
        #expect(
            proxy.host.news() == """
                0 > 200 b1
                0 ^ CANCEL
                0 > CANCEL
                0 > ACK
                0 ^ 487 b1
                0 > 487 b1
                """)
    }

    @Test("a closed flow fails what was sent on it and leaves the other side alone") func oneSideCloses() throws {
        var proxy = try ProxyHost()
        _ = proxy.host.news()
        proxy.host.perform(proxy.host.layer.handle(.closed(proxy.bob)))
        #expect(proxy.host.news() == "0 x transport")
        #expect(proxy.host.layer.count == 1)
        proxy.host.answer(480)
        #expect(proxy.host.news() == "0 > 480 b1")
    }
}
