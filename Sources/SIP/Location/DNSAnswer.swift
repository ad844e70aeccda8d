/// Reads an answer of DNS (RFC 1035 §4.1) that came from whoever was on the way: every offset is checked, every number
/// of things has a limit, and what is not understood is left out or refused.
package struct DNSAnswer: Equatable, Sendable {
    package enum Fault: Error, Hashable, Sendable {
        /// It ends within a field, or a name is longer than 255 octets or points forward.
        case malformed
        /// It answers something else, or is itself a question.
        case stray
        /// The rest was to be fetched over TCP, and was not.
        case truncated
        /// The server could not, or would not, answer (a response code other than 0 and 3).
        case refused
    }

    /// Records looked at, and links of a chain of CNAMEs.
    package static let longest = 64
    package static let longestChain = 8

    /// The records of the question's kind that its name has, in the order of the answer; empty where there are none.
    package let records: [DNSRecord]

    /// - Parameter bytes: the whole message, at most 65,535 bytes.
    package init(_ bytes: [UInt8], to question: DNSQuestion) throws(Fault) {
        var reader = DNSReader(bytes)
        _ = try reader.number16()  // the resolver has compared the identifier
        let flags = try reader.number16()
        let questions = try reader.number16()
        let answers = try reader.number16()
        _ = try reader.number32()  // sections that we do not read
        guard flags & 0x8000 != 0, questions == 1 else { throw .stray }
        guard flags & 0x0200 == 0 else { throw .truncated }
        let code = flags & 0x000F
        guard code == 0 || code == 3 else { throw .refused }
        let asked = try reader.name()
        guard asked == question.name, try reader.number16() == question.kind.rawValue, try reader.number16() == 1
        else { throw .stray }
        guard code == 0 else {
            records = []
            return
        }
        var aliases: [String: String] = [:]
        var found: [(owner: String, record: DNSRecord)] = []
        for _ in 0..<min(Int(answers), Self.longest) {
            let owner = try reader.name()
            let kind = try reader.number16()
            let isInternet = try reader.number16() == 1
            _ = try reader.number32()  // each round asks anew, so nothing lives long enough to expire
            let length = Int(try reader.number16())
            var data = try reader.part(length)
            guard isInternet, let owner else { continue }
            if kind == 5 {
                if let alias = try data.name() { aliases[owner] = alias }
            } else if kind == question.kind.rawValue, let record = try data.record(question.kind) {
                found.append((owner, record))
            }
        }
        var owner = question.name
        for _ in 0..<Self.longestChain {
            guard let alias = aliases[owner] else { break }
            owner = alias
        }
        records = found.filter { $0.owner == owner }.map(\.record)
    }
}

/// Takes one field after the other.
private struct DNSReader {
    private let bytes: [UInt8]
    private var offset: Int
    private let limit: Int

    init(_ bytes: [UInt8]) {
        self.init(bytes, 0..<bytes.count)
    }

    private init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = bytes
        offset = range.lowerBound
        limit = range.upperBound
    }

    /// The next `length` bytes as a reader of their own, which still sees the whole message for names that point back.
    mutating func part(_ length: Int) throws(DNSAnswer.Fault) -> DNSReader {
        guard length <= limit - offset else { throw .malformed }
        let part = DNSReader(bytes, offset..<offset + length)
        offset += length
        return part
    }

    private mutating func octet() throws(DNSAnswer.Fault) -> UInt8 {
        guard offset < limit else { throw .malformed }
        defer { offset += 1 }
        return bytes[offset]
    }

    mutating func number16() throws(DNSAnswer.Fault) -> UInt16 {
        let high = try octet()
        return UInt16(high) << 8 | UInt16(try octet())
    }

    mutating func number32() throws(DNSAnswer.Fault) -> UInt32 {
        let high = try number16()
        return UInt32(high) << 16 | UInt32(try number16())
    }

    /// A character-string (RFC 1035 §3.3) in small letters; nil when it is not ASCII.
    private mutating func text() throws(DNSAnswer.Fault) -> String? {
        let length = Int(try octet())
        guard length <= limit - offset else { throw .malformed }
        defer { offset += length }
        let octets = bytes[offset..<offset + length]
        guard octets.allSatisfy({ $0 < 0x80 }) else { return nil }
        return String(decoding: octets, as: UTF8.self).asciiLowercased
    }

    /// A name in small letters and without a final dot, the root being empty; nil when it has octets that no host name
    /// has: such a one is nobody's server.
    mutating func name() throws(DNSAnswer.Fault) -> String? {
        var labels: [String] = []
        var size = 1
        var isPlain = true
        var place = offset
        var barrier = offset
        var end: Int?
        while true {
            // What a name points to may lie anywhere before it, its own bytes within the field.
            let bound = end == nil ? limit : bytes.count
            guard place < bound else { throw .malformed }
            let length = Int(bytes[place])
            if length & 0xC0 == 0xC0 {
                guard place + 1 < bound else { throw .malformed }
                let pointer = (length & 0x3F) << 8 | Int(bytes[place + 1])
                // Always further back: so it ends.
                guard pointer < barrier else { throw .malformed }
                if end == nil { end = place + 2 }
                barrier = pointer
                place = pointer
                continue
            }
            guard length < 64, place + 1 + length <= bound else { throw .malformed }
            place += 1
            guard length > 0 else { break }
            size += length + 1
            guard size <= 255 else { throw .malformed }
            let label = bytes[place..<place + length]
            isPlain = isPlain && label.allSatisfy { OctetSet.hostname.contains($0) && $0 != UInt8(ascii: ".") }
            labels.append(String(decoding: label, as: UTF8.self))
            place += length
        }
        offset = end ?? place
        return isPlain ? labels.joined(separator: ".").asciiLowercased : nil
    }

    /// The data of a record; nil when it is well-formed and of no use.
    mutating func record(_ kind: DNSQuestion.Kind) throws(DNSAnswer.Fault) -> DNSRecord? {
        let record: DNSRecord?
        let first = try number16()
        let second = try number16()
        switch kind {
        case .srv:
            let port = try number16()
            record = try name().map {
                .service(DNSRecord.Service(priority: first, weight: second, port: port, target: $0))
            }
        case .naptr:
            let flags = try text()
            let service = try text()
            let rewriting = try text()
            let replacement = try name()
            guard let flags, let service, let replacement else { return nil }
            record = .pointer(
                DNSRecord.NamingPointer(
                    order: first, preference: second, flags: flags, service: service, isRewriting: rewriting != "",
                    replacement: replacement))
        }
        guard offset == limit else { throw .malformed }
        return record
    }
}
