import SIP
import Testing

@Suite("A change of a session") struct RenewalTests {
    @Test("by re-INVITE is answered honestly: audio inactive, nothing else") func answered() throws {
        var phone = Phone("1001")
        phone.hears(request(.invite, body: Self.softphone, type: "application/sdp"))
        phone.does(.accept(.received(1)))
        let ok = try phone.takeResponse()
        let tag = try #require(ok.to?.tag)
        phone.hears(request(.ack, toTag: tag))
        let hold = Self.softphone.replacing("sendrecv", with: "sendonly")
        phone.hears(request(.invite, cseq: 2, toTag: tag, body: hold, type: "application/sdp"))
        let answer = try phone.takeResponse()
        #expect(answer.status == 200)
        let description = try SessionDescription(parsing: answer.body)
        #expect(description.media.count == 2)
        #expect(description.direction(of: description.media[0]) == .inactive)
        #expect(description.media[1].port == 0)
        #expect(description.origin.version == "1", "nothing changed on our side (RFC 3264 §8)")
        #expect(
            phone.reports.suffix(2) == [
                .modified(.received(1), offer: try SessionDescription(parsing: Array(hold.utf8))),
                .held(.received(1), byUs: false, byThem: true),
            ])
        phone.wait(.milliseconds(600))
        #expect(try phone.takeResponse().cseq?.number == 2, "repeated until its ACK too")
        phone.hears(request(.ack, cseq: 2, toTag: tag))
        phone.sent = []
        phone.wait(.seconds(60))
        #expect(phone.sent.isEmpty)
    }

    static let softphone = """
        v=0\r
        o=guest 10 10 IN IP4 192.0.2.9\r
        s=-\r
        c=IN IP4 192.0.2.9\r
        t=0 0\r
        m=audio 4000 RTP/AVP 0 8 101\r
        a=rtpmap:101 telephone-event/8000\r
        a=sendrecv\r
        m=video 4002 RTP/AVP 96\r

        """

    @Test("without an offer gets one in the 200 (a late offer)") func lateOffer() throws {
        var phone = Phone("1001")
        phone.hears(request(.invite))
        phone.does(.accept(.received(1)))
        let ok = try phone.takeResponse()
        let offer = try SessionDescription(parsing: ok.body)
        #expect(ok.contentType == .sdp)
        #expect(offer.media.map(\.kind) == ["audio"])
        #expect(offer.direction(of: offer.media[0]) == .inactive)
    }

    @Test("that we cannot agree to is refused 488 and the session stays") func unacceptable() throws {
        var phone = Phone("1001")
        phone.hears(request(.invite, body: Self.softphone, type: "application/sdp"))
        phone.does(.accept(.received(1)))
        let tag = try #require(try phone.takeResponse().to?.tag)
        phone.hears(request(.ack, toTag: tag))
        let video = "v=0\r\no=- 1 2 IN IP4 192.0.2.9\r\ns=-\r\nt=0 0\r\nm=video 4000 RTP/AVP 96\r\n"
        phone.hears(request(.invite, cseq: 2, toTag: tag, body: video, type: "application/sdp"))
        #expect(try phone.takeResponse().status == 488)
        phone.hears(request(.message, cseq: 3, toTag: tag, body: "still there?"))
        #expect(try phone.takeResponse().status == 200)
    }

    @Test("of our own is acknowledged, each copy of its 200 too") func ours() {
        var wire = Wire.inCall()
        wire.does(.a, .renew(Wire.call))
        wire.wait(.seconds(60))
        #expect(wire.reports(.a).last == .renewed(Wire.call, accepted: true))
        #expect(wire.log.suffix(3) == ["a> INVITE", "b> 200 INVITE", "a> ACK"])

        var lossy = Wire.inCall()
        var acks = 0
        lossy.loses = { _, message in
            guard message.summary == "ACK" else { return false }
            acks += 1
            return acks == 1
        }
        lossy.does(.a, .renew(Wire.call))
        lossy.wait(.seconds(60))
        #expect(lossy.log.suffix(5) == ["a> INVITE", "b> 200 INVITE", "a> ACK", "b> 200 INVITE", "a> ACK"])
        #expect(lossy.states(.b, Wire.answered) == [.established])
    }

    @Test("begun by both at once (glare) is refused 491 on both sides and done one after the other", arguments: 1...20)
    func glare(_ seed: UInt64) {
        var wire = Wire.inCall(seed: seed)
        wire.does(.a, .renew(Wire.call))
        wire.does(.b, .renew(Wire.answered))
        wire.wait(.milliseconds(5))
        #expect(wire.log.count { $0.hasSuffix("491 INVITE") } == 2)
        wire.wait(.seconds(30))
        #expect(wire.reports(.a).contains(.renewed(Wire.call, accepted: true)))
        #expect(wire.reports(.b).contains(.renewed(Wire.answered, accepted: true)))
        #expect(wire.states(.a, Wire.call).last == .established)
        #expect(wire.states(.b, Wire.answered).last == .established)
    }

    @Test("waits between 2.1 and 4 s where the Call-ID is ours, and up to 2 s where it is not") func backOff() throws {
        for seed in 1...30 as ClosedRange<UInt64> {
            var wire = Wire.inCall(seed: seed)
            wire.does(.a, .renew(Wire.call))
            wire.does(.b, .renew(Wire.answered))
            wire.wait(.milliseconds(5))
            // Both wait now; whoever begins first is the one that does not own the Call-ID.
            let before = wire.log.count
            wire.wait(.milliseconds(2_005))
            #expect(wire.log.dropFirst(before).first == "b> INVITE")
            #expect(!wire.log.dropFirst(before).contains("a> INVITE"))
            wire.wait(.seconds(2))
            #expect(wire.log.dropFirst(before).contains("a> INVITE"))
        }
    }

    @Test("refused with 481 ends the session") func gone() throws {
        var (phone, _) = try MessageTests.calling()
        phone.does(.renew(MessageTests.call))
        phone.hears(481, to: try phone.takeRequest(.invite))
        #expect(phone.latest == .session(MessageTests.call, .ended(.init(.gone, by: .them))))
        #expect(phone.count(.bye) == 1)
    }
}
