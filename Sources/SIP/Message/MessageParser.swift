extension Message {
    /// Reads one SIP message.
    ///
    /// - Parameter bytes: one whole datagram or one framed message. Line ends before it are skipped (RFC 3261 §7.5),
    ///   octets behind its Content-Length too (§18.3).
    /// - Throws: `ParseError` with the offset of the first fault. `rejection` is what to answer; where it is nil the
    ///   message is dropped.
    public static func parse(_ bytes: [UInt8]) throws(ParseError) -> Message {
        var parser = MessageParser()
        do {
            return try parser.read(bytes)
        } catch {
            throw ParseError(error, rejection: parser.rejection(bytes, error))
        }
    }
}

/// Reads start line, header table and body bounds, and checks what decides whether the message is refused. It goes on
/// behind the first fault as far as it can: the more of a request it has seen, the better the answer.
struct MessageParser {
    private(set) var fields: [Headers.Field] = []
    private var startLine: StartLine?
    /// The first line, whole or cut off.
    private var firstLine = 0..<0
    private var fault: Fault?
    private(set) var contentLength: Int?
    /// The first fault that leaves the size of the body in doubt.
    private var lengthFault: Fault?
    /// One bit for each known field that has been seen.
    private var seen: (UInt64, UInt64) = (0, 0)
    private var bodyStart: Int?

    mutating func read(_ bytes: [UInt8]) throws(Fault) -> Message {
        let span = bytes.span
        if bytes.count > Limits.messageSize { fault = Fault(offset: Limits.messageSize, reason: .messageTooLarge) }
        readHead(span)
        if let fault { throw fault }
        guard let startLine, let bodyStart else { throw Fault(offset: bytes.count, reason: .unterminatedHeader) }
        for name in FieldRules.required where !hasSeen(name) {
            throw Fault(offset: bytes.count, reason: .missing(HeaderName(name)))
        }
        let body = try bodyRange(span, from: bodyStart)
        switch startLine {
        case .request(let method, let uri):
            try FieldRules(method: method).check(span, fields)
            return .request(
                Request(
                    Method(span, method), URI(span, uri), headers: Headers(buffer: bytes, fields: fields),
                    body: body.isEmpty ? [] : Array(bytes[body])))
        case .response(let status, let reason):
            try FieldRules(method: nil).check(span, fields)
            return .response(
                Response(
                    status, span.verbatimText(reason), headers: Headers(buffer: bytes, fields: fields),
                    body: body.isEmpty ? [] : Array(bytes[body])))
        }
    }

    /// Reads up to and with the empty line.
    mutating func readHead(_ bytes: Span<UInt8>) {
        let limit = min(bytes.count, Limits.headSize)
        var offset = 0
        while offset &+ 1 < limit, bytes[offset] == 0x0D, bytes[offset &+ 1] == 0x0A { offset &+= 2 }
        guard offset < bytes.count else { return note(Fault(offset: 0, reason: .empty)) }
        guard let lineEnd = HeaderLine.skip(bytes, from: offset, before: limit) else {
            firstLine = offset..<limit
            return note(Fault(offset: limit, reason: limit < bytes.count ? .messageTooLarge : .unterminatedHeader))
        }
        firstLine = offset..<(lineEnd &- 2)
        readStartLine(bytes)
        fields.reserveCapacity(16)
        offset = lineEnd
        while offset < limit {
            if bytes[offset] == 0x0D, offset &+ 1 < limit, bytes[offset &+ 1] == 0x0A {
                bodyStart = offset &+ 2
                return
            }
            guard let next = readField(bytes, from: offset, before: limit) else { break }
            offset = next
        }
        note(Fault(offset: limit, reason: limit < bytes.count ? .messageTooLarge : .unterminatedHeader))
    }

    private mutating func readStartLine(_ bytes: Span<UInt8>) {
        guard firstLine.count <= Limits.startLineLength else {
            return note(Fault(offset: firstLine.lowerBound, reason: .uriTooLong))
        }
        do {
            startLine = try StartLine(bytes, firstLine)
        } catch {
            note(error)
        }
    }

    /// Reads one field and gives the offset behind it; nil when the message ends before the field does.
    private mutating func readField(_ bytes: Span<UInt8>, from start: Int, before limit: Int) -> Int? {
        let line: HeaderLine
        do {
            line = try HeaderLine(bytes, from: start, before: limit)
        } catch {
            if error.reason == .unterminatedHeader { return nil }
            note(error)
            return HeaderLine.skip(bytes, from: start, before: limit)
        }
        guard isShortEnough(bytes, start..<line.end), line.name.count <= Limits.headerNameLength else {
            note(Fault(offset: start, reason: .headerTooLong))
            return line.end
        }
        let known = line.known
        if let known, noteSeen(known), known.isSingle {
            let duplicate = Fault(offset: start, reason: .duplicate(HeaderName(known)))
            if known == .contentLength, lengthFault == nil { lengthFault = duplicate }
            note(duplicate)
            return line.end
        }
        if known == .contentLength {
            readContentLength(bytes, line.value)
            return line.end
        }
        guard fields.count < Limits.headerCount else {
            note(Fault(offset: start, reason: .tooManyHeaders))
            return line.end
        }
        fields.append(
            Headers.Field(
                nameStart: UInt32(line.name.lowerBound), valueStart: UInt32(line.value.lowerBound),
                valueEnd: UInt32(line.value.upperBound), nameLength: UInt16(line.name.count), known: known,
                isVerified: true))
        return line.end
    }

