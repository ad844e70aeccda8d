/// One hop (RFC 3261 §20.42, RFC 3581, RFC 5118 §4.5).
public struct Via: Hashable, Sendable {
    /// The transport as it is written, `UDP` for instance.
    public var transport: String
    /// The sent-by host, IPv6 without brackets.
    public var host: String
    /// The sent-by port, when one is given.
    public var port: UInt16?
    /// branch, received, rport and whatever else there is.
    public var parameters: Parameters

    /// A hop of ours.
    ///
    /// - Parameter requestsRport: whether the response shall come back to the port we sent from (RFC 3581 §3).
    public init(
        _ transport: TransportProtocol, host: String, port: UInt16? = nil, branch: String, requestsRport: Bool = true
    ) {
        self.transport = transport.viaName
        self.host = host
        self.port = port
        parameters = Parameters()
        if requestsRport { parameters.set("rport") }
        self.branch = branch
    }

    /// The transport when we know it, in any case.
    public var transportProtocol: TransportProtocol? {
        TransportProtocol(rawValue: transport.asciiLowercased)
    }

    /// The transaction's name; RFC 3261's own begin with `z9hG4bK` (§8.1.1.7).
    public var branch: String? {
        get { parameters["branch"] }
        set { parameters["branch"] = newValue }
    }

    /// The address that the request really came from (RFC 3261 §18.2.1), IPv6 without brackets.
    public var received: String? {
        get {
            guard let text = parameters["received"] else { return nil }
            guard text.hasPrefix("["), text.hasSuffix("]") else { return text }
            return String(text.dropFirst().dropLast())
        }
        set { parameters["received"] = newValue }
    }

    /// Whether `rport` is there, with or without a value.
    public var hasRport: Bool { parameters.contains("rport") }

    /// The port that the request really came from; nil also while `rport` has no value yet (RFC 3581 §4). Setting nil
    /// leaves the parameter without a value.
    public var rport: UInt16? {
        get { parameters["rport"].flatMap { UInt16($0) } }
        set { parameters.set("rport", newValue.map { String($0) }) }
    }

    /// Reads one Via.
    ///
    /// - Throws: `ParseError` with the offset of the first octet that does not belong.
    public init(parsing text: String) throws(ParseError) {
        let bytes = Array(text.utf8)
        do {
            let layout = try ViaLayout(bytes.span, bytes.indices)
            try self.init(bytes.span, layout)
        } catch {
            throw ParseError(error)
        }
    }

    init?(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        guard let layout = try? ViaLayout(bytes, range), let via = try? Via(bytes, layout) else { return nil }
        self = via
    }

    private init(_ bytes: Span<UInt8>, _ layout: ViaLayout) throws(Fault) {
        transport = bytes.verbatimText(layout.transport)
        host = bytes.hostText(layout.place.host)
        port = layout.place.port
        parameters = try Parameters(headerField: bytes, from: layout.place.end, before: layout.end)
    }
}

extension Via: CustomStringConvertible {
    /// The value as it is written in a message.
    public var description: String {
        "SIP/2.0/" + transport + " " + host.bracketedIfIPv6 + (port.map { ":" + String($0) } ?? "")
            + parameters.headerText
    }
}

/// A Via by its offsets.
struct ViaLayout {
    @Compact var transport: Range<Int>
    var place: HostLayout
    /// Behind the last parameter.
    var end: Int

    init(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(Fault) {
        try self.init(sentBy: bytes, range)
        try bytes.checkHeaderParameters(from: place.end, before: end)
    }

    /// Reads as far as the sent-by: enough to know where an answer goes, whatever is wrong behind it.
    init(sentBy bytes: Span<UInt8>, _ range: Range<Int>) throws(Fault) {
        end = range.upperBound
        var offset = range.lowerBound
        _ = try ViaLayout.token(bytes, at: &offset, before: end)
        try ViaLayout.slash(bytes, at: &offset, before: end)
        // Another version than 2.0 is not refused here: the start line decides, with a 505.
        _ = try ViaLayout.token(bytes, at: &offset, before: end)
        try ViaLayout.slash(bytes, at: &offset, before: end)
        transport = try ViaLayout.token(bytes, at: &offset, before: end)
        let host = bytes.skipLWS(from: offset, before: end)
        guard host > offset else { throw Fault(offset: offset, reason: .malformedValue) }
        place = try HostLayout(bytes, from: host, before: end, allowsLWS: true)
    }

    private static func token(_ bytes: Span<UInt8>, at offset: inout Int, before end: Int) throws(Fault) -> Range<Int> {
        let start = bytes.skipLWS(from: offset, before: end)
        offset = bytes.end(of: .token, from: start, before: end)
        guard offset > start else { throw Fault(offset: start, reason: .malformedValue) }
        return start..<offset
    }

    private static func slash(_ bytes: Span<UInt8>, at offset: inout Int, before end: Int) throws(Fault) {
        offset = bytes.skipLWS(from: offset, before: end)
        guard offset < end, bytes[offset] == UInt8(ascii: "/") else {
            throw Fault(offset: offset, reason: .malformedValue)
        }
        offset &+= 1
    }
}
