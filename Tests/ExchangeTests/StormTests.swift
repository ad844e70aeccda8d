import SIP
import Testing

@testable import Exchange

@Suite("Anything at any time") struct StormTests {
    /// Phones that do what comes to their mind, for some hundred steps.
    private struct Storm {
        var dice: Identifiers
        let town: Town
        var phones: [Phone] = []

        init(seed: UInt64) {
            dice = .seeded(seed)
            var configuration = Exchange.Configuration(lines: ["Webphone1", "Webphone2"])
            configuration.limits.clientsPerLine = 5
            configuration.numbers = 1_000...1_009
            town = Town(configuration)
            for index in 0..<8 {
                phones.append(town.phone("p\(index)", over: index % 2 == 0 ? .tcp : .udp))
            }
        }

        mutating func throwDice(_ sides: Int) -> Int { Int.random(in: 0..<sides, using: &dice) }

        mutating func step() {
            let phone = phones[throwDice(phones.count)]
            let uri = "sip:\([600, 1_000, 1_001, 1_002, 1_003, 1_004][throwDice(6)])@exchange.local"
            switch throwDice(13) {
            case 0, 1: phone.register(line: "Webphone\(1 + throwDice(2))")
            case 2: phone.register(expires: throwDice(2) * 20)
            case 3: phone.subscribe(expires: throwDice(3) * 30)
            case 4, 5: invite(phone, uri)
            case 6: phone.ask("MESSAGE", uri, body: "hi")
            case 7, 8: answer(phone)
            case 9: within(phone)
            case 10: throwDice(3) == 0 ? phone.disconnect() : phone.reconnect()
            case 11: phone.notifyStatus = [200, 481, nil][throwDice(3)]
            default: town.wait(.milliseconds([50, 500, 3_000, 20_000][throwDice(4)]))
            }
        }

        private mutating func invite(_ phone: Phone, _ uri: String) {
            let number = 1_000 + throwDice(1_000_000)
            phone.ask("INVITE", uri, callID: "c\(number)", cseq: number, branch: "z9hG4bK\(number)")
            if throwDice(2) == 0 { answer(phones[throwDice(phones.count)]) }
            if throwDice(2) == 0 {
                phone.ask("CANCEL", uri, callID: "c\(number)", cseq: number, branch: "z9hG4bK\(number)")
            }
        }

        private mutating func answer(_ phone: Phone) {
            guard let request = phone.lastRequest, request.method != .ack else { return }
            phone.answer(request, [100, 180, 200, 200, 404, 486, 487, 503, 603][throwDice(9)])
        }

        private mutating func within(_ phone: Phone) {
            guard let answer = phone.responses.last(where: { $0.cseq?.method == .invite && $0.status == 200 }) else {
                return
            }
            let routes = answer.headers.values(.recordRoute).reversed().map { "Route: \($0)" }
            phone.ask(
                ["ACK", "MESSAGE", "BYE", "INVITE"][throwDice(4)], answer.contact?.uri.description ?? "sip:x",
                to: answer.headers[.to], callID: answer.callID, routes)
        }
    }

    @Test("whatever phones do, others are served, and when all are gone nothing is left of them", arguments: 0..<200)
    func storm(seed: Int) throws {
        var storm = Storm(seed: UInt64(seed))
        for _ in 0..<150 { storm.step() }
        let town = storm.town
        let exchange = town.exchange
        #expect(exchange.clientCount <= 10)
        #expect(exchange.registrar.lines.allSatisfy { $0.count <= 5 })
        #expect(exchange.registrar.lines.reduce(0) { $0 + $1.count } == exchange.clientCount)

        for phone in storm.phones { phone.disconnect() }
        town.wait(.seconds(400))
        #expect(town.exchange.clientCount == 0)
        #expect(town.exchange.relays.count == 0)
        #expect(town.exchange.layer.count == 0)
        #expect(town.exchange.subscriptions.isEmpty)
        #expect(town.runningTimers == 0)
        let ann = town.phone("ann")
        #expect(ann.register()?.status == 200)
        ann.subscribe()
        #expect(ann.list.count == 2)
    }
}
