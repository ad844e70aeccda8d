import Exchange
import SIP
import Testing
import Webphone

/// An extension of the exchange among the guests of its line.
@Suite("An extension at its phone")
struct ExtensionTests {
    static let number: PhoneNumber = 601

    /// Anna is a guest; the other one logs in as 601 with this password.
    static func world(password: String, over transport: TransportProtocol = .tcp) throws -> World {
        var configuration = Exchange.Configuration()
        let name = try #require(DisplayName("Ada"))
        let hash = PasswordHash(user: "601", realm: "exchange.local", password: "Open Sesame", .sha256)
        configuration.extensions = [Exchange.Extension(number: number, name: name, passwords: [hash])]
        let world = World(seed: 11)
        world.startExchange(configuration)
        let anna = world.seat("anna", over: .tcp)
        world.command(anna, .connect(world.people[anna].account))
        let ada = world.seat("somebody", over: transport)
        var account = world.people[ada].account
        account.login = DigestAccount(user: "601", password: password)
        world.command(ada, .connect(account))
        world.run(for: .seconds(2))
        return world
    }

    @Test(
        "logs in, sees who is online, is not on the list, calls and writes", arguments: [TransportProtocol.tcp, .udp])
    func story(_ transport: TransportProtocol) throws {
        let world = try Self.world(password: "Open Sesame", over: transport)
        #expect(world.people[1].number == "601")
        #expect(world.people[1].online.values.map(\.name).sorted() == ["Echo test", "anna"])
        #expect(world.people[0].online.values.map(\.name) == ["Echo test"])
        world.call(1, "anna")
        world.run(for: .seconds(5))
        #expect(world.people[1].talking.count == 1)
        let caller = world.people[0].reports.compactMap { if case .incoming(_, let party) = $0 { party } else { nil } }
        #expect(caller == [Party(number: "601", name: "Ada")], "the exchange's name for it, not its own")
        world.say(1)
        world.say(0)
        world.run(for: .seconds(5))
        #expect(world.people[0].heard.count == 1 && world.people[1].heard.count == 1)
        world.run(for: .seconds(900))
        #expect(world.people[1].talking.count == 1, "nonces grow old, the person notices nothing")
        #expect(world.people[1].reports.count { if case .connection = $0 { true } else { false } } == 2)
    }

    @Test("with a wrong password is told so, once, and does not try again")
    func wrongPassword() throws {
        let world = try Self.world(password: "open sesame")
        let words = "The exchange does not accept this number with this password (403)."
        #expect(world.people[1].connection == .accessDenied(reason: words))
        let asked = world.requests[1]?[.register]
        #expect(asked == 2, "one that was challenged, one that was answered")
        world.run(for: .seconds(3_600))
        #expect(world.requests[1]?[.register] == asked)
        #expect(world.people[1].reports.count { $0 == .connection(.accessDenied(reason: words)) } == 1)
        #expect(!world.people[1].reports.contains { "\($0)".contains("sesame") })
    }

    @Test("that does not exist is refused like one with another password, so that nobody can look for them")
    func unknown() throws {
        let world = try Self.world(password: "Open Sesame")
        var account = world.people[1].account
        account.login = DigestAccount(user: "699", password: "Open Sesame")
        world.command(1, .connect(account))
        world.run(for: .seconds(2))
        let words = "The exchange does not accept this number with this password (403)."
        #expect(world.people[1].connection == .accessDenied(reason: words))
    }

    @Test("whose password a stranger guesses from elsewhere logs in, and stays")
    func throttled() throws {
        let world = try Self.world(password: "Open Sesame")
        let eve = world.seat("eve", over: .tcp)
        for guess in 0..<12 {
            var account = world.people[eve].account
            account.login = DigestAccount(user: "601", password: "guess \(guess)")
            world.command(eve, .connect(account))
            world.run(for: .seconds(1))
            world.command(eve, .disconnect)
        }
        #expect(world.exchange?.counters.wrongPasswords == 4, "the others were not even judged")
        #expect((world.exchange?.counters.throttled ?? 0) >= 8)
        #expect(
            !world.people[eve].reports.contains { if case .connection(.accessGranted) = $0 { true } else { false } })
        world.run(for: .seconds(300))
        #expect(world.people[1].number == "601")
        world.command(1, .disconnect)
        world.run(for: .seconds(2))
        var account = world.people[1].account
        account.login = DigestAccount(user: "601", password: "Open Sesame")
        world.command(1, .connect(account))
        world.run(for: .seconds(2))
        #expect(world.people[1].number == "601")
    }

    @Test(
        "that a new configuration leaves out is told so, and guests' chats go on",
        arguments: [TransportProtocol.tcp, .udp])
    func removed(_ transport: TransportProtocol) throws {
        let world = try Self.world(password: "Open Sesame", over: transport)
        let bob = world.seat("bob", over: transport)
        world.command(bob, .connect(world.people[bob].account))
        world.run(for: .seconds(2))
        world.call(bob, "anna")
        world.run(for: .seconds(5))
        #expect(world.people[0].talking.count == 1)
        var next = Exchange.Configuration(lines: ["Support", "Webphone1"])
        next.extensions = [
            Exchange.Extension(
                number: 602, name: try #require(DisplayName("Grace")),
                passwords: [PasswordHash(user: "602", realm: "exchange.local", password: "x", .sha256)])
        ]
        world.configureExchange(next)
        world.run(for: .seconds(60))
        let words = "The exchange does not accept this number with this password (403)."
        #expect(world.people[1].connection == .accessDenied(reason: words))
        world.say(0)
        world.say(bob)
        world.run(for: .seconds(5))
        #expect(world.people[0].heard.count == 1 && world.people[bob].heard.count == 1)
    }

    @Test("on a line that a new configuration leaves out hears that the line is gone; it comes back with the line")
    func lineRemoved() throws {
        let world = try Self.world(password: "Open Sesame")
        world.configureExchange(Exchange.Configuration(lines: ["Support"]))
        world.run(for: .seconds(10))
        #expect(
            world.people[0].connection == .accessDenied(reason: "The exchange has no line named Webphone1 (404)."))
        world.configureExchange(Exchange.Configuration())
        world.command(0, .connect(world.people[0].account))
        world.run(for: .seconds(5))
        #expect(world.people[0].number != nil)
    }

    @Test("comes back by itself when the exchange was started anew")
    func restart() throws {
        let world = try Self.world(password: "Open Sesame")
        world.killExchange()
        world.run(for: .seconds(2))
        var configuration = Exchange.Configuration()
        let name = try #require(DisplayName("Ada"))
        let hash = PasswordHash(user: "601", realm: "exchange.local", password: "Open Sesame", .md5)
        configuration.extensions = [Exchange.Extension(number: Self.number, name: name, passwords: [hash])]
        world.startExchange(configuration)
        world.run(for: .seconds(60))
        #expect(world.people[1].number == "601", "its old nonce is worth nothing, and MD5 is all there is now")
    }
}
