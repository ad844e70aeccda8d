/// An Event value: the package, and the `id` that tells subscriptions in one dialog apart (RFC 6665 §8.2.1).
public struct EventPackage: Hashable, Sendable {
    /// `presence` for instance; case matters.
    public var package: String
    /// The subscription's id, when one is given.
    public var id: String?

    /// A package, with an id or without.
    public init(package: String, id: String? = nil) {
        self.package = package
        self.id = id
    }

    /// Reads `package;id=…`; nil when it is malformed.
    public init?(_ text: String) {
        guard let (package, parameters) = text.tokenAndParameters else { return nil }
        self.init(package: package, id: parameters["id"])
    }

    /// RFC 3856.
    public static let presence = EventPackage(package: "presence")
}

extension EventPackage: CustomStringConvertible {
    /// The value as it is written in a message.
    public var description: String { package + (id.map { ";id=" + $0 } ?? "") }
}

/// A Subscription-State value (RFC 6665 §8.2.3).
public struct SubscriptionState: Hashable, Sendable {
    /// How the subscription stands.
    public enum State: Hashable, Sendable {
        /// The states of RFC 6665 §4.1.3.
        case active, pending, terminated
        /// An extension, in lower case; it counts as active.
        case other(String)
    }

    /// How the subscription stands.
    public var state: State
    /// expires, reason, retry-after and whatever else there is.
    public var parameters: Parameters

    /// A state, the seconds that are left, and why it ended.
    public init(_ state: State, expires: UInt32? = nil, reason: String? = nil) {
        self.state = state
        parameters = Parameters()
        parameters["expires"] = expires.map { String($0) }
        parameters["reason"] = reason
    }

    /// Reads `active;expires=60`; nil when it is malformed.
    public init?(_ text: String) {
        guard let (token, parameters) = text.tokenAndParameters else { return nil }
        state =
            switch token.asciiLowercased {
            case "active": .active
            case "pending": .pending
            case "terminated": .terminated
            case let other: .other(other)
            }
        self.parameters = parameters
    }

    /// Seconds that are left.
    public var expires: UInt32? { parameters["expires"].flatMap { UInt32(saturating: $0) } }
    /// Why the subscription ended: `noresource`, `timeout`, `rejected`, … (RFC 6665 §4.1.3).
    public var reason: String? { parameters["reason"]?.asciiLowercased }
    /// Seconds to wait before subscribing again.
    public var retryAfter: UInt32? { parameters["retry-after"].flatMap { UInt32(saturating: $0) } }
}

extension SubscriptionState: CustomStringConvertible {
    /// The value as it is written in a message.
    public var description: String {
        let token =
            switch state {
            case .active: "active"
            case .pending: "pending"
            case .terminated: "terminated"
            case .other(let token): token
            }
        return token + parameters.headerText
    }
}

extension String {
    /// A token followed by header field parameters and nothing else.
    var tokenAndParameters: (String, Parameters)? {
        let bytes = Array(utf8)
        let span = bytes.span
        let end = span.end(of: .token, from: 0, before: span.count)
        guard end > 0, let parameters = try? Parameters(headerField: span, from: end, before: span.count) else {
            return nil
        }
        return (span.verbatimText(0..<end), parameters)
    }
}
