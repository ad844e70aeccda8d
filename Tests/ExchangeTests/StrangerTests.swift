import SIP
import Testing

@testable import Exchange

@Suite("Strangers, and those who register too fast") struct StrangerTests {
    private let outside = "192.0.2.7"

    @Test("what a stranger asks for is refused and leaves no transaction behind, over UDP too")
    func noTrace() {
        let town = Town()
        let phone = town.phone("eve", over: .udp, at: outside)
        for _ in 1...100 {
            phone.ask("INVITE", "sip:1000@exchange.local", from: "<sip:1000@exchange.local>;tag=x")
            phone.ask("MESSAGE", "sip:1000@exchange.local", from: "<sip:1000@exchange.local>;tag=x")
        }
        #expect(phone.statuses == Array(repeating: 403, count: 200))
        #expect(phone.responses.last?.reason == "Register First")
        #expect(town.exchange.layer.count == 0 && town.runningTimers == 0)
        #expect(town.status.counters.refusals[403] == 200 && town.status.counters.requests[.invite] == 100)
    }

    @Test("a copy is answered in the same words, the tag included, and its ACK does no harm")
    func copies() {
        let town = Town()
        let phone = town.phone("eve", over: .udp, at: outside)
        for _ in 1...2 {
            phone.ask(
                "INVITE", "sip:1000@exchange.local", from: "<sip:x@exchange.local>;tag=x", callID: "c", cseq: 1,
                branch: "z9hG4bK1")
        }
        #expect(phone.responses.count == 2 && phone.responses.first == phone.responses.last)
        phone.ask(
            "INVITE", "sip:1000@exchange.local", from: "<sip:x@exchange.local>;tag=x", callID: "d", cseq: 1,
            branch: "z9hG4bK2")
        #expect(phone.responses.last?.to?.tag != phone.responses.first?.to?.tag)
        phone.ask("ACK", "sip:1000@exchange.local", callID: "c", cseq: 1, branch: "z9hG4bK1")
        #expect(phone.responses.count == 3 && town.exchange.layer.count == 0)
    }

    @Test("a request in a dialog that a stranger has no part in is 481, and a ping is answered")
    func inDialog() {
        let town = Town()
        let phone = town.phone("eve", over: .udp, at: outside)
        phone.ask("INVITE", "sip:1000@exchange.local", to: "<sip:1000@exchange.local>;tag=y")
        phone.ask("BYE", "sip:1000@exchange.local", to: "<sip:1000@exchange.local>;tag=y")
        phone.ask("OPTIONS", "sip:exchange.local")
        #expect(phone.statuses == [481, 481, 200])
        #expect(town.exchange.layer.count == 0)
    }

    @Test("five seconds' worth of registrations at once, then as many as come in time, and others are unaffected")
    func registrations() {
        var configuration = Exchange.Configuration()
        configuration.limits.registrationsPerSecond = 4
        let town = Town(configuration)
        let answers = (1...30).map { town.phone("n\($0)", at: outside).register() }
        #expect(answers.map { $0?.status }.count { $0 == 200 } == 20)
        #expect(answers.last??.reason == "Too Many Registrations" && answers.last??.headers[.retryAfter] == "10")
        #expect(town.status.counters.limits[.registrations] == 10)
        #expect(town.phone("other", at: "192.0.2.8").register()?.status == 200)
        #expect(town.phone("here").register()?.status == 200, "loopback is trusted")
        town.wait(.seconds(2))
        let later = (31...60).map { town.phone("n\($0)", at: outside).register()?.status }
        #expect(later.count { $0 == 200 } == 8)
    }

    @Test("who is registered refreshes and leaves however many newcomers there are at the address")
    func refresh() {
        var configuration = Exchange.Configuration()
        configuration.limits.registrationsPerSecond = 1
        let town = Town(configuration)
        let ann = town.phone("ann", at: outside)
        #expect(ann.register()?.status == 200)
        for number in 1...30 { town.phone("n\(number)", over: .udp, at: outside).register() }
        #expect(ann.register()?.status == 200)
        #expect(ann.register(expires: 0)?.status == 200)
    }

    @Test("who is registered may not register ever anew either, and is heard again later")
    func haste() {
        var configuration = Exchange.Configuration()
        configuration.limits.registrationsPerSecond = 10
        let town = Town(configuration)
        let ann = town.phone("ann", at: outside)
        for _ in 1...20 { ann.register() }
        #expect(ann.statuses.count { $0 == 200 } == 6 && ann.statuses.last == 503)
        town.wait(.seconds(10))
        #expect(ann.register()?.status == 200)
    }

    @Test("a flood of registrations leaves nothing behind once it is over")
    func nothingLeft() {
        let town = Town()
        for number in 1...2_000 { town.phone("n\(number)", over: .udp, at: outside).register(line: "None") }
        #expect(town.exchange.layer.count == 250)
        town.wait(.seconds(60))
        #expect(town.runningTimers == 0 && town.exchange.newcomers.isEmpty && town.exchange.layer.count == 0)
    }

    @Test("one address has but its share of the requests under way, and the last eighth is for who has few")
    func relays() throws {
        var configuration = Exchange.Configuration()
        configuration.limits.relays = 400
        configuration.limits.relaysPerAddress = 100
        let town = Town(configuration)
        let callee = town.phone("callee", at: "192.0.2.1")
        callee.register()
        let flooders = (2...6).map { number in
            let phone = town.phone("f\(number)", over: .udp, at: "192.0.2.\(number)")
            phone.register()
            for _ in 1...120 { phone.ask("MESSAGE", "sip:1000@exchange.local") }
            return phone
        }
        #expect(flooders.map { $0.statuses.count { $0 == 503 } } == [20, 20, 20, 70, 104])
        let innocent = town.phone("innocent", at: "192.0.2.2")
        innocent.register()
        innocent.forget()
        innocent.ask("MESSAGE", "sip:1000@exchange.local")
        #expect(innocent.statuses.isEmpty, "it has few, and a connection of its own")
        #expect(town.exchange.relays.count == 367)
    }
}
