import SIP
import Testing

@Suite("A registration") struct RegistrationTests {
    static let parameters = Registration.Parameters(
        registrar: .sip(nil, "exchange.local"),
        address: NameAddress(.sip("Webphone1", "exchange.local"), displayName: "user"),
        instance: "urn:uuid:00000000-0000-4000-8000-000000000001")

    static func registered(expires: UInt32 = 60) throws -> Phone {
        var phone = Phone("Webphone1", trust: .registeredFlows)
        phone.does(.register(parameters, on: Phone.udp))
        let register = try phone.takeRequest(.register)
        phone.hears(200, to: register) { grant(&$0, register, expires) }
        return phone
    }

    static func grant(_ response: inout Response, _ register: Request, _ expires: UInt32, number: String = "1007") {
        var contact = register.contact
        contact?.expires = expires
        response.contact = contact
        response.headers[.pAssociatedURI] = "<sip:\(number)@exchange.local>"
    }

    @Test("tells name, instance and lifetime, and learns its number") func first() throws {
        var phone = Phone("Webphone1", trust: .registeredFlows)
        phone.does(.register(Self.parameters, on: Phone.udp))
        let register = try phone.takeRequest(.register)
        #expect(register.uri == .sip(nil, "exchange.local"))
        #expect(register.from?.displayName == "user" && register.to?.displayName == "user")
        #expect(register.to?.uri == .sip("Webphone1", "exchange.local") && register.to?.tag == nil)
        #expect(register.expires == 60)
        let contact = try #require(register.headers[.contact])
        #expect(contact.contains("+sip.instance=\"<urn:uuid:00000000-0000-4000-8000-000000000001>\""))
        #expect(contact.contains("reg-id=1"))
        #expect(register.preferredIdentity == nil)

        phone.hears(200, to: register) { Self.grant(&$0, register, 60) }
        let identity = NameAddress(.sip("1007", "exchange.local"), displayName: "user")
        #expect(phone.latest == .registered(identity: identity, expires: .seconds(60)))
        phone.does(.options(PingToken(1), to: .sip(nil, "exchange.local"), on: Phone.udp))
        #expect(try phone.takeRequest(.options).from?.uri == .sip("1007", "exchange.local"))
    }

    @Test("is refreshed at half of its life with the same Call-ID and the next CSeq") func refresh() throws {
        var phone = Phone("Webphone1")
        phone.does(.register(Self.parameters, on: Phone.udp))
        let first = try phone.takeRequest(.register)
        phone.hears(200, to: first) { Self.grant(&$0, first, 40) }
        phone.wait(.milliseconds(19_999))
        #expect(phone.count(.register) == 0)
        phone.wait(.milliseconds(1))
        let second = try phone.takeRequest(.register)
        #expect(second.callID == first.callID)
        #expect(second.cseq == CSeq(2, .register))
        #expect(second.preferredIdentity?.uri == .sip("1007", "exchange.local"))
        phone.hears(200, to: second) { Self.grant(&$0, second, 40) }
        phone.wait(.seconds(39))
        #expect(phone.count(.register) >= 1, "and so on")
    }

