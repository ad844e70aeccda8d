/// The lines sent before, for ^P and ^N.
struct EarlierLines: Equatable, Sendable {
    private var lines: [[Draft.Element]] = []
    /// Which of them stands in the input line; nil while it is the unfinished one.
    private var position: Int?
    private var unfinished: [Draft.Element] = []

    mutating func add(_ line: [Draft.Element]) {
        position = nil
        unfinished = []
        guard lines.last != line else { return }
        if lines.count == Chat.Limits.earlierLines { lines.removeFirst() }
        lines.append(line)
    }

    /// The line before the one that is shown; keeps `current` when it is the unfinished one.
    mutating func previous(keeping current: [Draft.Element]) -> [Draft.Element]? {
        let place = position ?? lines.count
        guard place > 0 else { return nil }
        if position == nil { unfinished = current }
        position = place - 1
        return lines[place - 1]
    }

    /// The line after the one that is shown, at last the unfinished one.
    mutating func next() -> [Draft.Element]? {
        guard let place = position else { return nil }
        if place + 1 < lines.count {
            position = place + 1
            return lines[place + 1]
        }
        position = nil
        defer { unfinished = [] }
        return unfinished
    }
}
