import Webphone

/// What holds when nobody has begun anything for a while.
extension Crowd {
    /// Those who are there.
    package var present: [Guest] { guests.filter { $0.presence == .there } }

    package var talks: Int { guests.reduce(0) { $0 + $1.calls.values.count(where: \.isEstablished) } }

    /// Calls as the exchange counts them: the Echo test is at one end of some.
    package var calls: Int {
        let ends = present.flatMap(\.calls.values).filter(\.isEstablished)
        let echoes = ends.count { $0.number == Crowd.echoTest }
        return echoes + (ends.count - echoes) / 2
    }

    /// Whether somebody who vanished over UDP may still be listed, and be thought to be in a call.
    package var hasGhosts: Bool { !ghosts.isEmpty }

    /// Where people see different things, in words; empty when all agree.
    package func disagreements() -> [String] {
        var found: [String] = []
        if ledger.unmarked > 0 { found.append("\(ledger.unmarked) texts wait for their mark") }
        for guest in guests where guest.presence == .coming || guest.presence == .leaving {
            found.append("\(guest.name) is \(guest.presence)")
        }
        for (_, guests) in Dictionary(grouping: present, by: \.account.line) {
            var byNumber: [String: Guest] = [:]
            for guest in guests {
                guard let number = guest.number else { continue }
                if let other = byNumber[number] { found.append("\(guest.name) and \(other.name) are both \(number)") }
                byNumber[number] = guest
            }
            for guest in guests { found += wrongList(of: guest, byNumber) + wrongCalls(of: guest, byNumber) }
        }
        return found
    }

    private func wrongList(of guest: Guest, _ present: [String: Guest]) -> [String] {
        var found: [String] = []
        let others = present.filter { $0.key != guest.number }
        for (number, other) in others where guest.online[number]?.name != other.name {
            found.append("\(guest.name) sees \(guest.online[number]?.name ?? "nobody") as \(number), not \(other.name)")
        }
        for number in guest.online.keys where others[number] == nil && number != Crowd.echoTest && ghosts[number] == nil
        {
            found.append("\(guest.name) sees \(number), who is not there")
        }
        if guest.online[Crowd.echoTest] == nil { found.append("\(guest.name) sees no Echo test") }
        return found
    }

    private func wrongCalls(of guest: Guest, _ present: [String: Guest]) -> [String] {
        guest.calls.flatMap { id, talk -> [String] in
            let words = "\(guest.name)'s call \(id) with \(talk.number)"
            guard talk.isEstablished else { return ["\(words) is \(talk.state)"] }
            guard talk.number != Crowd.echoTest, ghosts[talk.number] == nil else { return [] }
            let twins = guest.calls.values.count { $0.number == talk.number }
            let theirs = present[talk.number]?.calls.values.filter { $0.number == guest.number } ?? []
            guard twins == 1, theirs.count == 1, let other = theirs.first else {
                return ["\(words) is there \(twins) times, at the other end \(theirs.count) times"]
            }
            return other.state == talk.state ? [] : ["\(words) is \(talk.state), at the other end \(other.state)"]
        }
    }
}
