import SIP
import Testing

@Suite("A call that takes the place of another") struct ReplacesTests {
    static let call = MessageTests.call

    static func invite(_ replaces: String?, callID: String = "new", _ fields: [(HeaderName, String)] = []) -> Request {
        var invite = request(.invite, from: "1003", callID: callID, fromTag: "third")
        invite.headers[.replaces] = replaces
        for (name, value) in fields { invite.headers[name] = value }
        return invite
    }

    /// As the phone's end of its call is named.
    static func name(_ invite: Request) -> String {
        "\(invite.callID ?? "");to-tag=\(invite.from?.tag ?? "");from-tag=peer"
    }

    @Test("is answered at once, and the old one ended") func taken() throws {
        var (phone, first) = try MessageTests.calling()
        phone.reports = []
        phone.hears(Self.invite(Self.name(first), [(.require, "replaces")]))
        let who = NameAddress(.sip("1003", "exchange.local"), displayName: "guest")
        #expect(
            phone.reports == [
                .replaced(Self.call, by: .received(1), from: who), .session(.received(1), .established),
                .session(Self.call, .ended(.init(.hungUp, by: .us))),
            ])
        #expect(try phone.takeResponse().status == 200)
        #expect(try phone.takeRequest(.bye).callID == first.callID)
        phone.hears(request(.ack, from: "1003", callID: "new", fromTag: "third", toTag: "x"))
    }

    @Test(
        "that is none of ours, is over, or may only be replaced early, stays",
        arguments: [
            ("nobody;to-tag=a;from-tag=b", 481), ("CALL;to-tag=OURS;from-tag=other", 481),
            ("CALL;to-tag=peer;from-tag=OURS", 481), ("CALL;to-tag=OURS;from-tag=peer;early-only", 486),
            ("CALL;to-tag=OURS", 400), ("x", 400),
        ])
    func kept(_ template: String, _ status: Int) throws {
        var (phone, first) = try MessageTests.calling()
        phone.reports = []
        let value = template.split(separator: "CALL", omittingEmptySubsequences: false).joined(
            separator: first.callID ?? ""
        )
        .split(separator: "OURS", omittingEmptySubsequences: false).joined(separator: first.from?.tag ?? "")
        phone.hears(Self.invite(value))
        #expect(try phone.takeResponse().status == status)
        #expect(phone.reports.isEmpty)
        #expect(phone.count(.bye) == 0)
    }

    @Test("that is over is declined for good") func over() throws {
        var (phone, first) = try MessageTests.calling()
        phone.does(.hangUp(Self.call))
        phone.sent = []
        phone.hears(Self.invite(Self.name(first)))
        #expect(try phone.takeResponse().status == 603)
    }

    @Test("that we placed and that rings elsewhere is taken back (CANCEL)", arguments: ["", ";early-only"])
    func placed(_ flag: String) throws {
        var phone = Phone("1001")
        phone.does(.invite(Self.call, to: .sip("1002", "exchange.local"), on: Phone.udp))
        let first = try phone.takeRequest(.invite)
        phone.hears(Self.invite(Self.name(first) + flag))
        #expect(try phone.takeResponse().status == 481, "nobody has said yet that it rings there")
        phone.hears(180, to: first)
        phone.hears(Self.invite(Self.name(first) + flag, callID: "again"))
        #expect(phone.reports.contains(.session(.received(1), .established)))
        #expect(phone.latest == .session(Self.call, .ended(.init(.cancelled, by: .us))))
        #expect(phone.count(.cancel) == 1)
    }

    @Test("said twice, or in another request than INVITE, is refused") func misplaced() throws {
        var (phone, first) = try MessageTests.calling()
        for method in [SIP.Method.message, .options] {
            var request = request(method, callID: "x")
            request.headers[.replaces] = Self.name(first)
            phone.hears(request)
            #expect(try phone.takeResponse().status == 400)
        }
        var invite = Self.invite(Self.name(first))
        invite.headers.append(.replaces, Self.name(first))
        let written = try Message.request(invite).serialized()
        do {
            _ = try Message.parse(written)
            #expect(Bool(false), "read")
        } catch {
            #expect(error.rejection?.status == 400)
        }
        #expect(phone.count(.bye) == 0)
    }

    @Test("that rings with us is not ours to give away (RFC 3891 §3)") func ringing() throws {
        var phone = Phone("1001")
        phone.hears(request(.invite))
        phone.does(.ring(.received(1)))
        let tag = try #require(try phone.takeResponse().to?.tag)
        phone.hears(Self.invite("call;to-tag=\(tag);from-tag=theirs"))
        #expect(try phone.takeResponse().status == 481)
    }

    @Test("with nothing to agree on leaves the old one alone") func unanswerable() throws {
        var (phone, first) = try MessageTests.calling()
        var invite = Self.invite(Self.name(first))
        invite.headers[.contentType] = "application/sdp"
        invite.body = Array(
            "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\nm=video 9 RTP/AVP 31\r\n".utf8)
        phone.hears(invite)
        #expect(try phone.takeResponse().status == 488)
        #expect(phone.count(.bye) == 0)
    }

    @Test("over another flow than the call's is refused") func otherFlow() throws {
        var (phone, first) = try MessageTests.calling()
        phone.handle(.received(.request(Self.invite(Self.name(first))), on: Phone.tcp))
        #expect(try phone.takeResponse().status == 403)
        #expect(phone.count(.bye) == 0)
    }

    @Test("whose ACK is still out is ended when it comes") func unacknowledged() throws {
        var phone = Phone("1001")
        phone.hears(request(.invite))
        phone.does(.accept(.received(1)))
        let tag = try #require(try phone.takeResponse().to?.tag)
        phone.hears(Self.invite("call;to-tag=\(tag);from-tag=theirs"))
        #expect(phone.latest == .session(.received(1), .ended(.init(.hungUp, by: .us))))
        #expect(phone.count(.bye) == 0)
        phone.hears(request(.ack, toTag: tag))
        #expect(phone.count(.bye) == 1)
    }

    @Test("takes it though no further call would be taken") func full() throws {
        var phone = Phone("1001", limit: 1)
        phone.does(.invite(Self.call, to: .sip("1002", "exchange.local"), on: Phone.udp))
        let first = try phone.takeRequest(.invite)
        phone.hears(200, to: first) { $0.contact = NameAddress(.sip("1002", "192.0.2.9", port: 5060)) }
        phone.sent = []
        phone.hears(Self.invite(nil, callID: "plain"))
        #expect(try phone.takeResponse().status == 486)
        phone.hears(Self.invite(Self.name(first)))
        #expect(try phone.takeResponse().status == 200)
    }

    @Test("of a peer from before tags is known by a zero") func zero() throws {
        var phone = Phone("1001")
        var old = request(.invite)
        old.headers[.from] = "<sip:1002@exchange.local>"
        phone.hears(old)
        phone.does(.accept(.received(1)))
        let tag = try #require(try phone.takeResponse().to?.tag)
        phone.hears(Self.invite("call;to-tag=\(tag);from-tag=0"))
        #expect(try phone.takeResponse().status == 200)
    }
}
