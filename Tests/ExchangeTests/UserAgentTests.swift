import SIP
import Testing

@testable import Exchange

/// The SIP library's own user agent at this exchange, in virtual time.
private final class Desk {
    var exchange: Exchange
    var agents: [Agent] = []

    init(_ configuration: Exchange.Configuration = .init()) {
        exchange = Exchange(configuration, identifiers: .seeded(3))
    }

    struct Agent {
        var agent: UserAgent
        /// As the exchange sees it.
        let flow: Flow
        var reports: [UserAgent.Report] = []
        /// As the agent sees it.
        var ownFlow: Flow { Flow(transport: flow.transport, local: flow.remote, remote: flow.local) }
    }

    func agent(
        _ name: String, port: UInt16, as user: String = "Webphone1", account: DigestAccount? = nil
    ) throws -> Int {
        let address = NameAddress(.sip(user, "127.0.0.1"), displayName: name)
        let flow = Flow(
            transport: .tcp, local: SocketAddress(host: "127.0.0.1", port: 7777),
            remote: SocketAddress(host: "127.0.0.1", port: port))
        agents.append(
            Agent(agent: UserAgent(.init(identity: address), identifiers: .seeded(UInt64(port))), flow: flow))
        let index = agents.count - 1
        let registration = Registration.Parameters(
            registrar: .sip(nil, "127.0.0.1"), address: address, instance: "urn:uuid:\(port)",
            account: account)
        command(index, .register(registration, on: agents[index].ownFlow))
        return index
    }

    func command(_ index: Int, _ command: UserAgent.Command) {
        perform(index, agents[index].agent.handle(.command(command)))
    }

    private func perform(_ index: Int, _ effects: [UserAgent.Effect]) {
        for effect in effects {
            switch effect {
            case .transmit(let message, _): perform(exchange.handle(.received(message, on: agents[index].flow)))
            case .report(let report): agents[index].reports.append(report)
            case .start, .cancel: break
            }
        }
    }

    private func perform(_ effects: [Exchange.Effect]) {
        for effect in effects {
            guard case .transmit(let message, let flow) = effect,
                let index = agents.firstIndex(where: { $0.flow == flow })
            else { continue }
            perform(index, agents[index].agent.handle(.received(message, on: agents[index].ownFlow)))
        }
    }
}

@Suite("The library's user agent at this exchange") struct UserAgentTests {
    @Test("it registers, watches, calls, is answered, speaks and hangs up") func wholeStory() throws {
        let desk = Desk()
        let ann = try desk.agent("ann", port: 40_001)
        let bob = try desk.agent("bob", port: 40_002)
        let own = NameAddress(.sip("1000", "exchange.local"), displayName: "ann")
        #expect(desk.agents[ann].reports.first == .registered(identity: own, expires: .seconds(60)))

        let watching = Subscription.Parameters(
            resource: .sip("Webphone1", "exchange.local"), event: "presence", accept: ["application/pidf+xml"])
        desk.command(ann, .subscribe(SubscriptionID(1), watching, on: desk.agents[ann].ownFlow))
        #expect(desk.agents[ann].reports.contains { if case .notify = $0 { true } else { false } })

        desk.command(ann, .invite(.placed(1), to: .sip("1001", "exchange.local"), on: desk.agents[ann].ownFlow))
        let asked = desk.agents[bob].reports.contains {
            if case .incoming(.received(1), let from, _) = $0 { from == own } else { false }
        }
        #expect(asked)
        desk.command(bob, .ring(.received(1)))
        desk.command(bob, .accept(.received(1)))
        #expect(desk.agents[ann].reports.contains(.session(.placed(1), .established)))
        #expect(desk.agents[bob].reports.contains(.session(.received(1), .established)))

        desk.command(bob, .message(MessageToken(1), .init(text: "hello"), in: .received(1)))
        #expect(desk.agents[bob].reports.contains(.messageResult(MessageToken(1), .delivered)))
        let heard = desk.agents[ann].reports.contains {
            if case .message(.placed(1), _, let content) = $0 { content == .init(text: "hello") } else { false }
        }
        #expect(heard)
        desk.command(ann, .hangUp(.placed(1)))
        #expect(desk.agents[bob].reports.contains(.session(.received(1), .ended(SessionEnd(.hungUp, by: .them)))))
    }

    @Test("as an extension it proves its password wherever it is asked, and the person notices nothing")
    func extensionStory() throws {
        var configuration = Exchange.Configuration()
        let password = PasswordHash(user: "601", realm: "exchange.local", password: "Open Sesame", .sha256)
        let name = try #require(DisplayName("Ada"))
        configuration.extensions = [Exchange.Extension(number: 601, name: name, passwords: [password])]
        let desk = Desk(configuration)
        let account = DigestAccount(user: "601", password: "Open Sesame")
        let ada = try desk.agent("anybody", port: 40_001, as: "601", account: account)
        let bob = try desk.agent("bob", port: 40_002)
        #expect(desk.agents[ada].reports.count == 1)
        #expect(desk.agents[ada].agent.identity.uri == .sip("601", "exchange.local"))

        let watching = Subscription.Parameters(
            resource: .sip("Webphone1", "exchange.local"), event: "presence", accept: ["application/pidf+xml"])
        desk.command(ada, .subscribe(SubscriptionID(1), watching, on: desk.agents[ada].ownFlow))
        #expect(desk.agents[ada].reports.contains { if case .notify = $0 { true } else { false } })

        for call in 1...2 as ClosedRange<UInt64> {
            let flow = desk.agents[ada].ownFlow
            desk.command(ada, .invite(.placed(call), to: .sip("1000", "exchange.local"), on: flow))
            let seen = NameAddress(.sip("601", "exchange.local"), displayName: "Ada")
            let asked = desk.agents[bob].reports.contains {
                if case .incoming(.received(call), let from, _) = $0 { from == seen } else { false }
            }
            #expect(asked)
            desk.command(bob, .accept(.received(call)))
            #expect(desk.agents[ada].reports.contains(.session(.placed(call), .established)))
            desk.command(ada, .message(MessageToken(call), .init(text: "hello"), in: .placed(call)))
            #expect(desk.agents[ada].reports.contains(.messageResult(MessageToken(call), .delivered)))
            desk.command(ada, .hangUp(.placed(call)))
            let end = SessionEnd(.hungUp, by: .them)
            #expect(desk.agents[bob].reports.contains(.session(.received(call), .ended(end))))
        }
        desk.command(ada, .unregister)
        #expect(desk.agents[ada].reports.last == .unregistered)
        #expect(desk.exchange.clientCount == 1)
    }

    @Test("with a wrong password it is told so at once") func wrongPassword() throws {
        var configuration = Exchange.Configuration()
        let password = PasswordHash(user: "601", realm: "exchange.local", password: "Open Sesame", .sha256)
        let name = try #require(DisplayName("Ada"))
        configuration.extensions = [Exchange.Extension(number: 601, name: name, passwords: [password])]
        let desk = Desk(configuration)
        let account = DigestAccount(user: "601", password: "open sesame")
        let eve = try desk.agent("Ada", port: 40_001, as: "601", account: account)
        #expect(desk.agents[eve].reports == [.registrationFailed(.wrongPassword(status: 403))])
    }
}
