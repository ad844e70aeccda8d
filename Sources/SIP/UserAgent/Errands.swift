/// Our requests in a session that are neither messages nor changes of it: keys, a REFER, and what is told of the peer's
/// REFERs. They go one at a time and in order, and not beside a message: over UDP a later request may overtake an
/// earlier, which the peer then has to refuse (RFC 3261 §12.2.2).
package struct Errands: Equatable, Sendable {
    package struct Errand: Equatable, Sendable {
        package var asked: Session.Asked
        package var method: Method
        package var fields: [Field] = []
        package var contentType: String?
        package var body: [UInt8] = []
    }

    package struct Field: Equatable, Sendable {
        package var name: HeaderName
        package var value: String
    }

    /// How many keys wait at most; further ones are lost.
    package static let mostKeys = 128

    private var waiting: [Errand] = []
    /// Whose answer is awaited.
    private(set) var underWay: Session.Asked?

    package init() {}

    package var isEmpty: Bool { underWay == nil && waiting.isEmpty }

    package var hasRoomForKeys: Bool { waiting.count < Self.mostKeys }

    package mutating func add(_ errand: Errand) { waiting.append(errand) }

    /// The one to send now, if none is under way.
    package mutating func next() -> Errand? {
        guard underWay == nil, !waiting.isEmpty else { return nil }
        let errand = waiting.removeFirst()
        underWay = errand.asked
        return errand
    }

    /// The answer came; false when it was not awaited.
    package mutating func settle(_ asked: Session.Asked) -> Bool {
        guard underWay == asked else { return false }
        underWay = nil
        return true
    }

    /// Leaves what only makes sense in a call; NOTIFY outlives it (RFC 5057 §4.1).
    package mutating func leaveCall() {
        waiting.removeAll { $0.method != .notify }
    }

    /// The peer does not want to hear of a REFER any more.
    package mutating func drop(_ asked: Session.Asked) {
        waiting.removeAll { $0.asked == asked }
    }

    package mutating func abandon() {
        waiting = []
        underWay = nil
    }
}
