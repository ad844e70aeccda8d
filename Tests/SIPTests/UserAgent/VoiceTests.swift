import SIP
import Testing

@Suite("Voice in a session") struct VoiceTests {
    static let all = AudioCapabilities.all
    typealias News = VoiceNews

    static func inCall(_ transport: TransportProtocol = .udp, seed: UInt64 = 7) -> Wire {
        Wire.inCall(transport, seed: seed, codecs: all)
    }

    /// Both speak; `end` has asked.
    static func speaking(_ end: Wire.End = .a, _ policy: SRTPPolicy = .answered) -> Wire {
        var wire = inCall()
        wire.does(end, .offerVoice(wire.session(end), .of(end.rawValue + 1, all, policy)))
        wire.wait(.seconds(1))
        wire.does(end.other, .acceptVoice(wire.session(end.other), .of(end.other.rawValue + 1)))
        wire.wait(.seconds(1))
        return wire
    }

    @Test("is asked for by either, agreed to by the other, and told to both", arguments: [Wire.End.a, .b])
    func agreed(_ end: Wire.End) throws {
        let wire = Self.speaking(end)
        #expect(wire.voice(end.other).first == .asked(isEncrypted: false))
        let stream = try #require(wire.stream(end))
        #expect(stream.remote.port == UInt16(4_001 + end.other.rawValue) && stream.maySend && stream.mayReceive)
        #expect(wire.stream(end.other)?.remote.port == UInt16(4_001 + end.rawValue))
        #expect(wire.voice(end).count == 1 && wire.voice(end.other).count == 2)
        #expect(wire.log.count { $0.hasSuffix("180 INVITE") } == 2, "one for the call, one for the question")
        #expect(wire.faults.isEmpty)
    }

    @Test("refused leaves the session as it was, and may be asked for again") func refused() {
        var wire = Self.inCall()
        for _ in 1...2 {
            wire.does(.a, .offerVoice(Wire.call, .of(1)))
            wire.wait(.seconds(1))
            wire.does(.b, .refuseVoice(Wire.answered))
            wire.wait(.seconds(1))
        }
        #expect(wire.voice(.a) == [.refused(.declined), .refused(.declined)])
        #expect(wire.voice(.b) == [.asked(isEncrypted: false), .asked(isEncrypted: false)])
        wire.says(.a, 1, "then let us write")
        wire.wait(.seconds(1))
        #expect(wire.texts(.b) == ["then let us write"])
        wire.does(.a, .hold(Wire.call))
        wire.wait(.seconds(1))
        #expect(wire.held(.b).last == .init(byUs: false, byThem: true))
    }

    @Test("asked for too often is answered without it, unasked, until our person asks") func insistent() {
        var wire = Self.inCall()
        for _ in 1...5 {
            wire.does(.a, .offerVoice(Wire.call, .of(1)))
            wire.wait(.seconds(2))
            wire.does(.b, .refuseVoice(Wire.answered))
            wire.wait(.seconds(2))
        }
        #expect(wire.voice(.b) == Array(repeating: .asked(isEncrypted: false), count: UserAgent.Limits.questions))
        #expect(wire.voice(.a).count == 5 && wire.voice(.a).last == .refused(.unable(status: 200)))
        wire.does(.b, .offerVoice(Wire.answered, .of(2)))
        wire.wait(.seconds(2))
        wire.does(.a, .acceptVoice(Wire.call, .of(1)))
        wire.wait(.seconds(2))
        #expect(wire.isSpeaking(.a) && wire.isSpeaking(.b))
    }

