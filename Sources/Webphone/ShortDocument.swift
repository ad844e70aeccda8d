import CExpat

/// A small XML document, as the texts of its elements: as much as an indication or a notification holds.
///
/// It comes from the network: size, depth, elements and text are bounded, and a document type declaration, which is
/// where entities that expand without end are declared, is refused as a whole.
package struct ShortDocument: Sendable, Equatable {
    package enum Fault: Error, Equatable, Sendable {
        case tooLong
        case tooDeep
        case tooManyElements
        case documentType
        /// Its root is of another namespace.
        case foreign
        case malformed(line: Int)
    }

    package enum Limits {
        /// Bytes of a document.
        package static let size = 8_192
        package static let depth = 8
        package static let elements = 64
        /// Bytes of one element's text that are kept.
        package static let text = 512
    }

    private let texts: [String: String]

    /// Reads a document in UTF-8, whatever encoding it declares. Elements of other namespaces are extensions, and read
    /// over.
    package init(parsing bytes: [UInt8], namespace: String) throws(Fault) {
        guard bytes.count <= Limits.size else { throw .tooLong }
        let reader = ShortDocumentReader(namespace: namespace)
        guard let parser = XML_ParserCreateNS("UTF-8", XML_Char(bitPattern: ShortDocumentReader.separator)) else {
            throw .malformed(line: 0)
        }
        defer { XML_ParserFree(parser) }
        reader.parser = parser
        reader.attach()
        let status = withExtendedLifetime(reader) {
            bytes.withUnsafeBytes { buffer in
                XML_Parse(parser, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(buffer.count), 1)
            }
        }
        if let fault = reader.fault { throw fault }
        guard status == XML_STATUS_OK else {
            throw .malformed(line: Int(clamping: XML_GetCurrentLineNumber(parser)))
        }
        texts = reader.texts
    }

    /// The trimmed text of the first element with this path, `root/child`; nil when there is none.
    package subscript(path: String) -> String? { texts[path] }
}

/// What expat calls while it reads one short document.
private final class ShortDocumentReader {
    /// Between namespace and name in what expat reports; no URI can hold it (expat refuses one that does).
    static let separator = UInt8(ascii: "\n")

    var parser: XML_Parser?
    private(set) var texts: [String: String] = [:]
    private(set) var fault: ShortDocument.Fault?
    private let prefix: String
    /// Nil where an element of another namespace is.
    private var path: [String?] = []
    private var elements = 0
    private var text: [UInt8] = []

    init(namespace: String) {
        prefix = namespace + "\n"
    }

    func attach() {
        XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
        XML_SetElementHandler(
            parser,
            { data, name, _ in ShortDocumentReader.from(data)?.start(name) },
            { data, _ in ShortDocumentReader.from(data)?.end() })
        XML_SetCharacterDataHandler(parser) { data, characters, count in
            ShortDocumentReader.from(data)?.read(characters, count)
        }
        XML_SetStartDoctypeDeclHandler(parser) { data, _, _, _, _ in
            ShortDocumentReader.from(data)?.stop(.documentType)
        }
    }

    private static func from(_ data: UnsafeMutableRawPointer?) -> ShortDocumentReader? {
        data.map { Unmanaged<ShortDocumentReader>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Expat may still call once or twice after it was told to stop; `fault` keeps those calls without effect.
    private func stop(_ reason: ShortDocument.Fault) {
        fault = fault ?? reason
        XML_StopParser(parser, XML_Bool(0))
    }

    private func start(_ qualified: UnsafePointer<CChar>?) {
        guard fault == nil else { return }
        guard path.count < ShortDocument.Limits.depth else { return stop(.tooDeep) }
        elements += 1
        guard elements <= ShortDocument.Limits.elements else { return stop(.tooManyElements) }
        let name = qualified.map { String(cString: $0) } ?? ""
        let isOurs = name.hasPrefix(prefix)
        guard isOurs || !path.isEmpty else { return stop(.foreign) }
        path.append(isOurs ? String(name.dropFirst(prefix.count)) : nil)
        text.removeAll(keepingCapacity: true)
    }

    private func read(_ characters: UnsafePointer<CChar>?, _ count: Int32) {
        guard fault == nil, let characters, !path.isEmpty else { return }
        let room = ShortDocument.Limits.text - text.count
        for index in 0..<min(room, Int(count)) { text.append(UInt8(bitPattern: characters[index])) }
    }

    private func end() {
        guard fault == nil, !path.isEmpty else { return }
        let names = path.compactMap { $0 }
        if names.count == path.count {
            let place = names.joined(separator: "/")
            texts[place] = texts[place] ?? trimmedText
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
