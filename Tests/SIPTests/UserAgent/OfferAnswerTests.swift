import SIP
import Testing

@Suite("Offer and answer") struct OfferAnswerTests {
    /// A call whose INVITE had no offer, answered; the ACK is still to come.
    static func late() throws -> (Phone, Response) {
        var phone = Phone("1001")
        phone.hears(request(.invite))
        phone.does(.accept(.received(1)))
        let ok = try phone.takeResponse()
        return (phone, ok)
    }

    static func ack(_ ok: Response, cseq: UInt32 = 1, _ body: String) -> Request {
        var ack = request(.ack, cseq: cseq, toTag: ok.to?.tag)
        ack.answer(body)
        return ack
    }

    @Test("late: the ACK brings the answer, and the call goes on") func lateAnswer() throws {
        var (phone, ok) = try Self.late()
        phone.hears(Self.ack(ok, HoldTests.offer("inactive")))
        phone.does(.message(MessageToken(1), .init(text: "hello"), in: .received(1)))
        #expect(phone.count(.message) == 1)
    }

    @Test(
        "late: an ACK without an answer, or with one to something else, ends the call with the reason",
        arguments: [
            "", "v=0", "nonsense", RenewalTests.softphone, HoldTests.offer("").replacing("audio", with: "video"),
        ])
    func badAnswer(_ body: String) throws {
        var (phone, ok) = try Self.late()
        phone.hears(Self.ack(ok, body))
        let bye = try phone.takeRequest(.bye)
        #expect(bye.headers[.reason] == "SIP;cause=488;text=\"Not Acceptable Here\"")
        let end = SessionEnd(.refused(status: 488, reason: "Not Acceptable Here"), by: .us)
        #expect(phone.latest == .session(.received(1), .ended(end)))
        phone.hears(200, to: bye, tag: nil)
        phone.wait(.seconds(60))
        #expect(phone.timers.isEmpty)
    }

    @Test("late, in a session: a re-INVITE without an offer gets our present one") func lateChange() throws {
        var (phone, ok) = try Self.late()
        phone.hears(Self.ack(ok, HoldTests.offer("inactive")))
        phone.does(.hold(.received(1)))
        phone.hears(200, to: try phone.takeRequest(.invite), tag: nil)
        phone.sent = []
        phone.hears(request(.invite, cseq: 2, toTag: ok.to?.tag))
        let again = try phone.takeResponse()
        #expect(try HoldTests.audio(of: .response(again)) == .sendonly, "we hold still")
        phone.hears(request(.update, cseq: 3, toTag: ok.to?.tag, body: HoldTests.offer(""), type: "application/sdp"))
        #expect(try phone.takeResponse().status == 491, "our offer is out")
        phone.hears(Self.ack(again, cseq: 2, ""))
        #expect(try phone.takeRequest(.bye).headers[.reason]?.contains("488") == true)
    }

    /// Media lines of a peer, and the ports of our answer.
    @Test(
        "agrees to plain audio, and refuses all else in its place",
        arguments: [
            (["audio 4000 RTP/AVP 0"], [9]),
            (["video 4002 RTP/AVP 96", "audio 4000 RTP/AVP 0 8"], [0, 9]),
            (["audio 4000 RTP/SAVP 0", "audio 4000 RTP/AVP 0", "text 5000 TCP/MSRP *"], [0, 9, 0]),
            (["audio 4000 RTP/AVPF 96", "application 9 UDP/DTLS/SCTP webrtc-datachannel"], [9, 0]),
            (["audio 0 RTP/AVP 0"], [0]),
            ([], []),
        ] as [([String], [UInt16])])
    func everyMedium(_ media: [String], _ ports: [UInt16]) throws {
        var phone = Phone("1001")
        let head = "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n"
        phone.hears(
            request(.invite, body: head + media.map { "m=\($0)\r\n" }.joined(), type: "application/sdp"))
        phone.does(.accept(.received(1)))
        let ok = try phone.takeResponse()
        #expect(ok.status == 200)
        let answer = try SessionDescription(parsing: ok.body)
        #expect(answer.media.map(\.port) == ports)
        #expect(answer.media.map(\.kind) == media.map { String($0.prefix { $0 != " " }) })
        #expect(answer.media.allSatisfy { $0.port == 0 || answer.direction(of: $0) == .inactive })
    }

