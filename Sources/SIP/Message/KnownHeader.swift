/// The header fields this library has a name for, in the order of `table`. Lookup happens once for each line of each
/// message, so a name becomes one octet and no string.
enum KnownHeader: UInt8, CaseIterable, Sendable {
    case via, from, to, callID, cseq, contact, maxForwards,
        route, recordRoute, contentLength, contentType, expires, event, subscriptionState,
        allow, supported, require, proxyRequire, unsupported, userAgent, server,
        pAssertedIdentity, pAssociatedURI, pPreferredIdentity, reason, retryAfter, warning, wwwAuthenticate,
        authorization, proxyAuthenticate, proxyAuthorization, authenticationInfo, minExpires, accept, acceptEncoding,
        acceptLanguage, allowEvents, alertInfo, callInfo, contentDisposition, contentEncoding, contentLanguage,
        date, errorInfo, inReplyTo, mimeVersion, organization, path, priority,
        privacy, rack, rseq, referTo, referredBy, replaces, replyTo,
        sipETag, sipIfMatch, serviceRoute, sessionExpires, minSE, subject, timestamp,
        diversion, historyInfo

    struct Row: Sendable {
        let name: String
        /// The compact form (RFC 3261 §7.3.3), or 0.
        let compact: UInt8
        /// Whether the grammar has a comma list, so that a comma parts values.
        var isList = false
        /// Whether a second field of the name makes the message ambiguous; such a message is refused.
        var isSingle = false

        init(_ name: String, _ compact: Unicode.Scalar? = nil, list: Bool = false, single: Bool = false) {
            self.name = name
            self.compact = compact.map { UInt8(ascii: $0) } ?? 0
            isList = list
            isSingle = single
        }
    }

    static let table: [Row] = [
        Row("Via", "v", list: true),
        Row("From", "f", single: true),
        Row("To", "t", single: true),
        Row("Call-ID", "i", single: true),
        Row("CSeq", single: true),
        Row("Contact", "m", list: true),
        Row("Max-Forwards", single: true),
        Row("Route", list: true),
        Row("Record-Route", list: true),
        Row("Content-Length", "l", single: true),
        Row("Content-Type", "c", single: true),
        Row("Expires", single: true),
        Row("Event", "o", single: true),
        Row("Subscription-State", single: true),
        Row("Allow", list: true),
        Row("Supported", "k", list: true),
        Row("Require", list: true),
        Row("Proxy-Require", list: true),
        Row("Unsupported", list: true),
        Row("User-Agent"),
        Row("Server"),
        Row("P-Asserted-Identity", list: true),
        Row("P-Associated-URI", list: true),
        Row("P-Preferred-Identity", list: true),
        Row("Reason", list: true),
        Row("Retry-After"),
        Row("Warning", list: true),
        Row("WWW-Authenticate"),
        Row("Authorization"),
        Row("Proxy-Authenticate"),
        Row("Proxy-Authorization"),
        Row("Authentication-Info"),
        Row("Min-Expires", single: true),
        Row("Accept", list: true),
        Row("Accept-Encoding", list: true),
        Row("Accept-Language", list: true),
        Row("Allow-Events", "u", list: true),
        Row("Alert-Info", list: true),
        Row("Call-Info", list: true),
        Row("Content-Disposition", single: true),
        Row("Content-Encoding", "e", list: true),
        Row("Content-Language", list: true),
        Row("Date"),
        Row("Error-Info", list: true),
        Row("In-Reply-To", list: true),
        Row("MIME-Version"),
        Row("Organization"),
        Row("Path", list: true),
        Row("Priority"),
        Row("Privacy"),
        Row("RAck", single: true),
        Row("RSeq", single: true),
        Row("Refer-To", "r", single: true),
        Row("Referred-By", "b", single: true),
        Row("Replaces", single: true),
        Row("Reply-To", single: true),
        Row("SIP-ETag", single: true),
        Row("SIP-If-Match", single: true),
        Row("Service-Route", list: true),
        Row("Session-Expires", "x", single: true),
        Row("Min-SE", single: true),
        Row("Subject", "s"),
        Row("Timestamp"),
        Row("Diversion", list: true),
        Row("History-Info", list: true),
    ]

    var row: Row { KnownHeader.table[Int(rawValue)] }
    var name: String { row.name }
    var isList: Bool { KnownHeaderIndex.shared.isList(self) }
    var isSingle: Bool { KnownHeaderIndex.shared.isSingle(self) }

    /// The field whose name, long or compact, in any case, stands in `range`; nil for an unknown one.
    static func named(_ bytes: Span<UInt8>, _ range: Range<Int>) -> KnownHeader? {
        KnownHeaderIndex.shared.lookUp(bytes, range)
    }
}
