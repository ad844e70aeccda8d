import CExpat

/// What expat calls while it reads one presence document.
final class PresenceReader {
    /// Between namespace and name in what expat reports; no URI can hold it (expat refuses one that does).
    static let separator = UInt8(ascii: "\n")

    private enum Element: Equatable {
        case presence, tuple, status, basic, contact, note, other

        private static let names: [String: Element] = [
            "presence": .presence, "tuple": .tuple, "status": .status, "basic": .basic, "contact": .contact,
            "note": .note,
        ]

        /// Elements of other namespaces are extensions that we do not read.
        init(_ qualified: UnsafePointer<CChar>?) {
            let prefix = "urn:ietf:params:xml:ns:pidf\n"
            guard let qualified, case let name = String(cString: qualified), name.hasPrefix(prefix) else {
                self = .other
                return
            }
            self = Self.names[String(name.dropFirst(prefix.count))] ?? .other
        }
    }

    var parser: XML_Parser?
    private(set) var tuples: [PresenceDocument.Tuple] = []
    private(set) var fault: PresenceDocument.Fault?
    private var path: [Element] = []
    private var tuple = PresenceDocument.Tuple()
    private var hasNote = false
    private var text: [UInt8] = []

    func attach() {
        XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
        XML_SetElementHandler(
            parser,
            { data, name, _ in PresenceReader.from(data)?.start(Element(name)) },
            { data, _ in PresenceReader.from(data)?.end() })
        XML_SetCharacterDataHandler(parser) { data, characters, count in
            PresenceReader.from(data)?.read(characters, count)
        }
        XML_SetStartDoctypeDeclHandler(parser) { data, _, _, _, _ in
            PresenceReader.from(data)?.stop(.documentType)
        }
    }

    private static func from(_ data: UnsafeMutableRawPointer?) -> PresenceReader? {
        data.map { Unmanaged<PresenceReader>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Expat may still call once or twice after it was told to stop; `fault` keeps those calls without effect.
    private func stop(_ reason: PresenceDocument.Fault) {
        fault = fault ?? reason
        XML_StopParser(parser, XML_Bool(0))
    }

    private func start(_ element: Element) {
        guard fault == nil else { return }
        guard path.count < PresenceDocument.Limits.depth else { return stop(.tooDeep) }
        guard !path.isEmpty || element == .presence else { return stop(.notPresence) }
        path.append(element)
        text.removeAll(keepingCapacity: true)
        if path == [.presence, .tuple] {
            guard tuples.count < PresenceDocument.Limits.tuples else { return stop(.tooManyTuples) }
            tuple = PresenceDocument.Tuple()
            hasNote = false
        }
    }

    private func read(_ characters: UnsafePointer<CChar>?, _ count: Int32) {
        guard fault == nil, let characters, let last = path.last else { return }
        switch last {
        case .basic, .contact, .note: break
        case .presence, .tuple, .status, .other: return
        }
        let room = PresenceDocument.Limits.text - text.count
        for index in 0..<min(room, Int(count)) { text.append(UInt8(bitPattern: characters[index])) }
    }

    private func end() {
        guard fault == nil, !path.isEmpty else { return }
        switch path {
        case [.presence, .tuple]:
            tuples.append(tuple)
        case [.presence, .tuple, .status, .basic]:
            tuple.isOpen = trimmedText == "open"
        case [.presence, .tuple, .contact]:
            tuple.contact = trimmedText
        case [.presence, .tuple, .note] where !hasNote:
            tuple.note = trimmedText
            hasNote = true
        default:
            break
        }
        path.removeLast()
        text.removeAll(keepingCapacity: true)
    }

    private var trimmedText: String {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
        let body = text.drop(while: isSpace)
        let end = body.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? body.startIndex
        return String(decoding: body[..<end], as: UTF8.self)
    }
}
