/// A SIP, SIPS or telephone URI, or another one kept as it is (RFC 3261 §19.1, RFC 3966).
public struct URI: Hashable, Sendable {
    /// What stands before the colon.
    public enum Scheme: Hashable, Sendable {
        /// RFC 3261 §19.1, and RFC 3966 for `tel`.
        case sip, sips, tel
        /// A scheme that this library does not know; such a Request-URI is answered 416 (RFC 3261 §8.2.2.1).
        case other(String)

        /// The name as it is written.
        public var rawValue: String {
            switch self {
            case .sip: "sip"
            case .sips: "sips"
            case .tel: "tel"
            case .other(let name): name
            }
        }
    }

    /// The scheme.
    public var scheme: Scheme
    /// The user part as it is written, with `%HH` for what cannot stand there; of a `tel` URI the number.
    public private(set) var escapedUser: String?
    /// The password as it is written. It is not a secret: never ask for one, never show one (RFC 3261 §19.1.1).
    public var password: String?
    /// A name or a numeric address, IPv6 without brackets; empty for `tel` and unknown schemes.
    public var host: String
    /// The port, when one is given.
    public var port: UInt16?
    /// The parameters, their values as written.
    public var parameters: Parameters
    /// What follows the question mark, as written: header fields to put into a request (RFC 3261 §19.1.1).
    public var query: String?
    /// Of an unknown scheme, all that follows the colon.
    public var opaque: String

    /// A URI of a scheme with a host.
    public init(scheme: Scheme = .sip, user: String? = nil, host: String, port: UInt16? = nil) {
        self.scheme = scheme
        self.host = host
        self.port = port
        parameters = Parameters()
        opaque = ""
        self.user = user
    }

    /// `sip:user@host:port`; the user is escaped where needed.
    public static func sip(_ user: String?, _ host: String, port: UInt16? = nil) -> URI {
        URI(user: user, host: host, port: port)
    }

    /// The user part with every `%HH` decoded: text of a stranger that may hold any character, NUL included.
    /// The grammar has no empty user: setting one leaves the part out.
    public var user: String? {
        get { escapedUser?.unescaped }
        set {
            let written = newValue?.escaped(except: scheme == .tel ? .telephone : .user)
            escapedUser = written == "" ? nil : written
        }
    }

    /// The header fields that the query asks to put into a request, decoded.
    public var headers: [(name: String, value: String)] {
        guard let query else { return [] }
        return query.split(separator: "&").compactMap { pair in
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { String($0) }
            return halves.count == 2 ? (halves[0].unescaped, halves[1].unescaped) : nil
        }
    }

    /// Reads a URI.
    ///
    /// - Throws: `ParseError` with the offset of the first octet that does not belong.
    public init(parsing text: String) throws(ParseError) {
        let bytes = Array(text.utf8)
        do {
            self.init(bytes.span, try URILayout(bytes.span, bytes.indices))
        } catch {
            throw ParseError(error)
        }
    }

    init(_ bytes: Span<UInt8>, _ layout: URILayout) {
        scheme =
            switch layout.kind {
            case .sip: .sip
            case .sips: .sips
            case .tel: .tel
            case .other: .other(bytes.verbatimText(layout.scheme))
            }
        escapedUser = layout.user.map { bytes.verbatimText($0).normalizedEscapes }
        password = layout.password.map { bytes.verbatimText($0) }
        host = bytes.hostText(layout.host)
        port = layout.port
        // The layout has checked them.
        parameters = (try? Parameters(uri: bytes, layout.parameters)) ?? Parameters()
        query = layout.query.map { bytes.verbatimText($0) }
        opaque = bytes.verbatimText(layout.opaque)
    }
}

extension URI: CustomStringConvertible {
    /// The URI as it is written in a message.
    public var description: String {
        var text = scheme.rawValue + ":"
        switch scheme {
        case .other:
            return text + opaque
        case .tel:
            return text + (escapedUser ?? "") + parameters.uriText
        case .sip, .sips:
            if let escapedUser {
                text += escapedUser
                if let password { text += ":" + password.escaped(except: .password, keepingEscapes: true) }
                text += "@"
            }
            text += host.bracketedIfIPv6
            if let port { text += ":" + String(port) }
            text += parameters.uriText
            if let query { text += "?" + query }
            return text
        }
    }
}

extension String {
    /// `[2001:db8::1]` for an IPv6 address, itself for all else.
    var bracketedIfIPv6: String { utf8.contains(UInt8(ascii: ":")) ? "[" + self + "]" : self }
}
