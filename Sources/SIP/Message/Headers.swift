/// The header fields of one message, in order.
///
/// One buffer of octets and a table of offsets into it: a parsed message's fields point into the datagram itself,
/// fields that are set later are written behind it. Strings are made when asked for. Values are kept as given; a value
/// that could not be written as one line makes `Message.serialized()` throw, it is never altered in silence.
///
/// Content-Length is framing and not content: parsing checks and consumes it, serialising writes it.
public struct Headers: Sendable {
    /// Where one field stands in the buffer.
    struct Field: Sendable {
        var nameStart: UInt32
        var valueStart: UInt32
        var valueEnd: UInt32
        /// 0 for a field of ours with a known name: it is written in its long form.
        var nameLength: UInt16
        var known: KnownHeader?
        /// Whether the parser has seen that the value is free of stray control characters.
        var isVerified: Bool

        var name: Range<Int> { Int(nameStart)..<(Int(nameStart) &+ Int(nameLength)) }
        var value: Range<Int> { Int(valueStart)..<Int(valueEnd) }
    }

    private(set) var buffer: [UInt8]
    private(set) var fields: [Field]
    /// Octets of the buffer that no field uses any more.
    private var waste = 0

    /// No fields.
    public init() {
        buffer = []
        fields = []
    }

    init(buffer: [UInt8], fields: [Field]) {
        self.buffer = buffer
        self.fields = fields
    }

    /// How many fields there are; a comma list counts once.
    public var count: Int { fields.count }

    /// Whether there is no field at all.
    public var isEmpty: Bool { fields.isEmpty }

    /// What they take up in memory.
    var octets: Int { buffer.count &+ fields.count &* MemoryLayout<Field>.stride }

    /// The first field's value, folds made spaces; nil when there is none. Setting replaces the first field and removes
    /// the others of that name; setting nil removes all.
    public subscript(_ name: HeaderName) -> String? {
        get { firstIndex(of: name).map { buffer.span.text(fields[$0].value) } }
        set {
            guard let newValue else { return removeAll(name) }
            guard let index = firstIndex(of: name) else { return append(name, newValue) }
            removeAll(name, after: index)
            replaceValue(at: index, by: newValue)
        }
    }

    /// Every value of that name in order; where the grammar has a comma list, its elements.
    public func values(_ name: HeaderName) -> [String] {
        let bytes = buffer.span
        return elements(of: name).map { bytes.text($0) }
    }

    /// Whether there is a field of that name.
    public func contains(_ name: HeaderName) -> Bool { firstIndex(of: name) != nil }

    /// Adds a field behind all others.
    public mutating func append(_ name: HeaderName, _ value: String) {
        fields.append(store(name, value))
        compactIfWasteful()
    }

    /// Adds a field before the first one of the same name, and before all others when there is none.
    public mutating func prepend(_ name: HeaderName, _ value: String) {
        let index = firstIndex(of: name) ?? 0
        fields.insert(store(name, value), at: index)
        compactIfWasteful()
    }

    /// Removes every field of that name.
    public mutating func removeAll(_ name: HeaderName) { removeAll(name, after: -1) }

    /// Removes the first value of that name: the first element of a comma list, or the field. A proxy takes away its
    /// Via or Route with it.
    public mutating func removeFirstValue(_ name: HeaderName) {
        guard let index = firstIndex(of: name) else { return }
        let value = fields[index].value
        let end =
            name.isList
            ? buffer.span.endOfListElement(from: value.lowerBound, before: value.upperBound) : value.upperBound
        guard end < value.upperBound else {
            waste &+= value.count
            fields.remove(at: index)
            return
        }
        let rest = buffer.span.skipLWS(from: end &+ 1, before: value.upperBound)
        waste &+= rest &- value.lowerBound
        fields[index].valueStart = UInt32(rest)
    }
}

extension Headers {
    func firstIndex(of name: HeaderName) -> Int? {
        if let known = name.known { return fields.firstIndex { $0.known == known } }
        return fields.firstIndex { $0.known == nil && self.name(of: $0) == name }
    }

    func name(of field: Field) -> HeaderName {
        field.known.map { HeaderName($0) } ?? HeaderName(buffer.span, field.name)
    }

