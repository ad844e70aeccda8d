/// The name of a header field: equal in any case and in its compact form (RFC 3261 §7.3.1, §7.3.3).
public struct HeaderName: Hashable, Sendable, ExpressibleByStringLiteral {
    let known: KnownHeader?
    /// As written, for a name that this library does not know; else empty.
    private let written: String

    /// The name that `text` spells, long or compact.
    public init(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        self.init(bytes.span, bytes.indices)
    }

    /// The name that the literal spells.
    public init(stringLiteral value: String) { self.init(value) }

    init(_ known: KnownHeader) {
        self.known = known
        written = ""
    }

    init(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        known = KnownHeader.named(bytes, range)
        written = known == nil ? bytes.verbatimText(range) : ""
    }

    /// The name in its long form; one that this library does not know as it was written.
    public var text: String { known?.name ?? written }

    /// Whether a comma parts values of this field.
    var isList: Bool { known?.isList ?? false }

    /// Two names are equal when they mean the same field.
    public static func == (left: HeaderName, right: HeaderName) -> Bool {
        left.known == right.known && left.written.asciiLowercased == right.written.asciiLowercased
    }

    /// Hashes what `==` compares.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(known)
        hasher.combine(written.asciiLowercased)
    }
}

extension HeaderName: CustomStringConvertible {
    /// The same as `text`.
    public var description: String { text }
}

