/// Our side of offer and answer in a session of text: audio is present, and nobody hears anything. Voice will stand
/// here.
package struct TextMedia: Equatable, Sendable {
    private let sessionID: UInt64
    private var version: UInt64 = 0
    private var latest: SessionDescription?

    package init(identifiers: inout Identifiers) {
        sessionID = identifiers.next() >> 1
    }

    /// An offer, with the media that the session had so far in their places (RFC 3264 §8).
    package mutating func offer(from host: String, isHolding: Bool = false) -> SessionDescription {
        publish(
            .textOffer(
                from: host, sessionID: sessionID, version: version, isHolding: isHolding, keeping: latest?.media ?? []))
    }

    /// - Returns: nil when nothing in the offer can be agreed to: 488.
    package mutating func answer(
        _ offer: SessionDescription, from host: String, isHolding: Bool = false
    ) -> SessionDescription? {
        offer.textAnswer(from: host, sessionID: sessionID, version: version, isHolding: isHolding).map { publish($0) }
    }

    /// The version rises by one when, and only when, something else is said than before (RFC 3264 §8).
    private mutating func publish(_ description: SessionDescription) -> SessionDescription {
        guard description != latest else { return description }
        version += 1
        var description = description
        description.origin.version = String(version)
        latest = description
        return description
    }
}