    /// The ranges of all values of that name, comma lists parted, empty elements left out.
    func elements(of name: HeaderName) -> [Range<Int>] {
        let bytes = buffer.span
        var result: [Range<Int>] = []
        for field in fields where field.known == name.known && (field.known != nil || self.name(of: field) == name) {
            guard name.isList else {
                result.append(field.value)
                continue
            }
            var start = field.value.lowerBound
            while start <= field.value.upperBound, result.count < Limits.listLength {
                let end = bytes.endOfListElement(from: start, before: field.value.upperBound)
                let element = bytes.trimmed(start..<end)
                if !element.isEmpty { result.append(element) }
                start = end &+ 1
            }
        }
        return result
    }

    private mutating func store(_ name: HeaderName, _ value: String) -> Field {
        let nameStart = buffer.count
        if name.known == nil { buffer.append(contentsOf: name.text.utf8) }
        let valueStart = buffer.count
        buffer.append(contentsOf: value.utf8)
        return Field(
            nameStart: UInt32(nameStart), valueStart: UInt32(valueStart), valueEnd: UInt32(buffer.count),
            nameLength: UInt16(clamping: valueStart &- nameStart), known: name.known, isVerified: false)
    }

    private mutating func replaceValue(at index: Int, by value: String) {
        waste &+= fields[index].value.count
        let start = buffer.count
        buffer.append(contentsOf: value.utf8)
        fields[index].valueStart = UInt32(start)
        fields[index].valueEnd = UInt32(buffer.count)
        fields[index].isVerified = false
        compactIfWasteful()
    }

    private mutating func removeAll(_ name: HeaderName, after index: Int) {
        var kept: [Field] = []
        kept.reserveCapacity(fields.count)
        for (position, field) in fields.enumerated() {
            if position <= index || self.name(of: field) != name {
                kept.append(field)
            } else {
                waste &+= field.value.count
            }
        }
        fields = kept
    }

    /// A template that is changed for ever (a registration's CSeq) must not grow for ever.
    private mutating func compactIfWasteful() {
        guard waste > 4_096, waste > buffer.count / 2 else { return }
        var compacted: [UInt8] = []
        for index in fields.indices {
            let field = fields[index]
            fields[index].nameStart = UInt32(compacted.count)
            compacted.append(contentsOf: buffer[field.name])
            fields[index].valueStart = UInt32(compacted.count)
            compacted.append(contentsOf: buffer[field.value])
            fields[index].valueEnd = UInt32(compacted.count)
        }
        buffer = compacted
        waste = 0
    }
}

extension Headers: Equatable {
    /// Whether both have the same fields with the same values in the same order; how they were folded or abbreviated
    /// makes no difference.
    public static func == (left: Headers, right: Headers) -> Bool {
        guard left.fields.count == right.fields.count else { return false }
        return zip(left.fields, right.fields).allSatisfy { one, other in
            left.name(of: one) == right.name(of: other)
                && left.buffer.span.text(one.value) == right.buffer.span.text(other.value)
        }
    }
}

extension Headers: Sequence {
    /// The fields in order, each value with its folds made spaces.
    public func makeIterator() -> AnyIterator<(name: HeaderName, value: String)> {
        var index = 0
        return AnyIterator {
            guard index < fields.count else { return nil }
            defer { index += 1 }
            return (name(of: fields[index]), buffer.span.text(fields[index].value))
        }
    }
}

extension Headers: ExpressibleByDictionaryLiteral {
    /// The fields in the order of the literal; a name may come twice.
    public init(dictionaryLiteral elements: (HeaderName, String)...) {
        self.init()
        for (name, value) in elements { append(name, value) }
    }
}

extension Span where Element == UInt8 {
    /// The offset of the comma that ends the list element at `start`, or `end`. Commas in quoted strings and between
    /// angle brackets part nothing.
    func endOfListElement(from start: Int, before end: Int) -> Int {
        guard firstOffset(of: UInt8(ascii: ","), in: start..<end) != nil else { return end }
        var offset = start
        while offset < end {
            switch self[offset] {
            case UInt8(ascii: ","): return offset
            case UInt8(ascii: "\""): offset = endOfQuotedString(from: offset, before: end) ?? end
            case UInt8(ascii: "<"): offset = firstOffset(of: UInt8(ascii: ">"), in: offset..<end) ?? end
            default: offset &+= 1
            }
        }
        return end
    }
}
