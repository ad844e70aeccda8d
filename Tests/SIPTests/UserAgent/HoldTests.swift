import SIP
import Testing

@Suite("Hold") struct HoldTests {
    typealias Held = (byUs: Bool, byThem: Bool)

    static func audio(of message: Message?) throws -> SessionDescription.Direction {
        let body =
            switch try #require(message) {
            case .request(let request): request.body
            case .response(let response): response.body
            }
        let description = try SessionDescription(parsing: body)
        return description.direction(of: try #require(description.media.first { $0.kind == "audio" }))
    }

    @Test(
        "by either side is told to both, with sendonly on the wire, and resumed with inactive",
        arguments: [Wire.End.a, .b])
    func holdAndResume(_ end: Wire.End) throws {
        var wire = Wire.inCall()
        wire.does(end, .hold(wire.session(end)))
        wire.wait(.milliseconds(10))
        #expect(wire.held(end) == [.init(byUs: true, byThem: false)])
        #expect(wire.held(end.other) == [.init(byUs: false, byThem: true)])
        #expect(wire.log.suffix(3) == ["\(end)> INVITE", "\(end.other)> 200 INVITE", "\(end)> ACK"])
        #expect(try Self.audio(of: wire.carried.dropLast(2).last) == .sendonly)
        #expect(try Self.audio(of: wire.carried.dropLast().last) == .inactive)

        wire.says(end.other, 1, "take your time")
        wire.does(end, .resume(wire.session(end)))
        wire.wait(.milliseconds(10))
        #expect(wire.held(end).last == .init(byUs: false, byThem: false))
        #expect(wire.held(end.other).last == .init(byUs: false, byThem: false))
        #expect(try Self.audio(of: wire.carried.last { $0.summary == "INVITE" }) == .inactive)
        #expect(wire.texts(end) == ["take your time"], "text goes on")
    }

    @Test("by both is ended by one and stays for the other") func both() {
        var wire = Wire.inCall()
        wire.does(.a, .hold(Wire.call))
        wire.wait(.milliseconds(10))
        wire.does(.b, .hold(Wire.answered))
        wire.wait(.milliseconds(10))
        #expect(wire.held(.a).last == .init(byUs: true, byThem: true))
        #expect(wire.held(.b).last == .init(byUs: true, byThem: true))
        wire.does(.a, .resume(Wire.call))
        wire.wait(.milliseconds(10))
        #expect(wire.held(.a).last == .init(byUs: false, byThem: true))
        #expect(wire.held(.b).last == .init(byUs: true, byThem: false))
    }

    @Test("survives a renewal by either side", arguments: [Wire.End.a, .b]) func renewal(_ end: Wire.End) {
        var wire = Wire.inCall()
        wire.does(.a, .hold(Wire.call))
        wire.wait(.milliseconds(10))
        wire.does(end, .renew(wire.session(end)))
        wire.wait(.milliseconds(10))
        #expect(wire.reports(end).contains(.renewed(wire.session(end), accepted: true)))
        #expect(wire.held(.a) == [.init(byUs: true, byThem: false)], "nothing new")
        #expect(wire.held(.b) == [.init(byUs: false, byThem: true)])
    }

    @Test("survives the move to another flow") func moved() throws {
        var phone = Phone("1001", trust: .registeredFlows)
        phone.does(.register(RegistrationTests.parameters, on: Phone.udp))
        phone.hears(200, to: try phone.takeRequest(.register))
        phone.does(.invite(MessageTests.call, to: .sip("1002", "exchange.local"), on: Phone.udp))
        phone.hears(200, to: try phone.takeRequest(.invite)) {
            $0.contact = NameAddress(.sip("1002", "192.0.2.9"))
        }
        phone.does(.hold(MessageTests.call))
        phone.hears(200, to: try phone.takeRequest(.invite))
        phone.sent = []
        phone.does(.register(RegistrationTests.parameters, on: Phone.tcp))
        phone.hears(200, to: try phone.takeRequest(.register), on: Phone.tcp)
        #expect(try Self.audio(of: .request(phone.takeRequest(.invite))) == .sendonly)
    }

