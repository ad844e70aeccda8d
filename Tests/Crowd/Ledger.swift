import Webphone

/// Every text that is on its way in a crowd, by its writer: what was said of it to the writer, and who heard it.
///
/// What is settled is forgotten after a while, so that an hour's ledger is no larger than a minute's; a copy that comes
/// later still is known by its number.
package struct Ledger: Sendable {
    /// One text.
    package struct Letter: Equatable, Sendable {
        package var text: String
        package var call: CallID
        /// The number of whoever it is for.
        package var to: String
        package var sent: Duration
        package var copies = 0
        package var mark: Mark?

        package init(text: String, call: CallID, to: String, sent: Duration) {
            self.text = text
            self.call = call
            self.to = to
            self.sent = sent
        }
    }

    package enum Mark: Equatable, Sendable {
        case delivered, failed
        /// Its writer vanished and was told nothing.
        case abandoned
    }

    package struct Counts: Equatable, Sendable {
        package var sent = 0
        package var delivered = 0
        package var failed = 0
        /// Marked failed, and heard all the same: its confirmation was lost.
        package var failedAndHeard = 0
        package var abandoned = 0
    }

    struct Name: Hashable, Sendable {
        var writer: Int
        var number: Int
    }

    /// A copy of a text cannot come later: all transactions are over (64*T1, twice on the way).
    package static let memory = Duration.seconds(70)
    /// A text may wait for those before it in its call, and each of them for as long as a transaction lasts.
    package static let patience = Duration.seconds(120)

    package private(set) var counts = Counts()
    private var letters: [Name: Letter] = [:]
    private var settled: [(name: Name, at: Duration)] = []
    /// By writer: the last number that was written, and the last that was heard, with the call it was written in.
    private var written: [Int: Int] = [:]
    private var lastHeard: [Int: (number: Int, call: CallID)] = [:]

    package init() {}

    package var unmarked: Int { letters.values.count { $0.mark == nil } }
    package var remembered: Int { letters.count }

    package mutating func sends(_ writer: Int, _ id: MessageID, _ letter: Letter) {
        counts.sent += 1
        written[writer] = id.value
        letters[Name(writer: writer, number: id.value)] = letter
    }

    /// What the writer is told.
    ///
    /// - Returns: what is wrong with that, in words.
    package mutating func told(_ writer: Int, _ id: MessageID, _ delivery: Delivery, at now: Duration) -> String? {
        let name = Name(writer: writer, number: id.value)
        if delivery == .sending { return nil }
        guard let letter = letters[name] else { return "\(words(name)) is marked \(delivery) long after its end" }
        guard letter.mark == nil else { return "\(words(name)) is marked twice" }
        switch delivery {
        case .sending: return nil
        case .accepted: return "\(words(name)) is kept by somebody between"
        case .delivered:
            counts.delivered += 1
            settle(name, .delivered, now)
            if letter.copies == 1 || letter.to == Crowd.echoTest { return nil }
            return "\(words(name)) is marked delivered, and was heard \(letter.copies) times"
        case .failed:
            counts.failed += 1
            counts.failedAndHeard += letter.copies
            settle(name, .failed, now)
            return nil
        }
    }

    /// - Parameters:
    ///   - number: of whoever heard it.
    /// - Returns: what is wrong with that, in words.
    package mutating func heard(_ text: String, by number: String?) -> String? {
        let parts = text.split(separator: " ", maxSplits: 2)
        guard parts.count >= 2, let writer = Int(parts[0].dropFirst()), let count = Int(parts[1]),
            count <= written[writer] ?? 0
        else { return "somebody heard what nobody wrote: \(text.prefix(60))" }
        let name = Name(writer: writer, number: count)
        guard let letter = letters[name] else { return "\(words(name)) is heard long after its end" }
        letters[name]?.copies += 1
        defer { lastHeard[writer] = (count, letter.call) }
        if letter.copies > 0 { return "\(words(name)) is heard \(letter.copies + 1) times" }
        if letter.text != text { return "\(words(name)) has changed on its way" }
        if letter.to != number { return "\(words(name)) was for \(letter.to), and is heard by \(number ?? "nobody")" }
        if let last = lastHeard[writer], last.call == letter.call, last.number > count {
            return "\(words(name)) is heard after \(last.number)"
        }
        return nil
    }

    /// The writer is gone without having been told.
    package mutating func vanished(_ writer: Int, at now: Duration) {
        lastHeard[writer] = nil
        for (name, letter) in letters where name.writer == writer && letter.mark == nil {
            counts.abandoned += 1
            settle(name, .abandoned, now)
        }
    }

    private mutating func settle(_ name: Name, _ mark: Mark, _ now: Duration) {
        letters[name]?.mark = mark
        settled.append((name, now))
    }

    /// Forgets what is settled for long.
    ///
    /// - Returns: what has waited for its mark for too long, in words.
    package mutating func tidy(at now: Duration) -> [String] {
        let old = settled.prefix { now - $0.at > Self.memory }
        for (name, _) in old { letters[name] = nil }
        settled.removeFirst(old.count)
        var lost: [String] = []
        for (name, letter) in letters where letter.mark == nil && now - letter.sent > Self.patience {
            lost.append("\(words(name)) is lost without a mark")
            settle(name, .abandoned, now)
        }
        return lost
    }

    private func words(_ name: Name) -> String { "text \(name.number) of g\(name.writer)" }
}
