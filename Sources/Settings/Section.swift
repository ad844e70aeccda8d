/// A table that is being read: each key that is understood is taken out, and what is left is unknown.
struct Section {
    /// What stands before the keys in complaints: empty, `listen.`, `extension 2: `.
    var prefix: String
    /// Of the table.
    let place: Document.Place?
    private var entries: [Document.Entry]
    private var known: [String] = []
    private(set) var complaints: [Complaint] = []

    init(_ document: Document) {
        prefix = ""
        place = nil
        entries = document.entries
    }

    private init(prefix: String, place: Document.Place, entries: [Document.Entry]) {
        self.prefix = prefix
        self.place = place
        self.entries = entries
    }

    /// Whether nothing is left that was not asked for.
    var isUsedUp: Bool { entries.isEmpty }

    // MARK: Complaining

    mutating func complain(_ place: Document.Place?, _ key: String?, _ words: String) {
        complaints.append(Complaint(place ?? self.place, key.map { prefix + $0 }, words))
    }

    /// Takes over what was found within.
    mutating func close(_ inner: consuming Section) {
        inner.refuseUnknown()
        complaints += inner.complaints
    }

    /// What was not asked for is a mistake, not a comment.
    mutating func refuseUnknown() {
        for entry in entries {
            let near = known.filter { Self.distance($0, entry.key) <= 2 }.min {
                Self.distance($0, entry.key) < Self.distance($1, entry.key)
            }
            let words =
                near.map { "There is no such key. Did you mean \($0)?" }
                ?? "There is no such key here, only \(known.joined(separator: ", "))."
            complain(entry.place, entry.key, words)
        }
        entries = []
    }

    // MARK: Taking

    /// The entry as it stands, whatever it is.
    mutating func take(_ key: String) -> Document.Entry? {
        known.append(key)
        guard let index = entries.firstIndex(where: { $0.key == key }) else { return nil }
        return entries.remove(at: index)
    }

    func peek(_ key: String) -> Document.Entry? { entries.first { $0.key == key } }

    mutating func string(_ key: String) -> (text: String, place: Document.Place)? {
        guard let entry = take(key) else { return nil }
        if case .string(let text) = entry.value { return (text, entry.place) }
        complain(entry.place, key, "This has to be a text in quotes, not \(entry.value.kind).")
        return nil
    }

    mutating func integer(_ key: String, in bounds: ClosedRange<Int64>) -> (number: Int64, place: Document.Place)? {
        guard let entry = take(key) else { return nil }
        guard case .integer(let number) = entry.value else {
            complain(entry.place, key, "This has to be a whole number, not \(entry.value.kind).")
            return nil
        }
        guard bounds.contains(number) else {
            complain(
                entry.place, key, "\(number) is out of bounds: from \(bounds.lowerBound) to \(bounds.upperBound).")
            return nil
        }
        return (number, entry.place)
    }

    /// A list of texts, none of them twice.
    mutating func strings(_ key: String) -> [(text: String, place: Document.Place)]? {
        guard let entry = take(key) else { return nil }
        guard case .array(let items) = entry.value else {
            complain(
                entry.place, key, "This has to be a list of texts, such as [\"one\", \"two\"], not \(entry.value.kind)."
            )
            return nil
        }
        var texts: [(text: String, place: Document.Place)] = []
        for item in items {
            guard case .string(let text) = item.value else {
                complain(item.place, key, "The list is of texts in quotes; this is \(item.value.kind).")
                continue
            }
            if let first = texts.first(where: { $0.text == text }) {
                complain(item.place, key, "'\(text)' stands in line \(first.place.line) already.")
            } else {
                texts.append((text, item.place))
            }
        }
        return texts
    }

    /// A table of its own; hand it to `close` in the end.
    mutating func section(_ key: String) -> Section? {
        guard let entry = take(key) else { return nil }
        if case .table(let entries) = entry.value {
            return Section(prefix: prefix + key + ".", place: entry.place, entries: entries)
        }
        complain(
            entry.place, key, "This has to be a table: a line [\(key)] with keys below it, not \(entry.value.kind).")
        return nil
    }

    /// Tables that repeat; hand each to `close` in the end.
    mutating func sections(_ key: String) -> [Section] {
        guard let entry = take(key) else { return [] }
        guard case .array(let items) = entry.value else {
            complain(entry.place, key, "Each of them begins with a line [[\(key)]], in double brackets.")
            return []
        }
        return items.enumerated().compactMap { index, item in
            if case .table(let entries) = item.value {
                return Section(prefix: prefix + "\(key) \(index + 1): ", place: item.place, entries: entries)
            }
            complain(item.place, key, "Each of them begins with a line [[\(key)]], in double brackets.")
            return nil
        }
    }

    /// How many letters have to be put in, left out or changed to make one word the other.
    static func distance(_ one: String, _ other: String) -> Int {
        let (one, other) = (Array(one.utf8.prefix(64)), Array(other.utf8.prefix(64)))
        var row = Array(0...other.count)
        for (i, a) in one.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, b) in other.enumerated() {
                let changed = diagonal + (a == b ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(changed, diagonal + 1, row[j] + 1)
            }
        }
        return row[other.count]
    }
}

extension Document.Value {
    /// In words, with its article.
    var kind: String {
        switch self {
        case .string: "a text"
        case .integer: "a number"
        case .boolean: "true or false"
        case .array: "a list"
        case .table: "a table"
        case .other: "a fraction or a date"
        }
    }
}