    @Test("refused keeps the session as it was", arguments: [488, 403, 501, 503]) func refused(_ status: Int) throws {
        var (phone, _) = try MessageTests.calling()
        phone.does(.hold(MessageTests.call))
        phone.hears(status, to: try phone.takeRequest(.invite))
        #expect(phone.latest == .holdFailed(MessageTests.call, status: status))
        phone.does(.renew(MessageTests.call))
        let renewal = try phone.takeRequest(.invite)
        #expect(try Self.audio(of: .request(renewal)) == .inactive)
        phone.hears(200, to: renewal)
        phone.does(.message(MessageToken(1), .init(text: "still here"), in: MessageTests.call))
        #expect(phone.count(.message) == 1)
    }

    @Test("refused while we hold leaves us holding") func resumeRefused() throws {
        var (phone, _) = try MessageTests.calling()
        phone.does(.hold(MessageTests.call))
        phone.hears(200, to: try phone.takeRequest(.invite))
        phone.does(.resume(MessageTests.call))
        phone.hears(488, to: try phone.takeRequest(.invite))
        #expect(phone.latest == .holdFailed(MessageTests.call, status: 488))
        phone.does(.hold(MessageTests.call))
        #expect(phone.latest == .held(MessageTests.call, byUs: true, byThem: false))
        #expect(phone.count(.invite) == 0, "it is held already")
    }

    @Test("that nobody answers ends the session, as any request that nobody answers") func silence() throws {
        var (phone, _) = try MessageTests.calling()
        phone.does(.hold(MessageTests.call))
        phone.wait(.seconds(40))
        #expect(phone.reports.contains(.holdFailed(MessageTests.call, status: nil)))
        #expect(phone.latest == .session(MessageTests.call, .ended(.init(.gone, by: .them))))
    }

    @Test("that stays pending is taken back after 64·T1, and what waits goes on") func pending() throws {
        var (phone, _) = try MessageTests.calling()
        phone.does(.hold(MessageTests.call))
        phone.does(.message(MessageToken(1), .init(text: "waiting"), in: MessageTests.call))
        let invite = try phone.takeRequest(.invite)
        phone.hears(180, to: invite)
        phone.wait(.milliseconds(32_100))
        #expect(phone.count(.cancel) == 1)
        phone.hears(487, to: invite)
        #expect(phone.reports.contains(.holdFailed(MessageTests.call, status: 487)))
        #expect(phone.count(.message) == 1)
    }

    @Test("waits for the message under way, and the next message for it") func queue() throws {
        var (phone, _) = try MessageTests.calling()
        for number in 1...2 as ClosedRange<UInt64> {
            phone.does(.message(MessageToken(number), .init(text: "\(number)"), in: MessageTests.call))
        }
        phone.does(.hold(MessageTests.call))
        #expect(phone.count(.invite) == 0)
        phone.hears(200, to: try phone.takeRequest(.message))
        #expect(phone.count(.message) == 0)
        phone.hears(200, to: try phone.takeRequest(.invite))
        #expect(phone.latest == .held(MessageTests.call, byUs: true, byThem: false))
        #expect(phone.count(.message) == 1)
    }

    @Test("waits for the ACK to the peer's re-INVITE") func behindTheirs() throws {
        var (phone, invite) = try MessageTests.calling()
        let callID = invite.callID ?? ""
        let theirs = request(.invite, callID: callID, fromTag: "peer", toTag: invite.from?.tag)
        phone.hears(theirs)
        phone.sent = []
        phone.does(.hold(MessageTests.call))
        #expect(phone.count(.invite) == 0)
        phone.hears(request(.ack, callID: callID, fromTag: "peer", toTag: invite.from?.tag))
        #expect(phone.count(.invite) == 1)
    }

