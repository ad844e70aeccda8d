/// One end of a dialog (RFC 3261 §12): who talks to whom, over which proxies, and in which order.
///
/// It makes the requests that go out in the dialog and judges those that come in. Whether the session inside is still
/// wanted is its owner's affair; a dialog ends when the owner lets go of it.
public struct Dialog: Hashable, Sendable {
    /// How far it has come.
    public enum State: Hashable, Sendable {
        /// Made by a provisional response.
        case early
        /// Made or confirmed by a 2xx, or by a NOTIFY.
        case confirmed
    }

    /// What to do with a request that came in the dialog.
    public enum Order: Hashable, Sendable {
        /// It is the next one; the remote sequence number and the remote target are up to date.
        case inOrder
        /// It is older than what was heard before, or the same again: answer 500 (§12.2.2).
        case outOfOrder
    }

    /// Call-ID and tags.
    public private(set) var id: DialogID
    /// Early or confirmed.
    public private(set) var state: State
    /// Our address with our tag, as it stands in the From of our requests.
    public let local: NameAddress
    /// The peer's address with its tag, as it stands in the To of our requests.
    public let remote: NameAddress
    /// Where the peer wants our requests: its latest Contact.
    public private(set) var remoteTarget: URI
    /// The proxies on the way, in the order our requests visit them.
    public private(set) var routeSet: RouteSet
    /// The number of our last request; nil before the first.
    public internal(set) var localCSeq: UInt32?
    /// The number of the peer's last request; nil before its first.
    public private(set) var remoteCSeq: UInt32?

    /// The dialog that a response makes at the end that asked (§12.1.2).
    ///
    /// - Parameters:
    ///   - request: the INVITE or SUBSCRIBE as it was sent, with our tag in From.
    ///   - response: 101 to 299. Without a usable Contact the request's URI stands in for the remote target.
    /// - Returns: nil when the response makes no dialog: 100, 300 and above, a provisional one without a To tag, or
    ///   with unreadable From, To, Call-ID or CSeq.
    public init?(uac request: Request, response: Response) {
        guard (101..<300).contains(response.status), let id = DialogID(receivedResponse: response),
            let local = request.from, let remote = response.to, let number = request.cseq?.number
        else { return nil }
        self.id = id
        state = response.status < 200 ? .early : .confirmed
        self.local = local
        self.remote = remote
        remoteTarget = response.target ?? request.uri
        routeSet = RouteSet(recordedBy: response)
        localCSeq = number
        remoteCSeq = nil
    }

    /// The dialog that a response makes at the end that answers (§12.1.1).
    ///
    /// - Parameters:
    ///   - request: the INVITE or SUBSCRIBE as it was received.
    ///   - response: 101 to 299, with our tag in To.
    /// - Returns: nil when the response makes no dialog, or when the request has not one Contact with a SIP or SIPS URI: that is
    ///   a 400.
    public init?(uas request: Request, response: Response) {
        guard (101..<300).contains(response.status), let callID = request.callID, let remote = request.from,
            let local = response.to, let tag = local.tag, let target = request.target,
            let number = request.cseq?.number
        else { return nil }
        id = DialogID(callID: callID, localTag: tag, remoteTag: remote.tag ?? "")
        state = response.status < 200 ? .early : .confirmed
        self.local = local
        self.remote = remote
        remoteTarget = target
        routeSet = RouteSet(recordedBy: request)
        localCSeq = nil
        remoteCSeq = number
    }

    /// The dialog that a NOTIFY makes at the subscriber, also when it overtakes the 2xx (RFC 6665 §4.1.2.4, §4.4.1).
    ///
    /// - Parameters:
    ///   - request: the SUBSCRIBE as it was sent.
    ///   - notify: the NOTIFY as it was received.
    /// - Returns: nil when the NOTIFY is not the SUBSCRIBE's (Call-ID, our tag) or has no Contact.
    public init?(subscriber request: Request, notify: Request) {
        guard let id = DialogID(receivedRequest: notify), id.callID == request.callID, let local = request.from,
            local.tag == id.localTag, let remote = notify.from, let target = notify.target,
            let remoteNumber = notify.cseq?.number
        else { return nil }
        self.id = id
        state = .confirmed
        self.local = local
        self.remote = remote
        remoteTarget = target
        routeSet = RouteSet(recordedBy: notify)
        localCSeq = request.cseq?.number
        remoteCSeq = remoteNumber
    }

    /// Takes in a response to one of our requests: a 2xx confirms an early dialog and gives it its final route set
    /// (§13.2.2.4), and a 2xx to a target refresh request brings the peer's latest Contact (§12.2.1.2).
    ///
    /// - Returns: whether the dialog lives on. After a 481, a 408 or no answer at all it is gone (§12.2.1.2).
    @discardableResult
    public mutating func receive(_ response: Response) -> Bool {
        guard (200..<300).contains(response.status) else { return response.status != 481 && response.status != 408 }
        guard let method = response.cseq?.method, method.refreshesTarget else { return true }
        if state == .early && (method == .invite || method == .subscribe) {
            state = .confirmed
            routeSet = RouteSet(recordedBy: response)
        }
        if let target = response.target { remoteTarget = target }
        return true
    }

    /// The end that answered confirms its early dialog when it sends the 2xx.
    public mutating func confirm() {
        state = .confirmed
    }

    /// Takes in a request of the peer, ACK and CANCEL aside: they share a number with their INVITE (§12.2.2).
    ///
    /// Numbers may leave gaps but not go back. The same number again is out of order too: the transaction layer
    /// absorbed the copies, so this is another request in an old one's clothes.
    public mutating func receive(_ request: Request) -> Order {
        guard let number = request.cseq?.number else { return .outOfOrder }
        if let last = remoteCSeq, number <= last { return .outOfOrder }
        remoteCSeq = number
        if request.method.refreshesTarget, let target = request.target { remoteTarget = target }
        return .inOrder
    }
}

extension Method {
    /// Whether the request, or a 2xx to it, brings a new remote target (§12.2; RFC 3311, 3515, 6665).
    var refreshesTarget: Bool {
        switch self {
        case .invite, .update, .subscribe, .notify, .refer: true
        case .ack, .bye, .cancel, .options, .register, .message, .info, .prack, .publish, .other: false
        }
    }
}
