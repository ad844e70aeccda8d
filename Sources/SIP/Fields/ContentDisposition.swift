/// What a body is for, and whether it may be left unread (RFC 3261 §20.11, RFC 5621 §8).
package struct ContentDisposition: Hashable, Sendable {
    /// `session`, `render` or whatever else was written, in small letters.
    package var type: String
    /// `handling=optional`. All else, silence included, means that the body has to be understood.
    package var isOptional: Bool

    package init(_ type: String, isOptional: Bool = false) {
        self.type = type.asciiLowercased
        self.isOptional = isOptional
    }

    /// Reads `type;handling=…`; nil when it is malformed.
    package init?(parsing text: String) {
        let bytes = Array(text.utf8)
        let span = bytes.span
        let end = span.end(of: .token, from: 0, before: span.count)
        guard end > 0, let parameters = try? Parameters(headerField: span, from: end, before: span.count) else {
            return nil
        }
        self.init(
            span.verbatimText(0..<end), isOptional: parameters["handling"]?.asciiLowercased == "optional")
    }
}