    @Test("too brief for the registrar is asked for anew with Min-Expires, once") func tooBrief() throws {
        var phone = Phone("Webphone1")
        phone.does(.register(Self.parameters, on: Phone.udp))
        phone.hears(423, to: try phone.takeRequest(.register)) { $0.minExpires = 90 }
        let second = try phone.takeRequest(.register)
        #expect(second.expires == 90)
        phone.hears(423, to: second) { $0.minExpires = 90 }
        #expect(
            phone.latest == .registrationFailed(.refused(status: 423, reason: "Interval Too Brief")),
            "a registrar that contradicts itself is not asked for ever")
    }

    @Test(
        "that fails says whether to try again",
        arguments: [
            (403, Registration.Failure.refused(status: 403, reason: "Forbidden"), true),
            (404, .refused(status: 404, reason: "Not Found"), true),
            (401, .challenged(status: 401), true),
            (480, .unavailable(status: 480, reason: "Temporarily Unavailable", retryAfter: nil), false),
            (503, .unavailable(status: 503, reason: "Service Unavailable", retryAfter: nil), false),
        ])
    func failures(_ status: Int, _ failure: Registration.Failure, _ isPermanent: Bool) throws {
        var phone = Phone("Webphone1")
        phone.does(.register(Self.parameters, on: Phone.udp))
        phone.hears(status, to: try phone.takeRequest(.register))
        #expect(phone.latest == .registrationFailed(failure))
        #expect(failure.isPermanent == isPermanent)
        phone.wait(.seconds(600))
        #expect(phone.count(.register) == 0)
    }

    @Test("without any answer fails after 64·T1") func silence() {
        var phone = Phone("Webphone1")
        phone.does(.register(Self.parameters, on: Phone.udp))
        phone.wait(.seconds(33))
        #expect(phone.latest == .registrationFailed(.timedOut))
    }

    @Test("whose refresh fails for a while tries again until the binding has run out") func refreshFails() throws {
        var phone = try Self.registered()
        phone.wait(.seconds(30))
        phone.hears(503, to: try phone.takeRequest(.register)) { $0.headers[.retryAfter] = "4" }
        let before = phone.reports.count
        phone.wait(.seconds(4))
        let again = try phone.takeRequest(.register)
        #expect(phone.reports.count == before, "nobody needs to know")
        phone.hears(503, to: again)
        phone.wait(.seconds(60))
        #expect(phone.latest == .registrationFailed(.timedOut))
    }

    @Test("is refreshed at once when the exchange seems to have forgotten it, and once at a time") func renew() throws {
        var phone = try Self.registered()
        phone.does(.refresh)
        phone.does(.refresh)
        #expect(phone.count(.register) == 1)
        let register = try phone.takeRequest(.register)
        #expect(register.cseq == CSeq(2, .register) && register.preferredIdentity?.uri.user == "1007")
        phone.hears(200, to: register) { Self.grant(&$0, register, 60) }
        phone.wait(.milliseconds(29_999))
        #expect(phone.count(.register) == 0)
        phone.wait(.milliseconds(1))
        #expect(phone.count(.register) == 1)
    }

    @Test("whose registrar says Retry-After: 0 is not refreshed in circles") func circles() throws {
        var phone = try Self.registered()
        phone.wait(.seconds(30))
        phone.hears(503, to: try phone.takeRequest(.register)) { $0.headers[.retryAfter] = "0" }
        phone.wait(.milliseconds(900))
        #expect(phone.count(.register) == 0)
        phone.wait(.milliseconds(100))
        #expect(phone.count(.register) == 1)
    }

    @Test("moves to a new flow with the same Call-ID and asks for its number") func reconnect() throws {
        var phone = try Self.registered()
        phone.handle(.closed(Phone.udp))
        #expect(phone.latest == .registrationFailed(.lost))
        phone.does(.register(Self.parameters, on: Phone.tcp))
        let register = try phone.takeRequest(.register)
        #expect(register.cseq == CSeq(2, .register))
        #expect(register.preferredIdentity?.uri == .sip("1007", "exchange.local"))
        #expect(register.contact?.uri.parameters["transport"] == "tcp")
        phone.hears(200, to: register, on: Phone.tcp) { Self.grant(&$0, register, 60, number: "1012") }
        #expect(
            phone.latest
                == .registered(
                    identity: NameAddress(.sip("1012", "exchange.local"), displayName: "user"), expires: .seconds(60)))
    }

    @Test("is removed with Expires 0, and an answer to an older request changes nothing") func unregister() throws {
        var phone = try Self.registered()
        phone.wait(.seconds(30))
        let refresh = try phone.takeRequest(.register)
        phone.does(.unregister)
        let leave = try phone.takeRequest(.register)
        #expect(leave.expires == 0 && leave.contact?.expires == 0 && leave.preferredIdentity == nil)
        phone.hears(200, to: refresh) { Self.grant(&$0, refresh, 60) }
        #expect(phone.latest != .unregistered)
        phone.hears(200, to: leave)
        #expect(phone.latest == .unregistered)
        phone.wait(.seconds(600))
        #expect(phone.count(.register) == 0)
    }

    @Test("believes no lifetime that would overflow") func hugeExpiry() throws {
        let phone = try Self.registered(expires: .max)
        guard case .registered(_, let expires)? = phone.latest else {
            Issue.record("not registered")
            return
        }
        #expect(expires == .seconds(604_800))
    }

    @Test("lets requests in from its flow only, and from none before") func trust() throws {
        var phone = Phone("Webphone1", trust: .registeredFlows)
        phone.hears(request(.message, callID: "early", body: "psst"))
        #expect(try phone.takeResponse().status == 403)
        phone.does(.register(Self.parameters, on: Phone.udp))
        let register = try phone.takeRequest(.register)
        phone.hears(200, to: register) { Self.grant(&$0, register, 60) }
        var stranger = Phone.udp
        stranger.remote.host = "203.0.113.66"
        phone.hears(request(.invite, callID: "direct"), on: stranger)
        #expect(try phone.takeResponse().status == 403)
        phone.hears(request(.message, callID: "ours", body: "hello"))
        #expect(try phone.takeResponse().status == 200)
    }
}
