import SIP
import Testing

@Suite("A subscription") struct SubscriptionTests {
    static let id = SubscriptionID(1)
    static let line = URI.sip("Webphone1", "exchange.local")

    /// A phone that has sent its SUBSCRIBE.
    static func subscribing() throws -> (Phone, Request) {
        var phone = Phone("1001")
        let parameters = Subscription.Parameters(resource: line, event: "presence", accept: ["application/pidf+xml"])
        phone.does(.subscribe(id, parameters, on: Phone.udp))
        let subscribe = try phone.takeRequest(.subscribe)
        return (phone, subscribe)
    }

    static func notify(
        _ subscribe: Request, _ state: String, cseq: UInt32, tag: String = "peer", body: String = "<presence/>"
    ) -> Request {
        var notify = request(
            .notify, from: "Webphone1", callID: subscribe.callID ?? "", cseq: cseq, fromTag: tag,
            toTag: subscribe.from?.tag, body: body, type: body.isEmpty ? nil : "application/pidf+xml")
        notify.headers[.event] = "presence"
        notify.headers[.subscriptionState] = state
        return notify
    }

    static func content(_ body: String = "<presence/>") -> UserAgent.Content {
        UserAgent.Content(type: "application/pidf+xml", body: Array(body.utf8))
    }

    static func subscribed() throws -> (Phone, Request) {
        var (phone, subscribe) = try subscribing()
        phone.hears(200, to: subscribe) {
            $0.expires = 120
            $0.contact = NameAddress(.sip(nil, "192.0.2.9", port: 5060))
        }
        phone.hears(notify(subscribe, "active;expires=120", cseq: 1))
        #expect(try phone.takeResponse().status == 200)
        return (phone, subscribe)
    }

    @Test("asks for the line's list and reports what it is told") func happy() throws {
        let (phone, subscribe) = try Self.subscribed()
        #expect(subscribe.uri == Self.line)
        #expect(subscribe.headers[.event] == "presence" && subscribe.headers[.accept] == "application/pidf+xml")
        #expect(subscribe.expires == 120 && subscribe.contact != nil)
        #expect(phone.latest == .notify(Self.id, .active, Self.content()))
    }

    @Test("is refreshed in its dialog at half of its life") func refresh() throws {
        var (phone, subscribe) = try Self.subscribed()
        phone.wait(.seconds(60))
        let refresh = try phone.takeRequest(.subscribe)
        #expect(refresh.callID == subscribe.callID && refresh.to?.tag == "peer")
        #expect(refresh.cseq?.number == 2)
        #expect(refresh.uri == .sip("Webphone1", "192.0.2.9", port: 5060), "where the last NOTIFY came from")
    }

    @Test("is refreshed in the time that it asked for, when the exchange seems to grant more") func longer() throws {
        var (phone, subscribe) = try Self.subscribing()
        phone.hears(200, to: subscribe) {
            $0.expires = 3_600
            $0.contact = NameAddress(.sip(nil, "192.0.2.9", port: 5060))
        }
        phone.hears(Self.notify(subscribe, "active;expires=3600", cseq: 1))
        phone.sent = []
        phone.wait(.seconds(60))
        #expect(phone.count(.subscribe) == 1)
    }

    @Test("takes a NOTIFY that comes before the 200, and the copy of one only once") func early() throws {
        var (phone, subscribe) = try Self.subscribing()
        let first = Self.notify(subscribe, "active", cseq: 7)
        phone.hears(first)
        #expect(try phone.takeResponse().status == 200)
        phone.hears(200, to: subscribe) { $0.expires = 100 }
        phone.hears(first)
        #expect(try phone.takeResponse().status == 200)
        #expect(phone.reports == [.notify(Self.id, .active, Self.content())])
        phone.wait(.seconds(50))
        let refresh = try phone.takeRequest(.subscribe)
        #expect(refresh.to?.tag == "peer" && refresh.cseq?.number == 2)
    }

    @Test("does not go back in time when NOTIFYs overtake one another") func order() throws {
        var (phone, subscribe) = try Self.subscribed()
        phone.hears(Self.notify(subscribe, "active", cseq: 3, body: "new"))
        phone.hears(Self.notify(subscribe, "active", cseq: 2, body: "old"))
        #expect(phone.latest == .notify(Self.id, .active, Self.content("new")))
    }

    @Test("reports an empty body as none") func emptyBody() throws {
        var (phone, subscribe) = try Self.subscribing()
        phone.hears(Self.notify(subscribe, "pending", cseq: 1, body: ""))
        #expect(phone.latest == .notify(Self.id, .pending, nil))
    }

    @Test("that the notifier forgot (481) is made anew in a dialog of its own") func forgotten() throws {
        var (phone, subscribe) = try Self.subscribed()
        phone.wait(.seconds(60))
        phone.hears(481, to: try phone.takeRequest(.subscribe), tag: nil)
        #expect(phone.latest == .subscriptionRestarted(Self.id))
        phone.wait(.seconds(1))
        let anew = try phone.takeRequest(.subscribe)
        #expect(anew.callID != subscribe.callID && anew.to?.tag == nil)
        phone.hears(Self.notify(subscribe, "active", cseq: 9))
        #expect(try phone.takeResponse().status == 481, "the old dialog is gone")
        phone.hears(200, to: anew) { $0.expires = 120 }
        phone.hears(Self.notify(anew, "active", cseq: 1))
        #expect(phone.latest == .notify(Self.id, .active, Self.content()))
    }

