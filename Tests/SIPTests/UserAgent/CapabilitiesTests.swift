import SIP
import Testing

@Suite("What each side takes") struct CapabilitiesTests {
    static let call = MessageTests.call

    @Test("is in INVITE, in its answer and in the answer to OPTIONS") func told() throws {
        var phone = Phone("1001")
        phone.does(.invite(Self.call, to: .sip("1002", "exchange.local"), on: Phone.udp))
        phone.hears(request(.invite))
        phone.does(.accept(.received(1)))
        phone.hears(request(.options, callID: "ping"))
        let accept = "application/sdp, \(RefusalTests.messageTypes)"
        #expect(try phone.takeRequest(.invite).headers[.accept] == accept)
        for _ in 1...2 {
            let response = try phone.takeResponse()
            #expect(response.status == 200)
            #expect(response.headers[.accept] == accept)
            #expect(response.allowed.contains(.message))
        }
    }

    @Test("is what the host of the user agent says") func configured() throws {
        var phone = Phone("600")
        phone.agent = UserAgent(
            .init(identity: phone.agent.identity, trust: .everyFlow, messageTypes: ["text/plain"]),
            identifiers: .seeded(1))
        phone.hears(request(.invite))
        phone.does(.accept(.received(1)))
        let answer = try phone.takeResponse()
        #expect(answer.headers[.accept] == "application/sdp, text/plain, multipart/mixed, multipart/alternative")
        phone.hears(request(.message, callID: "other", body: "<x/>", type: "application/im-iscomposing+xml"))
        let outside = try phone.takeResponse()
        #expect(
            outside.status == 415 && outside.headers[.accept] == "text/plain, multipart/mixed, multipart/alternative")
        phone.hears(
            request(.message, cseq: 2, toTag: answer.to?.tag, body: "<x/>", type: "application/im-iscomposing+xml"))
        let inside = try phone.takeResponse()
        #expect(inside.status == 415 && inside.headers[.accept] == "text/plain, multipart/mixed, multipart/alternative")
    }

    @Test("of the peer is told before the call is established, and when it changes") func learnt() throws {
        var phone = Phone("1001")
        phone.does(.invite(Self.call, to: .sip("1002", "exchange.local"), on: Phone.udp))
        let invite = try phone.takeRequest(.invite)
        phone.hears(200, to: invite) {
            $0.contact = NameAddress(.sip("1002", "192.0.2.9", port: 5060))
            $0.headers[.allow] = "INVITE, ACK, BYE, MESSAGE"
            $0.headers[.accept] = "application/sdp, Text/Plain;charset=utf-8"
        }
        let takes = PeerCapabilities(
            allows: [.invite, .ack, .bye, .message], accepts: ["application/sdp", "text/plain"])
        #expect(phone.reports.suffix(2) == [.capabilities(Self.call, takes), .session(Self.call, .established)])
        #expect(takes.takesMessages)

        var change = request(.invite, callID: invite.callID ?? "", fromTag: "peer", toTag: invite.from?.tag)
        change.headers[.allow] = "INVITE, ACK, BYE"
        phone.hears(change)
        var less = takes
        less.allows = [.invite, .ack, .bye]
        #expect(phone.reports.contains(.capabilities(Self.call, less)))
        #expect(!less.takesMessages)
        change.cseq = CSeq(2, .invite)
        change.headers[.via] = "SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bKagain"
        phone.hears(request(.ack, callID: invite.callID ?? "", fromTag: "peer", toTag: invite.from?.tag))
        phone.hears(change)
        #expect(phone.reports.count { $0 == .capabilities(Self.call, less) } == 1, "the same again is no news")
    }

    @Test("of a caller is told behind its request; of one that says nothing there is nothing to tell") func caller() {
        var phone = Phone("1001")
        phone.hears(request(.invite))
        #expect(phone.reports.count == 1)
        var invite = request(.invite, callID: "second", fromTag: "second")
        invite.headers[.allow] = "INVITE"
        phone.hears(invite)
        #expect(phone.latest == .capabilities(.received(2), PeerCapabilities(allows: [.invite])))
    }

    @Test("is corrected by a 405 to a message, with Allow and without", arguments: [nil, "INVITE, ACK, BYE, INFO"])
    func corrected(_ allow: String?) throws {
        var (phone, _) = try MessageTests.calling(allow: "INVITE, ACK, BYE, MESSAGE")
        phone.does(.message(MessageTests.token, .init(text: "one"), in: Self.call))
        phone.hears(405, to: try phone.takeRequest(.message)) { $0.headers[.allow] = allow }
        let told = phone.reports.compactMap { report in
            if case .capabilities(_, let takes) = report { takes } else { nil }
        }
        #expect(told.map(\.takesMessages) == [true, false])
        #expect(told.last?.allows.contains(.info) == (allow != nil))
    }

    @Test("of a peer with a thousand methods and types is bounded") func bounded() {
        var phone = Phone("1001")
        var invite = request(.invite)
        invite.headers[.allow] = (1...100).map { "M\($0)" }.joined(separator: ", ")
        invite.headers[.accept] = (1...100).map { "text/x\($0)" }.joined(separator: ", ")
        phone.hears(invite)
        guard case .capabilities(_, let takes)? = phone.latest else { return #expect(Bool(false), "nothing told") }
        #expect(takes.allows.count == UserAgent.Limits.capabilities)
        #expect(takes.accepts.count == UserAgent.Limits.capabilities)
    }

    @Test(
        "that somebody writes, and delivery notifications, are taken inside and outside of a call",
        arguments: ["application/im-iscomposing+xml", "message/cpim", "message/imdn+xml", "text/plain"])
    func types(_ type: String) throws {
        var (phone, invite) = try MessageTests.calling()
        phone.hears(request(.message, callID: "outside", body: "<x/>", type: type))
        #expect(try phone.takeResponse().status == 200)
        let inside = request(
            .message, callID: invite.callID ?? "", fromTag: "peer", toTag: invite.from?.tag, body: "<x/>",
            type: type)
        phone.hears(inside)
        #expect(try phone.takeResponse().status == 200)
        let contents = phone.reports.compactMap { if case .message(_, _, let content) = $0 { content } else { nil } }
        #expect(contents == Array(repeating: .init(type: type, body: Array("<x/>".utf8)), count: 2))
    }

    @Test("A message answered 202 is accepted by somebody between, inside and outside of a call") func accepted() throws
    {
        var (phone, _) = try MessageTests.calling()
        phone.does(.message(MessageTests.token, .init(text: "one"), in: Self.call))
        phone.hears(202, to: try phone.takeRequest(.message))
        #expect(phone.latest == .messageResult(MessageTests.token, .accepted))
        phone.does(.messageOutside(MessageToken(2), .init(text: "two"), to: .sip("1003", "x.invalid"), on: Phone.udp))
        phone.hears(202, to: try phone.takeRequest(.message))
        #expect(phone.latest == .messageResult(MessageToken(2), .accepted))
    }
}
