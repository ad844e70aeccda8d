/// The reliable provisional responses to one INVITE of ours in one dialog: each is the next of the one before, and is
/// acknowledged once (RFC 3262 §4).
package struct ReliableResponses: Equatable, Sendable {
    package enum Order: Hashable, Sendable {
        /// It is not sent reliably.
        case unreliable
        /// The next; to be acknowledged.
        case next(RAck)
        /// A copy, or one whose predecessor is still to come: not to be used.
        case outOfOrder
    }

    private var last: UInt32?

    package init() {}

    package mutating func receive(_ response: Response) -> Order {
        guard response.required.contains(where: { $0.asciiLowercased == Capabilities.reliable }) else {
            return .unreliable
        }
        guard let number = response.rseq, number > 0, let cseq = response.cseq else { return .outOfOrder }
        if let last, number != last.addingReportingOverflow(1).partialValue { return .outOfOrder }
        last = number
        return .next(RAck(number: number, cseq: cseq))
    }
}

/// A RAck value (RFC 3262 §7.2): the response's number, and the request that it answers.
package struct RAck: Hashable, Sendable {
    package var number: UInt32
    package var cseq: CSeq

    package init(number: UInt32, cseq: CSeq) {
        self.number = number
        self.cseq = cseq
    }

    /// Reads `776656 1 INVITE`; nil when it is malformed.
    package init?(_ text: String) {
        let words = text.split(whereSeparator: { $0 == " " || $0 == "\t" })
        guard words.count == 3, let number = UInt32(digits: words[0]), let cseq = UInt32(digits: words[1]) else {
            return nil
        }
        self.init(number: number, cseq: CSeq(cseq, Method(words[2])))
    }
}

extension RAck: CustomStringConvertible {
    package var description: String { "\(number) \(cseq)" }
}

extension MessageFields {
    /// RSeq (RFC 3262 §7.1).
    package var rseq: UInt32? { headers[.rseq].flatMap { UInt32(digits: $0) } }

    /// RAck.
    package var rack: RAck? { headers[.rack].flatMap { RAck($0) } }
}

extension UInt32 {
    /// A decimal number that fits; a sign is none.
    fileprivate init?(digits text: some StringProtocol) {
        guard !text.isEmpty, text.utf8.allSatisfy({ OctetSet.digit.contains($0) }) else { return nil }
        self.init(text)
    }
}