    @Test(
        "that is terminated is made anew, after Retry-After where it is given, or ends for good",
        arguments: [
            ("terminated;reason=deactivated", 1), ("terminated", 1),
            ("terminated;reason=probation;retry-after=20", 20), ("terminated;reason=rejected", nil),
            ("terminated;reason=noresource", nil),
        ] as [(String, Int?)])
    func terminated(_ state: String, _ seconds: Int?) throws {
        let after = seconds.map { Duration.seconds($0) }
        var (phone, subscribe) = try Self.subscribed()
        phone.hears(Self.notify(subscribe, state, cseq: 2))
        phone.wait((after ?? .seconds(600)) - .milliseconds(900))
        #expect(phone.count(.subscribe) == 0)
        phone.wait(.seconds(1))
        #expect((phone.count(.subscribe) > 0) == (after != nil))
        let ended = phone.reports.contains { if case .subscriptionEnded = $0 { true } else { false } }
        #expect(ended == (after == nil))
    }

    @Test("does not run in circles for a notifier that says at once, again and again") func circles() throws {
        var (phone, subscribe) = try Self.subscribed()
        for _ in 1...5 {
            phone.hears(Self.notify(subscribe, "terminated;reason=probation;retry-after=0", cseq: 2))
            phone.sent = []
            phone.wait(.milliseconds(900))
            #expect(phone.count(.subscribe) == 0)
            phone.wait(.milliseconds(100))
            subscribe = try phone.takeRequest(.subscribe)
            phone.hears(503, to: subscribe) { $0.headers[.retryAfter] = "0" }
            phone.sent = []
            phone.wait(.milliseconds(900))
            #expect(phone.count(.subscribe) == 0)
            phone.wait(.milliseconds(100))
            subscribe = try phone.takeRequest(.subscribe)
            phone.hears(200, to: subscribe)
            phone.hears(Self.notify(subscribe, "active", cseq: 1))
        }
    }

    @Test("whose refresh gets no answer is made anew when it has run out") func runsOut() throws {
        var (phone, subscribe) = try Self.subscribed()
        phone.wait(.seconds(119))
        phone.sent = []
        phone.wait(.seconds(2))
        let anew = try phone.takeRequest(.subscribe)
        #expect(anew.callID != subscribe.callID)
    }

    @Test("too brief for the notifier asks for more") func tooBrief() throws {
        var (phone, subscribe) = try Self.subscribing()
        phone.hears(423, to: subscribe) { $0.minExpires = 300 }
        #expect(try phone.takeRequest(.subscribe).expires == 300)
    }

    @Test("refused is reported, and not tried again") func refused() throws {
        var (phone, subscribe) = try Self.subscribing()
        phone.hears(404, to: subscribe)
        #expect(phone.latest == .subscriptionEnded(Self.id, .refused(status: 404, reason: "Not Found")))
        phone.wait(.seconds(600))
        #expect(phone.count(.subscribe) == 0)
    }

    @Test("not wanted any more is ended with Expires 0, and its last NOTIFY still answered") func unsubscribe() throws {
        var (phone, subscribe) = try Self.subscribed()
        phone.does(.unsubscribe(Self.id))
        #expect(phone.latest == .subscriptionEnded(Self.id, .unsubscribed))
        #expect(try phone.takeRequest(.subscribe).expires == 0)
        phone.hears(Self.notify(subscribe, "terminated;reason=timeout", cseq: 2))
        #expect(try phone.takeResponse().status == 200)
        #expect(phone.latest == .subscriptionEnded(Self.id, .unsubscribed))
        phone.hears(Self.notify(subscribe, "active", cseq: 3))
        #expect(try phone.takeResponse().status == 481)
    }

    @Test("refuses NOTIFYs that are not its own") func foreign() throws {
        var (phone, subscribe) = try Self.subscribed()
        var other = Self.notify(subscribe, "active", cseq: 2)
        other.headers[.event] = "dialog"
        phone.hears(other)
        #expect(try phone.takeResponse().status == 489)
        phone.hears(Self.notify(subscribe, "active", cseq: 3, tag: "somebody"))
        #expect(try phone.takeResponse().status == 481)
        var unsolicited = Self.notify(subscribe, "active", cseq: 4)
        unsolicited.to?.tag = nil
        phone.hears(unsolicited)
        #expect(try phone.takeResponse().status == 481)
        var stateless = Self.notify(subscribe, "active", cseq: 5)
        stateless.headers[.subscriptionState] = nil
        phone.hears(stateless)
        #expect(try phone.takeResponse().status == 400)
    }

    @Test("beyond the limit is refused, the others go on") func limit() {
        var phone = Phone("1001")
        let parameters = Subscription.Parameters(resource: Self.line, event: "presence", accept: [])
        for number in 0...UInt64(UserAgent.Limits.subscriptions) {
            phone.does(.subscribe(SubscriptionID(number), parameters, on: Phone.udp))
        }
        #expect(
            phone.reports == [.subscriptionEnded(SubscriptionID(UInt64(UserAgent.Limits.subscriptions)), .overloaded)])
    }
}
