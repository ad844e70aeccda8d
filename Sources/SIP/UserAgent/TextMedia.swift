/// Our side of offer and answer in a session of text: audio is present, and nobody hears anything. Voice will stand
/// here.
package struct TextMedia: Equatable, Sendable {
    private let sessionID: UInt64
    /// Where the session began; o= keeps it though we move (RFC 3264 §8).
    private var origin: SessionDescription.Address?
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

    /// Whether a description is an answer to our last offer: medium by medium, in its order (RFC 3264 §6).
    package func isAnswered(by answer: SessionDescription) -> Bool {
        latest.map { $0.media.map(\.kind) == answer.media.map(\.kind) } ?? false
    }

    /// The version rises by one when, and only when, something else is said than before (RFC 3264 §8).
    private mutating func publish(_ description: SessionDescription) -> SessionDescription {
        var description = description
        description.origin.address = origin ?? description.origin.address
        guard description != latest else { return description }
        origin = description.origin.address
        version += 1
        description.origin.version = String(version)
        latest = description
        return description
    }
}
