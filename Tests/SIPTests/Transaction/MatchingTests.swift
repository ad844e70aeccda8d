import SIP
import Testing

@Suite("Which message belongs to which transaction")
struct MatchingTests {
    @Test("a response matches by branch and method, not by Call-ID") func byBranch() throws {
        var host = TransactionHost(.udp)
        host.send(.message)
        let request = try #require(host.sent(.message))
        var stranger = Response(200, to: request, toTag: "b1")
        stranger.topVia?.branch = "z9hG4bKother"
        host.hear(stranger)
        var wrongMethod = Response(200, to: request, toTag: "b1")
        wrongMethod.headers[.cseq] = "1 OPTIONS"
        host.hear(wrongMethod)
        #expect(host.layer.counters.strayResponses == 2)
        #expect(host.answers == [])
        host.hear(200, to: .message)
        #expect(host.answers.count == 1)
    }

    @Test("a response without a Via or CSeq is dropped and counted", arguments: [HeaderName.via, .cseq])
    func unreadableResponse(missing: HeaderName) throws {
        var host = TransactionHost(.udp)
        host.send(.message)
        var response = Response(200, to: try #require(host.sent(.message)), toTag: "b1")
        response.headers[missing] = nil
        host.hear(response)
        #expect(host.answers == [])
        #expect(host.layer.counters.unreadable == 1)
    }

    @Test("requests differ by branch, by sent-by and by method") func requestsDiffer() {
        var host = TransactionHost(.udp)
        host.hear(.arriving(.message))
        host.hear(.arriving(.message, branch: "z9hG4bKpeer2"))
        host.hear(.arriving(.info))
        host.hear(.example(.message, via: "SIP/2.0/UDP 192.0.2.9:5061;branch=z9hG4bKpeer1"))
        host.hear(.arriving(.message))
        #expect(host.asked.count == 4)
    }

    @Test(
        "without a branch of RFC 3261 the fields decide, and the ACK finds the refusal",
        arguments: ["", ";branch=1", ";branch=z9hG4bK"])
    func legacy(branch: String) {
        let via = "SIP/2.0/UDP 192.0.2.9:5060\(branch)"
        var host = TransactionHost(.udp)
        host.hear(.example(.invite, via: via, number: 1))
        host.hear(.example(.invite, via: via, number: 2))
        host.hear(.example(.invite, via: via, number: 1, callID: "c2"))
        #expect(host.asked.count == 3)
        host.answer(404)
        _ = host.news()
        var ack = Request.example(.ack, via: via, number: 1, callID: "c2")
        ack.headers[.to] = "<sip:bob@b.example>;tag=b1"
        host.hear(ack)
        #expect(host.running.contains("timerI 5"))
        #expect(host.news() == "")
    }

    @Test("an ACK that belongs to nothing goes up, for the dialog to judge") func strayAck() {
        var host = TransactionHost(.udp)
        host.hear(.arriving(.ack))
        #expect(host.news() == "0 ^ ACK")
        #expect(host.layer.count == 0)
    }

    @Test("a request without a readable Via is dropped and counted") func noVia() {
        var host = TransactionHost(.udp)
        host.hear(.example(.message))
        host.hear(.example(.message, via: "nonsense"))
        #expect(host.news() == "")
        #expect(host.layer.counters.unreadable == 2)
    }
}

@Suite("The top Via")
struct TopViaTests {
    @Test("of what we send: a new branch, our address, a question for our port, above the Vias below") func sent()
        throws
    {
        var host = TransactionHost(.tcp)
        let below = "SIP/2.0/UDP below.example;branch=z9hG4bKbelow"
        let first = host.send(.example(.message, via: below))
        let request = try #require(host.sent(.message))
        let via = try #require(request.topVia)
        #expect(via.branch == first.branch)
        #expect(via.branch?.hasPrefix("z9hG4bK") == true)
        #expect(via.host == "192.0.2.1")
        #expect(via.port == 5070)
        #expect(via.parameters.contains("rport"))
        #expect(via.parameters["rport"] == nil)
        #expect(request.headers.values(.via) == [via.description, below])
        #expect(request.headers[.maxForwards] == "70")
        #expect(host.send(.message).branch != first.branch)
    }

    @Test("Max-Forwards stays as a proxy counted it") func maxForwards() {
        var host = TransactionHost(.tcp)
        host.send(.example(.message, fields: [(.maxForwards, "12")]))
        #expect(host.sent(.message)?.headers.values(.maxForwards) == ["12"])
    }

    @Test("the ACK to a 2xx has a branch of its own and no transaction") func ack() throws {
        var host = TransactionHost(.udp)
        let invite = host.send(.invite)
        host.hear(200, tag: "b1")
        host.perform(host.layer.sendAck(.example(.ack), on: host.flow))
        let via = try #require(host.sent(.ack)?.topVia)
        #expect(via.branch?.hasPrefix("z9hG4bK") == true)
        #expect(via.branch != invite.branch)
        #expect(host.running == ["timerM 32"])
    }

    @Test(
        "of what arrives: received where the address differs, and rport where it was asked for",
        arguments: [
            ("192.0.2.9:5060", "", nil, nil),
            ("192.0.2.9:5060", ";rport", "192.0.2.9", "5060"),
            ("10.0.0.7:5060", "", "192.0.2.9", nil),
            ("10.0.0.7", ";rport", "192.0.2.9", "5060"),
            ("phone.example", ";rport;received=203.0.113.5", "192.0.2.9", "5060"),
            ("phone.example", ";rport=9", "192.0.2.9", "5060"),
        ] as [(String, String, String?, String?)])
    func received(sentBy: String, parameters: String, received: String?, rport: String?) throws {
        var host = TransactionHost(.udp)
        host.hear(.example(.options, via: "SIP/2.0/UDP \(sentBy);branch=z9hG4bK1\(parameters)"))
        host.answer(200)
        let via = try #require(host.sentResponse?.topVia)
        #expect(via.parameters["received"] == received)
        #expect(via.parameters["rport"] == rport)
        #expect(via.branch == "z9hG4bK1")
    }

    @Test("the Vias below it stay untouched") func below() throws {
        var host = TransactionHost(.udp)
        var request = Request.arriving(.options)
        request.headers.prepend(.via, "SIP/2.0/UDP proxy.example;branch=z9hG4bKproxy")
        host.hear(request)
        let vias = try #require(host.asked.last).request.headers.values(.via)
        #expect(vias.count == 2)
        #expect(vias.last == "SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bKpeer1")
    }
}
