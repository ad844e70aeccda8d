/// The fields that requests and responses share, read when asked for. A getter gives nil when the field is absent or
/// malformed; a setter writes the field anew, and removes it when given nil.
public protocol MessageFields {
    /// The fields as they stand in the message.
    var headers: Headers { get set }
}

extension MessageFields {
    /// The topmost Via: of a request the hop it came from, of a response ourselves. Setting replaces it alone; nil
    /// takes it away, and the next becomes topmost.
    public var topVia: Via? {
        get { firstElement(.via) { bytes, range in Via(bytes, range) } }
        set {
            headers.removeFirstValue(.via)
            if let newValue { headers.prepend(.via, newValue.description) }
        }
    }

    /// All Vias, topmost first, without those that cannot be read.
    public var vias: [Via] { elements(.via) { bytes, range in Via(bytes, range) } }

    /// From (RFC 3261 §20.20).
    public var from: NameAddress? {
        get { nameAddress(.from) }
        set { headers[.from] = newValue?.description }
    }

    /// To (RFC 3261 §20.39).
    public var to: NameAddress? {
        get { nameAddress(.to) }
        set { headers[.to] = newValue?.description }
    }

    /// Call-ID, compared octet by octet (RFC 3261 §20.8).
    public var callID: String? {
        get { headers[.callID].flatMap { $0.isEmpty ? nil : $0 } }
        set { headers[.callID] = newValue }
    }

    /// CSeq (RFC 3261 §20.16).
    public var cseq: CSeq? {
        get { firstElement(.cseq) { bytes, range in CSeq(bytes, range) } }
        set { headers[.cseq] = newValue?.description }
    }

    /// The first Contact; nil also for `Contact: *`.
    public var contact: NameAddress? {
        get { nameAddress(.contact) }
        set { headers[.contact] = newValue?.description }
    }

    /// All Contacts that can be read.
    public var contacts: [NameAddress] {
        get { nameAddresses(.contact) }
        set { setNameAddresses(.contact, newValue) }
    }

    /// Where requests in a dialog go: the only Contact, and a SIP or SIPS URI (RFC 3261 §8.1.1.8). Nil when there is
    /// none, more than one, or one of another scheme.
    var target: URI? {
        let contacts = contacts
        guard contacts.count == 1, let uri = contacts.first?.uri else { return nil }
        switch uri.scheme {
        case .sip, .sips: return uri
        case .tel, .other: return nil
        }
    }

    /// Whether Contact is the `*` that removes every binding of a registration (RFC 3261 §10.2.2).
    public var hasWildcardContact: Bool { headers.values(.contact) == ["*"] }

    /// Record-Route, topmost first.
    public var recordRoutes: [NameAddress] {
        get { nameAddresses(.recordRoute) }
        set { setNameAddresses(.recordRoute, newValue) }
    }

    /// Route, topmost first.
    public var routes: [NameAddress] {
        get { nameAddresses(.route) }
        set { setNameAddresses(.route, newValue) }
    }

    /// Path, topmost first (RFC 3327).
    public var paths: [NameAddress] { nameAddresses(.path) }

    /// P-Asserted-Identity: who the peer is according to a network that we trust (RFC 3325 §9.1). The caller decides
    /// whether the message came from such a network.
    public var assertedIdentities: [NameAddress] {
        get { nameAddresses(.pAssertedIdentity) }
        set { setNameAddresses(.pAssertedIdentity, newValue) }
    }

    /// P-Preferred-Identity (RFC 3325 §9.2).
    public var preferredIdentity: NameAddress? {
        get { nameAddress(.pPreferredIdentity) }
        set { headers[.pPreferredIdentity] = newValue?.description }
    }

    /// P-Associated-URI: the addresses that a registrar gives (RFC 7315 §4.1).
    public var associatedURIs: [NameAddress] {
        get { nameAddresses(.pAssociatedURI) }
        set { setNameAddresses(.pAssociatedURI, newValue) }
    }

    /// Refer-To (RFC 3515).
    public var referTo: NameAddress? {
        get { nameAddress(.referTo) }
        set { headers[.referTo] = newValue?.description }
    }

    /// Referred-By: who asked for a request (RFC 3892 §3).
    public var referredBy: NameAddress? {
        get { nameAddress(.referredBy) }
        set { headers[.referredBy] = newValue?.description }
    }

    /// Replaces (RFC 3891 §6.1).
    public var replaces: Replaces? {
        get { headers[.replaces].flatMap { Replaces($0) } }
        set { headers[.replaces] = newValue?.description }
    }

