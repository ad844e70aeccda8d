/// A URI by its offsets (RFC 3261 §19.1.1, §25.1; RFC 3966 for `tel`). Making one checks the whole grammar and
/// allocates nothing.
struct URILayout {
    enum Kind { case sip, sips, tel, other }

    var kind: Kind
    var scheme: Range<Int>
    /// Everything after the scheme's colon, of a scheme that we do not know.
    var opaque: Range<Int>
    /// Of a `tel` URI, the number.
    var user: Range<Int>?
    var password: Range<Int>?
    var host: Range<Int>
    var port: UInt16?
    /// From the first semicolon on.
    var parameters: Range<Int>
    /// What follows the question mark.
    var query: Range<Int>?

    init(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(Fault) {
        let schemeEnd = bytes.end(of: .scheme, from: range.lowerBound, before: range.upperBound)
        scheme = range.lowerBound..<schemeEnd
        guard let first = scheme.first, bytes[first].asciiLowercased &- 0x61 < 26,
            schemeEnd < range.upperBound, bytes[schemeEnd] == UInt8(ascii: ":")
        else { throw Fault(offset: schemeEnd, reason: .malformedURI) }
        let rest = (schemeEnd &+ 1)..<range.upperBound
        guard !rest.isEmpty else { throw Fault(offset: schemeEnd, reason: .malformedURI) }
        let nothing = range.upperBound..<range.upperBound
        opaque = nothing
        host = nothing
        parameters = nothing
        if bytes.spells("sip", in: scheme) || bytes.spells("sips", in: scheme) {
            kind = scheme.count == 3 ? .sip : .sips
            try readSIP(bytes, rest)
        } else if bytes.spells("tel", in: scheme) {
            kind = .tel
            let semicolon = bytes.firstOffset(of: UInt8(ascii: ";"), in: rest) ?? rest.upperBound
            let number = rest.lowerBound..<semicolon
            try bytes.checkEscaped(number, .telephone)
            guard !number.isEmpty else { throw Fault(offset: number.lowerBound, reason: .malformedURI) }
            user = number
            parameters = semicolon..<rest.upperBound
            try checkParameters(bytes)
        } else {
            kind = .other
            opaque = rest
            try bytes.checkEscaped(rest, .opaque)
        }
    }

    private mutating func readSIP(_ bytes: Span<UInt8>, _ rest: Range<Int>) throws(Fault) {
        var hostStart = rest.lowerBound
        // An unescaped `@` can stand nowhere but behind the user part.
        if let at = bytes.firstOffset(of: UInt8(ascii: "@"), in: rest) {
            try readUserInfo(bytes, rest.lowerBound..<at)
            hostStart = at &+ 1
        }
        let place = try HostLayout(bytes, from: hostStart, before: rest.upperBound)
        host = place.host
        port = place.port
        let question = bytes.firstOffset(of: UInt8(ascii: "?"), in: place.end..<rest.upperBound)
        parameters = place.end..<(question ?? rest.upperBound)
        try checkParameters(bytes)
        if let question {
            let range = (question &+ 1)..<rest.upperBound
            try checkQuery(bytes, range)
            query = range
        }
    }

    private mutating func readUserInfo(_ bytes: Span<UInt8>, _ info: Range<Int>) throws(Fault) {
        let colon = bytes.firstOffset(of: UInt8(ascii: ":"), in: info)
        let name = info.lowerBound..<(colon ?? info.upperBound)
        guard !name.isEmpty else { throw Fault(offset: info.lowerBound, reason: .malformedURI) }
        try bytes.checkEscaped(name, .user)
        user = name
        if let colon {
            let secret = (colon &+ 1)..<info.upperBound
            try bytes.checkEscaped(secret, .password)
            password = secret
        }
    }

    private func checkParameters(_ bytes: Span<UInt8>) throws(Fault) {
        var offset = parameters.lowerBound
        var count = 0
        while try bytes.uriParameter(at: &offset, before: parameters.upperBound) != nil {
            count &+= 1
            guard count <= Limits.parameterCount else { throw Fault(offset: offset, reason: .malformedParameter) }
        }
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
    var name: Range<Int>
    /// Of a quoted string, what stands between the quotes.
    var value: Range<Int>?
    var isQuoted = false
}

extension Span where Element == UInt8 {
    /// That every octet is in `set` or begins a whole `%HH`.
    func checkEscaped(_ range: Range<Int>, _ set: OctetSet) throws(Fault) {
        var offset = range.lowerBound
        while offset < range.upperBound {
            if set.contains(self[offset]) {
                offset &+= 1
            } else if isEscape(at: offset, before: range.upperBound) {
                offset &+= 3
            } else {
                throw Fault(offset: offset, reason: .malformedURI)
            }
        }
    }

    func isEscape(at offset: Int, before end: Int) -> Bool {
        self[offset] == UInt8(ascii: "%") && end &- offset >= 3
            && self[offset &+ 1].hexDigit != nil && self[offset &+ 2].hexDigit != nil
    }

    /// The URI parameter at `offset`, which must be at its semicolon; moves behind it. Nil at the end.
    func uriParameter(at offset: inout Int, before end: Int) throws(Fault) -> ParameterLayout? {
        guard offset < end else { return nil }
        guard self[offset] == UInt8(ascii: ";") else { throw Fault(offset: offset, reason: .malformedURI) }
        let start = offset &+ 1
        let stop = firstOffset(of: UInt8(ascii: ";"), in: start..<end) ?? end
        let equals = firstOffset(of: UInt8(ascii: "="), in: start..<stop)
        let name = start..<(equals ?? stop)
        guard !name.isEmpty else { throw Fault(offset: start, reason: .malformedParameter) }
        try checkEscaped(name, .uriParameter)
        offset = stop
        guard let equals else { return ParameterLayout(name: name) }
        let value = (equals &+ 1)..<stop
        guard !value.isEmpty else { throw Fault(offset: equals, reason: .malformedParameter) }
        try checkEscaped(value, .uriParameter)
        return ParameterLayout(name: name, value: value)
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
        var count = 0
        while try headerParameter(at: &offset, before: end) != nil {
            count &+= 1
            guard count <= Limits.parameterCount else { throw Fault(offset: offset, reason: .malformedParameter) }
        }
    }
}
