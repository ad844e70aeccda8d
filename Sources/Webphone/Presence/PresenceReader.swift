/// What a presence document holds, gathered while it is read.
final class PresenceReader: ElementReader {
    private enum Element: Equatable {
        case presence, tuple, status, basic, contact, note, other

        private static let names: [String: Element] = [
            "presence": .presence, "tuple": .tuple, "status": .status, "basic": .basic, "contact": .contact,
            "note": .note,
        ]

        /// Elements of other namespaces are extensions that we do not read.
        init(_ name: String) {
            let prefix = "urn:ietf:params:xml:ns:pidf" + String(Expat.separator)
            guard name.hasPrefix(prefix) else {
                self = .other
                return
            }
            self = Self.names[String(name.dropFirst(prefix.count))] ?? .other
        }
    }

    private(set) var tuples: [PresenceDocument.Tuple] = []
    private(set) var fault: PresenceDocument.Fault?
    private var path: [Element] = []
    private var tuple = PresenceDocument.Tuple()
    private var hasNote = false
    private var text: [UInt8] = []

    var isStopped: Bool { fault != nil }

    func declaresType() { fault = .documentType }

    func start(_ name: String) {
        let element = Element(name)
        guard path.count < PresenceDocument.Limits.depth else { return fault = .tooDeep }
        guard !path.isEmpty || element == .presence else { return fault = .notPresence }
        path.append(element)
        text.removeAll(keepingCapacity: true)
        if path == [.presence, .tuple] {
            guard tuples.count < PresenceDocument.Limits.tuples else { return fault = .tooManyTuples }
            tuple = PresenceDocument.Tuple()
            hasNote = false
        }
    }

    func read(_ characters: UnsafeBufferPointer<CChar>) {
        switch path.last {
        case .basic, .contact, .note: text.append(characters, limit: PresenceDocument.Limits.text)
        case .presence, .tuple, .status, .other, nil: break
        }
    }

    func end() {
        switch path {
        case [.presence, .tuple]:
            tuples.append(tuple)
        case [.presence, .tuple, .status, .basic]:
            tuple.isOpen = text.trimmed == "open"
        case [.presence, .tuple, .contact]:
            tuple.contact = text.trimmed
        case [.presence, .tuple, .note] where !hasNote:
            tuple.note = text.trimmed
            hasNote = true
        default:
            break
        }
        _ = path.popLast()
        text.removeAll(keepingCapacity: true)
    }
}
