/// The parameters of a URI or a header field value, in order; names are equal in any case.
///
/// Those of a header field hold their values unquoted. Those of a URI hold them as written there, with their `%HH`.
/// Where a name comes twice the first one counts.
public struct Parameters: Sendable {
    struct Element: Sendable {
        var name: String
        var value: String?
        /// Written between quotes; kept so that a message goes on as it came.
        var isQuoted = false
    }

    private(set) var elements: [Element] = []

    /// None.
    public init() {}

    /// Whether there is none.
    public var isEmpty: Bool { elements.isEmpty }

    /// How many there are.
    public var count: Int { elements.count }

    /// The names in order, as written.
    public var names: [String] { elements.map(\.name) }

    /// The value of a parameter; nil also for one that is there without a value. Setting nil removes it.
    public subscript(_ name: String) -> String? {
        get { index(of: name).flatMap { elements[$0].value } }
        set {
            guard let newValue else { return remove(name) }
            set(name, newValue)
        }
    }

    /// Whether the parameter is there, with or without a value.
    public func contains(_ name: String) -> Bool { index(of: name) != nil }

    /// Sets a parameter; a nil value makes it a flag, as `lr` is.
    public mutating func set(_ name: String, _ value: String? = nil) {
        let element = Element(name: name, value: value)
        if let index = index(of: name) {
            elements[index] = element
        } else {
            elements.append(element)
        }
    }

    /// Removes a parameter.
    public mutating func remove(_ name: String) {
        elements.removeAll { $0.name.asciiLowercased == name.asciiLowercased }
    }

    private func index(of name: String) -> Int? {
        elements.firstIndex { $0.name == name || $0.name.asciiLowercased == name.asciiLowercased }
    }

    mutating func append(_ element: Element) { elements.append(element) }
}

extension Parameters: ExpressibleByDictionaryLiteral {
    /// The parameters in the order of the literal; `nil as String?` makes a flag.
    public init(dictionaryLiteral elements: (String, String?)...) {
        for (name, value) in elements { set(name, value) }
    }
}

extension Parameters: Hashable {
    /// Whether both hold the same names, in any case, and values in the same order.
    public static func == (left: Parameters, right: Parameters) -> Bool {
        left.elements.count == right.elements.count
            && zip(left.elements, right.elements).allSatisfy {
                $0.name.asciiLowercased == $1.name.asciiLowercased && $0.value == $1.value
            }
    }

    /// Hashes what `==` compares.
    public func hash(into hasher: inout Hasher) {
        for element in elements {
            hasher.combine(element.name.asciiLowercased)
            hasher.combine(element.value)
        }
    }
}

extension Parameters {
    /// The well-formed header field parameters from `start` on.
    init(headerField bytes: Span<UInt8>, from start: Int, before end: Int) throws(Fault) {
        var offset = start
        var places = ParameterPlaces()
        while let layout = try bytes.headerParameter(at: &offset, before: end) {
            guard places.take(layout.name, of: bytes) else {
                throw Fault(offset: offset, reason: .malformedParameter)
            }
            let value = layout.value.map { layout.isQuoted ? bytes.unquoted($0) : bytes.verbatimText($0) }
            elements.append(Element(name: bytes.verbatimText(layout.name), value: value, isQuoted: layout.isQuoted))
        }
    }

    init(uri bytes: Span<UInt8>, _ range: Range<Int>) throws(Fault) {
        var offset = range.lowerBound
        while let layout = try bytes.uriParameter(at: &offset, before: range.upperBound) {
            let value = layout.value.map { bytes.verbatimText($0) }
            elements.append(Element(name: bytes.verbatimText(layout.name), value: value))
        }
    }

    /// `;name=value;flag`, quoted where the value asks for it.
    var headerText: String { elements.map { ";" + $0.headerText }.joined() }

    /// `name=value, name="value"`.
    var listText: String { elements.map(\.headerText).joined(separator: ", ") }

    /// `;name=value;flag`, escaped where the value asks for it.
    var uriText: String {
        var text = ""
        for element in elements {
            text += ";" + element.name.escaped(except: .uriParameter, keepingEscapes: true)
            if let value = element.value {
                text += "=" + value.escaped(except: .uriParameter, keepingEscapes: true)
            }
        }
        return text
    }
}

extension Parameters.Element {
    /// `name`, `name=value` or `name="value"`.
    var headerText: String {
        guard let value else { return name }
        let isPlain =
            !isQuoted && !value.isEmpty && value.utf8.allSatisfy { OctetSet.parameterValue.contains($0) }
        return name + "=" + (isPlain ? value : value.quoted)
    }
}
