import SIP

/// Who is online: RFC 3261 §10 for clients that get their number here, one flow each (RFC 5626).
struct Registrar: Sendable {
    /// A registered client.
    struct Client: Sendable, Equatable {
        let number: PhoneNumber
        /// Index of its line, which stays the same for good; nil for a resident, who is on all of them, and for an extension that is on none.
        var line: Int?
        var name: DisplayName
        var key: NumberPlan.ClientKey
        var flow: Flow
        /// Where requests to it are addressed: the URI of its Contact.
        var contact: URI
        var cseq: UInt32
        /// The tag in From of the REGISTER with that CSeq.
        var tag: String?
        /// The value of P-Asserted-Identity for what it says.
        var identity: String
    }

    /// What a REGISTER changed.
    enum Change: Equatable {
        case joined(Client)
        case moved(PhoneNumber, to: Flow)
        case renamed(line: Int)
        case changedLine(Client, from: Int, to: Int)
        case left(Client, Exchange.Departure)
    }

    var configuration: Exchange.Configuration
    /// All there ever were; those of `lineIndex` are in service.
    var lines: [Line]
    var clients: [PhoneNumber: Client] = [:]
    var extensions: [PhoneNumber: Exchange.Extension]
    /// The numbers of the extensions in order.
    var extensionNumbers: [PhoneNumber]
    var resident: PhoneNumber?
    var lineIndex: [String: Int]
    var numbersByFlow: [Flow: [PhoneNumber]] = [:]
    var plan: NumberPlan
    /// Hashes that no password has, one for each function: what a number that is no extension is judged by.
    let decoys: [PasswordHash]
    private(set) var expiry = Expiry<PhoneNumber>()
    /// Clients of the lines and extensions; residents do not count.
    private(set) var count = 0

