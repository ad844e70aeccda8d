import Exchange
import SIP

@testable import Webphone

/// People at their phones and an exchange or several, joined in memory, in virtual time. What the network does to
/// them, and when they do what, comes from a seed.
final class World {
    /// What the network does to packets.
    struct Weather {
        /// Of a hundred datagrams.
        var lost = 0
        var doubled = 0
        /// Of a hundred messages, streams included: one octet is another.
        var garbled = 0
        /// Milliseconds; datagrams overtake each other within them, streams keep their order.
        var delay = 1...5
    }

    enum Item {
        case act((World) -> Void)
        case phoneTimer(Int, Phone.Timer, count: Int)
        case exchangeTimer(Exchange.Timer, count: Int, life: Int, site: Int)
        case toPhone(Int, TransportEvent, link: Int)
        case toExchange(Exchange.Event, link: Int, life: Int)
        case opens(Int, attempt: UInt64, Endpoint)
    }

    /// One flow of one phone, with the exchange's name for it.
    struct Link {
        var phone: Int
        var site: Int
        var flow: Flow
        var exchangeFlow: Flow
        /// Closed at the phone's end, at the exchange's end.
        var isOpenHere = true
        var isOpenThere = true
        /// When the last packet of each direction arrives: a stream keeps its order.
        var lastThere = Duration.zero
        var lastHere = Duration.zero
    }

    /// Where an exchange is, or was.
    struct Site {
        var address: SocketAddress
        var exchange: Exchange?
        var life = 0
        var timers: [Exchange.Timer: Int] = [:]
    }

    /// The time of day stands still: 2026-11-22T16:00:00Z.
    static let time: Int64 = 1_795_363_200

    private(set) var now = Duration.zero
    var weather = Weather()
    /// What an exchange other than ours makes of what it sends.
    var exchangeChanges: (Message) -> Message = { $0 }
    /// Hears what phones report, besides the people.
    var listener: ((World, Int, PhoneReport) -> Void)?
    /// Whether messages are written and read again on their way, which costs the most of a story.
    var isWritten = true
    /// Whether a changed octet made another description of one: what its audio is used for is another thing then, and
    /// nobody can tell.
    private(set) var hasFalseDirections = false
    /// What Echo tests ordered.
    private(set) var orders: [Exchange.SoundOrder] = []
    /// What DNS says of domains.
    var names: [String: [Endpoint]] = [:]
    var random: Identifiers
    var people: [Person] = []
    /// Requests of phones, by person and method.
    private(set) var requests: [Int: [SIP.Method: Int]] = [:]
    private var sites: [Site] = []
    private var agenda = Agenda<Item>()
    private var links: [Link] = []
    private var linkOf: [Flow: Int] = [:]
    private var linkAtExchange: [Flow: Int] = [:]
    private var timers: [[Phone.Timer: Int]] = []
    private var timerCount = 0
    private var portCount: UInt16 = 30_000

    init(seed: UInt64) {
        random = .seeded(seed)
        build(at: "192.0.2.1")
    }

    // MARK: The people

    func seat(_ name: String, over transport: TransportProtocol, codecs: [AudioCodec] = []) -> Int {
        let phone = Phone(identifiers: random.split(), codecs: codecs)
        people.append(Person(name: name, transport: transport, phone: phone))
        timers.append([:])
        handle(.time(Self.time), people.count - 1)
        return people.count - 1
    }

    /// Something a person does `delay` from now.
    func after(_ delay: Duration, _ act: @escaping (World) -> Void) {
        agenda.add(.act(act), at: now + delay)
    }

    func command(_ person: Int, _ command: PhoneCommand) {
        handle(.command(command), person)
    }

    /// What a phone does that no person asks for.
    func ask(_ person: Int, _ command: (Flow) -> UserAgent.Command) {
        guard let flow = people[person].phone.connection.flow else { return }
        people[person].phone.command(command(flow))
        handle(.command(.hangUp(.placed(.max))), person)
    }

    func party(_ person: Int) -> Party {
        Party(number: people[person].number ?? "", name: people[person].name)
    }

    func runningTimers(_ person: Int) -> [Phone.Timer] { Array(timers[person].keys) }

    // MARK: Time

    func run(for span: Duration) {
        let end = now + span
        while let time = agenda.nextTime, time <= end, let (_, item) = agenda.next() {
            now = time
            perform(item)
        }
        now = end
    }

