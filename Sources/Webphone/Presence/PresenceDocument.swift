/// A presence document (PIDF, RFC 3863), as far as a list of clients needs it.
///
/// It comes from the network: size, depth, tuples and text are bounded, and a document type declaration, which is
/// where entities that expand without end are declared, is refused as a whole.
package struct PresenceDocument: Sendable, Equatable {
    package struct Tuple: Sendable, Equatable {
        /// `<basic>open</basic>`; anything else, also nothing, counts as closed.
        package var isOpen = false
        /// The address as written, trimmed; empty when there is none.
        package var contact = ""
        /// The first note of the tuple, trimmed.
        package var note = ""

        package init(isOpen: Bool = false, contact: String = "", note: String = "") {
            self.isOpen = isOpen
            self.contact = contact
            self.note = note
        }
    }

    package enum Fault: Error, Equatable, Sendable {
        case tooLong
        case tooDeep
        case tooManyTuples
        case documentType
        case notPresence
        case malformed(line: Int)
    }

    package enum Limits {
        /// Bytes of a document; a SIP message holds no more.
        package static let size = 65_535
        package static let depth = 16
        package static let tuples = 1_000
        /// Bytes of one element's text that are kept.
        package static let text = 1_024
    }

    package var tuples: [Tuple]

    /// Reads a document in UTF-8, whatever encoding it declares.
    package init(parsing bytes: [UInt8]) throws(Fault) {
        guard bytes.count <= Limits.size else { throw .tooLong }
        let reader = PresenceReader()
        let malformed = Expat.read(bytes, into: reader)
        if let fault = reader.fault { throw fault }
        if let line = malformed { throw .malformed(line: line) }
        tuples = reader.tuples
    }
}