    init(_ configuration: Exchange.Configuration, resident: Client?, identifiers: inout Identifiers) {
        self.configuration = configuration
        let residents = Self.residents(resident, in: configuration)
        lines = configuration.lines.map { Line(name: $0, domain: configuration.domain, residents: residents) }
        lineIndex = Dictionary(
            configuration.lines.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
        self.resident = resident?.number
        extensions = Self.extensions(of: configuration, besides: resident)
        extensionNumbers = extensions.keys.sorted { $0.value < $1.value }
        plan = NumberPlan(
            range: configuration.numbers, reserved: Set(extensions.keys).union(resident.map { [$0.number] } ?? []))
        decoys = DigestAlgorithm.Function.allCases.map { function in
            PasswordHash(user: "", realm: "", password: identifiers.callID() + identifiers.callID(), function)
        }
        if let resident {
            clients[resident.number] = resident
            numbersByFlow[resident.flow] = [resident.number]
        }
    }

    static func residents(_ resident: Client?, in configuration: Exchange.Configuration) -> [UInt8] {
        resident.map { PresenceDocument.tuple($0.number, $0.name, domain: configuration.domain) } ?? []
    }

    static func extensions(
        of configuration: Exchange.Configuration, besides resident: Client?
    ) -> [PhoneNumber: Exchange.Extension] {
        let own = configuration.extensions.filter { $0.number != resident?.number }
        return Dictionary(own.map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The extension that a REGISTER with this To is about; nil for a line's client.
    func owner(of to: NameAddress?, on flow: Flow) -> Exchange.Extension? {
        guard let to, configuration.names(to.uri.host, on: flow) else { return nil }
        return PhoneNumber(user: to.uri.user).flatMap { extensions[$0] }
    }

    /// Whose password a REGISTER with this To needs; nil where none is needed. For a number that is no extension it is
    /// a stand-in, asked for the same functions as its nearest neighbour, whose password nobody has.
    func questioned(_ to: NameAddress?, on flow: Flow) -> Exchange.Extension? {
        if let owner = owner(of: to, on: flow) { return owner }
        guard let to, configuration.names(to.uri.host, on: flow), let number = PhoneNumber(user: to.uri.user),
            let neighbour = nearest(to: number)
        else { return nil }
        var standIn = neighbour
        standIn.number = number
        standIn.passwords = decoys.filter { decoy in neighbour.passwords.contains { $0.function == decoy.function } }
        return standIn
    }

    private func nearest(to number: PhoneNumber) -> Exchange.Extension? {
        var (low, high) = (0, extensionNumbers.count)
        while low < high {
            let middle = (low + high) / 2
            if extensionNumbers[middle].value < number.value { low = middle + 1 } else { high = middle }
        }
        let found = low < extensionNumbers.count ? extensionNumbers[low] : extensionNumbers.last
        return found.flatMap { extensions[$0] }
    }

    func line(named name: String?) -> Int? { name.flatMap { lineIndex[$0] } }

    /// Whether anybody registered over this flow.
    func knows(_ flow: Flow) -> Bool { numbersByFlow[flow] != nil }

    mutating func presence(of line: Int) -> [UInt8] { lines[line].presence() }

    // MARK: Leaving

    /// Takes out all who were reached over this flow.
    mutating func close(_ flow: Flow) -> [Client] {
        (numbersByFlow[flow] ?? []).compactMap { remove($0) }
    }

    /// One beat on: takes out those whose registration ran out.
    mutating func advance() -> [Client] {
        expiry.advance().compactMap { remove($0) }
    }

    mutating func remove(_ number: PhoneNumber) -> Client? {
        guard number != resident, let client = clients.removeValue(forKey: number) else { return nil }
        detach(number, from: client.flow)
        if let line = client.line { lines[line].remove(number) }
        plan.release(number)
        expiry.remove(number)
        count -= 1
        return client
    }

    mutating func detach(_ number: PhoneNumber, from flow: Flow) {
        numbersByFlow[flow]?.removeAll { $0 == number }
        if numbersByFlow[flow]?.isEmpty == true { numbersByFlow[flow] = nil }
    }

    // MARK: REGISTER

    /// Serves a REGISTER; the answer is a 200, or a refusal and nothing has changed.
    mutating func receive(_ request: Request, on flow: Flow, tag: String) throws(Refusal) -> (Response, [Change]) {
        guard let to = request.to, let callID = request.callID, let cseq = request.cseq else { throw Refusal(400) }
        guard configuration.names(to.uri.host, on: flow) else { throw Refusal(403) }
        let owner = owner(of: to, on: flow)
        let line = line(named: owner?.line ?? to.uri.user)
        guard owner != nil || line != nil else { throw Refusal(404) }
        let binding = try Binding(request, defaultExpires: configuration.registration)
        let key = NumberPlan.ClientKey(callID: callID, instance: binding.instance)
        guard key.length <= configuration.limits.clientKey else { throw Refusal(400, "Call-ID Too Long") }
        let current =
            owner.map { clients[$0.number]?.number }
            ?? plan.number(of: key).flatMap { clients[$0] }?.number ?? binding.unnamed(callID, among: peers(on: flow))
            ?? binding.former(among: peers(on: flow), on: line)
        if let current { try checkOrder(cseq.number, in: callID, tag: request.from?.tag, of: current) }

        switch binding.wish {
        case .query:
            return (answer(to: request, tag: tag, number: current, expires: nil), [])
        case .remove:
            // Another phone may have taken the extension over since: that one stays.
            let isOther = owner != nil && current.flatMap { clients[$0] }?.key.callID != callID
            let left = isOther && !request.hasWildcardContact ? nil : current.flatMap { remove($0) }
            let response = answer(to: request, tag: tag, number: left?.number, expires: nil)
            return (response, left.map { [.left($0, .unregistered)] } ?? [])
        case .bind(let contact, let wanted):
            let offered = request.from?.displayName ?? to.displayName ?? DisplayName.nameless
            guard let name = owner?.name ?? DisplayName(offered) else {
                throw Refusal(403, "Bad Display Name")
            }
            let bounds = configuration.registrationBounds
            guard wanted >= bounds.lowerBound else { throw Refusal(423, nil, .minExpires, String(bounds.lowerBound)) }
            let candidate = Candidate(
                number: owner?.number, line: line, name: name, key: key, flow: flow, contact: contact.uri,
                cseq: cseq.number, tag: request.from?.tag, preferred: request.preferredNumber)
            let (number, changes) = try place(candidate, holding: current)
            let expires = min(wanted, bounds.upperBound)
            expiry.set(number, seconds: expires)
            return (answer(to: request, tag: tag, number: number, expires: (contact, expires)), changes)
        }
    }

    func peers(on flow: Flow) -> [Client] {
        (numbersByFlow[flow] ?? []).compactMap { clients[$0] }
    }

    private struct Candidate {
        /// An extension's own.
        var number: PhoneNumber?
        var line: Int?
        var name: DisplayName
        var key: NumberPlan.ClientKey
        var flow: Flow
        var contact: URI
        var cseq: UInt32
        var tag: String?
        var preferred: PhoneNumber?
    }

    /// RFC 3261 §10.3 step 7, from one flow to the next too: a copy that comes late over the flow a client has left
    /// does not take it back there. The very same one by another way is answered as §8.2.2.2 has it.
    private func checkOrder(
        _ cseq: UInt32, in callID: String, tag: String?, of number: PhoneNumber
    ) throws(Refusal) {
        guard let client = clients[number], client.key.callID == callID, cseq <= client.cseq else { return }
        if cseq == client.cseq, tag == client.tag { throw Refusal(482) }
        throw Refusal(500, "CSeq Out of Order")
    }

    /// Whether this very REGISTER has been served already, and came again by another way.
    func isMerged(_ request: Request, of number: PhoneNumber) -> Bool {
        guard let client = clients[number] else { return false }
        return client.key.callID == request.callID && client.cseq == request.cseq?.number
            && client.tag == request.from?.tag
    }

    private mutating func place(
        _ candidate: Candidate, holding current: PhoneNumber?
    ) throws(Refusal) -> (PhoneNumber, [Change]) {
        guard let current else { return try admit(candidate) }
        return try update(current, with: candidate)
    }

    private mutating func admit(_ candidate: Candidate) throws(Refusal) -> (PhoneNumber, [Change]) {
        if let line = candidate.line { try checkRoom(on: line) }
        guard numbersByFlow[candidate.flow, default: []].count < configuration.limits.numbersPerFlow,
            let number = candidate.number ?? plan.take(for: candidate.key, preferring: candidate.preferred)
        else { throw Refusal(480, "No Free Number", beyond: .numbers) }
        let client = Client(
            number: number, line: candidate.line, name: candidate.name, key: candidate.key, flow: candidate.flow,
            contact: candidate.contact, cseq: candidate.cseq, tag: candidate.tag,
            identity: identity(number, candidate.name))
        clients[number] = client
        numbersByFlow[candidate.flow, default: []].append(number)
        if let line = candidate.line { lines[line].add(number, tuple: tuple(number, candidate.name)) }
        count += 1
        return (number, [.joined(client)])
    }

    private mutating func update(
        _ number: PhoneNumber, with candidate: Candidate
    ) throws(Refusal) -> (PhoneNumber, [Change]) {
        guard let former = clients[number] else { return try admit(candidate) }
        var changes: [Change] = []
        // An extension's line and name are in the configuration; those of a line's client may change.
        if let old = former.line, let line = candidate.line {
            if old != line {
                try checkRoom(on: line)
                lines[old].remove(number)
                clients[number]?.line = line
                changes.append(.changedLine(former, from: old, to: line))
            }
            if former.name != candidate.name {
                clients[number]?.name = candidate.name
                let identity = identity(number, candidate.name)
                clients[number]?.identity = identity
                changes.append(.renamed(line: line))
            }
            if !changes.isEmpty { lines[line].add(number, tuple: tuple(number, candidate.name)) }
        }
        clients[number]?.key = candidate.key
        plan.hand(number, to: candidate.key)
        clients[number]?.contact = candidate.contact
        clients[number]?.cseq = candidate.cseq
        clients[number]?.tag = candidate.tag
        if former.flow != candidate.flow {
            clients[number]?.flow = candidate.flow
            detach(number, from: former.flow)
            numbersByFlow[candidate.flow, default: []].append(number)
            changes.append(.moved(number, to: candidate.flow))
        }
        return (number, changes)
    }

    private func checkRoom(on line: Int) throws(Refusal) {
        guard lines[line].count < configuration.limits.clientsPerLine else {
            throw Refusal(480, "Line Full", beyond: .clientsPerLine)
        }
    }

    func tuple(_ number: PhoneNumber, _ name: DisplayName) -> [UInt8] {
        PresenceDocument.tuple(number, name, domain: configuration.domain)
    }

    func identity(_ number: PhoneNumber, _ name: DisplayName) -> String {
        Self.identity(number, name, domain: configuration.domain)
    }

    /// What stands in P-Asserted-Identity for somebody (RFC 3325 §9.1).
    static func identity(_ number: PhoneNumber, _ name: DisplayName, domain: String) -> String {
        var address = NameAddress(.sip(number.description, domain))
        address.displayName = name.text
        return address.description
    }

    private func answer(
        to request: Request, tag: String, number: PhoneNumber?, expires: (contact: NameAddress, seconds: UInt32)?
    ) -> Response {
        var response = Response(200, to: request, toTag: tag)
        if var contact = expires?.contact, let seconds = expires?.seconds {
            contact.parameters.set("expires", String(seconds))
            response.headers.append(.contact, contact.description)
        } else if let number, let client = clients[number], let seconds = expiry.remaining(number) {
            response.headers.append(.contact, "<\(client.contact)>;expires=\(seconds)")
        }
        if let number { response.headers.append(.pAssociatedURI, "<sip:\(number)@\(configuration.domain)>") }
        return response
    }
}

extension Request {
    /// The number that a returning client offers back in P-Preferred-Identity (RFC 3325 §9.2).
    fileprivate var preferredNumber: PhoneNumber? {
        guard let value = headers[.pPreferredIdentity], let address = try? NameAddress(parsing: value) else {
            return nil
        }
        return PhoneNumber(user: address.uri.user)
    }
}
