/// What a message needs before anybody looks at what it means (RFC 3261 §8.1.1, §8.2, §16.3).
struct FieldRules {
    /// Where the request line names its method; nil for a response.
    var method: Range<Int>?

    static let required: [KnownHeader] = [.via, .from, .to, .callID, .cseq]

    func check(_ bytes: Span<UInt8>, _ fields: [Headers.Field]) throws(Fault) {
        for field in fields {
            guard let known = field.known else { continue }
            do {
                try check(bytes, field.value, known)
            } catch {
                switch error.reason {
                case .mismatchedMethod, .malformed: throw error
                default: throw Fault(offset: error.offset, reason: .malformed(HeaderName(known)))
                }
            }
        }
    }

    private func check(_ bytes: Span<UInt8>, _ value: Range<Int>, _ known: KnownHeader) throws(Fault) {
        switch known {
        case .via:
            try checkVias(bytes, value)
        case .from, .to, .referTo:
            _ = try NameAddressLayout(bytes, value)
        case .contact where value.count == 1 && bytes[value.lowerBound] == UInt8(ascii: "*"):
            return
        case .contact, .route, .recordRoute:
            try checkAddresses(bytes, value)
        case .callID:
            try checkCallID(bytes, value)
        case .cseq:
            try checkCSeq(bytes, value)
        case .maxForwards:
            guard bytes.decimal(in: value, atMost: 255) != nil else {
                throw Fault(offset: value.lowerBound, reason: .malformed(.maxForwards))
            }
        default:
            return  // no other field decides whether the message is read at all
        }
    }

    private func checkVias(_ bytes: Span<UInt8>, _ value: Range<Int>) throws(Fault) {
        var start = value.lowerBound
        while start <= value.upperBound {
            let end = bytes.endOfListElement(from: start, before: value.upperBound)
            _ = try ViaLayout(bytes, start..<end)
            start = end &+ 1
        }
    }

    private func checkAddresses(_ bytes: Span<UInt8>, _ value: Range<Int>) throws(Fault) {
        var start = value.lowerBound
        while start <= value.upperBound {
            let end = bytes.endOfListElement(from: start, before: value.upperBound)
            _ = try NameAddressLayout(bytes, start..<end)
            start = end &+ 1
        }
    }

    /// `callID ["@" callID]` (RFC 3261 §25.1).
    private func checkCallID(_ bytes: Span<UInt8>, _ value: Range<Int>) throws(Fault) {
        var end = bytes.end(of: .callID, from: value.lowerBound, before: value.upperBound)
        var isWhole = end > value.lowerBound
        if isWhole, end < value.upperBound, bytes[end] == UInt8(ascii: "@") {
            let start = end &+ 1
            end = bytes.end(of: .callID, from: start, before: value.upperBound)
            isWhole = end > start
        }
        guard isWhole, end == value.upperBound else { throw Fault(offset: end, reason: .malformed(.callID)) }
    }

    private func checkCSeq(_ bytes: Span<UInt8>, _ value: Range<Int>) throws(Fault) {
        let cseq = try CSeqLayout(bytes, value)
        guard let method else { return }
        guard bytes.isSame(cseq.method, method) else {
            throw Fault(offset: cseq.method.lowerBound, reason: .mismatchedMethod)
        }
    }
}

extension Span where Element == UInt8 {
    /// Whether two ranges hold the same octets.
    func isSame(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
        guard left.count == right.count else { return false }
        for index in 0..<left.count where self[left.lowerBound &+ index] != self[right.lowerBound &+ index] {
            return false
        }
        return true
    }
}