    @Test("changed of mind while it is asked for is told twice, in order") func changedMind() throws {
        var (phone, _) = try MessageTests.calling()
        phone.does(.hold(MessageTests.call))
        phone.does(.resume(MessageTests.call))
        phone.hears(200, to: try phone.takeRequest(.invite))
        #expect(phone.latest == .held(MessageTests.call, byUs: true, byThem: false))
        let second = try phone.takeRequest(.invite)
        #expect(try Self.audio(of: .request(second)) == .inactive)
        phone.hears(200, to: second)
        #expect(phone.latest == .held(MessageTests.call, byUs: false, byThem: false))

        phone.does(.hold(MessageTests.call))
        phone.does(.resume(MessageTests.call))
        phone.hears(488, to: try phone.takeRequest(.invite))
        #expect(phone.latest == .held(MessageTests.call, byUs: false, byThem: false), "refused, and as wanted")
        #expect(phone.count(.invite) == 0)
    }

    @Test("begun by both at once comes about for both", arguments: 1...20) func glare(_ seed: UInt64) {
        var wire = Wire.inCall(seed: seed)
        wire.does(.a, .hold(Wire.call))
        wire.does(.b, .hold(Wire.answered))
        wire.wait(.milliseconds(5))
        #expect(wire.log.count { $0.hasSuffix("491 INVITE") } == 2)
        wire.wait(.seconds(30))
        #expect(wire.held(.a).last == .init(byUs: true, byThem: true))
        #expect(wire.held(.b).last == .init(byUs: true, byThem: true))
    }

    @Test("that meets 491 for ever is given up") func endlessGlare() throws {
        var (phone, _) = try MessageTests.calling()
        phone.does(.hold(MessageTests.call))
        var asked = 0
        while phone.count(.invite) > 0, asked < 100 {
            let invite = try phone.takeRequest(.invite)
            phone.sent = []
            phone.hears(491, to: invite)
            asked += 1
            phone.wait(.seconds(5))
        }
        #expect(asked == 10)
        #expect(phone.latest == .holdFailed(MessageTests.call, status: 491))
    }

    @Test("asked for while the peer is busy with another change comes after as long as it said") func busy() throws {
        var (phone, _) = try MessageTests.calling()
        phone.does(.hold(MessageTests.call))
        phone.hears(500, to: try phone.takeRequest(.invite)) { $0.headers[.retryAfter] = "7" }
        phone.sent = []
        phone.wait(.milliseconds(6_900))
        #expect(phone.count(.invite) == 0)
        phone.wait(.milliseconds(200))
        phone.hears(200, to: try phone.takeRequest(.invite))
        #expect(phone.latest == .held(MessageTests.call, byUs: true, byThem: false))
    }

    @Test("of a session that is not there, or not yet, fails at once") func noSession() throws {
        var phone = Phone("1001")
        phone.does(.hold(.placed(9)))
        #expect(phone.latest == .holdFailed(.placed(9), status: nil))
        phone.hears(request(.invite))
        phone.does(.hold(.received(1)))
        #expect(phone.latest == .holdFailed(.received(1), status: nil))
    }

    /// What a telephone says one after the other, from the INVITE on, and who we are told has set the call aside.
    @Test(
        "by telephones of every kind is understood",
        arguments: [
            // RFC 3264 §8.4, music on hold
            (["sendrecv", "sendonly", "sendrecv"], [false, true, false]),
            // without music
            (["sendrecv", "inactive", "sendrecv"], [false, true, false]),
            (["recvonly", "inactive"], [false, true]),
            // one that had no audio from the start has not stopped anything
            (["inactive", "inactive"], [false, false]),
            (["inactive", "sendonly", "inactive"], [false, true, false]),
            // RFC 2543
            (["sendrecv", "0.0.0.0", "sendrecv"], [false, true, false]),
            (["", "0.0.0.0", ""], [false, true, false]),
            // a call that begins with music
            (["sendonly", "sendrecv"], [true, false]),
            // one that describes the discard port had none either
            (["inactive", "discard", "inactive"], [false, false, false]),
            // a stream that is taken away is not held
            (["sendrecv", "sendonly", "port 0"], [false, true, false]),
        ] as [([String], [Bool])])
    func telephones(_ offers: [String], _ held: [Bool]) throws {
        var phone = Phone("1001")
        phone.hears(request(.invite, body: Self.offer(offers[0]), type: "application/sdp"))
        phone.does(.accept(.received(1)))
        let tag = try #require(try phone.takeResponse().to?.tag)
        phone.hears(request(.ack, toTag: tag))
        var told = [phone.lastHeld]
        for (number, offer) in zip((2 as UInt32)..., offers.dropFirst()) {
            let body = Self.offer(offer, version: number)
            phone.hears(request(.invite, cseq: number, toTag: tag, body: body, type: "application/sdp"))
            #expect(try phone.takeResponse().status == 200)
            phone.hears(request(.ack, cseq: number, toTag: tag))
            told.append(phone.lastHeld)
        }
        #expect(told == held)
    }

