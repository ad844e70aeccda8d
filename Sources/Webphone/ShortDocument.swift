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
        let malformed = Expat.read(bytes, into: reader)
        if let fault = reader.fault { throw fault }
        if let line = malformed { throw .malformed(line: line) }
        texts = reader.texts
    }

    /// The trimmed text of the first element with this path, `root/child`; nil when there is none.
    package subscript(path: String) -> String? { texts[path] }
}

/// The texts of a short document, gathered while it is read.
private final class ShortDocumentReader: ElementReader {
    private(set) var texts: [String: String] = [:]
    private(set) var fault: ShortDocument.Fault?
    private let prefix: String
    /// Nil where an element of another namespace is.
    private var path: [String?] = []
    private var elements = 0
    private var text: [UInt8] = []

    init(namespace: String) {
        prefix = namespace + String(Expat.separator)
    }

    var isStopped: Bool { fault != nil }

    func declaresType() { fault = .documentType }

    func start(_ name: String) {
        guard path.count < ShortDocument.Limits.depth else { return fault = .tooDeep }
        elements += 1
        guard elements <= ShortDocument.Limits.elements else { return fault = .tooManyElements }
        let isOurs = name.hasPrefix(prefix)
        guard isOurs || !path.isEmpty else { return fault = .foreign }
        path.append(isOurs ? String(name.dropFirst(prefix.count)) : nil)
        text.removeAll(keepingCapacity: true)
    }

    func read(_ characters: UnsafeBufferPointer<CChar>) {
        text.append(characters, limit: ShortDocument.Limits.text)
    }

    func end() {
        let names = path.compactMap { $0 }
        if names.count == path.count {
            let place = names.joined(separator: "/")
            texts[place] = texts[place] ?? text.trimmed
        }
        _ = path.popLast()
        text.removeAll(keepingCapacity: true)
    }
}