/// The names of RFC 3261 §20 and of the extensions that a telephone meets.
extension HeaderName {
    /// `Via`
    public static var via: HeaderName { HeaderName(.via) }
    /// `From`
    public static var from: HeaderName { HeaderName(.from) }
    /// `To`
    public static var to: HeaderName { HeaderName(.to) }
    /// `Call-ID`
    public static var callID: HeaderName { HeaderName(.callID) }
    /// `CSeq`
    public static var cseq: HeaderName { HeaderName(.cseq) }
    /// `Contact`
    public static var contact: HeaderName { HeaderName(.contact) }
    /// `Max-Forwards`
    public static var maxForwards: HeaderName { HeaderName(.maxForwards) }
    /// `Route`
    public static var route: HeaderName { HeaderName(.route) }
    /// `Record-Route`
    public static var recordRoute: HeaderName { HeaderName(.recordRoute) }
    /// `Content-Length`
    public static var contentLength: HeaderName { HeaderName(.contentLength) }
    /// `Content-Type`
    public static var contentType: HeaderName { HeaderName(.contentType) }
    /// `Expires`
    public static var expires: HeaderName { HeaderName(.expires) }
    /// `Event`
    public static var event: HeaderName { HeaderName(.event) }
    /// `Subscription-State`
    public static var subscriptionState: HeaderName { HeaderName(.subscriptionState) }
    /// `Allow`
    public static var allow: HeaderName { HeaderName(.allow) }
    /// `Supported`
    public static var supported: HeaderName { HeaderName(.supported) }
    /// `Require`
    public static var require: HeaderName { HeaderName(.require) }
    /// `Proxy-Require`
    public static var proxyRequire: HeaderName { HeaderName(.proxyRequire) }
    /// `Unsupported`
    public static var unsupported: HeaderName { HeaderName(.unsupported) }
    /// `User-Agent`
    public static var userAgent: HeaderName { HeaderName(.userAgent) }
    /// `Server`
    public static var server: HeaderName { HeaderName(.server) }
    /// `P-Asserted-Identity`
    public static var pAssertedIdentity: HeaderName { HeaderName(.pAssertedIdentity) }
    /// `P-Associated-URI`
    public static var pAssociatedURI: HeaderName { HeaderName(.pAssociatedURI) }
    /// `P-Preferred-Identity`
    public static var pPreferredIdentity: HeaderName { HeaderName(.pPreferredIdentity) }
    /// `Reason`
    public static var reason: HeaderName { HeaderName(.reason) }
    /// `Retry-After`
    public static var retryAfter: HeaderName { HeaderName(.retryAfter) }
    /// `Warning`
    public static var warning: HeaderName { HeaderName(.warning) }
    /// `WWW-Authenticate`
    public static var wwwAuthenticate: HeaderName { HeaderName(.wwwAuthenticate) }
    /// `Authorization`
    public static var authorization: HeaderName { HeaderName(.authorization) }
    /// `Proxy-Authenticate`
    public static var proxyAuthenticate: HeaderName { HeaderName(.proxyAuthenticate) }
    /// `Proxy-Authorization`
    public static var proxyAuthorization: HeaderName { HeaderName(.proxyAuthorization) }
    /// `Authentication-Info`
    public static var authenticationInfo: HeaderName { HeaderName(.authenticationInfo) }
    /// `Min-Expires`
    public static var minExpires: HeaderName { HeaderName(.minExpires) }
    /// `Accept`
    public static var accept: HeaderName { HeaderName(.accept) }
    /// `Accept-Encoding`
    public static var acceptEncoding: HeaderName { HeaderName(.acceptEncoding) }
    /// `Accept-Language`
    public static var acceptLanguage: HeaderName { HeaderName(.acceptLanguage) }
    /// `Allow-Events`
    public static var allowEvents: HeaderName { HeaderName(.allowEvents) }
    /// `Alert-Info`
    public static var alertInfo: HeaderName { HeaderName(.alertInfo) }
    /// `Call-Info`
    public static var callInfo: HeaderName { HeaderName(.callInfo) }
    /// `Content-Disposition`
    public static var contentDisposition: HeaderName { HeaderName(.contentDisposition) }
    /// `Content-Encoding`
    public static var contentEncoding: HeaderName { HeaderName(.contentEncoding) }
    /// `Content-Language`
    public static var contentLanguage: HeaderName { HeaderName(.contentLanguage) }
    /// `Date`
    public static var date: HeaderName { HeaderName(.date) }
    /// `Error-Info`
    public static var errorInfo: HeaderName { HeaderName(.errorInfo) }
    /// `In-Reply-To`
    public static var inReplyTo: HeaderName { HeaderName(.inReplyTo) }
    /// `MIME-Version`
    public static var mimeVersion: HeaderName { HeaderName(.mimeVersion) }
    /// `Organization`
    public static var organization: HeaderName { HeaderName(.organization) }
    /// `Path`
    public static var path: HeaderName { HeaderName(.path) }
    /// `Priority`
    public static var priority: HeaderName { HeaderName(.priority) }
    /// `Privacy`
    public static var privacy: HeaderName { HeaderName(.privacy) }
    /// `RAck`
    public static var rack: HeaderName { HeaderName(.rack) }
    /// `RSeq`
    public static var rseq: HeaderName { HeaderName(.rseq) }
    /// `Refer-To`
    public static var referTo: HeaderName { HeaderName(.referTo) }
    /// `Referred-By`
    public static var referredBy: HeaderName { HeaderName(.referredBy) }
    /// `Replaces`
    public static var replaces: HeaderName { HeaderName(.replaces) }
    /// `Reply-To`
    public static var replyTo: HeaderName { HeaderName(.replyTo) }
    /// `SIP-ETag`
    public static var sipETag: HeaderName { HeaderName(.sipETag) }
    /// `SIP-If-Match`
    public static var sipIfMatch: HeaderName { HeaderName(.sipIfMatch) }
    /// `Service-Route`
    public static var serviceRoute: HeaderName { HeaderName(.serviceRoute) }
    /// `Session-Expires`
    public static var sessionExpires: HeaderName { HeaderName(.sessionExpires) }
    /// `Min-SE`
    public static var minSE: HeaderName { HeaderName(.minSE) }
    /// `Subject`
    public static var subject: HeaderName { HeaderName(.subject) }
    /// `Timestamp`
    public static var timestamp: HeaderName { HeaderName(.timestamp) }
    /// `Diversion`
    public static var diversion: HeaderName { HeaderName(.diversion) }
    /// `History-Info`
    public static var historyInfo: HeaderName { HeaderName(.historyInfo) }
}
