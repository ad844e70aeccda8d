/// What the four machines of RFC 3261 §17 have in common, for the tables that hold them.
package protocol Transaction: Sendable {
    associatedtype Event: Sendable
    associatedtype Effect: Sendable

    /// The flow its messages travel on, from the first to the last.
    var flow: Flow { get }
    var isTerminated: Bool { get }
    mutating func handle(_ event: Event) -> [Effect]
}

/// Why a client transaction ended without a final response.
public enum TransactionFailure: Hashable, Sendable {
    /// Timer B or F fired (RFC 3261 §17.1), or a cancelled INVITE got no final response in 64·T1 (§9.1);
    /// the transaction user treats it as a 408.
    case timedOut
    /// The flow closed under it; to be treated as a 503 (§8.1.3.1).
    case transport
    /// The request is over the limit for a datagram (§18.1.1: take TCP), or over that for any message; it was not sent.
    case tooLarge
    /// Our own table of transactions is full; nothing was sent.
    case overloaded
    /// A header holds what cannot be written, such as a line break; nothing was sent.
    case unwritable
}

/// The three kinds of response that the machines tell apart.
package enum ResponseClass: Sendable {
    case provisional, success, failure

    init(_ status: Int) {
        self = status < 200 ? .provisional : status < 300 ? .success : .failure
    }
}

extension Request {
    /// A request that travels the same hop as this one and belongs to it: the CANCEL (RFC 3261 §9.1) and the ACK for
    /// a final response other than 2xx (§17.1.1.3). It carries this request's top Via alone, its Route, and its
    /// CSeq number; `to` replaces To where a tag is known by now.
    func companion(_ method: Method, to: String? = nil) -> Request {
        var fields = Headers()
        if let via = headers[.via] { fields.append(.via, via) }
        for route in headers.values(.route) { fields.append(.route, route) }
        fields.append(.maxForwards, String(Self.initialMaxForwards))
        if let from = headers[.from] { fields.append(.from, from) }
        if let to = to ?? headers[.to] { fields.append(.to, to) }
        if let callID = headers[.callID] { fields.append(.callID, callID) }
        if let number = cseq?.number { fields.append(.cseq, "\(number) \(method.rawValue)") }
        return Request(method, uri, headers: fields)
    }

    /// What a request starts with in Max-Forwards (RFC 3261 §8.1.1.6).
    static var initialMaxForwards: Int { 70 }
}