    /// As it came, and as it would be written in an answer: what is no UTF-8 is read as U+FFFD, three octets for one.
    private func isShortEnough(_ bytes: Span<UInt8>, _ line: Range<Int>) -> Bool {
        if line.count <= Limits.headerLength / 3 { return true }
        return line.count <= Limits.headerLength && bytes.verbatimText(line).utf8.count <= Limits.headerLength
    }

    private mutating func readContentLength(_ bytes: Span<UInt8>, _ value: Range<Int>) {
        guard let length = bytes.decimal(in: value, atMost: UInt64(UInt32.max)) else {
            let malformed = Fault(offset: value.lowerBound, reason: .malformed(.contentLength))
            if lengthFault == nil { lengthFault = malformed }
            return note(malformed)
        }
        contentLength = Int(length)
    }

    /// Where the body stands: as long as Content-Length says, or to the end of the datagram (RFC 3261 §18.3).
    private func bodyRange(_ bytes: Span<UInt8>, from start: Int) throws(Fault) -> Range<Int> {
        let available = bytes.count &- start
        let length = contentLength ?? available
        guard length <= available else { throw Fault(offset: bytes.count, reason: .truncatedBody) }
        guard length <= Limits.bodySize else { throw Fault(offset: start, reason: .bodyTooLarge) }
        return start..<(start &+ length)
    }

    private mutating func note(_ new: Fault) {
        if fault == nil { fault = new }
    }

    private func hasSeen(_ known: KnownHeader) -> Bool {
        let bits = known.rawValue < 64 ? seen.0 : seen.1
        return bits & (1 &<< UInt64(known.rawValue & 63)) != 0
    }

    /// Marks a field as seen and says whether it had been before.
    private mutating func noteSeen(_ known: KnownHeader) -> Bool {
        let wasSeen = hasSeen(known)
        let bit: UInt64 = 1 &<< UInt64(known.rawValue & 63)
        if known.rawValue < 64 { seen.0 |= bit } else { seen.1 |= bit }
        return wasSeen
    }
}

extension MessageParser {
    /// What makes the length of a message on a stream uncertain: there Content-Length is a must (RFC 3261 §18.3), and
    /// two readers that disagree about it read two different messages. Other faults are for `Message.parse`.
    var framingFault: Fault? {
        if let lengthFault { return lengthFault }
        guard let contentLength else { return Fault(offset: bodyStart ?? 0, reason: .missing(.contentLength)) }
        guard contentLength <= Limits.bodySize else { return Fault(offset: bodyStart ?? 0, reason: .bodyTooLarge) }
        return nil
    }

    /// The answer to a request that was refused: nil when it was a response or an ACK, or when nobody knows the way
    /// back. From, To, Call-ID and CSeq go in as far as there are any (RFC 4475 §3.3.1).
    func rejection(_ bytes: [UInt8], _ fault: Fault) -> Response? {
        let span = bytes.span
        guard fault.reason != .empty, !StartLine.isStatusLine(span, firstLine), !isACK(span) else { return nil }
        guard let via = fields.first(where: { $0.known == .via }) else { return nil }
        let top = via.value.lowerBound..<span.endOfListElement(from: via.value.lowerBound, before: via.value.upperBound)
        guard (try? ViaLayout(sentBy: span, top)) != nil else { return nil }
        var response = Response(fault.reason.status)
        for field in fields {
            switch field.known {
            case .via, .from, .to, .callID, .cseq:
                response.headers.append(HeaderName(span, field.name), span.text(field.value))
            default:
                continue  // nothing else of a request is repeated
            }
        }
        response.addToTag(statelessTag(span, top))
        return response
    }

    private func isACK(_ bytes: Span<UInt8>) -> Bool {
        let end = bytes.end(of: .token, from: firstLine.lowerBound, before: firstLine.upperBound)
        return bytes.verbatimText(firstLine.lowerBound..<end) == "ACK"
    }

    /// The same for every copy of the request, so that answering needs no memory (RFC 3261 §8.2.7): FNV-1a over the
    /// top Via.
    private func statelessTag(_ bytes: Span<UInt8>, _ via: Range<Int>) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for offset in via { hash = (hash ^ UInt64(bytes[offset])) &* 0x0000_0100_0000_01B3 }
        return String(hash, radix: 36)
    }
}
