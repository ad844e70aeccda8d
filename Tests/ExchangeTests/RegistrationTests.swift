import SIP
import Testing

@testable import Exchange

@Suite("REGISTER") struct RegistrationTests {
    let town = Town()

    @Test("a client gets a number, from 1000 on, and keeps it across refreshes") func number() {
        let ann = town.phone("ann")
        let answer = ann.register()
        #expect(answer?.status == 200)
        #expect(answer?.headers[.pAssociatedURI] == "<sip:1000@exchange.local>")
        #expect(answer?.contact?.parameters["expires"] == "60")
        #expect(ann.register()?.associatedNumber == "1000")
        #expect(town.exchange.clientCount == 1)
    }

    @Test(
        "the exchange is known by its domain, its aliases and the address the client came to",
        arguments: ["exchange.local", "LOCALHOST", "127.0.0.1"])
    func domains(host: String) {
        #expect(town.phone("ann").register(host: host)?.status == 200)
    }

    @Test("a REGISTER for another domain is refused") func foreignDomain() {
        #expect(town.phone("ann").register(host: "elsewhere.example")?.status == 403)
    }

    @Test("50 at once, of one name, get 50 numbers") func fifty() {
        let numbers = (0..<50).map { _ in
            let phone = town.phone("guest")
            phone.register()
            return phone.number
        }
        #expect(Set(numbers).count == 50)
        #expect(numbers.first == "1000" && numbers.last == "1049")
    }

    @Test("an unknown line is not found", arguments: ["Webphone9", "webphone1", "600"])
    func unknownLine(line: String) {
        #expect(town.phone("ann").register(line: line)?.status == 404)
        #expect(town.exchange.clientCount == 0)
    }

    @Test(
        "a name that cannot be shown is refused",
        arguments: [
            "", "   ", String(repeating: "x", count: 65), "evil\u{202E}cod", "tab\\\tbed", "two\u{2028}lines",
            "\u{200B}",
            "c1\u{85}", "bom\u{FEFF}", "soft\u{AD}hyphen", "\u{2066}isolated\u{2069}", "\u{FFFE}",
        ])
    func badName(name: String) {
        let refusal = town.phone("ann").register(as: name)
        #expect(refusal?.status == 403)
        #expect(refusal?.reason == "Bad Display Name")
    }

    @Test("a telephone that gives itself no name is called user") func nameless() {
        let phone = town.phone("phone")
        let line = "<sip:Webphone1@127.0.0.1>"
        #expect(phone.ask("REGISTER", "sip:127.0.0.1", from: line + ";tag=1", to: line, ["Expires: 60"])?.status == 200)
        let bob = town.phone("bob")
        bob.register()
        bob.subscribe()
        #expect(bob.list.contains("1000 user"))
    }

    @Test(
        "names of all scripts, markup and emoji are names",
        arguments: [
            "Zoë", "王小明", "👩‍👩‍👧", "%n$(id)", "<b>&'", String(repeating: "x", count: 64), "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
        ])
    func goodName(name: String) {
        let ann = town.phone("ann")
        #expect(ann.register(as: name)?.status == 200)
    }