    /// Expires, seconds. A number beyond 2^32-1 counts as 2^32-1 (RFC 3261 §20.19).
    public var expires: UInt32? {
        get { seconds(.expires) }
        set { headers[.expires] = newValue.map { String($0) } }
    }

    /// Min-Expires, seconds (RFC 3261 §20.23).
    public var minExpires: UInt32? {
        get { seconds(.minExpires) }
        set { headers[.minExpires] = newValue.map { String($0) } }
    }

    /// Retry-After, seconds; its comment and parameters are left out (RFC 3261 §20.33).
    public var retryAfter: UInt32? {
        guard let text = headers[.retryAfter] else { return nil }
        return UInt32(saturating: String(decoding: text.utf8.prefix { OctetSet.digit.contains($0) }, as: UTF8.self))
    }

    /// Max-Forwards, 0...255.
    public var maxForwards: Int? {
        get { headers[.maxForwards].flatMap { UInt8($0) }.map { Int($0) } }
        set { headers[.maxForwards] = newValue.map { String($0) } }
    }

    /// Event (RFC 6665 §8.2.1).
    public var event: EventPackage? {
        get { headers[.event].flatMap { EventPackage($0) } }
        set { headers[.event] = newValue?.description }
    }

    /// Subscription-State (RFC 6665 §8.2.3).
    public var subscriptionState: SubscriptionState? {
        get { headers[.subscriptionState].flatMap { SubscriptionState($0) } }
        set { headers[.subscriptionState] = newValue?.description }
    }

    /// Content-Type (RFC 3261 §20.15).
    public var contentType: MediaType? {
        get { headers[.contentType].flatMap { MediaType($0) } }
        set { headers[.contentType] = newValue?.description }
    }

    /// The challenges of a 401 (RFC 3261 §22.2), one for each field that can be read.
    public var challenges: [AuthenticationParameters] {
        headers.values(.wwwAuthenticate).compactMap { AuthenticationParameters($0) }
    }

    /// The challenges of a 407 (RFC 3261 §22.3), one for each field that can be read.
    public var proxyChallenges: [AuthenticationParameters] {
        headers.values(.proxyAuthenticate).compactMap { AuthenticationParameters($0) }
    }

    /// The credentials in Authorization, one for each field that can be read.
    public var credentials: [AuthenticationParameters] {
        headers.values(.authorization).compactMap { AuthenticationParameters($0) }
    }

    /// The methods that Allow lists.
    public var allowed: [Method] {
        get { headers.values(.allow).map { Method($0) } }
        set { headers[.allow] = newValue.isEmpty ? nil : newValue.map(\.rawValue).joined(separator: ", ") }
    }

    /// The option tags that Require lists.
    public var required: [String] { headers.values(.require) }

    /// The option tags that Supported lists.
    public var supported: [String] { headers.values(.supported) }
}

extension MessageFields {
    func nameAddress(_ name: HeaderName) -> NameAddress? {
        firstElement(name) { bytes, range in NameAddress(bytes, range) }
    }

    func nameAddresses(_ name: HeaderName) -> [NameAddress] {
        elements(name) { bytes, range in NameAddress(bytes, range) }
    }

    mutating func setNameAddresses(_ name: HeaderName, _ addresses: [NameAddress]) {
        headers.removeAll(name)
        for address in addresses { headers.append(name, address.description) }
    }

    private func seconds(_ name: HeaderName) -> UInt32? { headers[name].flatMap { UInt32(saturating: $0) } }

    private func firstElement<T>(_ name: HeaderName, _ read: (Span<UInt8>, Range<Int>) -> T?) -> T? {
        guard let index = headers.firstIndex(of: name) else { return nil }
        let bytes = headers.buffer.span
        let value = headers.fields[index].value
        guard name.isList else { return read(bytes, value) }
        let end = bytes.endOfListElement(from: value.lowerBound, before: value.upperBound)
        return read(bytes, bytes.trimmed(value.lowerBound..<end))
    }

    private func elements<T>(_ name: HeaderName, _ read: (Span<UInt8>, Range<Int>) -> T?) -> [T] {
        let ranges = headers.elements(of: name)
        let bytes = headers.buffer.span
        return ranges.compactMap { read(bytes, $0) }
    }
}

extension UInt32 {
    /// A decimal number; one that is too large counts as the largest. Nil when it is no number.
    init?(saturating text: String) {
        guard !text.isEmpty, text.utf8.allSatisfy({ OctetSet.digit.contains($0) }) else { return nil }
        self = UInt32(text) ?? .max
    }
}
