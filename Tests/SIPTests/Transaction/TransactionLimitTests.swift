import SIP
import Testing

@Suite("Limits of the transaction layer")
struct TransactionLimitTests {
    @Test("a flood on one flow is answered 503 with Retry-After, and the others go on") func perFlow() throws {
        var host = TransactionHost(.udp, limits: .init(transactionsPerFlow: 3))
        for number in 1...5 { host.hear(.arriving(.message, branch: "z9hG4bK\(number)")) }
        #expect(host.asked.count == 3)
        #expect(host.sentResponse?.status == 503)
        #expect(host.sentResponse?.headers[.retryAfter] == "5")
        #expect(host.layer.counters.overloaded == 2)
        host.hear(.arriving(.message), on: .example(.udp, peer: 5099))
        #expect(host.asked.count == 4)
        let (request, id) = host.asked[0]
        host.answer(Response(200, to: request, toTag: "b1"), to: id)
        #expect(host.sentResponse?.status == 200)
    }

    @Test("an address has a limit of its own over UDP, whatever ports it writes; a trusted one has none")
    func perAddress() throws {
        var host = TransactionHost(.udp, limits: .init(transactionsPerAddress: 20))
        for number in 1...30 as ClosedRange<UInt16> {
            host.hear(.arriving(.message, branch: "z9hG4bK\(number)"), on: .example(.udp, peer: 5_100 + number))
        }
        #expect(host.asked.count == 20 && host.sentResponse?.status == 503)
        host.layer.limits.trusted = [try AddressRange("192.0.2.0/24")]
        host.hear(.arriving(.message, branch: "z9hG4bK31"))
        #expect(host.asked.count == 21)
    }

    @Test("a connection with few of its own goes on though others at its address have too many") func apart() {
        var host = TransactionHost(.tcp, limits: .init(transactionsPerAddress: 20))
        for number in 1...30 { host.hear(.arriving(.message, branch: "z9hG4bK\(number)")) }
        #expect(host.asked.count == 20)
        host.hear(.arriving(.message, branch: "z9hG4bK31"), on: .example(.tcp, peer: 5_099))
        #expect(host.asked.count == 21)
    }

    @Test("the last eighth is for those who began few") func reserve() {
        var host = TransactionHost(.tcp, limits: .init(transactions: 80))
        for number in 1...100 { host.hear(.arriving(.message, branch: "z9hG4bK\(number)")) }
        #expect(host.asked.count == 70)
        for number in 1...20 as ClosedRange<UInt16> {
            host.hear(.arriving(.message, branch: "z9hG4bK\(number)"), on: .example(.tcp, peer: 5_100 + number))
        }
        #expect(host.asked.count == 80)
    }

    @Test("what is kept at one address is bounded in octets too, and once it is answered the answer is what counts")
    func octetsPerAddress() {
        var limits = TransactionLayer.Limits()
        limits.octetsPerAddress = 40_000
        var host = TransactionHost(.udp, limits: limits)
        for number in 1...30 { host.hear(large(number)) }
        #expect(host.asked.count == 16, "few are always let in")
        #expect(host.sentResponse?.status == 503)
        for (request, id) in host.asked { host.answer(Response(200, to: request, toTag: "b1"), to: id) }
        host.hear(large(31))
        #expect(host.asked.count == 17)
        for (_, id) in host.asked.suffix(1) {
            host.answer(Response(200, body: Array(repeating: 0, count: 40_000)), to: id)
        }
        host.hear(large(32))
        #expect(host.asked.count == 17)
        host.elapse(32)
        host.hear(large(33))
        #expect(host.asked.count == 18)
    }

    @Test("in all, too, octets are bounded") func octetsInAll() {
        var limits = TransactionLayer.Limits()
        limits.octets = 80_000
        var host = TransactionHost(.tcp, limits: limits)
        for number in 1...30 as ClosedRange<UInt16> {
            host.hear(large(Int(number)), on: .example(.tcp, peer: 5_100 + number))
        }
        #expect(host.asked.count == (80_000 + large(10).octets - 1) / large(10).octets)
    }

    private func large(_ number: Int) -> Request {
        var request = Request.arriving(.message, branch: "z9hG4bK\(number)")
        request.body = Array(repeating: UInt8(ascii: "x"), count: 4_000)
        return request
    }

