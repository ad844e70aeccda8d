import SIP
import Testing

@testable import Webphone

@Suite("When two who write want to speak")
struct VoiceStoryTests {
    static let codecs: [AudioCodec] = [.opus, .pcmu, .pcma, .telephoneEvent(clockRate: 48_000)]

    /// What a person brings.
    static func voice(of person: Int, _ security: SRTPPolicy = .offered) -> AudioCapabilities {
        AudioCapabilities(
            address: SocketAddress(host: "192.0.2.\(person + 2)", port: UInt16(4_000 + person)), codecs: codecs,
            security: security,
            keys: [SRTPKey(.aes128SHA1Tag80, Array(repeating: UInt8(person + 1), count: 30))].compactMap { $0 })
    }

    static func call(of person: Int) -> CallID { person == 0 ? .placed(1) : .received(1) }

    /// Anna and Bert, whose programs understand this much.
    static func room(_ anna: [AudioCodec], _ bert: [AudioCodec]) -> World {
        let world = World(seed: 1)
        for (name, codecs) in [("anna", anna), ("bert", bert)] {
            let person = world.seat(name, over: .tcp, codecs: codecs)
            world.command(person, .connect(world.people[person].account))
            world.run(for: .seconds(1))
        }
        return world
    }

    /// Anna has called Bert.
    static func inCall(_ transport: TransportProtocol = .tcp, seed: UInt64 = 1) -> World {
        let world = FirstStoryTests.room((transport, transport), seed: seed, codecs: codecs)
        world.call(0, "bert")
        world.run(for: .seconds(3))
        return world
    }

    static func speaking(_ transport: TransportProtocol = .tcp, _ who: Int = 0) -> World {
        let world = inCall(transport)
        world.command(who, .offerVoice(call(of: who), voice(of: who)))
        world.run(for: .seconds(2))
        world.command(1 - who, .acceptVoice(call(of: 1 - who), voice(of: 1 - who)))
        world.run(for: .seconds(2))
        return world
    }