    private func perform(_ item: Item) {
        switch item {
        case .act(let act):
            act(self)
        case .phoneTimer(let person, let timer, let count):
            guard timers[person][timer] == count else { return }
            timers[person][timer] = nil
            handle(.fired(timer), person)
        case .exchangeTimer(let timer, let count, let born, let site):
            guard born == sites[site].life, sites[site].timers[timer] == count else { return }
            sites[site].timers[timer] = nil
            tellExchange(site, .fired(timer))
        case .toPhone(let person, let event, let link):
            guard links[link].isOpenHere else { return }
            if case .closed = event { links[link].isOpenHere = false }
            handle(.transport(event), person)
        case .toExchange(let event, let link, let born):
            guard born == sites[links[link].site].life, links[link].isOpenThere else { return }
            if case .closed = event { links[link].isOpenThere = false }
            tellExchange(links[link].site, event)
        case .opens(let person, let attempt, let endpoint):
            open(person, attempt, endpoint)
        }
    }

    // MARK: The phones' side

    private func handle(_ event: Phone.Event, _ person: Int) {
        for effect in people[person].phone.handle(event) {
            switch effect {
            case .transport(let command): transport(command, person)
            case .start(let timer, let delay):
                timerCount += 1
                timers[person][timer] = timerCount
                agenda.add(.phoneTimer(person, timer, count: timerCount), at: now + delay)
            case .cancel(let timer): timers[person][timer] = nil
            case .report(let report): hear(person, report)
            }
        }
    }

    private func hear(_ person: Int, _ report: PhoneReport) {
        listener?(self, person, report)
        guard let act = people[person].hear(report) else { return }
        after(.milliseconds(Int.random(in: 0...1_500, using: &random))) { $0.perform(act, person) }
    }

    private func transport(_ command: TransportCommand, _ person: Int) {
        switch command {
        case .locate(let attempt, let target):
            handle(.transport(.located(names[target.host] ?? [], attempt: attempt)), person)
        case .connect(let attempt, let endpoint):
            agenda.add(.opens(person, attempt: attempt, endpoint), at: now + travel)
        case .send(let message, let flow):
            guard let link = linkOf[flow], links[link].isOpenHere else { return }
            if case .request(let request) = message { requests[person, default: [:]][request.method, default: 0] += 1 }
            guard let message = overTheWire(message) else { return }
            let event = Exchange.Event.received(message, on: links[link].exchangeFlow)
            for time in arrivals(flow.transport, &links[link].lastThere) {
                agenda.add(.toExchange(event, link: link, life: sites[links[link].site].life), at: time)
            }
        case .close(let flow):
            guard let link = linkOf[flow], links[link].isOpenHere else { return }
            links[link].isOpenHere = false
            if flow.transport == .tcp { tellClosed(link) }
        }
    }

    private func open(_ person: Int, _ attempt: UInt64, _ endpoint: Endpoint) {
        let transport = endpoint.transport
        guard let site = sites.firstIndex(where: { $0.address.host == endpoint.host }),
            transport == .udp || sites[site].exchange != nil
        else { return handle(.transport(.failed(.refused, attempt: attempt)), person) }
        let address = sites[site].address
        portCount += 1
        let local = SocketAddress(host: "192.0.2.\(person + 2)", port: portCount)
        let connection = transport == .udp ? 0 : UInt64(portCount)
        let flow = Flow(transport: transport, local: local, remote: address, connection: connection)
        let mirrored = Flow(transport: transport, local: address, remote: local, connection: connection)
        links.append(Link(phone: person, site: site, flow: flow, exchangeFlow: mirrored))
        linkOf[flow] = links.count - 1
        linkAtExchange[mirrored] = links.count - 1
        handle(.transport(.opened(flow, attempt: attempt)), person)
    }

    // MARK: The exchange's side

    /// The first one.
    var exchange: Exchange? { sites[0].exchange }

    /// One more exchange.
    ///
    /// - Returns: which it is.
    @discardableResult
    func build(at host: String) -> Int {
        sites.append(Site(address: SocketAddress(host: host, port: 7777)))
        startExchange(site: sites.count - 1)
        return sites.count - 1
    }

    func startExchange(_ configuration: Exchange.Configuration = .init(), site: Int = 0) {
        sites[site].life += 1
        sites[site].exchange = Exchange(configuration, identifiers: random.split())
    }

    func configureExchange(_ configuration: Exchange.Configuration) { tellExchange(0, .configured(configuration)) }

    /// As SIGKILL does it: streams are reset, datagrams go nowhere.
    func killExchange(site: Int = 0) {
        sites[site].exchange = nil
        sites[site].life += 1
        sites[site].timers = [:]
        for link in links.indices where links[link].site == site && links[link].flow.transport == .tcp { cut(link) }
    }

    /// Resets the connection of a person, if it is a stream.
    func cutConnection(_ person: Int) {
        for link in links.indices where links[link].phone == person && links[link].flow.transport == .tcp { cut(link) }
    }