    @Test("room comes back when transactions end") func roomAgain() {
        var host = TransactionHost(.udp, limits: .init(transactions: 1))
        host.hear(.arriving(.message, branch: "z9hG4bK1"))
        host.hear(.arriving(.message, branch: "z9hG4bK2"))
        #expect(host.sentResponse?.status == 503)
        host.answer(200)
        host.elapse(32)
        host.hear(.arriving(.message, branch: "z9hG4bK3"))
        #expect(host.asked.count == 2)
    }

    @Test("in all: what we send finds no room either, and fails at once") func inAll() {
        var host = TransactionHost(.tcp, limits: .init(transactions: 2))
        host.hear(.arriving(.message))
        host.send(.message)
        _ = host.news()
        host.send(.message)
        #expect(host.news() == "0 x overloaded")
        host.hear(.arriving(.invite))
        #expect(host.sentResponse?.status == 503)
        #expect(host.layer.count == 2)
    }

    @Test("the ACK to a 503 that had no transaction does no harm") func ackAfterRefusal() {
        var host = TransactionHost(.udp, limits: .init(transactions: 0))
        host.hear(.arriving(.invite))
        host.hear(.arriving(.ack))
        #expect(host.layer.count == 0)
        #expect(host.running == [])
    }

    @Test("over UDP a request of more than 1,300 bytes is refused unsent, over TCP it goes") func tooLarge() throws {
        for (transport, expected) in [(TransportProtocol.udp, "0 x tooLarge"), (.tcp, "0 > MESSAGE")] {
            var host = TransactionHost(transport)
            var request = Request.example(.message)
            request.body = Array(repeating: UInt8(ascii: "x"), count: 1_300)
            host.send(request)
            #expect(host.news() == expected)
        }
    }

    @Test("1,300 bytes exactly still go, one more does not", arguments: [(0, "0 > MESSAGE"), (1, "0 x tooLarge")])
    func largest(extra: Int, expected: String) throws {
        var request = Request.example(.message)
        request.body = Array(repeating: UInt8(ascii: "x"), count: 1_000)
        var probe = TransactionHost(.udp)
        probe.send(request)
        let size = try Message.request(try #require(probe.sent(.message))).serialized().count
        request.body += Array(repeating: UInt8(ascii: "x"), count: 1_300 - size + extra)
        var host = TransactionHost(.udp)
        host.send(request)
        #expect(host.news() == expected)
    }

    @Test("what cannot be written fails at once, on any transport", arguments: [TransportProtocol.udp, .tcp])
    func unwritable(transport: TransportProtocol) {
        var host = TransactionHost(transport)
        host.send(.example(.message, fields: [("Subject", "hi\r\nVia: SIP/2.0/UDP evil")]))
        #expect(host.news() == "0 x unwritable")
        #expect(host.layer.count == 0)
    }

    @Test("what no message may hold is too large over TCP as well") func huge() {
        var host = TransactionHost(.tcp)
        var request = Request.example(.message)
        request.body = Array(repeating: 0, count: 70_000)
        host.send(request)
        #expect(host.news() == "0 x tooLarge")
    }

    @Test("a proxy that has only this flow may set the limit higher") func raised() {
        var host = TransactionHost(.udp, limits: .init(datagram: 8_000))
        var request = Request.example(.message)
        request.body = Array(repeating: UInt8(ascii: "x"), count: 1_300)
        host.send(request)
        #expect(host.news() == "0 > MESSAGE")
    }

    @Test("a flow whose transactions ended takes no memory any more") func noTrace() {
        var index = FlowIndex()
        let member = FlowIndex.Member.client(.init(branch: "z9hG4bK1", method: .message))
        index.insert(member, on: .example(.udp))
        index.insert(member, on: .example(.udp))
        #expect(index.count == 1)
        index.remove(member, on: .example(.udp))
        index.remove(member, on: .example(.udp))
        #expect(index == FlowIndex())
    }

    @Test("25,000 messages over TCP leave nothing behind, in either role") func nothingLeft() {
        var host = TransactionHost(.tcp)
        for number in 1...25_000 {
            host.hear(.arriving(.message, branch: "z9hG4bK\(number)"))
            host.answer(200)
        }
        #expect(host.layer.count == 0)
        #expect(host.running == [])
    }
}
