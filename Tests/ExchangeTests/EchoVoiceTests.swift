import SIP
import Testing

@testable import Exchange

@Suite("600 Echo test, spoken with") struct EchoVoiceTests {
    static func town(_ change: (inout Exchange.Configuration) -> Void = { _ in }) -> Town {
        var configuration = Exchange.Configuration()
        configuration.codecs = [.opus, .pcmu, .pcma, .telephoneEvent(clockRate: 8_000)]
        change(&configuration)
        return Town(configuration)
    }

    static let key = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + String(repeating: "QUFB", count: 10) + "\r\n"

    /// What a phone says of its audio.
    static func audio(
        _ direction: String = "sendrecv", port: Int = 5_000, profile: String = "RTP/AVP", version: Int = 1
    ) -> String {
        "v=0\r\no=- 1 \(version) IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            + "m=audio \(port) \(profile) 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=\(direction)\r\n"
            + (profile == "RTP/SAVP" ? key : "")
    }

    static let silence = audio("inactive", port: 9)

    /// A phone that is in a call with 600.
    final class Caller {
        let phone: Phone
        private var cseq = 10
        private(set) var answer: Response

        init(
            _ town: Town, as name: String = "ann", over transport: TransportProtocol = .tcp, _ offer: String
        ) throws {
            phone = town.phone(name, over: transport)
            phone.register()
            phone.ask(
                "INVITE", "sip:600@exchange.local", callID: "echo-\(name)", ["Content-Type: application/sdp"],
                cseq: 10, body: offer)
            answer = try #require(phone.responses.last { $0.cseq?.method == .invite })
            within("ACK")
        }

        func within(_ method: String, _ body: String = "") {
            if method != "ACK" { cseq += 1 }
            let routes = answer.headers.values(.recordRoute).reversed().map { "Route: \($0)" }
            phone.ask(
                method, answer.contact?.uri.description ?? "", to: answer.headers[.to], callID: answer.callID,
                routes + (body.isEmpty ? [] : ["Content-Type: application/sdp"]), cseq: cseq, body: body)
        }

        /// Offers something else; gives what comes of it.
        func change(_ offer: String) throws -> Response {
            within("INVITE", offer)
            let answer = try #require(phone.responses.last { $0.cseq?.method == .invite && $0.isFinal })
            within("ACK")
            return answer
        }
    }

    static func medium(_ response: Response) throws -> (SessionDescription.Media, SessionDescription.Direction) {
        let description = try SessionDescription(parsing: response.body)
        let medium = try #require(description.media.first)
        return (medium, description.direction(of: medium))
    }

    /// Of the last order, what it is about.
    static func isReleased(_ town: Town) -> Bool {
        guard case .reserve(let id, _, _)? = town.orders.first else { return false }
        return town.orders.last == .release(id)
    }

