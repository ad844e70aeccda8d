import SIP

/// Another configuration while clients are registered.
extension Registrar {
    /// What became of those who were registered.
    struct Reconfiguration {
        /// They have no place any more.
        var dismissed: [Client] = []
        /// Lines that are no more.
        var closedLines: [Int] = []
        /// Lines whose list is another one now.
        var changedLines: [Int] = []
    }

    mutating func configure(_ next: Exchange.Configuration, resident: Client?) -> Reconfiguration {
        var outcome = Reconfiguration()
        let nextExtensions = Self.extensions(of: next, besides: resident)
        for client in clients.values.sorted(by: { $0.number.value < $1.number.value })
        where client.number != self.resident
            && !isStaying(client, next: next, extensions: nextExtensions, resident: resident)
        {
            if let client = remove(client.number) { outcome.dismissed.append(client) }
        }
        replaceResident(with: resident)
        configuration = next
        extensions = nextExtensions
        extensionNumbers = extensions.keys.sorted { $0.value < $1.value }
        plan.configure(
            range: next.numbers, reserved: Set(extensions.keys).union(resident.map { [$0.number] } ?? []))
        let before = lines.map(\.version)
        outcome.closedLines = replaceLines()
        renameClients()
        let residents = Self.residents(resident, in: next)
        let names = clients.mapValues(\.name)
        for index in lines.indices {
            lines[index].rewrite(domain: next.domain, residents: residents) { number in
                names[number].map { PresenceDocument.tuple(number, $0, domain: next.domain) } ?? []
            }
        }
        outcome.changedLines = before.indices.filter { lines[$0].version != before[$0] }
        return outcome
    }

    private func isStaying(
        _ client: Client, next: Exchange.Configuration, extensions nextExtensions: [PhoneNumber: Exchange.Extension],
        resident: Client?
    ) -> Bool {
        guard client.number != resident?.number else { return false }
        if let owner = extensions[client.number] { return nextExtensions[client.number]?.passwords == owner.passwords }
        guard nextExtensions[client.number] == nil, let line = client.line else { return false }
        return next.lines.contains(lines[line].name)
    }

    private mutating func replaceResident(with next: Client?) {
        if let resident, let former = clients.removeValue(forKey: resident) { detach(resident, from: former.flow) }
        resident = next?.number
        guard let next else { return }
        clients[next.number] = next
        numbersByFlow[next.flow, default: []].append(next.number)
    }

    /// A line keeps its place for good, also while it is out of service: clients and subscriptions name it by that.
    private mutating func replaceLines() -> [Int] {
        let former = Set(lineIndex.values)
        lineIndex = [:]
        for name in configuration.lines where lineIndex[name] == nil {
            if let known = lines.firstIndex(where: { $0.name == name }) {
                lineIndex[name] = known
            } else {
                lineIndex[name] = lines.count
                lines.append(Line(name: name, domain: configuration.domain))
            }
        }
        return former.subtracting(lineIndex.values).sorted()
    }

    /// An extension's name and line are in the configuration, and everybody's identity holds the domain.
    private mutating func renameClients() {
        for (number, client) in clients where number != resident {
            var changed = client
            if let owner = extensions[number] {
                changed.name = owner.name
                changed.line = line(named: owner.line)
                if changed.line != client.line {
                    if let line = client.line { lines[line].remove(number) }
                    if let line = changed.line { lines[line].add(number, tuple: tuple(number, owner.name)) }
                }
            }
            changed.identity = identity(number, changed.name)
            clients[number] = changed
        }
    }
}
