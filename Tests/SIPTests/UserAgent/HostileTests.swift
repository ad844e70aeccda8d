import SIP
import Testing

/// Requests and responses thrown at random at a phone that is in a call, has a subscription, and rings.
@Suite("A hostile peer") struct HostileTests {
    static let methods: [SIP.Method] = [
        .invite, .ack, .bye, .cancel, .options, .register, .subscribe, .notify, .message, .info, .update, .refer,
        .prack, .publish, .other("DANCE"),
    ]

    /// One request of any kind, with whatever fits and does not fit.
    static func anything(_ dice: inout Identifiers, tags: [String?], callIDs: [String], number: Int) -> Request {
        let method = methods.randomElement(using: &dice) ?? .message
        let numbers: [UInt32] = [0, 1, 2, UInt32(number), 0x7FFF_FFFF]
        let cseq = numbers.randomElement(using: &dice) ?? 1
        var made = request(
            method, callID: callIDs.randomElement(using: &dice) ?? "x", cseq: cseq, branch: "z9hG4bKr\(number)",
            fromTag: ["peer", "theirs", "other"].randomElement(using: &dice) ?? "peer",
            toTag: tags.randomElement(using: &dice) ?? nil,
            body: ["", "hello", RenewalTests.softphone, "v=0"].randomElement(using: &dice) ?? "",
            type: ["text/plain", "application/sdp", "a/b", ";;", nil].randomElement(using: &dice) ?? nil)
        if Bool.random(using: &dice) { made.headers[.event] = "presence" }
        if Bool.random(using: &dice) {
            made.headers[.subscriptionState] =
                ["active;expires=4294967295", "terminated;retry-after=99999999999", "pending", ";"]
                .randomElement(using: &dice)
        }
        if Int.random(in: 0..<8, using: &dice) == 0 { made.contact = nil }
        if Int.random(in: 0..<8, using: &dice) == 0 { made.headers[.from] = "<sip:1002@exchange.local>" }
        if Int.random(in: 0..<8, using: &dice) == 0 { made.headers[.require] = "100rel" }
        if Int.random(in: 0..<8, using: &dice) == 0 { made.expires = 4_294_967_295 }
        return made
    }

    @Test("gets one final answer to each request at most, and breaks nothing", arguments: 0..<40 as Range<UInt64>)
    func requests(_ seed: UInt64) throws {
        var dice = Identifiers.seeded(seed)
        var (phone, invite) = try MessageTests.calling()
        let subscription = Subscription.Parameters(resource: .sip("L", "exchange.local"), event: "presence", accept: [])
        phone.does(.subscribe(SubscriptionID(1), subscription, on: Phone.udp))
        let subscribe = try phone.takeRequest(.subscribe)
        var tags = [nil, "gone", invite.from?.tag, subscribe.from?.tag]
        let callIDs = ["x", "y", invite.callID ?? "", subscribe.callID ?? ""]
        var finals: [String: Int] = [:]
        for number in 1...200 {
            phone.hears(Self.anything(&dice, tags: tags, callIDs: callIDs, number: number))
            if Int.random(in: 0..<10, using: &dice) == 0 {
                phone.wait(.seconds(Int64.random(in: 0...40, using: &dice)))
            }
            let incoming = SessionID.received(.random(in: 1...20, using: &dice))
            switch Int.random(in: 0..<12, using: &dice) {
            case 0: phone.does(.accept(incoming))
            case 1: phone.does(.hangUp(incoming))
            case 2: phone.does(.renew(incoming))
            case 3: phone.does(.ring(incoming))
            default: break
            }
            for case .response(let response) in phone.sent {
                if let tag = response.to?.tag, tags.count < 20 { tags.append(tag) }
                guard response.isFinal, response.cseq?.method != .invite, let branch = response.topVia?.branch else {
                    continue
                }
                finals[branch, default: 0] += 1
            }
            phone.sent = []
        }
        #expect(finals.values.allSatisfy { $0 == 1 })
        var ends: [SessionID: Int] = [:]
        for case .session(let id, .ended) in phone.reports { ends[id, default: 0] += 1 }
        #expect(ends.values.allSatisfy { $0 == 1 })
        phone.handle(.closed(Phone.udp))
        #expect(phone.timers.isEmpty, "all that lived on the flow is gone with it")
    }

    @Test("that answers what was asked with nonsense ends nothing but that", arguments: 0..<20 as Range<UInt64>)
    func responses(_ seed: UInt64) throws {
        var dice = Identifiers.seeded(seed)
        var phone = Phone("1001")
        phone.does(.register(RegistrationTests.parameters, on: Phone.udp))
        let subscription = Subscription.Parameters(resource: .sip("L", "exchange.local"), event: "presence", accept: [])
        phone.does(.subscribe(SubscriptionID(1), subscription, on: Phone.udp))
        phone.does(.invite(.placed(1), to: .sip("1002", "exchange.local"), on: Phone.udp))
        for _ in 0..<200 {
            let asked = phone.sent.compactMap { if case .request(let request) = $0 { request } else { nil } }
            guard let request = asked.randomElement(using: &dice) else { break }
            let status = [100, 180, 183, 199, 200, 202, 299, 302, 401, 408, 423, 481, 491, 503, 603, 699]
            phone.hears(
                status.randomElement(using: &dice) ?? 200, to: request,
                tag: ["a", "b", nil].randomElement(using: &dice) ?? nil
            ) {
                $0.expires = [nil, 0, 1, .max].randomElement(using: &dice) ?? nil
                $0.minExpires = [nil, 0, 90, .max].randomElement(using: &dice) ?? nil
                $0.headers[.retryAfter] =
                    [nil, "0", "99999999999999999999", "(busy)"].randomElement(using: &dice) ?? nil
                $0.headers[.pAssociatedURI] =
                    [nil, "<>", "<sip:1007@exchange.local>"].randomElement(using: &dice) ?? nil
                if Bool.random(using: &dice) { $0.contact = NameAddress(.sip("x", "192.0.2.9")) }
            }
            phone.wait(.milliseconds(Int64.random(in: 0...9_000, using: &dice)))
            if phone.sent.count > 64 { phone.sent.removeFirst(32) }
        }
        phone.handle(.closed(Phone.udp))
        #expect(phone.timers.isEmpty)
    }
}
