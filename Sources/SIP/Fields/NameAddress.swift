/// A name-addr or addr-spec with its parameters, as From, To, Contact, Route and their kin hold it (RFC 3261 §20.10).
public struct NameAddress: Hashable, Sendable {
    /// The display name without quotes; nil when there is none. Text of a stranger: it may hold any character.
    public var displayName: String?
    /// Who or where.
    public var uri: URI
    /// The parameters of the field, not of the URI.
    public var parameters: Parameters

    /// An address with a name, or none.
    public init(_ uri: URI, displayName: String? = nil, tag: String? = nil) {
        self.uri = uri
        self.displayName = displayName
        parameters = Parameters()
        self.tag = tag
    }

    /// The dialog tag (RFC 3261 §19.3).
    public var tag: String? {
        get { parameters["tag"] }
        set { parameters["tag"] = newValue }
    }

    /// A Contact's `expires`, seconds; a malformed one counts as 3600 (RFC 3261 §10.2.1.1, §20.10).
    public var expires: UInt32? {
        get { parameters["expires"].map { UInt32(saturating: $0) ?? 3_600 } }
        set { parameters["expires"] = newValue.map { String($0) } }
    }

    /// Reads one address with its parameters.
    ///
    /// - Throws: `ParseError` with the offset of the first octet that does not belong.
    public init(parsing text: String) throws(ParseError) {
        let bytes = Array(text.utf8)
        do {
            self.init(bytes.span, try NameAddressLayout(bytes.span, bytes.indices))
        } catch {
            throw ParseError(error)
        }
    }

    init?(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        guard let layout = try? NameAddressLayout(bytes, range) else { return nil }
        self.init(bytes, layout)
    }

    private init(_ bytes: Span<UInt8>, _ layout: NameAddressLayout) {
        displayName = layout.displayName.map { layout.isQuoted ? bytes.unquoted($0) : bytes.text($0) }
        uri = URI(bytes, layout.uri)
        // The layout has checked them.
        parameters =
            (try? Parameters(
                headerField: bytes, from: layout.parameters.lowerBound, before: layout.parameters.upperBound))
            ?? Parameters()
    }
}

extension NameAddress: CustomStringConvertible {
    /// Always with angle brackets, so that no parameter of the field can pass for one of the URI.
    public var description: String {
        (displayName.map { $0.quoted + " " } ?? "") + "<" + uri.description + ">" + parameters.headerText
    }
}

/// A name-addr or addr-spec by its offsets.
struct NameAddressLayout {
    /// Of a quoted name, what stands between the quotes.
    @CompactOptional var displayName: Range<Int>?
    var isQuoted = false
    var uri: URILayout
    @Compact var parameters: Range<Int>

    init(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(Fault) {
        let end = range.upperBound
        var offset = bytes.skipLWS(from: range.lowerBound, before: end)
        guard offset < end else { throw Fault(offset: offset, reason: .malformedValue) }
        if bytes[offset] == UInt8(ascii: "\"") {
            guard let close = bytes.endOfQuotedString(from: offset, before: end) else {
                throw Fault(offset: offset, reason: .unterminatedQuote)
            }
            displayName = (offset &+ 1)..<(close &- 1)
            isQuoted = true
            offset = bytes.skipLWS(from: close, before: end)
            guard offset < end, bytes[offset] == UInt8(ascii: "<") else {
                throw Fault(offset: offset, reason: .malformedDisplayName)
            }
        } else if let bracket = NameAddressLayout.bracketAfterTokens(bytes, offset..<end) {
            let name = bytes.trimmed(offset..<bracket)
            displayName = name.isEmpty ? nil : name
            offset = bracket
        }
        if bytes[offset] == UInt8(ascii: "<") {
            guard let close = bytes.firstOffset(of: UInt8(ascii: ">"), in: offset..<end) else {
                throw Fault(offset: offset, reason: .malformedURI)
            }
            uri = try URILayout(bytes, (offset &+ 1)..<close)
            parameters = (close &+ 1)..<end
        } else {
            var stop = offset
            while stop < end, !NameAddressLayout.endsBareURI(bytes[stop]) { stop &+= 1 }
            uri = try URILayout(bytes, offset..<stop)
            // RFC 3261 §20.10: a URI with a comma, question mark or semicolon must stand between angle brackets.
            guard uri.query == nil else { throw Fault(offset: offset, reason: .malformedURI) }
            parameters = stop..<end
        }
        try bytes.checkHeaderParameters(from: parameters.lowerBound, before: end)
    }

    private static func endsBareURI(_ octet: UInt8) -> Bool {
        octet == UInt8(ascii: ";") || octet == UInt8(ascii: ",") || octet.isLWS
    }

    /// The offset of the `<` when nothing but tokens stands before it. Octets beyond ASCII pass for token characters:
    /// names in other scripts come without quotes from many phones.
    private static func bracketAfterTokens(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        var offset = range.lowerBound
        while offset < range.upperBound {
            let octet = bytes[offset]
            if octet == UInt8(ascii: "<") { return offset }
            guard octet >= 0x80 || OctetSet.token.contains(octet) || octet.isLWS else { return nil }
            offset &+= 1
        }
        return nil
    }
}