    static func offer(_ word: String, version: UInt32 = 1) -> String {
        let address = word == "0.0.0.0" ? word : "192.0.2.9"
        let port = ["port 0": 0, "discard": 9][word]
        let direction = word.isEmpty || word == "0.0.0.0" || port != nil ? "" : "a=\(word)\r\n"
        return """
            v=0\r
            o=guest 10 \(version) IN IP4 192.0.2.9\r
            s=-\r
            c=IN IP4 \(address)\r
            t=0 0\r
            m=audio \(port ?? 4000) RTP/AVP 0 8\r
            \(direction)
            """
    }

    @Test("is answered sendonly to a telephone that would speak, and inactive to one that would not") func answers()
        throws
    {
        var (phone, invite) = try MessageTests.calling()
        phone.does(.hold(MessageTests.call))
        phone.hears(200, to: try phone.takeRequest(.invite))
        for (number, (offered, answered)) in zip(
            (1 as UInt32)...,
            [("sendrecv", "sendonly"), ("recvonly", "sendonly"), ("sendonly", "inactive"), ("inactive", "inactive")])
        {
            phone.sent = []
            phone.hears(
                request(
                    .invite, callID: invite.callID ?? "", cseq: number, fromTag: "peer", toTag: invite.from?.tag,
                    body: Self.offer(offered, version: number), type: "application/sdp"))
            #expect(try Self.audio(of: .response(phone.takeResponse())).rawValue == answered)
            phone.hears(
                request(.ack, callID: invite.callID ?? "", cseq: number, fromTag: "peer", toTag: invite.from?.tag))
        }
    }

    @Test("in bad weather ends as both wanted it", arguments: 0..<10) func storm(_ block: Int) {
        for seed in UInt64(block * 20)..<UInt64(block * 20 + 20) {
            var wire = Wire.inCall(seed: seed)
            var dice = Identifiers.seeded(seed)
            wire.weather = StormTests.weather
            var wanted = (a: false, b: false)
            for _ in 1...4 {
                if Bool.random(using: &dice) {
                    wanted.a.toggle()
                    wire.does(.a, wanted.a ? .hold(Wire.call) : .resume(Wire.call))
                } else {
                    wanted.b.toggle()
                    wire.does(.b, wanted.b ? .hold(Wire.answered) : .resume(Wire.answered))
                }
                wire.wait(.milliseconds(Int64.random(in: 0...9_000, using: &dice)))
            }
            wire.weather = Wire.fair
            wire.wait(.seconds(100))
            guard wire.states(.a, Wire.call).last == .established,
                wire.states(.b, Wire.answered).last == .established
            else { continue }  // nothing got through for 32 seconds
            let none = Wire.Hold(byUs: false, byThem: false)
            #expect((wire.held(.a).last ?? none) == .init(byUs: wanted.a, byThem: wanted.b), "seed \(seed)")
            #expect((wire.held(.b).last ?? none) == .init(byUs: wanted.b, byThem: wanted.a), "seed \(seed)")
        }
    }
}

extension Phone {
    /// Whether we were told last that the peer holds.
    fileprivate var lastHeld: Bool {
        reports.reversed().lazy.compactMap { if case .held(_, _, let byThem) = $0 { byThem } else { nil } }.first
            ?? false
    }
}

extension Wire {
    struct Hold: Equatable {
        var byUs: Bool
        var byThem: Bool
    }

    func session(_ end: End) -> SessionID { end == .a ? Wire.call : Wire.answered }

    /// What one end was told about hold.
    func held(_ end: End) -> [Hold] {
        reports(end).compactMap {
            if case .held(session(end), let byUs, let byThem) = $0 { Hold(byUs: byUs, byThem: byThem) } else { nil }
        }
    }
}