    @Test("the 151st client of a line is told that it is full, the other line has room") func full() {
        for index in 0..<150 { #expect(town.phone("c\(index)").register()?.status == 200) }
        let late = town.phone("late")
        let refusal = late.register()
        #expect(refusal?.status == 480)
        #expect(refusal?.reason == "Line Full")
        #expect(late.register(line: "Webphone2")?.status == 200)
    }

    @Test("a full line still refreshes, and has room again when somebody leaves") func fullRefresh() {
        let phones = (0..<150).map { town.phone("c\($0)") }
        for phone in phones { phone.register() }
        #expect(phones[3].register()?.status == 200)
        phones[7].disconnect()
        #expect(town.phone("next").register()?.status == 200)
        phones[7].reconnect()
        #expect(phones[7].register()?.status == 480)
    }

    @Test("a registration too short is refused with the least time, a long one is shortened, 60 s is the default")
    func expires() {
        let ann = town.phone("ann")
        let short = ann.register(expires: 5)
        #expect(short?.status == 423)
        #expect(short?.headers[.minExpires] == "15")
        #expect(ann.register(expires: 86_400)?.contact?.parameters["expires"] == "90")
        #expect(ann.register(expires: nil)?.contact?.parameters["expires"] == "60")
        #expect(ann.register(contact: "<sip:ann@127.0.0.1>;expires=30")?.contact?.parameters["expires"] == "30")
    }

    @Test("a silent client is offline when its registration runs out, and not before") func expiry() {
        let ann = town.phone("ann")
        ann.register()
        town.wait(.seconds(59))
        #expect(town.exchange.clientCount == 1)
        town.wait(.seconds(6))
        #expect(town.exchange.clientCount == 0)
        #expect(town.facts.last == .left(1000, .expired))
    }

    @Test("refreshes hold it") func refreshes() {
        let ann = town.phone("ann")
        for _ in 0..<20 {
            #expect(ann.register()?.associatedNumber == "1000")
            town.wait(.seconds(50))
        }
        #expect(town.exchange.clientCount == 1)
    }

    @Test("nobody there, no timer") func noTimers() {
        let ann = town.phone("ann")
        ann.register()
        ann.subscribe()
        ann.disconnect()
        town.wait(.seconds(200))
        #expect(town.runningTimers == 0)
        #expect(town.occupation == [.busy, .idle])
    }

    @Test("un-REGISTER and Contact: * take the client out", arguments: [nil, "*"])
    func unregister(contact: String?) {
        let ann = town.phone("ann")
        ann.instance = "urn:uuid:1"
        ann.register()
        #expect(ann.register(expires: 0, contact: contact)?.status == 200)
        #expect(town.exchange.clientCount == 0)
        #expect(ann.register(expires: 0)?.status == 200)
    }

    @Test("Contact: * with a time is a bad request") func starWithTime() {
        #expect(town.phone("ann").register(expires: 60, contact: "*")?.status == 400)
    }

    @Test("a Contact that is no SIP address is a bad request") func badContact() {
        #expect(town.phone("ann").register(contact: "<mailto:ann@example.org>")?.status == 400)
    }

    @Test("a REGISTER without Contact tells what is bound, and binds nothing", arguments: [true, false])
    func query(isRegistered: Bool) {
        let ann = town.phone("ann")
        if isRegistered { ann.register() }
        ann.say(
            """
            REGISTER sip:127.0.0.1 SIP/2.0
            Via: SIP/2.0/TCP \(ann.flow.remote);branch=z9hG4bKquery
            From: <sip:Webphone1@127.0.0.1>;tag=ann
            To: <sip:Webphone1@127.0.0.1>
            Call-ID: \(ann.callID)
            CSeq: 77 REGISTER
            """)
        #expect(ann.statuses.last == 200)
        #expect(ann.responses.last?.associatedNumber == (isRegistered ? "1000" : nil))
        #expect(ann.responses.last?.contacts.count == (isRegistered ? 1 : 0))
        #expect(town.exchange.clientCount == (isRegistered ? 1 : 0))
    }

    @Test("an old REGISTER that comes late changes nothing") func lateRegister() {
        let ann = town.phone("ann", over: .udp)
        ann.register()
        ann.register(as: "anna")
        let late = """
            REGISTER sip:127.0.0.1 SIP/2.0
            Via: SIP/2.0/UDP \(ann.flow.remote);branch=z9hG4bKlate
            From: "old" <sip:Webphone1@127.0.0.1>;tag=ann
            To: <sip:Webphone1@127.0.0.1>
            Call-ID: \(ann.callID)
            CSeq: 1 REGISTER
            Contact: <sip:ann@\(ann.flow.remote)>
            """
        ann.say(late)
        #expect(ann.responses.last?.status == 500)
        ann.subscribe()
        #expect(ann.list == ["600 Echo test", "1000 anna"])
    }

    @Test("an extension that the exchange does not have is named") func require() {
        let refusal = town.phone("ann").register(["Require: teleport, path"])
        #expect(refusal?.status == 420)
        #expect(refusal?.headers[.unsupported] == "teleport")
    }

    @Test("a Call-ID that is long beyond reason is not remembered") func longCallID() {
        let ann = town.phone("ann")
        ann.callID = String(repeating: "x", count: 600)
        #expect(ann.register()?.status == 400)
    }

    @Test("the first client and the last one are told to the host") func occupation() {
        let ann = town.phone("ann")
        let bob = town.phone("bob")
        ann.register()
        bob.register()
        ann.disconnect()
        #expect(town.occupation == [.busy])
        bob.register(expires: 0)
        #expect(town.occupation == [.busy, .idle])
    }
}

@Suite("Numbers that stay") struct NumberKeepingTests {
    let town = Town()

