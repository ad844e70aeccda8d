/// A sequence number and the method it counts (RFC 3261 §20.16).
public struct CSeq: Hashable, Sendable {
    /// Below 2^31 (RFC 3261 §8.1.1.5).
    public var number: UInt32
    /// The method of the request.
    public var method: Method

    /// The largest number that the RFC allows; a reader refuses larger ones, so adding one never overflows.
    public static let largestNumber: UInt32 = 0x7FFF_FFFF

    /// A sequence number for a request of `method`.
    public init(_ number: UInt32, _ method: Method) {
        self.number = number
        self.method = method
    }

    /// The number of the next request. Nobody counts to the end, and starting over beats a trap.
    static func number(after last: UInt32) -> UInt32 { last < largestNumber ? last + 1 : 1 }

    init?(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        guard let layout = try? CSeqLayout(bytes, range) else { return nil }
        self.init(layout.number, Method(bytes, layout.method))
    }

    /// Reads `314159 INVITE`.
    ///
    /// - Throws: `ParseError` when the number is missing or too large, or there is no method.
    public init(parsing text: String) throws(ParseError) {
        let bytes = Array(text.utf8)
        do {
            let layout = try CSeqLayout(bytes.span, bytes.indices)
            self.init(layout.number, Method(bytes.span, layout.method))
        } catch {
            throw ParseError(error)
        }
    }
}

extension CSeq: CustomStringConvertible {
    /// The value as it is written in a message.
    public var description: String { "\(number) \(method.rawValue)" }
}

/// A CSeq by its offsets.
struct CSeqLayout {
    var number: UInt32
    var method: Range<Int>

    init(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(Fault) {
        let digits = bytes.end(of: .digit, from: range.lowerBound, before: range.upperBound)
        guard let value = bytes.decimal(in: range.lowerBound..<digits, atMost: UInt64(CSeq.largestNumber)) else {
            throw Fault(offset: range.lowerBound, reason: .malformed(.cseq))
        }
        let start = bytes.skipLWS(from: digits, before: range.upperBound)
        let end = bytes.end(of: .token, from: start, before: range.upperBound)
        guard start > digits, end > start, end == range.upperBound else {
            throw Fault(offset: digits, reason: .malformed(.cseq))
        }
        number = UInt32(value)
        method = start..<end
    }
}
