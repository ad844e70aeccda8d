import SIP
import Testing

/// Where the test is the peer that asks, a telephone for one.
@Suite("Voice asked of us") struct VoiceAnswerTests {
    static let all = AudioCapabilities.all
    static let received = SessionID.received(1)

    /// A call that came in with this offer, not answered yet.
    static func ringing(_ body: String = RenewalTests.softphone) -> Phone {
        var phone = Phone("1001", codecs: all)
        phone.hears(request(.invite, body: body, type: body.isEmpty ? nil : "application/sdp"))
        return phone
    }

    /// The same, answered and acknowledged; the tag that it has.
    static func answered(_ body: String, _ voice: AudioCapabilities? = nil) throws -> (Phone, String) {
        var phone = ringing(body)
        phone.does(.accept(received, voice: voice))
        let tag = try #require(try phone.takeResponse().to?.tag)
        phone.hears(request(.ack, toTag: tag))
        phone.sent = []
        return (phone, tag)
    }

    static func reinvite(_ tag: String, cseq: UInt32, _ body: String) -> Request {
        request(.invite, cseq: cseq, toTag: tag, body: body, type: body.isEmpty ? nil : "application/sdp")
    }

    static func direction(_ response: Response) throws -> SessionDescription.Direction {
        try HoldTests.audio(of: .response(response))
    }