    @Test("asked for voice it agrees at once, where the client speaks to it, and goes on in text when that is over")
    func asked() throws {
        let town = Self.town()
        let ann = try Caller(town, Self.silence)
        #expect(town.orders.isEmpty)
        let agreed = try ann.change(Self.audio(version: 2))
        let (medium, direction) = try Self.medium(agreed)
        #expect(agreed.status == 200 && direction == .sendrecv && medium.port == 16_384)
        #expect(medium.connection?.host == "127.0.0.1" && medium.formats == ["0", "101"])
        guard case .reserve(let id, at: "127.0.0.1", isSecured: false)? = town.orders.first,
            case .echo(id, let stream, from: nil)? = town.orders.last
        else { return #expect(Bool(false), "\(town.orders)") }
        #expect(stream.remote == SocketAddress(host: "127.0.0.1", port: 5_000) && stream.sends.codec == .pcmu)
        #expect(stream.maySend && stream.mayReceive && stream.security == nil && stream.receivesKeys.count == 1)
        #expect(try Self.medium(ann.change(Self.audio("inactive", port: 9, version: 3))).1 == .inactive)
        #expect(town.orders.count == 3 && Self.isReleased(town))
        #expect(try Self.medium(ann.change(Self.audio(version: 4))).0.port == 16_384, "and it may be asked again")
        #expect(town.orders.count == 5)
    }

    @Test("hanging up ends its sound, and so does going away", arguments: ["BYE", "gone", "unregistered"])
    func over(_ way: String) throws {
        let town = Self.town()
        let ann = try Caller(town, Self.silence)
        _ = try ann.change(Self.audio(version: 2))
        switch way {
        case "BYE": ann.within("BYE")
        case "gone": ann.phone.disconnect()
        default: ann.phone.register(expires: 0)
        }
        #expect(town.orders.count == 3 && Self.isReleased(town))
    }

    @Test("a telephone that calls with sound gets it with the answer, and may hold it") func telephone() throws {
        let town = Self.town()
        let ann = try Caller(town, over: .udp, Self.audio())
        let (medium, direction) = try Self.medium(ann.answer)
        #expect(ann.answer.status == 200 && medium.port == 16_384 && direction == .sendrecv)
        #expect(try SessionDescription(parsing: ann.answer.body).connection?.host == "127.0.0.1")
        #expect(try Self.medium(ann.change(Self.audio("sendonly", version: 2))).1 == .recvonly)
        guard case .echo(_, let held, _)? = town.orders.last else { return #expect(Bool(false)) }
        #expect(!held.maySend)
        #expect(try Self.medium(ann.change(Self.audio(version: 3))).1 == .sendrecv)
        guard case .echo(_, let resumed, _)? = town.orders.last else { return #expect(Bool(false)) }
        #expect(resumed.maySend && town.orders.count == 4)
        ann.within("BYE")
        #expect(Self.isReleased(town))
    }

    @Test("who takes a call back that comes with sound leaves nothing behind") func cancelled() throws {
        let town = Self.town()
        let ann = town.phone("ann")
        ann.register()
        for (method, body) in [("INVITE", Self.audio()), ("CANCEL", "")] {
            ann.ask(
                method, "sip:600@exchange.local", callID: "c", ["Content-Type: application/sdp"], cseq: 9,
                branch: "z9hG4bKc", body: body)
        }
        ann.disconnect()
        #expect(Self.isReleased(town))
    }

    @Test("over an encrypted connection the sound is encrypted") func secured() throws {
        let town = Self.town()
        let ann = try Caller(town, over: .tls, Self.silence)
        let (medium, _) = try Self.medium(ann.change(Self.audio(profile: "RTP/SAVP", version: 2)))
        #expect(medium.transport == "RTP/SAVP" && medium.attributes.contains { $0.name == "crypto" })
        guard case .reserve(_, _, isSecured: true)? = town.orders.first,
            case .echo(_, let stream, _)? = town.orders.last
        else { return #expect(Bool(false), "\(town.orders)") }
        #expect(stream.security?.remote.octets == Array(repeating: 65, count: 30))
    }

    @Test(
        "of a client elsewhere any port of its host may be its own; of one who comes with many, none but what it said")
    func vouched() throws {
        let town = Self.town { $0.trusted = [] }
        let ann = try Caller(town, Self.silence)
        _ = try ann.change(Self.audio(version: 2))
        guard case .echo(_, _, from: "127.0.0.1")? = town.orders.last else { return #expect(Bool(false)) }
    }

    @Test("it speaks with so many at a time; the next one hears that it is busy, a telephone gets its call without")
    func room() throws {
        let town = Self.town { $0.limits.echoVoices = 1 }
        let ann = try Caller(town, Self.silence)
        _ = try ann.change(Self.audio(version: 2))
        let bob = try Caller(town, as: "bob", Self.silence)
        for version in 2...6 { #expect(try bob.change(Self.audio(version: version)).status == 486) }
        let cid = try Caller(town, as: "cid", Self.audio())
        #expect(try cid.answer.status == 200 && Self.medium(cid.answer).1 == .inactive)
        #expect(town.orders.count == 2)
        #expect(town.exchange.counters.limits[.echoVoices] == 6)
        ann.within("BYE")
        #expect(try Self.medium(bob.change(Self.audio(version: 7))).0.port == 16_384)
    }

    @Test("where there are no ports it says the same") func noPorts() throws {
        let town = Self.town()
        town.hasPorts = false
        let ann = try Caller(town, Self.silence)
        #expect(try ann.change(Self.audio(version: 2)).status == 486)
        let cid = try Caller(town, as: "cid", Self.audio())
        #expect(try Self.medium(cid.answer).1 == .inactive)
        #expect(town.orders.count { if case .release = $0 { true } else { false } } == 2)
    }

    @Test("without voice it takes texts only, and says so") func voiceless() throws {
        let town = Self.town { $0.codecs = [] }
        let ann = try Caller(town, Self.silence)
        #expect(try Self.medium(ann.change(Self.audio(version: 2))).1 == .inactive)
        let refusal = try ann.change(Self.audio(profile: "RTP/SAVP", version: 3))
        #expect(refusal.status == 488 && refusal.headers[.warning] == "304 partyline \"Media type not available\"")
        #expect(town.orders.isEmpty)
    }

    @Test("where nothing comes for long it ends the sound, and the chat goes on") func ended() throws {
        let town = Self.town()
        let ann = try Caller(town, Self.silence)
        _ = try ann.change(Self.audio(version: 2))
        guard case .reserve(let id, _, _)? = town.orders.first else { return #expect(Bool(false)) }
        town.handle(.sound(.ended(id)))
        #expect(Self.isReleased(town))
        let request = try #require(ann.phone.lastRequest)
        let offer = try SessionDescription(parsing: request.body)
        #expect(request.method == .invite && offer.direction(of: offer.media[0]) == .inactive)
        let told = town.orders.count
        town.handle(.sound(.ended(id)))
        town.handle(.sound(.reserved(id, nil)))
        #expect(town.orders.count == told, "what is over is over")
    }

    @Test("an exchange that does without it any more ends its sound") func reconfigured() throws {
        let town = Self.town()
        let ann = try Caller(town, Self.silence)
        _ = try ann.change(Self.audio(version: 2))
        var without = town.exchange.configuration
        without.echoTest = nil
        town.handle(.configured(without))
        #expect(Self.isReleased(town))
    }
}
