import CTOML

/// A TOML document as a tree in which everything knows where it stands.
package struct Document: Equatable, Sendable {
    /// Line and column, both from 1.
    package struct Place: Hashable, Sendable {
        package var line: Int
        package var column: Int
    }

    package struct Entry: Equatable, Sendable {
        package var key: String
        package var value: Value
        /// Of the key, or of the value where it has none.
        package var place: Place
    }

    package indirect enum Value: Equatable, Sendable {
        case string(String)
        case integer(Int64)
        case boolean(Bool)
        /// The items have empty keys.
        case array([Entry])
        case table([Entry])
        /// A fraction, a date or a time, which no setting is.
        case other
    }

    /// In the order of the text.
    package var entries: [Entry]

    /// - Throws: what is wrong with the text, and where.
    package init(_ text: String) throws(Complaint) {
        let builder = Builder()
        let octets = Array(text.utf8)
        octets.withUnsafeBytes { bytes in
            let text = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            ctoml_read(text, text == nil ? 0 : bytes.count, Unmanaged.passUnretained(builder).toOpaque()) {
                guard let context = $0, let item = $1?.pointee else { return }
                Unmanaged<Builder>.fromOpaque(context).takeUnretainedValue().receive(item)
            }
        }
        if let complaint = builder.complaint { throw complaint }
        entries = builder.finished
    }

    private final class Builder {
        private struct Open {
            var entry: Entry
            var isTable: Bool
            var content: [Entry] = []
        }

        private var open: [Open] = []
        var finished: [Entry] = []
        var complaint: Complaint?

        func receive(_ item: ctoml_item) {
            let place = Place(line: Int(item.line), column: Int(item.column))
            let key = Self.text(item.key, item.key_length)
            switch item.kind {
            case CTOML_TABLE, CTOML_ARRAY:
                let entry = Entry(key: key, value: .other, place: place)
                open.append(Open(entry: entry, isTable: item.kind == CTOML_TABLE))
            case CTOML_END: close()
            case CTOML_STRING: add(key, .string(Self.text(item.text, item.text_length)), place)
            case CTOML_INTEGER: add(key, .integer(item.integer), place)
            case CTOML_BOOLEAN: add(key, .boolean(item.integer != 0), place)
            case CTOML_FAULT:
                complaint = Complaint(place, nil, "This is no TOML: \(Self.text(item.text, item.text_length)).")
            default: add(key, .other, place)
            }
        }

        private func add(_ key: String, _ value: Value, _ place: Place) {
            guard !open.isEmpty else { return }
            open[open.count - 1].content.append(Entry(key: key, value: value, place: place))
        }

        private func close() {
            guard let last = open.popLast() else { return }
            // A table comes sorted by its keys; people read from top to bottom.
            let content =
                last.isTable
                ? last.content.sorted { ($0.place.line, $0.place.column) < ($1.place.line, $1.place.column) }
                : last.content
            if open.isEmpty {
                finished = content
            } else {
                add(last.entry.key, last.isTable ? .table(content) : .array(content), last.entry.place)
            }
        }

        private static func text(_ start: UnsafePointer<CChar>?, _ length: Int) -> String {
            guard let start else { return "" }
            return start.withMemoryRebound(to: UInt8.self, capacity: length) {
                String(decoding: UnsafeBufferPointer(start: $0, count: length), as: UTF8.self)
            }
        }
    }
}

/// What is wrong with a file, where, and what would be right.
package struct Complaint: Error, Hashable, Sendable {
    /// Nil for what is missing altogether.
    package var place: Document.Place?
    /// Where it belongs: `extension 601: line`, `listen.udp`; nil for the text as such.
    package var key: String?
    /// Whole sentences.
    package var words: String

    package init(_ place: Document.Place?, _ key: String?, _ words: String) {
        self.place = place
        self.key = key
        self.words = words
    }

    /// `FILE:12: listen.udp: …`, as compilers write it.
    package func described(in file: String) -> String {
        file + (place.map { ":\($0.line)" } ?? "") + (key.map { ": \($0)" } ?? "") + ": \(words)"
    }
}
