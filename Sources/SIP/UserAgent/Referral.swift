/// What a REFER asks for (RFC 3515 §2.1, RFC 3892).
package struct ReferOrder: Equatable, Sendable {
    /// Whom to call; without header fields and method.
    package var target: NameAddress
    /// The only header field of the Refer-To that goes into the INVITE.
    package var replaces: Replaces?
    /// Whether whoever does not know Replaces is to refuse the INVITE.
    package var requiresReplaces = false
    /// Who asks, as it says itself.
    package var by: NameAddress?

    /// - Throws: 400 when there is not one address to call, 416 when it is none of SIP.
    package init(_ request: Request) throws(BodyFault) {
        guard request.headers.values(.referTo).count == 1, let referTo = request.referTo else {
            throw BodyFault(status: 400)
        }
        switch referTo.uri.scheme {
        case .sip, .sips: break
        case .tel, .other: throw BodyFault(status: 416)
        }
        if let method = referTo.uri.parameters["method"], method != Method.invite.rawValue {
            throw BodyFault(status: 400)
        }
        target = NameAddress(referTo.uri.asRequestURI, displayName: referTo.displayName)
        by = request.referredBy.map { NameAddress($0.uri, displayName: $0.displayName) }
        // A value is never copied: it is read, and what was read is written anew.
        let fields = referTo.uri.headers
        let wishes = fields.filter { HeaderName($0.name) == .replaces }
        guard wishes.count <= 1 else { throw BodyFault(status: 400) }
        if let wish = wishes.first {
            guard let replaces = Replaces(wish.value) else { throw BodyFault(status: 400) }
            self.replaces = replaces
            requiresReplaces = fields.contains { field in
                HeaderName(field.name) == .require
                    && field.value.split { $0 == "," || $0 == " " }.contains { $0.lowercased() == "replaces" }
            }
        }
    }
}

/// A peer's REFER that waits for its outcome; each has a subscription of its own, which the peer learns the state of by
/// NOTIFY (RFC 3515 §2.4.4).
package struct Referral: Equatable, Sendable {
    /// How many may be open in one session.
    package static let most = 4
    /// How long the person may think about it.
    package static let patience = Duration.seconds(180)
    /// How long the call that it asked for may take to be answered or not; the INVITE gives up before.
    package static let longestCall = Duration.seconds(240)
    /// What the subscription is said to last, in seconds: the person's time, that of the call, and some more.
    package static let expires: UInt32 = 420

    /// The number of the REFER.
    package let number: UInt32
    /// The first REFER of a session needs no id (RFC 3515 §2.4.6).
    package let event: EventPackage
    /// The last provisional status that was told.
    private var told = 0

    package init(number: UInt32, isFirst: Bool) {
        self.number = number
        event = EventPackage(package: "refer", id: isFirst ? nil : String(number))
    }

    /// The NOTIFY that tells a status; nil when it was told.
    package mutating func notice(_ fragment: StatusFragment, reason: String = "noresource") -> Errands.Errand? {
        guard fragment.isFinal || told != fragment.status else { return nil }
        told = fragment.status
        let state =
            fragment.isFinal
            ? SubscriptionState(.terminated, reason: reason) : SubscriptionState(.active, expires: Self.expires)
        return Errands.Errand(
            asked: .notice(number), method: .notify,
            fields: [
                .init(name: .event, value: event.description),
                .init(name: .subscriptionState, value: state.description),
            ], contentType: StatusFragment.mediaType, body: fragment.serialized)
    }
}
