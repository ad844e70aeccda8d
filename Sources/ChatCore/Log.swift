import Webphone

/// The lines of the chat box, oldest first. Every entry has a sequence number that it keeps for as long as
/// the program runs, so a place in the log can be named while lines arrive and the oldest are dropped.
///
/// Appending, looking up and settling a message cost the same however long the log is: entries live in chunks,
/// so growing never copies and the oldest go a chunk at a time.
package struct Log: Equatable, Sendable {
    /// At least this many of the newest entries are kept.
    package static let limit = 100_000
    static let chunkSize = 1_024

    private var chunks: [[Entry]] = []
    /// The sequence number of the oldest entry that is still there.
    package private(set) var first = 0
    /// One more than the sequence number of the newest entry.
    package private(set) var end = 0
    /// Where the messages stand that nobody has answered yet.
    private var underWay: [MessageID: Int] = [:]

    package var count: Int { end - first }
    package var indices: Range<Int> { first..<end }

    /// The entry with this sequence number, which must be in `indices`.
    package subscript(sequence: Int) -> Entry {
        let offset = sequence - first
        return chunks[offset / Self.chunkSize][offset % Self.chunkSize]
    }

    mutating func append(_ entry: Entry) {
        if let last = chunks.indices.last, chunks[last].count < Self.chunkSize {
            chunks[last].append(entry)
        } else {
            if count - Self.chunkSize >= Self.limit {
                chunks.removeFirst()
                first += Self.chunkSize
            }
            var chunk: [Entry] = []
            chunk.reserveCapacity(Self.chunkSize)
            chunk.append(entry)
            chunks.append(chunk)
        }
        end += 1
    }

    /// Takes the newest entry away, to put another in its place; never a message that is on its way.
    mutating func removeLast() {
        guard count > 0, let last = chunks.indices.last else { return }
        chunks[last].removeLast()
        if chunks[last].isEmpty { chunks.removeLast() }
        end -= 1
    }

    /// Appends a message that is on its way; `settle` finds it again.
    mutating func append(_ entry: Entry, awaiting id: MessageID) {
        underWay[id] = end
        append(entry)
    }

    /// Marks what became of a message, once. Returns its text, unless it is settled already, unknown or dropped.
    mutating func settle(_ id: MessageID, as mark: Entry.Mark) -> String? {
        guard let sequence = underWay.removeValue(forKey: id), sequence >= first else { return nil }
        let offset = sequence - first
        chunks[offset / Self.chunkSize][offset % Self.chunkSize].mark = mark
        return chunks[offset / Self.chunkSize][offset % Self.chunkSize].text
    }

    /// Marks a message that somebody between keeps for the other side; `settle` still finds it.
    mutating func keep(_ id: MessageID) {
        guard let sequence = underWay[id], sequence >= first else { return }
        let offset = sequence - first
        chunks[offset / Self.chunkSize][offset % Self.chunkSize].mark = .accepted
    }

    /// The messages that nobody has answered yet, oldest first.
    var unsettled: [MessageID] {
        let waiting = underWay.filter { $0.value < first || self[$0.value].mark == .sending }
        return waiting.sorted { $0.value < $1.value }.map(\.key)
    }
}