    @Test("by a call that comes in is told with it, and answered with voice or without", arguments: [true, false])
    func incoming(_ isSpoken: Bool) throws {
        var phone = Self.ringing()
        #expect(phone.latest == .voice(Self.received, .asked(isEncrypted: false)))
        phone.does(.accept(Self.received, voice: isSpoken ? .of(1) : nil))
        let answer = try SessionDescription(parsing: phone.takeResponse().body)
        #expect(answer.media.map(\.port) == [isSpoken ? 4_001 : 9, 0])
        #expect(answer.direction(of: answer.media[0]) == (isSpoken ? .sendrecv : .inactive))
        #expect(phone.stream?.remote == (isSpoken ? SocketAddress(host: "192.0.2.9", port: 4_000) : nil))
        if isSpoken { #expect(answer.media[0].formats == ["0", "8", "101"]) }
    }

    @Test("by a chat, which offers it inactive, is not asked") func chat() throws {
        var phone = Self.ringing(HoldTests.offer("inactive"))
        #expect(phone.voice.isEmpty)
        phone.does(.accept(Self.received, voice: .of(1)))
        #expect(try Self.direction(phone.takeResponse()) == .inactive)
    }

    @Test("in what we do not understand is left out, and the call comes about") func unknownCodec() throws {
        var phone = Self.ringing(HoldTests.offer("").replacing("AVP 0 8", with: "AVP 18"))
        #expect(phone.voice.isEmpty)
        phone.does(.accept(Self.received, voice: .of(1)))
        #expect(try phone.takeResponse().status == 200)
        #expect(phone.voice == [.refused(.incompatible)])
    }

    @Test("and refused by accepting texts only is not asked again by hold, resume or refresh") func textOnly() throws {
        var (phone, tag) = try Self.answered(HoldTests.offer(""))
        for (cseq, word) in zip((2 as UInt32)..., ["sendonly", "", "inactive", "", "0.0.0.0", "", ""]) {
            phone.hears(Self.reinvite(tag, cseq: cseq, HoldTests.offer(word, version: cseq)))
            #expect(try Self.direction(phone.takeResponse()) == .inactive)
            phone.hears(request(.ack, cseq: cseq, toTag: tag))
        }
        #expect(phone.voice == [.asked(isEncrypted: false)], "when it came in")
    }

    @Test("in a session is left pending, and answered as our person says", arguments: [true, false])
    func inSession(_ isYes: Bool) throws {
        var (phone, tag) = try Self.answered(HoldTests.offer("inactive"))
        phone.hears(Self.reinvite(tag, cseq: 2, HoldTests.offer("", version: 2)))
        #expect(try phone.takeResponse().status == 180)
        #expect(phone.latest == .voice(Self.received, .asked(isEncrypted: false)))
        phone.wait(.seconds(20))
        phone.does(isYes ? .acceptVoice(Self.received, .of(1)) : .refuseVoice(Self.received))
        let answer = try phone.takeResponse()
        #expect(answer.status == (isYes ? 200 : 488))
        #expect(answer.headers[.warning] == (isYes ? nil : "399 partyline \"Declined\""))
        #expect((phone.stream != nil) == isYes)
        phone.hears(request(.ack, cseq: 2, toTag: tag))
        phone.wait(.seconds(60))
        phone.does(.message(MessageToken(1), .init(text: "well"), in: Self.received))
        #expect(phone.count(.message) == 1)
    }

    @Test("is silent both ways while a telephone holds us, whatever it plays, also when we say something meanwhile")
    func music() throws {
        var phone = Self.ringing()
        phone.does(.accept(Self.received, voice: .of(1)))
        let tag = try #require(try phone.takeResponse().to?.tag)
        phone.hears(request(.ack, toTag: tag))
        #expect(phone.stream?.maySend == true && phone.stream?.mayReceive == true)
        phone.hears(Self.reinvite(tag, cseq: 2, HoldTests.offer("sendonly", version: 2)))
        #expect(try Self.direction(phone.takeResponse()) == .recvonly)
        phone.hears(request(.ack, cseq: 2, toTag: tag))
        #expect(phone.stream?.maySend == false && phone.stream?.mayReceive == false)
        phone.sent = []
        phone.does(.renew(Self.received))
        phone.hears(200, to: try phone.takeRequest(.invite), tag: nil) {
            $0.headers[.contentType] = "application/sdp"
            $0.body = Array(HoldTests.offer("sendonly", version: 2).utf8)
        }
        #expect(phone.stream?.mayReceive == false)
        phone.hears(Self.reinvite(tag, cseq: 3, HoldTests.offer("", version: 3)))
        #expect(phone.stream?.maySend == true && phone.stream?.mayReceive == true)
    }

    @Test("is in nobody's way: messages are taken, and changes put off until it is answered") func meanwhile() throws {
        var (phone, tag) = try Self.answered(HoldTests.offer("inactive"))
        phone.hears(Self.reinvite(tag, cseq: 2, HoldTests.offer("", version: 2)))
        _ = try phone.takeResponse()
        phone.hears(request(.message, cseq: 3, toTag: tag, body: "well?"))
        #expect(try phone.takeResponse().status == 200)
        phone.hears(request(.update, cseq: 4, toTag: tag))
        #expect(try phone.takeResponse().status == 200)
        phone.hears(request(.update, cseq: 5, toTag: tag, body: HoldTests.offer("sendonly"), type: "application/sdp"))
        #expect(try phone.takeResponse().status == 500)
        phone.hears(Self.reinvite(tag, cseq: 6, HoldTests.offer("", version: 3)))
        let busy = try phone.takeResponse()
        #expect(busy.status == 500 && busy.retryAfter != nil)
        phone.does(.hold(Self.received))
        phone.does(.renew(Self.received))
        #expect(phone.count(.invite) == 0)
        phone.does(.refuseVoice(Self.received))
        #expect(try phone.takeResponse().status == 488)
        #expect(phone.count(.invite) == 1)
        let hold = try phone.takeRequest(.invite)
        #expect(try HoldTests.audio(of: .request(hold)) == .sendonly)
    }

    @Test("and taken back is answered 487, and asked no more") func cancelled() throws {
        var (phone, tag) = try Self.answered(HoldTests.offer("inactive"))
        let question = Self.reinvite(tag, cseq: 2, HoldTests.offer("", version: 2))
        phone.hears(question)
        _ = try phone.takeResponse()
        var cancel = request(.cancel, cseq: 2, toTag: tag)
        cancel.headers[.via] = question.headers[.via]
        phone.hears(cancel)
        #expect(Set([try phone.takeResponse().status, try phone.takeResponse().status]) == [200, 487])
        #expect(phone.latest == .voice(Self.received, .withdrawn))
        phone.does(.acceptVoice(Self.received, .of(1)))
        #expect(phone.sent.isEmpty && phone.stream == nil)
    }

    @Test("by a telephone that we called, and refused, is not asked again; ours still may be") func declined() throws {
        var phone = Phone("1001", codecs: Self.all)
        phone.does(.invite(MessageTests.call, to: .sip("1002", "exchange.local"), on: Phone.udp))
        let invite = try phone.takeRequest(.invite)
        phone.hears(200, to: invite) {
            $0.contact = NameAddress(.sip("1002", "192.0.2.9", port: 5060))
            $0.headers[.contentType] = "application/sdp"
            $0.body = Array(HoldTests.offer("inactive").utf8)
        }
        for cseq in 1...3 as ClosedRange<UInt32> {
            phone.sent = []
            phone.hears(
                request(
                    .invite, callID: invite.callID ?? "", cseq: cseq, fromTag: "peer", toTag: invite.from?.tag,
                    body: HoldTests.offer("", version: cseq), type: "application/sdp"))
            if cseq == 1 {
                _ = try phone.takeResponse()
                phone.does(.refuseVoice(MessageTests.call))
                #expect(try phone.takeResponse().status == 488)
            } else {
                #expect(try Self.direction(phone.takeResponse()) == .inactive)
            }
            phone.hears(
                request(.ack, callID: invite.callID ?? "", cseq: cseq, fromTag: "peer", toTag: invite.from?.tag))
        }
        #expect(phone.voice == [.asked(isEncrypted: false)])
        phone.sent = []
        phone.does(.offerVoice(MessageTests.call, .of(1)))
        #expect(phone.count(.invite) == 1)
    }

    @Test("by UPDATE, which nobody can be asked about, is answered 504") func update() throws {
        var (phone, tag) = try Self.answered(HoldTests.offer("inactive"))
        phone.hears(request(.update, cseq: 2, toTag: tag, body: HoldTests.offer(""), type: "application/sdp"))
        #expect(try phone.takeResponse().status == 504)
        #expect(phone.voice.isEmpty)
    }

    @Test("of a caller that insists on reliable responses comes after its PRACK, by a question of ours") func reliable()
        throws
    {
        var phone = Phone("1001", codecs: Self.all)
        phone.hears(ReliableResponseTests.invite())
        phone.does(.ring(Self.received))
        let ringing = try phone.takeResponse()
        #expect(try Self.direction(ringing) == .inactive)
        phone.hears(ReliableResponseTests.prack(ringing))
        _ = try phone.takeResponse()
        phone.does(.accept(Self.received, voice: .of(1)))
        #expect(try phone.takeResponse().body.isEmpty)
        phone.hears(request(.ack, toTag: ringing.to?.tag))
        let question = try phone.takeRequest(.invite)
        #expect(try HoldTests.audio(of: .request(question)) == .sendrecv)
        phone.hears(200, to: question, tag: nil) {
            $0.headers[.contentType] = "application/sdp"
            $0.body = Array(RenewalTests.softphone.utf8)
        }
        #expect(phone.stream?.remote.port == 4_000)
    }

    @Test("without an offer is offered in the 200, and agreed to by the ACK") func late() throws {
        var phone = Self.ringing("")
        phone.does(.accept(Self.received, voice: .of(1, Self.all, .offered)))
        let ok = try phone.takeResponse()
        let offer = try SessionDescription(parsing: ok.body)
        #expect(offer.media[0].port == 4_001 && offer.media[0].transport == "RTP/SAVP")
        #expect(phone.voice.isEmpty)
        var ack = request(.ack, toTag: ok.to?.tag)
        ack.answer(
            HoldTests.offer("").replacing("RTP/AVP", with: "RTP/SAVP") + "a=crypto:\(CryptoTests.example)\r\n")
        phone.hears(ack)
        #expect(phone.stream?.security?.remote == CryptoAttribute(CryptoTests.example)?.key)
    }

    @Test("changes codec and address, is held and ended by re-INVITE, without a question") func changes() throws {
        var (phone, tag) = try Self.answered(HoldTests.offer(""), .of(1))
        #expect(phone.stream?.sends.codec == .pcmu)
        let bodies = [
            HoldTests.offer("").replacing("0 8", with: "8"), HoldTests.offer("sendonly"),
            HoldTests.offer("inactive"), HoldTests.offer("").replacing("4000", with: "4444"),
        ]
        var streams: [AudioStream?] = []
        for (cseq, body) in zip((2 as UInt32)..., bodies) {
            phone.hears(Self.reinvite(tag, cseq: cseq, body))
            #expect(try phone.takeResponse().status == 200)
            phone.hears(request(.ack, cseq: cseq, toTag: tag))
            streams.append(phone.stream)
        }
        #expect(streams.map { $0?.sends.codec } == [.pcma, .pcmu, .pcmu, .pcmu])
        #expect(streams.map { $0?.maySend } == [true, false, false, true])
        #expect(streams.map { $0?.mayReceive } == [true, false, false, true])
        #expect(streams[3]?.remote.port == 4_444)
        phone.hears(Self.reinvite(tag, cseq: 6, HoldTests.offer("").replacing("AVP 0 8", with: "AVP 18")))
        #expect(try phone.takeResponse().status == 488)
        #expect(phone.stream == streams[3], "it stays as it was")
        phone.hears(Self.reinvite(tag, cseq: 7, HoldTests.offer("port 0")))
        #expect(try phone.takeResponse().status == 200)
        #expect(phone.latest == .voice(Self.received, .ended(by: .them)))
    }

    @Test("is asked once more where a peer that had none wants to begin again") func again() throws {
        var (phone, tag) = try Self.answered(HoldTests.offer(""), .of(1))
        phone.hears(Self.reinvite(tag, cseq: 2, HoldTests.offer("inactive").replacing("4000", with: "9")))
        _ = try phone.takeResponse()
        phone.hears(request(.ack, cseq: 2, toTag: tag))
        #expect(phone.voice.last == .ended(by: .them))
        phone.hears(Self.reinvite(tag, cseq: 3, HoldTests.offer("")))
        #expect(phone.voice.last == .asked(isEncrypted: false))
    }

    @Test("is not carried over to who takes the place of the peer") func replaced() throws {
        var (phone, tag) = try Self.answered(HoldTests.offer(""), .of(1))
        var other = request(.invite, from: "1003", callID: "other", body: HoldTests.offer(""), type: "application/sdp")
        other.headers[.replaces] = "call;to-tag=\(tag);from-tag=theirs"
        phone.hears(other)
        #expect(try Self.direction(phone.takeResponse()) == .inactive)
        let news = phone.reports.compactMap { if case .voice(.received(2), let news) = $0 { news } else { nil } }
        #expect(news.isEmpty)
    }

    @Test("and pending as we move is given up, and the peer learns where we are") func moved() throws {
        var phone = Phone("1001", trust: .registeredFlows, codecs: Self.all)
        phone.does(.register(RegistrationTests.parameters, on: Phone.udp))
        phone.hears(200, to: try phone.takeRequest(.register))
        phone.hears(request(.invite, body: HoldTests.offer("inactive"), type: "application/sdp"))
        phone.does(.accept(Self.received))
        let tag = try #require(try phone.takeResponse().to?.tag)
        phone.hears(request(.ack, toTag: tag))
        phone.hears(Self.reinvite(tag, cseq: 2, HoldTests.offer("", version: 2)))
        phone.sent = []
        phone.does(.register(RegistrationTests.parameters, on: Phone.tcp))
        phone.hears(200, to: try phone.takeRequest(.register), on: Phone.tcp)
        #expect(phone.voice == [.asked(isEncrypted: false), .withdrawn])
        #expect(phone.count(.invite) == 1)
    }

    @Test("in bad weather ends as both see it", arguments: 0..<10) func storm(_ block: Int) {
        for seed in UInt64(block * 20)..<UInt64(block * 20 + 20) {
            var wire = Wire.inCall(seed: seed, codecs: Self.all)
            var dice = Identifiers.seeded(seed)
            wire.weather = StormTests.weather
            for _ in 1...6 {
                let end = Bool.random(using: &dice) ? Wire.End.a : .b
                let id = wire.session(end)
                let voice = AudioCapabilities.of(end.rawValue + 1)
                let commands: [UserAgent.Command] = [
                    .offerVoice(id, voice), .offerVoice(id, voice), .acceptVoice(id, voice), .refuseVoice(id),
                    .endVoice(id), .hold(id), .resume(id),
                ]
                wire.does(end, commands[Int.random(in: commands.indices, using: &dice)])
                wire.wait(.milliseconds(Int64.random(in: 0...9_000, using: &dice)))
            }
            wire.weather = Wire.fair
            wire.wait(.seconds(150))
            guard wire.states(.a, Wire.call).last == .established,
                wire.states(.b, Wire.answered).last == .established
            else { continue }  // nothing got through for 32 seconds
            let (one, other) = (wire.stream(.a), wire.stream(.b))
            #expect((one == nil) == (other == nil), "seed \(seed)")
            #expect(one?.maySend == other?.maySend, "seed \(seed)")
            #expect(wire.faults.isEmpty, "seed \(seed): \(wire.faults)")
            wire.does(.a, .hangUp(Wire.call))
            wire.wait(.seconds(200))
            #expect(wire.isQuiet, "seed \(seed)")
        }
    }
}