    @Test("that nobody answers is withdrawn after half a minute") func unanswered() {
        var wire = Self.inCall()
        wire.does(.a, .offerVoice(Wire.call, .of(1)))
        wire.wait(.seconds(29))
        #expect(wire.voice(.a).isEmpty && wire.voice(.b) == [.asked(isEncrypted: false)])
        wire.wait(.seconds(2))
        #expect(
            wire.voice(.a) == [.refused(.unanswered)] && wire.voice(.b) == [.asked(isEncrypted: false), .withdrawn])
        wire.does(.b, .acceptVoice(Wire.answered, .of(2)))
        wire.wait(.seconds(5))
        #expect(wire.voice(.a).count == 1, "too late")
    }

    @Test("taken back before it is answered is withdrawn there") func takenBack() {
        var wire = Self.inCall()
        wire.does(.a, .offerVoice(Wire.call, .of(1)))
        wire.wait(.seconds(1))
        wire.does(.a, .endVoice(Wire.call))
        wire.wait(.seconds(1))
        #expect(wire.voice(.a) == [.ended(by: .us)] && wire.voice(.b) == [.asked(isEncrypted: false), .withdrawn])
        #expect(wire.log.contains("a> CANCEL") && wire.log.contains("b> 487 INVITE"))
        wire.does(.b, .offerVoice(Wire.answered, .of(2)))
        wire.wait(.seconds(1))
        wire.does(.a, .acceptVoice(Wire.call, .of(1)))
        wire.wait(.seconds(1))
        #expect(wire.stream(.a) != nil && wire.stream(.b) != nil)
    }

    @Test("taken back as the other says yes ends for both", arguments: 1...20) func crossing(_ seed: UInt64) {
        var wire = Self.inCall(seed: seed)
        wire.does(.a, .offerVoice(Wire.call, .of(1)))
        wire.wait(.seconds(1))
        wire.weather.delay = .milliseconds(40)
        wire.does(.a, .endVoice(Wire.call))
        wire.wait(.milliseconds(Int64(seed)))
        wire.does(.b, .acceptVoice(Wire.answered, .of(2)))
        wire.wait(.seconds(20))
        #expect(!wire.isSpeaking(.a) && !wire.isSpeaking(.b))
        #expect(wire.voice(.a) == [.ended(by: .us)])
        wire.says(.b, 1, "still there?")
        wire.wait(.seconds(1))
        #expect(wire.texts(.a) == ["still there?"])
    }

    @Test("that both ask for at once comes about, and nobody is asked", arguments: 1...20) func glare(_ seed: UInt64) {
        var wire = Self.inCall(seed: seed)
        wire.does(.a, .offerVoice(Wire.call, .of(1)))
        wire.does(.b, .offerVoice(Wire.answered, .of(2)))
        wire.wait(.seconds(10))
        #expect(wire.log.count { $0.hasSuffix("491 INVITE") } == 2)
        #expect(wire.stream(.a)?.remote.port == 4_002 && wire.stream(.b)?.remote.port == 4_001)
        #expect(wire.voice(.a).count == 1 && wire.voice(.b).count == 1, "agreed, and nothing else")
    }

    @Test("that the other asks for while ours is being asked is a yes") func offerIsYes() {
        var wire = Self.inCall()
        wire.does(.a, .offerVoice(Wire.call, .of(1)))
        wire.wait(.seconds(1))
        wire.does(.b, .offerVoice(Wire.answered, .of(2)))
        wire.wait(.seconds(1))
        #expect(wire.stream(.a) != nil && wire.stream(.b) != nil)
    }

    @Test("ends for both when one has enough, and may begin again", arguments: [Wire.End.a, .b], [Wire.End.a, .b])
    func ended(_ end: Wire.End, _ next: Wire.End) {
        var wire = Self.speaking()
        wire.does(end, .endVoice(wire.session(end)))
        wire.wait(.seconds(1))
        #expect(wire.voice(end).last == .ended(by: .us) && wire.voice(end.other).last == .ended(by: .them))
        #expect(wire.held(.a).isEmpty && wire.held(.b).isEmpty, "nobody is on hold")
        wire.does(next, .offerVoice(wire.session(next), .of(7)))
        wire.wait(.seconds(1))
        #expect(wire.voice(next.other).last == .asked(isEncrypted: false))
        wire.does(next.other, .acceptVoice(wire.session(next.other), .of(8)))
        wire.wait(.seconds(1))
        #expect(wire.stream(next)?.remote.port == 4_008 && wire.stream(next.other)?.remote.port == 4_007)
    }

    @Test("is silent while one side holds, and goes on", arguments: [Wire.End.a, .b]) func hold(_ end: Wire.End) {
        var wire = Self.speaking()
        let former = (wire.stream(.a), wire.stream(.b))
        wire.does(end, .hold(wire.session(end)))
        wire.wait(.seconds(1))
        #expect(wire.held(end) == [.init(byUs: true, byThem: false)])
        #expect(wire.held(end.other) == [.init(byUs: false, byThem: true)])
        #expect(wire.stream(.a)?.maySend == false && wire.stream(.b)?.maySend == false)
        wire.does(end, .resume(wire.session(end)))
        wire.wait(.seconds(1))
        #expect(wire.stream(.a) == former.0 && wire.stream(.b) == former.1)
        #expect(!wire.voice(end.other).dropFirst(2).contains(.asked(isEncrypted: false)), "nobody is asked again")
    }

    @Test("outlives renewals, refreshes and late offers unchanged, and nobody is asked") func renewed() {
        var wire = Self.speaking()
        let told = (wire.voice(.a).count, wire.voice(.b).count)
        for end in Wire.End.allCases {
            wire.does(end, .renew(wire.session(end)))
            wire.wait(.seconds(5))
        }
        wire.wait(.seconds(600))
        #expect(wire.voice(.a).count == told.0 && wire.voice(.b).count == told.1)
        #expect(wire.isSpeaking(.a) && wire.isSpeaking(.b))
        #expect(wire.states(.a, Wire.call).last == .established)
    }

    @Test("while it is asked for, messages go on both ways") func messages() {
        var wire = Self.inCall()
        wire.does(.a, .offerVoice(Wire.call, .of(1)))
        wire.wait(.seconds(1))
        wire.says(.a, 1, "may I?")
        wire.says(.b, 1, "a moment")
        wire.wait(.seconds(1))
        #expect(wire.texts(.b) == ["may I?"] && wire.texts(.a) == ["a moment"])
        wire.does(.b, .acceptVoice(Wire.answered, .of(2)))
        wire.wait(.seconds(1))
        #expect(wire.isSpeaking(.a))
        wire.says(.a, 2, "hello")
        wire.wait(.seconds(1))
        #expect(wire.texts(.b) == ["may I?", "hello"])
    }

    @Test("that is being asked for as somebody hangs up is answered first", arguments: [Wire.End.a, .b])
    func hangUp(_ end: Wire.End) {
        var wire = Self.inCall()
        wire.does(.a, .offerVoice(Wire.call, .of(1)))
        wire.wait(.seconds(1))
        wire.does(end, .hangUp(wire.session(end)))
        wire.wait(.seconds(1))
        #expect(wire.log.contains("b> 487 INVITE"))
        wire.wait(.seconds(200))
        #expect(wire.isQuiet)
    }

    @Test("is not asked for where a session is set aside, is not there, or not yet") func noPlace() throws {
        var wire = Self.inCall()
        wire.does(.a, .hold(Wire.call))
        wire.wait(.seconds(1))
        wire.does(.a, .offerVoice(Wire.call, .of(1)))
        wire.does(.b, .offerVoice(Wire.answered, .of(2)))
        #expect(wire.voice(.a) == [.refused(.onHold)] && wire.voice(.b) == [.refused(.onHold)])
        var phone = Phone("1001", codecs: Self.all)
        phone.does(.offerVoice(.placed(9), .of(1)))
        #expect(phone.latest == .voice(.placed(9), .refused(.noSession)))
        phone.hears(request(.invite))
        phone.does(.offerVoice(.received(1), .of(1)))
        #expect(phone.latest == .voice(.received(1), .refused(.noSession)))
    }

    @Test("offered to a program without it is told to be impossible, and taken back") func without() {
        var wire = Wire.inCall()
        wire.does(.a, .offerVoice(Wire.call, .of(1)))
        wire.wait(.seconds(5))
        #expect(wire.voice(.a) == [.refused(.unable(status: 200))])
        #expect(wire.voice(.b).isEmpty && wire.held(.b).isEmpty)
        #expect(wire.log.count { $0 == "a> INVITE" } == 3, "the call, the question, and that it was none")
    }

    @Test("in nothing that both understand is refused in words, unasked") func incompatible() {
        var wire = Self.inCall()
        wire.does(.a, .offerVoice(Wire.call, .of(1, [AudioCodec("speex", clockRate: 16_000)])))
        wire.wait(.seconds(1))
        #expect(wire.voice(.a) == [.refused(.incompatible)] && wire.voice(.b).isEmpty)
    }

    @Test("accepted with other means than offered is refused, and both are told") func acceptedInVain() {
        var wire = Self.inCall()
        wire.does(.a, .offerVoice(Wire.call, .of(1)))
        wire.wait(.seconds(1))
        wire.does(.b, .acceptVoice(Wire.answered, .of(2, Self.all, .required)))
        wire.wait(.seconds(1))
        #expect(wire.voice(.a) == [.refused(.incompatible)])
        #expect(wire.voice(.b) == [.asked(isEncrypted: false), .refused(.incompatible)])
    }

    @Test(
        "that a peer refuses encrypted is offered plain where that is allowed",
        arguments: [SRTPPolicy.preferred, .offered, .required],
        [nil, "304 telephone \"no\"", "305 telephone \"Incompatible media format\""])
    func fallBack(_ policy: SRTPPolicy, _ warning: String?) throws {
        var (phone, _) = try Self.calling()
        phone.does(.offerVoice(MessageTests.call, .of(1, Self.all, policy)))
        let secure = try phone.takeRequest(.invite)
        #expect(try SessionDescription(parsing: secure.body).media[0].transport == "RTP/SAVP")
        phone.hears(488, to: secure, tag: nil) { $0.headers[.warning] = warning }
        guard policy == .preferred else {
            #expect(phone.latest == .voice(MessageTests.call, .refused(.unencrypted)))
            #expect(phone.count(.invite) == 0)
            return
        }
        let plain = try phone.takeRequest(.invite)
        #expect(try SessionDescription(parsing: plain.body).media[0].transport == "RTP/AVP")
        phone.hears(200, to: plain, tag: nil) { $0.describe(HoldTests.offer("sendrecv")) }
        #expect(phone.stream?.security == nil && phone.stream?.sends.codec == .pcmu)
        phone.sent = []
        phone.does(.renew(MessageTests.call))
        let again = try phone.takeRequest(.invite)
        #expect(try SessionDescription(parsing: again.body).media[0].transport == "RTP/AVP")
    }

    @Test(
        "that a peer answers without its encrypted medium, or with a plain one, is offered plain where that is allowed",
        arguments: [SRTPPolicy.preferred, .required], ["port 0", ""])
    func fallBackFromAnswer(_ policy: SRTPPolicy, _ answer: String) throws {
        var (phone, _) = try Self.calling()
        phone.does(.offerVoice(MessageTests.call, .of(1, Self.all, policy)))
        phone.hears(200, to: try phone.takeRequest(.invite), tag: nil) { $0.describe(HoldTests.offer(answer)) }
        let next = try phone.takeRequest(.invite)
        let offer = try SessionDescription(parsing: next.body)
        guard policy == .preferred else {
            #expect(phone.voice == [.refused(.unencrypted)])
            #expect(offer.direction(of: offer.media[0]) == .inactive)
            phone.hears(200, to: next, tag: nil) { $0.describe(HoldTests.offer(answer)) }
            phone.does(.offerVoice(MessageTests.call, .of(1, Self.all, .answered)))
            let plain = try SessionDescription(parsing: phone.takeRequest(.invite).body)
            #expect(plain.media.map(\.transport) == ["RTP/AVP"], "our person said so")
            return
        }
        #expect(phone.voice.isEmpty && offer.media.map(\.transport) == ["RTP/AVP"])
        phone.hears(200, to: next, tag: nil) { $0.describe(HoldTests.offer("port 0")) }
        #expect(phone.voice == [.refused(.unable(status: 200))])
        #expect(try HoldTests.audio(of: .request(phone.takeRequest(.invite))) == .inactive)
    }

    @Test("refused encrypted is offered plain when our person says so, and encrypted again the next time")
    func plainByWord() throws {
        var (phone, _) = try Self.calling()
        phone.does(.offerVoice(MessageTests.call, .of(1, Self.all, .required)))
        phone.hears(488, to: try phone.takeRequest(.invite), tag: nil)
        #expect(phone.latest == .voice(MessageTests.call, .refused(.unencrypted)))
        phone.does(.offerVoice(MessageTests.call, .of(1, Self.all, .answered)))
        let plain = try phone.takeRequest(.invite)
        #expect(try SessionDescription(parsing: plain.body).media.map(\.transport) == ["RTP/AVP"])
        phone.hears(200, to: plain, tag: nil) { $0.describe(HoldTests.offer("")) }
        #expect(phone.stream?.security == nil && phone.stream != nil)
        phone.does(.endVoice(MessageTests.call))
        phone.hears(200, to: try phone.takeRequest(.invite), tag: nil) { $0.describe(HoldTests.offer("inactive")) }
        phone.does(.offerVoice(MessageTests.call, .of(1, Self.all, .required)))
        let secure = try phone.takeRequest(.invite)
        #expect(try SessionDescription(parsing: secure.body).media.map(\.transport) == ["RTP/SAVP"])
    }

    @Test(
        "asked for plainly as we ask for it encrypted is a question; no to it takes ours back",
        arguments: [true, false])
    func crossingPlain(_ isYes: Bool) {
        var wire = Self.inCall()
        wire.does(.a, .offerVoice(Wire.call, .of(1, Self.all, .required)))
        wire.does(.b, .offerVoice(Wire.answered, .of(2)))
        wire.wait(.seconds(10))
        // Whoever comes first at the second attempt: a is asked, or b is answered encrypted.
        guard wire.voice(.a).first == .asked(isEncrypted: false) else {
            return #expect(wire.stream(.a)?.security != nil && wire.stream(.b)?.security != nil)
        }
        wire.does(.a, isYes ? .acceptVoice(Wire.call, .of(1)) : .refuseVoice(Wire.call))
        wire.wait(.seconds(60))
        #expect(wire.isSpeaking(.a) == isYes && wire.isSpeaking(.b) == isYes)
        #expect(wire.stream(.a)?.security == nil)
        if !isYes { #expect(wire.voice(.b) == [.refused(.declined)]) }
    }

    /// What the answers mean to whoever asked.
    @Test(
        "refused with other words is understood",
        arguments: [
            (488, "399 partyline \"Declined\"", VoiceRefusal.declined),
            (488, "399 partyline \"Not answered\"", .unanswered), (603, nil, .declined), (480, nil, .unanswered),
            (488, nil, .incompatible), (606, "305 x \"y\"", .incompatible), (415, nil, .unable(status: 415)),
            (501, nil, .unable(status: 501)),
        ] as [(Int, String?, VoiceRefusal)])
    func answers(_ status: Int, _ warning: String?, _ refusal: VoiceRefusal) throws {
        var (phone, _) = try Self.calling()
        phone.does(.offerVoice(MessageTests.call, .of(1)))
        phone.hears(status, to: try phone.takeRequest(.invite), tag: nil) { $0.headers[.warning] = warning }
        #expect(phone.latest == .voice(MessageTests.call, .refused(refusal)))
        phone.does(.message(MessageToken(1), .init(text: "never mind"), in: MessageTests.call))
        #expect(phone.count(.message) == 1 && phone.count(.invite) == 0)
    }

    /// What a 200 to our question brings, and what follows.
    @Test(
        "answered 200 without any is taken back",
        arguments: [
            ("", VoiceRefusal.incompatible), ("v=0", .incompatible), (HoldTests.offer("port 0"), .unable(status: 200)),
            (HoldTests.offer("inactive"), .unable(status: 200)),
            (HoldTests.offer("").replacing("4000", with: "9"), .unable(status: 200)),
            (HoldTests.offer("").replacing("AVP 0 8", with: "AVP 18"), .incompatible),
            (HoldTests.offer("").replacing("m=audio", with: "m=video"), .incompatible),
        ])
    func emptyAnswers(_ body: String, _ refusal: VoiceRefusal) throws {
        var (phone, _) = try Self.calling()
        phone.does(.offerVoice(MessageTests.call, .of(1)))
        phone.hears(200, to: try phone.takeRequest(.invite), tag: nil) { if !body.isEmpty { $0.describe(body) } }
        #expect(phone.voice.last == .refused(refusal))
        let off = try phone.takeRequest(.invite)
        #expect(try HoldTests.audio(of: .request(off)) == .inactive)
        phone.hears(200, to: off, tag: nil) { $0.describe(HoldTests.offer("inactive")) }
        #expect(phone.count(.invite) == 0)
    }

    static func calling() throws -> (Phone, Request) {
        var phone = Phone("1001", codecs: all)
        phone.does(.invite(MessageTests.call, to: .sip("1002", "exchange.local"), on: Phone.udp))
        let invite = try phone.takeRequest(.invite)
        phone.hears(200, to: invite) { $0.contact = NameAddress(.sip("1002", "192.0.2.9", port: 5060)) }
        phone.sent = []
        return (phone, invite)
    }
}

extension Response {
    fileprivate mutating func describe(_ body: String) {
        headers[.contentType] = "application/sdp"
        self.body = Array(body.utf8)
    }
}

extension Phone {
    /// What it was told of voice.
    var voice: [VoiceNews] { reports.compactMap { if case .voice(_, let news) = $0 { news } else { nil } } }

    /// The voice it has, as last told.
    var stream: AudioStream? {
        guard case .agreed(let stream)? = voice.last else { return nil }
        return stream
    }
}

extension Wire {
    func voice(_ end: End) -> [VoiceNews] { self[end].voice }
    func stream(_ end: End) -> AudioStream? { self[end].stream }
    func isSpeaking(_ end: End) -> Bool { stream(end) != nil }
}