    @Test("a lost client comes back to its number, by Call-ID") func sameCallID() {
        let ann = town.phone("ann")
        ann.register()
        ann.disconnect()
        town.phone("bob").register()
        ann.reconnect()
        #expect(ann.register()?.associatedNumber == "1000")
    }

    @Test("a client that comes back before its old connection is known to be dead takes its number along")
    func moved() {
        let ann = town.phone("ann")
        ann.instance = "urn:uuid:1"
        ann.register()
        let old = ann.flow
        ann.reconnect()
        #expect(ann.register()?.associatedNumber == "1000")
        #expect(town.exchange.clientCount == 1)
        town.close(old)
        #expect(town.exchange.clientCount == 1)
        #expect(town.facts.last == .moved(1000, to: ann.flow))
    }

    @Test("a copy that comes late over the old flow does not take the number back there") func lateCopy() {
        let ann = town.phone("ann", over: .udp)
        let old = ann.flow
        ann.register()
        ann.reconnect(over: .tcp)
        ann.register()
        let copy = """
            REGISTER sip:127.0.0.1 SIP/2.0
            Via: SIP/2.0/UDP \(old.remote);branch=z9hG4bKcopy
            From: "ann" <sip:Webphone1@127.0.0.1>;tag=ann
            To: <sip:Webphone1@127.0.0.1>
            Call-ID: \(ann.callID)
            CSeq: 1 REGISTER
            Contact: <sip:ann@\(old.remote)>
            """
        ann.say(copy, over: old)
        #expect(ann.statuses.last == 500)
        #expect(ann.ask("MESSAGE", "sip:1999@exchange.local")?.status == 404)
    }

    @Test("a telephone that was started anew without a goodbye is the same client, and may speak as the line")
    func startedAnew() {
        let phone = town.phone("lin", over: .udp)
        let bob = town.phone("bob")
        bob.register()
        let contact = "<sip:Webphone1@192.0.2.7;transport=udp>;+sip.instance="
        phone.register(contact: contact + "\"<urn:uuid:1>\"")
        phone.callID = "started-anew"
        #expect(phone.register(contact: contact + "\"<urn:uuid:2>\"")?.associatedNumber == "1001")
        #expect(town.exchange.clientCount == 2)
        let asLine = "<sip:Webphone1@exchange.local>;tag=1"
        phone.ask("MESSAGE", "sip:1000@exchange.local", from: asLine)
        #expect(bob.lastRequest?.headers[.pAssertedIdentity] == "\"lin\" <sip:1001@exchange.local>")
        // It has found out meanwhile how it looks from here.
        let seen = "<sip:Webphone1@\(phone.flow.remote)>;+sip.instance=\"<urn:uuid:2>\""
        #expect(phone.register(contact: seen)?.associatedNumber == "1001")
        phone.callID = "once-more"
        #expect(phone.register(expires: 0, contact: seen)?.status == 200)
        #expect(town.exchange.clientCount == 1)
    }