    /// A phone that is gone without a word.
    func vanish(_ person: Int) {
        for link in links.indices where links[link].phone == person { links[link].isOpenHere = false }
        timers[person] = [:]
    }

    /// Tells a person's socket that nobody took a datagram, as a host does whose exchange is not there.
    func refuseDatagram(of person: Int) {
        for link in links.indices where links[link].phone == person && links[link].flow.transport == .udp {
            let event = TransportEvent.closed(links[link].flow, .refused)
            agenda.add(.toPhone(person, event, link: link), at: now + travel)
        }
    }

    /// A phone that ended without a word, and with it its connections; in its place is a new one.
    func replacePhone(_ person: Int) {
        cutConnection(person)
        vanish(person)
        people[person].phone = Phone(identifiers: random.split())
        handle(.time(Self.time), person)
    }

    private func cut(_ link: Int) {
        guard links[link].isOpenHere else { return }
        let event = TransportEvent.closed(links[link].flow, .closedByPeer)
        agenda.add(.toPhone(links[link].phone, event, link: link), at: now + travel)
        tellClosed(link)
    }

    private func tellClosed(_ link: Int) {
        for time in arrivals(.tcp, &links[link].lastThere) {
            let life = sites[links[link].site].life
            agenda.add(.toExchange(.closed(links[link].exchangeFlow), link: link, life: life), at: time)
        }
    }

    func tellExchange(_ site: Int, _ event: Exchange.Event) {
        guard let effects = sites[site].exchange?.handle(event) else { return }
        defer { for case .sound(let order) in effects { hear(order, site) } }
        for effect in effects {
            switch effect {
            case .transmit(let message, let flow):
                guard let link = linkAtExchange[flow], links[link].isOpenThere else { continue }
                guard let message = overTheWire(exchangeChanges(message)) else { continue }
                let event = TransportEvent.received(message, on: links[link].flow)
                for time in arrivals(flow.transport, &links[link].lastHere) {
                    agenda.add(.toPhone(links[link].phone, event, link: link), at: time)
                }
            case .start(let timer, let delay):
                timerCount += 1
                sites[site].timers[timer] = timerCount
                let item = Item.exchangeTimer(timer, count: timerCount, life: sites[site].life, site: site)
                agenda.add(item, at: now + delay)
            case .cancel(let timer):
                sites[site].timers[timer] = nil
            case .close(let flow):
                if let link = linkAtExchange[flow] { cut(link) }
            case .busy, .idle, .report, .sound:
                break
            }
        }
    }

    /// There are ports for every voice.
    private func hear(_ order: Exchange.SoundOrder, _ site: Int) {
        orders.append(order)
        guard case .reserve(let id, let host, let isSecured) = order else { return }
        let capabilities = AudioCapabilities(
            address: SocketAddress(host: host, port: 16_384), codecs: sites[site].exchange?.configuration.codecs ?? [],
            security: isSecured ? .required : .answered,
            keys: [SRTPKey(.aes128SHA1Tag80, Array(repeating: 9, count: 30))].compactMap(\.self))
        tellExchange(site, .sound(.reserved(id, capabilities)))
    }

    // MARK: The network

    private var travel: Duration { .milliseconds(Int.random(in: weather.delay, using: &random)) }

    private func arrivals(_ transport: TransportProtocol, _ last: inout Duration) -> [Duration] {
        if transport.isReliable {
            last = max(last, now + travel)
            return [last]
        }
        let roll = Int.random(in: 0..<100, using: &random)
        if roll < weather.lost { return [] }
        return roll < weather.lost + weather.doubled ? [now + travel, now + travel] : [now + travel]
    }

    /// What is sent is written and read again, so that only what the wire carries arrives; nil when it became
    /// unreadable on the way.
    private func overTheWire(_ message: Message) -> Message? {
        guard isWritten else { return message }
        guard var bytes = try? message.serialized(), let read = try? Message.parse(bytes) else {
            preconditionFailure("a machine sent what cannot be written or read: \(message)")
        }
        guard Int.random(in: 0..<100, using: &random) < weather.garbled else { return read }
        let place = Int.random(in: bytes.indices, using: &random)
        bytes[place] = UInt8.random(in: 0...255, using: &random)
        let changed = try? Message.parse(bytes)
        if let before = read.audioUse, let after = changed?.audioUse, before != after { hasFalseDirections = true }
        return changed
    }
}

extension Message {
    /// What the description in it says of its audio; nil without one that is readable.
    fileprivate var audioUse: SessionDescription.AudioUse? {
        switch self {
        case .request(let request): (try? request.offer())?.audioUse
        case .response: nil
        }
    }
}
