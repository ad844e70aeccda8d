import CExpat

/// What somebody makes of a document while expat reads it.
protocol ElementReader: AnyObject {
    /// Whether nothing more is wanted; then nothing more comes.
    var isStopped: Bool { get }
    /// An element begins: its namespace, `Expat.separator` and its name, or the name alone where it has none.
    func start(_ name: String)
    func read(_ characters: UnsafeBufferPointer<CChar>)
    func end()
    /// A document type declaration, which is where entities that expand without end are declared.
    func declaresType()
}

/// One document on its way through expat, in UTF-8 whatever encoding it declares.
final class Expat {
    /// Between namespace and name; no URI can hold it (expat refuses one that does).
    static let separator: Character = "\n"

    private let parser: XML_Parser
    private let reader: any ElementReader

    /// - Returns: the line in which the document is malformed; nil when it was read to its end, or the reader stopped.
    static func read(_ bytes: [UInt8], into reader: some ElementReader) -> Int? {
        guard let parser = XML_ParserCreateNS("UTF-8", 0x0A) else { return 0 }
        defer { XML_ParserFree(parser) }
        let expat = Expat(parser, reader)
        let status = withExtendedLifetime(expat) {
            expat.attach()
            return bytes.withUnsafeBytes { buffer in
                XML_Parse(
                    parser, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(clamping: buffer.count), 1)
            }
        }
        guard !reader.isStopped, status != XML_STATUS_OK else { return nil }
        return Int(clamping: XML_GetCurrentLineNumber(parser))
    }

    private init(_ parser: XML_Parser, _ reader: some ElementReader) {
        self.parser = parser
        self.reader = reader
    }

    private func attach() {
        XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
        XML_SetElementHandler(
            parser,
            { data, name, _ in Expat.from(data)?.tell { $0.start(name.map { String(cString: $0) } ?? "") } },
            { data, _ in Expat.from(data)?.tell { $0.end() } })
        XML_SetCharacterDataHandler(parser) { data, characters, count in
            Expat.from(data)?.tell { $0.read(UnsafeBufferPointer(start: characters, count: Int(count))) }
        }
        XML_SetStartDoctypeDeclHandler(parser) { data, _, _, _, _ in Expat.from(data)?.tell { $0.declaresType() } }
    }

    private static func from(_ data: UnsafeMutableRawPointer?) -> Expat? {
        data.map { Unmanaged<Expat>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Expat may still call once or twice after it was told to stop.
    private func tell(_ event: (any ElementReader) -> Void) {
        guard !reader.isStopped else { return }
        event(reader)
        if reader.isStopped { XML_StopParser(parser, XML_Bool(0)) }
    }
}

/// The text of an element, as it comes in pieces.
extension [UInt8] {
    /// Keeps `limit` bytes in all, and lets go of the rest.
    mutating func append(_ characters: UnsafeBufferPointer<CChar>, limit: Int) {
        self += characters.prefix(Swift.max(0, limit - count)).lazy.map { UInt8(bitPattern: $0) }
    }

    /// Without the white space around it.
    var trimmed: String {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
        let body = drop(while: isSpace)
        let end = body.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? body.startIndex
        return String(decoding: body[..<end], as: UTF8.self)
    }
}
