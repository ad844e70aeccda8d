import Exchange
import SIP
import Testing

@testable import Webphone

@Suite("When somebody tries the microphone with 600") struct EchoVoiceStoryTests {
    /// Anna is in a chat with the Echo test of an exchange that can be spoken with, or not.
    static func chat(
        over transport: TransportProtocol = .tcp, _ change: (inout Exchange.Configuration) -> Void = { _ in }
    ) -> World {
        let world = World(seed: 5)
        var configuration = Exchange.Configuration()
        configuration.codecs = VoiceStoryTests.codecs
        change(&configuration)
        world.startExchange(configuration)
        let anna = world.seat("anna", over: transport, codecs: VoiceStoryTests.codecs)
        world.command(anna, .connect(world.people[anna].account))
        world.run(for: .seconds(1))
        world.call(anna, "Echo test")
        world.run(for: .seconds(2))
        return world
    }

    static func ask(_ world: World, _ security: SRTPPolicy = .offered) {
        world.command(0, .offerVoice(.placed(1), VoiceStoryTests.voice(of: 0, security)))
        world.run(for: .seconds(2))
    }

    static func isOver(_ world: World) -> Bool {
        guard case .reserve(let id, _, _)? = world.orders.first else { return false }
        return world.orders.last == .release(id)
    }

    @Test("it agrees at once, encrypted or not as she likes", arguments: TransportProtocol.inBoth, [true, false])
    func agreed(_ transport: TransportProtocol, _ isEncrypted: Bool) throws {
        let world = Self.chat(over: transport)
        Self.ask(world, isEncrypted ? .offered : .answered)
        #expect(world.people[0].voice.count == 2 && world.people[0].voice.first == .asking)
        let stream = try #require(world.people[0].stream)
        #expect(stream.remote == SocketAddress(host: "192.0.2.1", port: 16_384) && stream.sends.codec == .opus)
        guard case .echo(_, let echoed, from: "192.0.2.2")? = world.orders.last else {
            return #expect(Bool(false), "\(world.orders)")
        }
        #expect(echoed.remote == VoiceStoryTests.voice(of: 0).address)
        #expect(echoed.security?.remote == stream.security?.local && (stream.security != nil) == isEncrypted)
        world.say(0)
        world.run(for: .seconds(600))
        #expect(world.people[0].heard == ["anna 1"] && world.people[0].stream == stream, "texts go on, and so does it")
    }

    @Test("she ends voice, hangs up, or is gone: its ports are given back", arguments: 0..<4)
    func ended(_ way: Int) {
        let world = Self.chat()
        Self.ask(world)
        switch way {
        case 0: world.command(0, .endVoice(.placed(1)))
        case 1: world.hangUp(0)
        case 2: world.cutConnection(0)
        default: world.vanish(0)
        }
        world.run(for: .seconds(300))
        #expect(Self.isOver(world) && world.orders.count == 3)
        #expect(way > 0 || world.people[0].calls[.placed(1)] == .inCall)
    }

    @Test("on hold nothing of hers goes back, and then it does again") func hold() {
        let world = Self.chat()
        Self.ask(world)
        world.command(0, .hold(.placed(1)))
        world.run(for: .seconds(2))
        guard case .echo(_, let held, _)? = world.orders.last else { return #expect(Bool(false)) }
        #expect(!held.maySend)
        world.command(0, .resume(.placed(1)))
        world.run(for: .seconds(2))
        guard case .echo(_, let resumed, _)? = world.orders.last else { return #expect(Bool(false)) }
        #expect(resumed.maySend && world.people[0].stream?.maySend == true)
    }

    @Test("nothing is heard of her for long: it ends voice, she reads so, and may ask again") func forgotten() {
        let world = Self.chat()
        Self.ask(world)
        guard case .reserve(let id, _, _)? = world.orders.first else { return #expect(Bool(false)) }
        world.tellExchange(0, .sound(.ended(id)))
        world.run(for: .seconds(2))
        #expect(Self.isOver(world))
        #expect(world.people[0].voice.last == .off(by: .them))
        #expect(world.people[0].calls[.placed(1)] == .inCall)
        Self.ask(world)
        #expect(world.people[0].stream != nil)
    }

    @Test("an exchange without voice says so, and one whose voices are all taken says that", arguments: [true, false])
    func words(_ isEncrypted: Bool) {
        let policy = isEncrypted ? SRTPPolicy.offered : .answered
        let voiceless = Self.chat { $0.codecs = [] }
        Self.ask(voiceless, policy)
        #expect(voiceless.people[0].voice == [.asking, .failed("The other side takes texts only, no voice.")])
        let full = Self.chat { $0.limits.echoVoices = 0 }
        for _ in 1...5 { Self.ask(full, policy) }
        let busy = VoiceState.failed("The other side has no voice to spare just now (486).")
        #expect(full.people[0].voice == Array(repeating: [.asking, busy], count: 5).flatMap(\.self))
        for world in [voiceless, full] {
            world.say(0)
            world.run(for: .seconds(2))
            #expect(world.people[0].heard == ["anna 1"] && world.people[0].notes.isEmpty)
        }
    }
}
