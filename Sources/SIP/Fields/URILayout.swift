/// A URI by its offsets (RFC 3261 §19.1.1, §25.1; RFC 3966 for `tel`). Making one checks the whole grammar and
/// allocates nothing.
struct URILayout {
    enum Kind { case sip, sips, tel, other }

    var kind: Kind
    @Compact var scheme: Range<Int>
    /// Everything after the scheme's colon, of a scheme that we do not know.
    @Compact var opaque: Range<Int>
    /// Of a `tel` URI, the number.
    @CompactOptional var user: Range<Int>?
    @CompactOptional var password: Range<Int>?
    @Compact var host: Range<Int>
    var port: UInt16?
    /// From the first semicolon on.
    @Compact var parameters: Range<Int>
    /// What follows the question mark.
    @CompactOptional var query: Range<Int>?

    init(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(Fault) {
        let schemeEnd = bytes.end(of: .scheme, from: range.lowerBound, before: range.upperBound)
        scheme = range.lowerBound..<schemeEnd
        guard schemeEnd > range.lowerBound, bytes[range.lowerBound].asciiLowercased &- 0x61 < 26,
            schemeEnd &+ 1 < range.upperBound, bytes[schemeEnd] == UInt8(ascii: ":")
        else { throw Fault(offset: schemeEnd, reason: .malformedURI) }
        let rest = (schemeEnd &+ 1)..<range.upperBound
        let nothing = range.upperBound..<range.upperBound
        opaque = nothing
        host = nothing
        parameters = nothing
        kind = URILayout.kind(bytes, range.lowerBound..<schemeEnd)
        switch kind {
        case .sip, .sips: try readSIP(bytes, rest)
        case .tel: try readNumber(bytes, rest)
        case .other:
            opaque = rest
            try bytes.checkEscaped(rest, .opaque)
        }
    }

    private static func kind(_ bytes: Span<UInt8>, _ scheme: Range<Int>) -> Kind {
        if bytes.spells("sip", in: scheme) { return .sip }
        if bytes.spells("sips", in: scheme) { return .sips }
        return bytes.spells("tel", in: scheme) ? .tel : .other
    }

    private mutating func readNumber(_ bytes: Span<UInt8>, _ rest: Range<Int>) throws(Fault) {
        let end = bytes.endEscaped(of: .telephone, from: rest.lowerBound, before: rest.upperBound)
        guard end > rest.lowerBound else { throw Fault(offset: end, reason: .malformedURI) }
        user = rest.lowerBound..<end
        try readParameters(bytes, end..<rest.upperBound)
        guard parameters.upperBound == rest.upperBound else {
            throw Fault(offset: parameters.upperBound, reason: .malformedURI)
        }
    }

    private mutating func readSIP(_ bytes: Span<UInt8>, _ rest: Range<Int>) throws(Fault) {
        let hostStart = readUserInfo(bytes, rest)
        if user?.isEmpty == true { throw Fault(offset: rest.lowerBound, reason: .malformedURI) }
        let place = try HostLayout(bytes, from: hostStart, before: rest.upperBound)
        host = place.host
        port = place.port
        try readParameters(bytes, place.end..<rest.upperBound)
        let end = parameters.upperBound
        guard end < rest.upperBound else { return }
        guard bytes[end] == UInt8(ascii: "?") else { throw Fault(offset: end, reason: .malformedURI) }
        try checkQuery(bytes, (end &+ 1)..<rest.upperBound)
        query = (end &+ 1)..<rest.upperBound
    }

    /// Reads user and password if there are any, and gives the offset where the host begins. An unescaped `@` can stand
    /// nowhere but behind them: where none is found, one further on makes the host or the parameters malformed.
    private mutating func readUserInfo(_ bytes: Span<UInt8>, _ rest: Range<Int>) -> Int {
        let userEnd = bytes.endEscaped(of: .user, from: rest.lowerBound, before: rest.upperBound)
        guard userEnd < rest.upperBound else { return rest.lowerBound }
        var end = userEnd
        if bytes[userEnd] == UInt8(ascii: ":") {
            end = bytes.endEscaped(of: .password, from: userEnd &+ 1, before: rest.upperBound)
        }
        guard end < rest.upperBound, bytes[end] == UInt8(ascii: "@") else { return rest.lowerBound }
        user = rest.lowerBound..<userEnd
        if end > userEnd { password = (userEnd &+ 1)..<end }
        return end &+ 1
    }

    private mutating func readParameters(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(Fault) {
        var offset = range.lowerBound
        var count = 0
        while try bytes.uriParameter(at: &offset, before: range.upperBound) != nil {
            count &+= 1
            guard count <= Limits.parameterCount else { throw Fault(offset: offset, reason: .malformedParameter) }
        }
        parameters = range.lowerBound..<offset
    }

    private func checkQuery(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(Fault) {
        guard !range.isEmpty else { throw Fault(offset: range.lowerBound, reason: .malformedURI) }
        var start = range.lowerBound
        while start <= range.upperBound {
            let end = bytes.firstOffset(of: UInt8(ascii: "&"), in: start..<range.upperBound) ?? range.upperBound
            guard let equals = bytes.firstOffset(of: UInt8(ascii: "="), in: start..<end), equals > start else {
                throw Fault(offset: start, reason: .malformedURI)
            }
            try bytes.checkEscaped(start..<equals, .uriHeader)
            try bytes.checkEscaped((equals &+ 1)..<end, .uriHeader)
            start = end &+ 1
        }
    }
}

/// A parameter by its offsets.
struct ParameterLayout {
    @Compact var name: Range<Int>
    /// Of a quoted string, what stands between the quotes.
    @CompactOptional var value: Range<Int>?
    var isQuoted: Bool

    init(name: Range<Int>, value: Range<Int>? = nil, isQuoted: Bool = false) {
        self.name = name
        self.value = value
        self.isQuoted = isQuoted
    }
}

extension Span where Element == UInt8 {
    /// The first offset from `start` on that is neither in `set` nor part of a whole `%HH`.
    func endEscaped(of set: OctetSet, from start: Int, before end: Int) -> Int {
        var offset = start
        while true {
            offset = self.end(of: set, from: offset, before: end)
            guard offset < end, isEscape(at: offset, before: end) else { return offset }
            offset &+= 3
        }
    }

    /// That every octet is in `set` or part of a whole `%HH`.
    func checkEscaped(_ range: Range<Int>, _ set: OctetSet) throws(Fault) {
        let end = endEscaped(of: set, from: range.lowerBound, before: range.upperBound)
        if end != range.upperBound { throw Fault(offset: end, reason: .malformedURI) }
    }

    func isEscape(at offset: Int, before end: Int) -> Bool {
        self[offset] == UInt8(ascii: "%") && end &- offset >= 3
            && self[offset &+ 1].hexDigit != nil && self[offset &+ 2].hexDigit != nil
    }

    /// The URI parameter whose semicolon is at `offset`; moves behind it. Nil where there is no semicolon.
    func uriParameter(at offset: inout Int, before end: Int) throws(Fault) -> ParameterLayout? {
        guard offset < end, self[offset] == UInt8(ascii: ";") else { return nil }
        let start = offset &+ 1
        offset = endEscaped(of: .uriParameter, from: start, before: end)
        guard offset > start else { throw Fault(offset: start, reason: .malformedParameter) }
        let name = start..<offset
        guard offset < end, self[offset] == UInt8(ascii: "=") else { return ParameterLayout(name: name) }
        let valueStart = offset &+ 1
        offset = endEscaped(of: .uriParameter, from: valueStart, before: end)
        guard offset > valueStart else { throw Fault(offset: valueStart, reason: .malformedParameter) }
        return ParameterLayout(name: name, value: valueStart..<offset)
    }

    /// The header field parameter at `offset`, LWS and semicolon first; moves behind it. Nil at the end.
    func headerParameter(at offset: inout Int, before end: Int) throws(Fault) -> ParameterLayout? {
        let semicolon = skipLWS(from: offset, before: end)
        guard semicolon < end else { return nil }
        guard self[semicolon] == UInt8(ascii: ";") else { throw Fault(offset: semicolon, reason: .malformedValue) }
        let nameStart = skipLWS(from: semicolon &+ 1, before: end)
        let nameEnd = self.end(of: .token, from: nameStart, before: end)
        guard nameEnd > nameStart else { throw Fault(offset: nameStart, reason: .malformedParameter) }
        offset = nameEnd
        let equals = skipLWS(from: nameEnd, before: end)
        guard equals < end, self[equals] == UInt8(ascii: "=") else { return ParameterLayout(name: nameStart..<nameEnd) }
        let start = skipLWS(from: equals &+ 1, before: end)
        guard start < end else { throw Fault(offset: equals, reason: .malformedParameter) }
        if self[start] == UInt8(ascii: "\"") {
            guard let close = endOfQuotedString(from: start, before: end) else {
                throw Fault(offset: start, reason: .unterminatedQuote)
            }
            offset = close
            return ParameterLayout(name: nameStart..<nameEnd, value: (start &+ 1)..<(close &- 1), isQuoted: true)
        }
        offset = self.end(of: .parameterValue, from: start, before: end)
        guard offset > start else { throw Fault(offset: start, reason: .malformedParameter) }
        return ParameterLayout(name: nameStart..<nameEnd, value: start..<offset)
    }

    /// That from `start` to `end` there is nothing but well-formed header field parameters.
    func checkHeaderParameters(from start: Int, before end: Int) throws(Fault) {
        var offset = start
        var places = ParameterPlaces()
        while let parameter = try headerParameter(at: &offset, before: end) {
            guard places.take(parameter.name, of: self) else {
                throw Fault(offset: offset, reason: .malformedParameter)
            }
        }
    }
}

/// Counts the parameters of a header field value against `Limits.parameterCount`.
struct ParameterPlaces {
    private var count = 0
    private var hasTag = false
    private var hasReceived = false
    private var hasRport = false

    /// Whether there is a place for one more.
    mutating func take(_ name: Range<Int>, of bytes: Span<UInt8>) -> Bool {
        if !hasTag, bytes.spells("tag", in: name) {
            hasTag = true
        } else if !hasReceived, bytes.spells("received", in: name) {
            hasReceived = true
        } else if !hasRport, bytes.spells("rport", in: name) {
            hasRport = true
        } else {
            count &+= 1
        }
        return count <= Limits.parameterCount
    }
}