    @Test("one asks, the other says yes, and both know where to speak", arguments: TransportProtocol.inBoth, [0, 1])
    func agreed(_ transport: TransportProtocol, _ who: Int) throws {
        let world = Self.speaking(transport, who)
        #expect(world.people[who].questions == 0 && world.people[1 - who].questions == 1)
        #expect(world.people[who].voice.first == .asking && world.people[who].voice.count == 2)
        let streams = (try #require(world.people[0].stream), try #require(world.people[1].stream))
        #expect(streams.0.remote == SocketAddress(host: "192.0.2.3", port: 4_001))
        #expect(streams.1.remote == SocketAddress(host: "192.0.2.2", port: 4_000))
        #expect(streams.0.security?.local == streams.1.security?.remote && streams.0.security != nil)
        #expect(streams.0.sends.codec == .opus && streams.1.maySend)
        for person in 0..<2 { world.say(person) }
        world.run(for: .seconds(2))
        #expect(world.people.allSatisfy { $0.heard.count == 1 && $0.notes.isEmpty }, "texts go on")
    }

    @Test("one asks and the other says no: they go on writing, and it may be asked again")
    func refused() {
        let world = Self.inCall()
        for _ in 1...2 {
            world.command(0, .offerVoice(.placed(1), Self.voice(of: 0)))
            world.run(for: .seconds(2))
            world.say(0)
            world.run(for: .seconds(2))
            world.command(1, .refuseVoice(.received(1)))
            world.run(for: .seconds(2))
        }
        let no = VoiceState.failed("The other side does not want to speak.")
        #expect(world.people[0].voice == [.asking, no, .asking, no])
        #expect(world.people[1].questions == 2 && world.people[1].voice.isEmpty)
        #expect(world.people[1].heard == ["anna 1", "anna 2"], "also while the question was open")
        #expect(world.people[0].deliveries.values.allSatisfy { $0.last == .delivered })
    }

    @Test("one asks and nobody answers: half a minute later the question is gone")
    func ignored() {
        let world = Self.inCall()
        world.command(0, .offerVoice(.placed(1), Self.voice(of: 0)))
        world.run(for: .seconds(25))
        world.say(1)
        world.run(for: .seconds(10))
        #expect(world.people[0].voice.last == .failed("The other side did not say whether it wants to speak."))
        #expect(world.people[1].voice == [.withdrawn])
        #expect(world.people[0].heard == ["bert 1"] && world.people[0].calls[.placed(1)] == .inCall)
    }

    @Test("both ask at once: they speak, and nobody is asked", arguments: TransportProtocol.inBoth, 1...10)
    func both(_ transport: TransportProtocol, _ seed: UInt64) {
        let world = Self.inCall(transport, seed: seed)
        for person in 0..<2 { world.command(person, .offerVoice(Self.call(of: person), Self.voice(of: person))) }
        world.run(for: .seconds(10))
        #expect(world.people.allSatisfy { $0.stream != nil && $0.questions == 0 && $0.voice.count == 2 })
    }

    @Test("one asks and takes it back: the question goes away")
    func takenBack() {
        let world = Self.inCall()
        world.command(0, .offerVoice(.placed(1), Self.voice(of: 0)))
        world.run(for: .seconds(2))
        world.command(0, .endVoice(.placed(1)))
        world.run(for: .seconds(2))
        #expect(world.people[0].voice == [.asking, .off(by: .us)])
        #expect(world.people[1].voice == [.withdrawn])
        world.command(1, .acceptVoice(.received(1), Self.voice(of: 1)))
        world.run(for: .seconds(2))
        #expect(world.people.allSatisfy { $0.stream == nil })
    }

    @Test("hold silences both, and resuming lets both speak", arguments: [0, 1])
    func hold(_ who: Int) {
        let world = Self.speaking(.udp)
        let streams = world.people.map(\.stream)
        world.command(who, .hold(Self.call(of: who)))
        world.run(for: .seconds(2))
        #expect(world.people.allSatisfy { $0.stream?.maySend == false })
        #expect(world.people[1 - who].calls[Self.call(of: 1 - who)] == .hold)
        world.command(1 - who, .offerVoice(Self.call(of: 1 - who), Self.voice(of: 1 - who)))
        world.run(for: .seconds(2))
        world.command(who, .resume(Self.call(of: who)))
        world.run(for: .seconds(2))
        #expect(world.people.map(\.stream) == streams)
        #expect(world.people.reduce(0) { $0 + $1.questions } == 1, "nobody is asked anew")
    }

    @Test("in a chat on hold nobody is asked")
    func onHold() {
        let world = Self.inCall()
        world.command(0, .hold(.placed(1)))
        world.run(for: .seconds(2))
        for person in 0..<2 { world.command(person, .offerVoice(Self.call(of: person), Self.voice(of: person))) }
        world.run(for: .seconds(2))
        let why = VoiceState.failed("The chat is on hold: there is no voice until it goes on.")
        #expect(world.people.allSatisfy { $0.voice == [why] && $0.questions == 0 })
    }

    @Test("either ends it, and they go on writing", arguments: [0, 1])
    func ended(_ who: Int) {
        let world = Self.speaking()
        world.command(who, .endVoice(Self.call(of: who)))
        world.run(for: .seconds(2))
        #expect(world.people[who].voice.last == .off(by: .us))
        #expect(world.people[1 - who].voice.last == .off(by: .them))
        #expect(world.people.allSatisfy { $0.calls.values.contains(.inCall) && $0.alive.count == 1 })
        world.run(for: .seconds(600))
        #expect(world.people.allSatisfy { $0.stream == nil && $0.alive.count == 1 })
    }

    @Test("who hangs up ends it too", arguments: [0, 1])
    func hangUp(_ who: Int) {
        let world = Self.speaking()
        world.hangUp(who)
        world.run(for: .seconds(2))
        #expect(world.people[who].voice.last == .off(by: .us) && world.people[1 - who].voice.last == .off(by: .them))
        #expect(world.people.allSatisfy { $0.alive.isEmpty })
    }

    @Test("it lasts through refreshes and the move from UDP to TCP")
    func lasts() {
        let world = Self.speaking(.udp)
        let streams = world.people.map(\.stream)
        world.say(0, length: 3_000)
        world.run(for: .seconds(600))
        #expect(world.people[1].heard.count == 1)
        #expect(world.people.map(\.stream) == streams && world.people.allSatisfy { $0.questions <= 1 })
    }

    @Test("one who has another address says so, and they speak on under the same keys", arguments: [0, 1])
    func moves(_ who: Int) {
        let world = Self.speaking(.tcp)
        let keys = world.people.map(\.stream?.security)
        var moved = Self.voice(of: who)
        moved.address = SocketAddress(host: "198.51.100.7", port: 6_000)
        moved.control = nil
        world.command(who, .offerVoice(Self.call(of: who), moved))
        world.run(for: .seconds(2))
        #expect(world.people[1 - who].stream?.remote == moved.address)
        #expect(world.people.map(\.stream?.security) == keys && keys.allSatisfy { $0 != nil })
        #expect(world.people.allSatisfy { $0.questions <= 1 }, "nobody is asked again")
        world.command(1 - who, .hold(Self.call(of: 1 - who)))
        world.run(for: .seconds(2))
        world.command(1 - who, .resume(Self.call(of: 1 - who)))
        world.run(for: .seconds(2))
        #expect(world.people[1 - who].stream?.remote == moved.address && world.people[who].stream?.maySend == true)
    }

    @Test("a chat program without voice says so, and they go on writing")
    func without() {
        let world = Self.room(Self.codecs, [])
        world.call(0, "bert")
        world.run(for: .seconds(3))
        world.command(0, .offerVoice(.placed(1), Self.voice(of: 0, .preferred)))
        world.run(for: .seconds(5))
        #expect(world.people[0].voice == [.asking, .failed("The other side takes texts only, no voice.")])
        #expect(world.people[1].notes.isEmpty && world.people[1].questions == 0)
        #expect(world.people[1].voice.isEmpty && world.people[1].calls[.received(1)] == .inCall)
    }

    // MARK: Telephones

    /// Anna's program becomes a telephone, which offers audio both ways whatever it says.
    static func telephone() -> World {
        let world = room([], codecs)
        world.exchangeChanges = { message in
            switch message {
            case .request(var request):
                guard request.method == .invite, request.from?.uri.user == "1000" else { return message }
                request.body = ringing(request.body)
                return .request(request)
            case .response(var response):
                guard response.cseq?.method == .invite, response.to?.uri.user == "1000" else { return message }
                response.body = ringing(response.body)
                return .response(response)
            }
        }
        world.people[1].isAway = true
        return world
    }

    private static func ringing(_ body: [UInt8]) -> [UInt8] {
        let text = String(decoding: body, as: UTF8.self)
        return Array(text.replacing("m=audio 9 ", with: "m=audio 5000 ").replacing("inactive", with: "sendrecv").utf8)
    }

    @Test("a telephone's call is accepted with voice by one word")
    func telephoneWithVoice() {
        let world = Self.telephone()
        world.call(0, "bert")
        world.run(for: .seconds(2))
        #expect(world.people[1].questions == 1 && world.people[1].calls[.received(1)] == .ringing)
        world.command(1, .acceptVoice(.received(1), Self.voice(of: 1)))
        world.run(for: .seconds(2))
        #expect(world.people[1].calls[.received(1)] == .inCall && world.people[1].notes.isEmpty)
        #expect(world.people[1].stream?.remote.port == 5_000 && world.people[1].stream?.sends.codec == .pcmu)
        #expect(world.people[1].stream?.security == nil, "it can do no better")
        let told = world.people[1].voice.count
        world.run(for: .seconds(600))
        #expect(world.people[1].voice.count == told && world.people[1].questions == 1)
    }

    @Test("a telephone's call accepted with texts only is not asked about again, until our person asks")
    func telephoneWithTexts() {
        let world = Self.telephone()
        world.call(0, "bert")
        world.run(for: .seconds(2))
        world.command(1, .accept(.received(1)))
        world.run(for: .seconds(2))
        for command in [PhoneCommand.hold(.placed(1)), .resume(.placed(1)), .hold(.placed(1)), .resume(.placed(1))] {
            world.command(0, command)
            world.run(for: .seconds(2))
        }
        world.run(for: .seconds(600))
        #expect(world.people[1].questions == 1 && world.people[1].voice.isEmpty && world.people[1].notes.isEmpty)
        world.command(1, .offerVoice(.received(1), Self.voice(of: 1, .answered)))
        world.run(for: .seconds(2))
        #expect(world.people[1].stream?.remote.port == 5_000)
    }

    // MARK: Bad weather

    @Test("whatever the network does and the two of them do at once, they agree in the end", arguments: 1...60)
    func storm(seed: UInt64) {
        let world = Self.inCall(.udp, seed: seed)
        world.weather.lost = Int(seed % 4) * 8
        world.weather.doubled = 10
        world.weather.delay = 1...(seed % 3 == 0 ? 400 : 40)
        for _ in 0..<10 {
            let who = Int.random(in: 0...1, using: &world.random)
            let id = Self.call(of: who)
            let delay = Duration.milliseconds(Int.random(in: 0...9_000, using: &world.random))
            let commands: [PhoneCommand] = [
                .offerVoice(id, Self.voice(of: who)), .offerVoice(id, Self.voice(of: who)),
                .acceptVoice(id, Self.voice(of: who)), .refuseVoice(id), .endVoice(id), .hold(id), .resume(id),
            ]
            let command = commands[Int.random(in: commands.indices, using: &world.random)]
            world.after(delay) { $0.command(who, command) }
            world.after(delay) { $0.say(1 - who) }
        }
        world.run(for: .seconds(10))
        world.weather = World.Weather()
        world.run(for: .seconds(150))
        let (anna, bert) = (world.people[0], world.people[1])
        guard !anna.alive.isEmpty else { return #expect(bert.alive.isEmpty) }
        #expect((anna.stream == nil) == (bert.stream == nil), "\(anna.voice.last as Any) \(bert.voice.last as Any)")
        #expect(anna.stream?.maySend == bert.stream?.maySend)
        #expect(anna.stream?.security?.local == bert.stream?.security?.remote)
        #expect(anna.calls[.placed(1)] == bert.calls[.received(1)])
        #expect(anna.heard.count == bert.sent.count && bert.heard.count == anna.sent.count)
        // Nothing is left open: either may ask, or end it.
        for person in 0..<2 {
            let voice = world.people[person].phone.calls.calls.values.first?.voice
            #expect(voice == (anna.stream == nil ? Calls.Voice.silent : .on))
        }
    }
}