    @Test(
        "another Call-ID is another client where the Contact, the line or the flow is another",
        arguments: [("Webphone1", "<sip:c2@192.0.2.7>"), ("Webphone2", "<sip:c@192.0.2.7>")])
    func another(line: String, contact: String) {
        let first = "<sip:c@192.0.2.7>"
        let gateway = town.phone("gateway")
        gateway.register(contact: first)
        gateway.callID = "another"
        #expect(gateway.register(line: line, contact: contact)?.associatedNumber == "1001")
        #expect(town.phone("stranger").register(contact: first)?.associatedNumber == "1002")
    }

    @Test("the same Call-ID from another instance is another client") func stranger() {
        let ann = town.phone("ann")
        ann.instance = "urn:uuid:1"
        ann.register()
        let eve = town.phone("eve")
        eve.callID = ann.callID
        eve.instance = "urn:uuid:2"
        #expect(eve.register()?.associatedNumber == "1001")
        #expect(ann.register()?.associatedNumber == "1000")
    }

    @Test("after the exchange was restarted a free number is given back to who prefers it") func preferred() {
        let ann = town.phone("ann")
        ann.register(["P-Preferred-Identity: <sip:1042@exchange.local>"])
        #expect(ann.number == "1042")
    }

    @Test(
        "a live number is never taken, nor one outside of the range", arguments: ["1000", "600", "99999", "999", "x"])
    func neverStolen(number: String) {
        let ann = town.phone("ann")
        ann.register()
        let eve = town.phone("eve")
        eve.register(["P-Preferred-Identity: <sip:\(number)@exchange.local>"])
        #expect(eve.number == "1001")
        #expect(ann.register()?.associatedNumber == "1000")
    }

    @Test("who finds its number taken gets another one") func takenMeanwhile() {
        let ann = town.phone("ann")
        ann.register()
        ann.disconnect()
        town.phone("eve").register(["P-Preferred-Identity: <sip:1000@exchange.local>"])
        ann.reconnect()
        #expect(ann.register()?.associatedNumber == "1001")
    }

    @Test("a number rests until all others had their turn") func ring() {
        var configuration = Exchange.Configuration()
        configuration.numbers = 1_000...1_004
        let town = Town(configuration)
        var seen: [String] = []
        for index in 0..<7 {
            let phone = town.phone("p\(index)")
            phone.register()
            seen.append(phone.number)
            phone.disconnect()
        }
        #expect(seen == ["1000", "1001", "1002", "1003", "1004", "1000", "1001"])
    }

    @Test("when every number is taken the next client is told") func noNumber() {
        var configuration = Exchange.Configuration()
        configuration.numbers = 1_000...1_001
        let town = Town(configuration)
        town.phone("a").register()
        town.phone("b").register()
        #expect(town.phone("c").register()?.reason == "No Free Number")
    }

    @Test("one flow has but so many numbers") func perFlow() {
        var configuration = Exchange.Configuration()
        configuration.limits.numbersPerFlow = 2
        let town = Town(configuration)
        let gateway = town.phone("gateway")
        for index in 0..<2 {
            gateway.callID = "reg-\(index)"
            #expect(gateway.register(contact: "<sip:g\(index)@192.0.2.1>")?.status == 200)
        }
        gateway.callID = "reg-2"
        #expect(gateway.register(contact: "<sip:g2@192.0.2.1>")?.status == 480)
    }

    @Test("a client that moves to another line leaves the first") func otherLine() {
        let ann = town.phone("ann")
        let bob = town.phone("bob")
        bob.register()
        bob.subscribe()
        ann.register()
        ann.register(line: "Webphone2")
        town.wait(.milliseconds(200))
        #expect(bob.list == ["600 Echo test", "1000 bob"])
        #expect(ann.number == "1001")
    }
}
