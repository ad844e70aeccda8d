import Exchange
import SIP
import Testing

@testable import Webphone

/// Anna and bert know two exchanges, and like the first one better.
@Suite("One exchange dies, the other is there")
struct FailoverTests {
    static let first = "192.0.2.1"
    static let second = "198.51.100.1"

    /// They are not the first ones: their numbers are 1001 and 1002.
    static func room(over transport: TransportProtocol = .tcp) -> World {
        let world = World(seed: 3)
        world.build(at: second)
        for name in ["carl", "anna", "bert"] {
            let person = world.seat(name, over: transport)
            world.people[person].servers = [first, second]
            world.command(person, .connect(world.people[person].account))
            world.run(for: .seconds(1))
        }
        world.command(0, .disconnect)
        world.run(for: .seconds(1))
        return world
    }

    private func expectTogether(
        _ world: World, at host: String, _ comment: Comment? = nil, at location: SourceLocation = #_sourceLocation
    ) {
        let people = world.people.dropFirst()
        #expect(people.map(\.number) == ["1001", "1002"], comment, sourceLocation: location)
        #expect(people.allSatisfy { $0.server?.host == host }, comment, sourceLocation: location)
        #expect(
            people.allSatisfy { Set($0.online.keys).isSubset(of: ["600", "1001", "1002"]) && $0.online.count == 2 },
            comment, sourceLocation: location)
    }

    private func talk(_ world: World, _ location: SourceLocation = #_sourceLocation) {
        let heard = world.people[2].heard.count
        world.call(1, "bert")
        world.run(for: .seconds(3))
        world.say(1)
        world.run(for: .seconds(1))
        #expect(world.people[2].heard.count == heard + 1, sourceLocation: location)
    }

    @Test("in the middle of a chat: within five seconds both are at the other one, with their numbers, and talk again")
    func failover() {
        let world = Self.room()
        expectTogether(world, at: Self.first)
        talk(world)
        world.killExchange()
        world.run(for: .seconds(5))
        expectTogether(world, at: Self.second)
        #expect(world.people.allSatisfy { $0.alive.isEmpty })
        #expect(
            !world.people[1].reports.contains {
                if case .offline(let party) = $0 { party.name == "bert" } else { false }
            })
        talk(world)
    }

    @Test("no message is lost without a word: each has arrived, or is said to have failed")
    func messages() {
        let world = Self.room()
        talk(world)
        for _ in 0..<5 { world.say(1) }
        world.run(for: .milliseconds(8))
        world.killExchange()
        world.run(for: .seconds(40))
        let ends = world.people[1].deliveries.mapValues(\.last)
        #expect(ends.count == 6)
        for (id, end) in ends {
            let text = world.people[1].sent[id] ?? ""
            switch end {
            case .delivered: #expect(world.people[2].heard.contains(text))
            case .failed: break
            case .sending, .accepted, nil: Issue.record("nobody knows what became of \(text)")
            }
        }
        #expect(Set(world.people[2].heard).count == world.people[2].heard.count)
    }

    @Test("over UDP the dead one is noticed by the ping, and the other taken with the same numbers")
    func datagrams() {
        let world = Self.room(over: .udp)
        world.killExchange()
        world.run(for: .seconds(60))
        expectTogether(world, at: Self.second)
        talk(world)
    }

    @Test("they stay where they are when the first is back, and return to it when the second dies")
    func comeBack() {
        let world = Self.room()
        world.killExchange()
        world.run(for: .seconds(5))
        world.startExchange()
        world.run(for: .seconds(300))
        expectTogether(world, at: Self.second)
        world.killExchange(site: 1)
        world.run(for: .seconds(5))
        expectTogether(world, at: Self.first)
        talk(world)
    }

    @Test("when both are dead, they are looked for until one is back")
    func both() {
        let world = Self.room()
        world.killExchange()
        world.killExchange(site: 1)
        world.run(for: .seconds(20))
        guard case .connectionClosed(let reason, .some)? = world.people.last?.connection else {
            Issue.record("\(world.people[2].connection)")
            return
        }
        #expect(reason == "Nobody answers at 192.0.2.1 port 7777. Nobody answers at 198.51.100.1 port 7777.")
        world.startExchange(site: 1)
        world.run(for: .seconds(60))
        expectTogether(world, at: Self.second)
    }

    @Test("a number that somebody has at the other one is replaced")
    func taken() {
        let world = Self.room()
        for name in ["dora", "emil"] {
            let person = world.seat(name, over: .tcp)
            world.people[person].servers = [Self.second]
            world.command(person, .connect(world.people[person].account))
            world.run(for: .seconds(1))
        }
        #expect(world.people[4].number == "1001")
        world.killExchange()
        world.run(for: .seconds(5))
        #expect(world.people[1].number != "1001")
        #expect(Set(world.people.compactMap(\.number)).count == 4)
    }

    @Test("the servers that DNS has for a domain are such a list too")
    func cluster() {
        let world = World(seed: 5)
        world.build(at: Self.second)
        for site in 0...1 {
            var configuration = Exchange.Configuration()
            configuration.aliases = ["pbx.example"]
            world.startExchange(configuration, site: site)
        }
        world.names["pbx.example"] = [Self.first, Self.second].map {
            Endpoint(transport: .tcp, host: $0, port: 7777, domain: "pbx.example")
        }
        for name in ["anna", "bert"] {
            let person = world.seat(name, over: .tcp)
            var account = world.people[person].account
            account.servers = [Target(host: "pbx.example")]
            world.command(person, .connect(account))
            world.run(for: .seconds(1))
        }
        #expect(world.people.map { $0.server?.host } == [Self.first, Self.first])
        world.killExchange()
        world.run(for: .seconds(5))
        #expect(world.people.map { $0.server?.host } == [Self.second, Self.second])
        #expect(world.people.map(\.number) == ["1000", "1001"])
    }

    @Test("an extension proves its password to the other one by that one's own challenge")
    func password() throws {
        let world = World(seed: 7)
        world.build(at: Self.second)
        let name = try #require(DisplayName("Ada"))
        for (site, realm) in [(0, "exchange.local"), (1, "other.example")] {
            var configuration = Exchange.Configuration()
            configuration.domain = realm
            let hash = PasswordHash(user: "601", realm: realm, password: "Open Sesame", .sha256)
            configuration.extensions = [Exchange.Extension(number: 601, name: name, passwords: [hash])]
            world.startExchange(configuration, site: site)
        }
        let ada = world.seat("ada", over: .tcp)
        var account = world.people[ada].account
        account.servers.append(Target(host: Self.second, port: 7777, transport: .tcp))
        account.login = DigestAccount(user: "601", password: "Open Sesame")
        world.command(ada, .connect(account))
        world.run(for: .seconds(1))
        #expect(world.people[ada].number == "601")
        world.killExchange()
        world.run(for: .seconds(5))
        #expect(world.people[ada].number == "601" && world.people[ada].server?.host == Self.second)
    }
}
