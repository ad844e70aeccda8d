import SIP

/// What is still to be ended of connections that are gone, in lumps: one that had thousands of requests under way would keep
/// everybody else waiting.
struct Departures: Sendable {
    enum Remnant: Sendable {
        /// A transaction on the connection.
        case transaction(TransactionLayer.Member)
        /// An INVITE that came over it and awaits its final response.
        case invite(TransactionLayer.ServerID)
    }

    /// Half a millisecond of work.
    static let lump = 16

    private var waiting: ArraySlice<Remnant> = []

    var isEmpty: Bool { waiting.isEmpty }

    mutating func add(_ remnants: [Remnant]) { waiting += remnants }

    /// The next ones' turn has come.
    mutating func take() -> ArraySlice<Remnant> {
        let lump = waiting.prefix(Self.lump)
        waiting = waiting.count > Self.lump ? waiting.dropFirst(Self.lump) : []
        return lump
    }
}