    @Test("that agree to nothing are refused 488, and a Warning says why") func nothing() throws {
        var phone = Phone("1001")
        let video = HoldTests.offer("").replacing("m=audio", with: "m=video")
        phone.hears(request(.invite, body: video, type: "application/sdp"))
        let refusal = try phone.takeResponse()
        #expect(refusal.status == 488)
        #expect(refusal.headers[.warning]?.hasPrefix("304 ") == true)
    }

    @Test("keep the media of a session in their places, whoever offers") func places() throws {
        var phone = Phone("1001")
        let body = RenewalTests.softphone.replacing("m=audio", with: "m=text 7000 RTP/AVP 98\r\nm=audio")
        phone.hears(request(.invite, body: body, type: "application/sdp"))
        phone.does(.accept(.received(1)))
        let ok = try phone.takeResponse()
        phone.hears(request(.ack, toTag: ok.to?.tag))
        phone.does(.hold(.received(1)))
        let offer = try SessionDescription(parsing: phone.takeRequest(.invite).body)
        #expect(offer.media.map(\.kind) == ["text", "audio", "video"])
        #expect(offer.media.map(\.port) == [0, 9, 0])
        #expect(offer.media[1].formats == ["0", "8", "101"])
    }

    @Test("keep o= through a session, its version one more for each change, also from a new address") func origin()
        throws
    {
        var phone = Phone("1001", trust: .registeredFlows)
        phone.does(.register(RegistrationTests.parameters, on: Phone.udp))
        phone.hears(200, to: try phone.takeRequest(.register))
        phone.does(.invite(MessageTests.call, to: .sip("1002", "exchange.local"), on: Phone.udp))
        var invite = try phone.takeRequest(.invite)
        var origins = [try SessionDescription(parsing: invite.body).origin]
        phone.hears(200, to: invite) { $0.contact = NameAddress(.sip("1002", "192.0.2.9")) }
        for command in [
            UserAgent.Command.hold(MessageTests.call), .renew(MessageTests.call), .resume(MessageTests.call),
        ] {
            phone.does(command)
            invite = try phone.takeRequest(.invite)
            origins.append(try SessionDescription(parsing: invite.body).origin)
            phone.hears(200, to: invite)
        }
        var elsewhere = Phone.tcp
        elsewhere.local = SocketAddress(host: "198.51.100.1", port: 40_000)
        phone.does(.register(RegistrationTests.parameters, on: elsewhere))
        phone.hears(200, to: try phone.takeRequest(.register), on: elsewhere)
        let moved = try SessionDescription(parsing: phone.takeRequest(.invite).body)
        origins.append(moved.origin)
        #expect(origins.map(\.version) == ["1", "2", "2", "3", "4"])
        #expect(Set(origins.map(\.address)).count == 1 && Set(origins.map(\.sessionID)).count == 1)
        #expect(moved.connection?.host == "198.51.100.1")
    }

    @Test("in an INVITE, a PRACK or an ACK that are broken break nothing else", arguments: 0..<10 as Range<UInt64>)
    func broken(_ seed: UInt64) throws {
        var dice = Identifiers.seeded(seed)
        for number in 0..<50 as Range<Int> {
            var phone = Phone("1001", seed: seed)
            var bytes = Array(RenewalTests.softphone.utf8)
            for _ in 0..<Int.random(in: 0...4, using: &dice) {
                bytes[Int.random(in: bytes.indices, using: &dice)] = .random(in: 0...255, using: &dice)
            }
            var invite = ReliableResponseTests.invite()
            invite.body = number.isMultiple(of: 3) ? [] : bytes
            phone.hears(invite)
            phone.does(.ring(.received(1)))
            guard let ringing = try? phone.takeResponse(), ringing.status == 180 else { continue }
            var prack = ReliableResponseTests.prack(ringing)
            prack.answer("x")
            prack.body = bytes
            phone.hears(prack)
            phone.does(.accept(.received(1)))
            var ack = request(.ack, toTag: ringing.to?.tag)
            ack.body = bytes
            phone.hears(ack)
            phone.wait(.seconds(100))
            phone.handle(.closed(Phone.udp))
            #expect(phone.timers.isEmpty)
        }
    }
}
