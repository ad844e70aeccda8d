/// Our side of offer and answer in a session of text: audio present and inactive. Voice will stand here.
package struct TextMedia: Equatable, Sendable {
    private let sessionID: UInt64
    private var version: UInt64 = 0
    private var latest: SessionDescription?

    package init(identifiers: inout Identifiers) {
        sessionID = identifiers.next() >> 1
    }

    package mutating func offer(from host: String) -> SessionDescription {
        publish(.textOffer(from: host, sessionID: sessionID, version: version))
    }

    /// - Returns: nil when nothing in the offer can be agreed to: 488.
    package mutating func answer(_ offer: SessionDescription, from host: String) -> SessionDescription? {
        offer.textAnswer(from: host, sessionID: sessionID, version: version).map { publish($0) }
    }

    /// The version rises when, and only when, something else is said than before (RFC 3264 §8).
    private mutating func publish(_ description: SessionDescription) -> SessionDescription {
        guard description != latest else { return description }
        version += 1
        var description = description
        description.origin.version = String(version)
        latest = description
        return description
    }
}
