import SIP
import Testing

@Suite("Keys of a telephone") struct KeysTests {
    static let relay = "application/dtmf-relay"

    static func pressed(_ phone: Phone) -> [String] {
        phone.reports.compactMap { if case .dtmf(_, let keys) = $0 { keys } else { nil } }
    }

    @Test("go one INFO each, in their order, also over a line that loses and overtakes") func inOrder() {
        for seed in UInt64(1)...20 {
            var wire = Wire.inCall(seed: seed)
            wire.weather = Wire.Weather(loss: 0.2, duplication: 0.1, delay: .milliseconds(300))
            wire.does(.a, .dtmf(Wire.call, "12 3a-#*"))
            wire.says(.a, 1, "did you hear?")
            wire.wait(.seconds(120))
            #expect(Self.pressed(wire[.b]) == ["1", "2", "3", "A", "#", "*"], "seed \(seed)")
            #expect(wire.results(.a) == [1: [.delivered]])
            #expect(wire.texts(.b) == ["did you hear?"])
        }
    }

    @Test("are written as telephones do, and take no turn from the call") func written() throws {
        var (phone, _) = try MessageTests.calling()
        phone.does(.dtmf(MessageTests.call, "5"))
        let info = try phone.takeRequest(.info)
        #expect(info.headers[.contentType] == Self.relay)
        #expect(String(decoding: info.body, as: UTF8.self) == "Signal=5\r\nDuration=160\r\n")
        #expect(info.headers[.contact] == nil)
        phone.does(.message(MessageTests.token, .init(text: "one"), in: MessageTests.call))
        #expect(phone.count(.message) == 0, "one request at a time")
        phone.hears(200, to: info)
        #expect(phone.count(.message) == 1)
    }

    @Test("without number are bounded, and without a call not sent") func bounded() throws {
        var (phone, _) = try MessageTests.calling()
        for _ in 1...100 { phone.does(.dtmf(MessageTests.call, String(repeating: "1", count: 1_000))) }
        phone.does(.dtmf(.placed(7), "1"))
        var sent = 0
        while phone.count(.info) > 0 {
            sent += 1
            phone.hears(200, to: try phone.takeRequest(.info))
        }
        #expect(sent <= 200)
    }

    @Test("a peer that takes none is not given up, and it is known then", arguments: [405, 501])
    func refused(_ status: Int) throws {
        var (phone, _) = try MessageTests.calling(allow: "INVITE, ACK, BYE, INFO")
        phone.does(.dtmf(MessageTests.call, "5"))
        phone.hears(status, to: try phone.takeRequest(.info))
        #expect(phone.latest == .capabilities(MessageTests.call, PeerCapabilities(allows: [.invite, .ack, .bye])))
        phone.does(.dtmf(MessageTests.call, "6"))
        phone.hears(415, to: try phone.takeRequest(.info))
        #expect(phone.count(.bye) == 0)
    }

    @Test("a call that the peer does not know any more ends", arguments: [481, 408])
    func gone(_ status: Int) throws {
        var (phone, _) = try MessageTests.calling()
        phone.does(.dtmf(MessageTests.call, "56"))
        phone.hears(status, to: try phone.takeRequest(.info))
        #expect(phone.latest == .session(MessageTests.call, .ended(.init(.gone, by: .them))))
        #expect(phone.count(.info) == 0)
    }

    @Test(
        "of the peer are read by sign and by number",
        arguments: [
            (relay, "Signal=5\r\nDuration=160\r\n", ["5"]), (relay, "signal = *\nDuration=100", ["*"]),
            (relay, "Duration=90\r\nSignal=d", ["D"]), (relay, "Signal=11", ["#"]), (relay, "Signal=16", []),
            ("application/dtmf", "7", ["7"]), ("Application/DTMF", " 10\r\n", ["*"]), (relay, "", []),
        ])
    func read(_ type: String, _ body: String, _ keys: [String]) throws {
        var (phone, invite) = try MessageTests.calling()
        phone.hears(Self.info(invite, type, body))
        #expect(try phone.takeResponse().status == 200)
        #expect(Self.pressed(phone) == keys)
    }

    @Test(
        "INFO about something else is refused",
        arguments: [
            (relay, "Signal=55\r\n", 200), (relay, "Signal=555\r\n", 400), (relay, "Signal=\r\n", 400),
            (relay, "hello", 400),
            (relay, "Signal=x", 400), ("application/dtmf", "x", 400), ("application/dtmf", "½", 400),
            ("text/plain", "5", 415),
            ("application/media_control+xml", "<x/>", 415), (relay, String(repeating: "x", count: 300), 413),
        ])
    func other(_ type: String, _ body: String, _ status: Int) throws {
        var (phone, invite) = try MessageTests.calling()
        phone.hears(Self.info(invite, type, body))
        let response = try phone.takeResponse()
        #expect(response.status == status)
        #expect(Self.pressed(phone).isEmpty)
        if status == 415 { #expect(response.headers[.accept] == "application/dtmf-relay, application/dtmf") }
    }

    @Test("a package of information that we know nothing of is refused (469)") func package() throws {
        var (phone, invite) = try MessageTests.calling()
        var info = Self.info(invite, Self.relay, "Signal=5")
        info.headers["Info-Package"] = "foo"
        phone.hears(info)
        let response = try phone.takeResponse()
        #expect(response.status == 469)
        #expect(response.headers["Recv-Info"] == "")
        let written = try Message.response(response).serialized()
        #expect(try Message.parse(written) == .response(response))
        phone.hears(request(.info, callID: "nobody", body: "Signal=5", type: Self.relay))
        #expect(try phone.takeResponse().status == 481, "outside of a call it means nothing")
    }

    static func info(_ invite: Request, _ type: String, _ body: String) -> Request {
        request(
            .info, callID: invite.callID ?? "", fromTag: "peer", toTag: invite.from?.tag, body: body, type: type)
    }
}
