/// A body of several parts (RFC 2046 §5.1). It is only read: what we say ourselves has one part.
package struct Multipart: Equatable, Sendable {
    package enum Fault: Error, Equatable, Sendable {
        /// There is no boundary, or it is none (RFC 2046 §5.1.1).
        case boundary
        /// No part, no end, or a header field that is none or comes twice.
        case malformed
        /// More than `Limits` allows.
        case tooLarge
    }

    package enum Limits {
        /// Parts of a body, those within parts included.
        package static let parts = 16
        /// How deep parts stand within parts.
        package static let depth = 4
        /// Lines of one part's header fields.
        package static let lines = 32
        /// Octets of one such line.
        package static let line = 1_024
        /// Characters of a boundary.
        package static let boundary = 70
    }

    private enum Delimiter { case between, closing }

    /// At least one.
    package private(set) var parts: [BodyPart] = []

    /// Reads what stands between the delimiters; what stands before the first and behind the last is left out, as it is
    /// meant for nobody. A body that ends without its closing delimiter was cut, and is refused.
    ///
    /// - Parameter boundary: the parameter of the Content-Type.
    package init(parsing bytes: ArraySlice<UInt8>, boundary: String?) throws(Fault) {
        guard let boundary, Self.isBoundary(boundary) else { throw .boundary }
        let delimiter = Array(("--" + boundary).utf8)
        var start: Int?
        var offset = bytes.startIndex
        while offset < bytes.endIndex {
            let end = bytes[offset...].firstIndex(of: 0x0A) ?? bytes.endIndex
            let next = min(end + 1, bytes.endIndex)
            if let found = Self.delimiter(in: bytes[offset..<end], delimiter) {
                if let start { try append(bytes[start..<offset]) }
                switch found {
                case .between:
                    start = next
                case .closing:
                    guard start != nil else { throw .malformed }
                    return
                }
            }
            offset = next
        }
        throw .malformed
    }

    /// Up to 70 visible characters, with spaces between them; some write other ones than the grammar has.
    private static func isBoundary(_ text: String) -> Bool {
        (1...Limits.boundary).contains(text.utf8.count) && text.utf8.allSatisfy { (0x20..<0x7F).contains($0) }
            && text.utf8.last != 0x20
    }

    /// What a line says when it is a delimiter: nothing but white space may follow.
    private static func delimiter(in line: ArraySlice<UInt8>, _ delimiter: [UInt8]) -> Delimiter? {
        guard line.starts(with: delimiter) else { return nil }
        var rest = line.dropFirst(delimiter.count)
        let isClosing = rest.starts(with: [0x2D, 0x2D])
        if isClosing { rest = rest.dropFirst(2) }
        guard rest.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) else { return nil }
        return isClosing ? .closing : .between
    }

    /// The line end before a delimiter is the delimiter's.
    private mutating func append(_ bytes: ArraySlice<UInt8>) throws(Fault) {
        guard parts.count < Limits.parts else { throw .tooLarge }
        var bytes = bytes
        if bytes.last == 0x0A { bytes.removeLast() }
        if bytes.last == 0x0D { bytes.removeLast() }
        parts.append(try BodyPart(bytes))
    }
}
