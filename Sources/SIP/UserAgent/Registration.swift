/// One binding at a registrar, kept fresh (RFC 3261 §10.2, RFC 5626 §4.2).
///
///                  start                    2xx                    half of the expiry
///     idle ───────────────────> asking ───────────────> bound ───────────────────────> refreshing
///      ^                        │ ^ 423 (once)            ^                            │  │
///      └──── any other final <──┘ └┘                      └──────────── 2xx <──────────┘  │ 408, 5xx, time-out:
///      ^                                                               bound, try again <─┘ as long as the binding lives
///      └──── any answer <── leaving <── stop
///
/// The Call-ID never changes and the CSeq only rises, also from one flow to the next: by them the registrar knows
/// that it is us again.
public struct Registration: Equatable, Sendable {
    /// What to register, and where.
    public struct Parameters: Hashable, Sendable {
        /// The Request-URI: the domain of the exchange.
        public var registrar: URI
        /// To and From: the address of record, with the name that others are to see.
        public var address: NameAddress
        /// How long to ask for, in seconds.
        public var expires: UInt32
        /// The URN of this program's instance (`+sip.instance`, RFC 5626 §4.1); nil leaves it and reg-id out.
        public var instance: String?
        /// The address we would like to be given again (P-Preferred-Identity); nil asks for the last one given.
        public var preferred: URI?
        /// What to answer when our own exchange asks for a password, here and for all else on the same flow.
        public var account: DigestAccount?

        /// A registration for a minute, as our exchange likes it.
        public init(
            registrar: URI, address: NameAddress, expires: UInt32 = 60, instance: String? = nil, preferred: URI? = nil,
            account: DigestAccount? = nil
        ) {
            self.registrar = registrar
            self.address = address
            self.expires = expires
            self.instance = instance
            self.preferred = preferred
            self.account = account
        }
    }

    /// Why we are not registered.
    public enum Failure: Hashable, Sendable {
        /// The registrar refused, and the same request will be refused again (4xx and 6xx, but for those below).
        case refused(status: Int, reason: String)
        /// It wants a password that we do not have (401, 407).
        case challenged(status: Int)
        /// It does not take the password that we have (401, 407, or 403 to the answer), or asks for it in a way that
        /// we do not know. The same password is not sent again by itself.
        case wrongPassword(status: Int)
        /// It cannot now, but perhaps later: 408, 480, 486, 5xx; `retryAfter` is what it asked for.
        case unavailable(status: Int, reason: String, retryAfter: Duration?)
        /// No answer.
        case timedOut
        /// The flow broke.
        case lost
        /// The request is longer than a datagram may be: move to TCP.
        case tooLarge

        init(_ failure: TransactionFailure) {
            self =
                switch failure {
                case .timedOut: .timedOut
                case .transport: .lost
                case .tooLarge: .tooLarge
                case .overloaded: .unavailable(status: 503, reason: "Service Unavailable", retryAfter: nil)
                case .unwritable: .refused(status: 400, reason: "Bad Request")
                }
        }

        /// Whether trying again unchanged is pointless.
        public var isPermanent: Bool {
            switch self {
            case .refused, .challenged, .wrongPassword: true
            case .unavailable, .timedOut, .lost, .tooLarge: false
            }
        }
    }

    package enum Timer: Hashable, Sendable {
        /// Time to refresh.
        case refresh
        /// The binding has run out.
        case expiry
    }

    package enum State: Hashable, Sendable {
        case idle
        case asking
        case bound
        case refreshing
        case leaving
    }

    package enum Event: Equatable, Sendable {
        case start(Parameters, contact: URI)
        /// Refresh now.
        case renew
        case stop
        case response(Response)
        case failed(TransactionFailure, cseq: UInt32)
        case fired(Timer)
        case lost
    }

    package enum Effect: Equatable, Sendable {
        case send(Request, cseq: UInt32)
        case start(Timer, after: Duration)
        case cancel(Timer)
        /// The binding exists; `address` is the one given by the registrar, or ours where it gave none.
        case bound(address: NameAddress, expires: Duration)
        case failed(Failure)
        case unbound
    }

    package private(set) var state = State.idle
    private let callID: String
    private let tag: String
    private var cseq: UInt32 = 0
    private var parameters: Parameters?
    private var contact: URI?
    /// What the registrar was last asked for; a 423 raises it.
    private var expires: UInt32 = 0
    private var associated: URI?
    /// Whether the request under way has credentials.
    private var hasGivenPassword = false

    /// The name that others are to see.
    package var displayName: String? { parameters?.address.displayName }

    package init(identifiers: inout Identifiers) {
        callID = identifiers.callID()
        tag = identifiers.token()
    }

    package mutating func handle(_ event: Event) -> [Effect] {
        switch event {
        case .start(let parameters, let contact):
            self.parameters = parameters
            self.contact = contact
            expires = max(1, parameters.expires)
            state = .asking
            return [.cancel(.refresh), .cancel(.expiry)] + register(expires)
        case .renew:
            guard state == .bound else { return [] }
            state = .refreshing
            return [.cancel(.refresh)] + register(expires)
        case .stop:
            return stop()
        case .response(let response):
            return receive(response)
        case .failed(let failure, let cseq):
            guard cseq == self.cseq else { return [] }
            return fail(failure)
        case .fired(.refresh):
            guard state == .bound else { return [] }
            state = .refreshing
            return register(expires)
        case .fired(.expiry):
            guard state == .bound || state == .refreshing else { return [] }
            state = .idle
            return [.cancel(.refresh), .failed(.timedOut)]
        case .lost:
            return lose()
        }
    }

    private mutating func stop() -> [Effect] {
        switch state {
        case .idle:
            return [.unbound]
        case .leaving:
            return []
        case .asking, .bound, .refreshing:
            state = .leaving
            return [.cancel(.refresh), .cancel(.expiry)] + register(0)
        }
    }

    private mutating func lose() -> [Effect] {
        switch state {
        case .idle:
            return []
        case .leaving:
            state = .idle
            return [.unbound]
        case .asking, .bound, .refreshing:
            state = .idle
            return [.cancel(.refresh), .cancel(.expiry), .failed(.lost)]
        }
    }

    private mutating func receive(_ response: Response) -> [Effect] {
        guard response.status >= 200, response.cseq?.number == cseq else { return [] }
        switch state {
        case .idle, .bound:
            return []
        case .leaving:
            state = .idle
            return [.unbound]
        case .asking, .refreshing:
            if response.status < 300 { return grant(response) }
            if response.status == 423 { return lengthen(response) }
            return refuse(response)
        }
    }

    private mutating func grant(_ response: Response) -> [Effect] {
        guard let parameters else { return [] }
        let granted = min(
            Self.granted(by: response, to: contact, instance: parameters.instance) ?? expires, Self.longest)
        let address = response.associatedURIs.first { $0.uri.user != nil }
        if let address { associated = address.uri }
        guard granted > 0 else {
            state = .idle
            return [
                .cancel(.refresh), .cancel(.expiry), .failed(.unavailable(status: 200, reason: "", retryAfter: nil)),
            ]
        }
        state = .bound
        let lifetime = Duration.seconds(Int64(granted))
        return [
            .start(.refresh, after: lifetime / 2),
            .start(.expiry, after: lifetime),
            .bound(address: address ?? parameters.address, expires: lifetime),
        ]
    }

    /// 423: too short for the registrar, ask for what it wants; a registrar that does not ask for more than it
    /// already got is refused instead of being asked for ever.
    private mutating func lengthen(_ response: Response) -> [Effect] {
        guard let minimum = response.minExpires, minimum > expires, minimum <= Self.longest
        else { return refuse(response) }
        expires = minimum
        return register(expires)
    }

    /// The request as it went out.
    package mutating func sent(_ request: Request) {
        hasGivenPassword = request.headers.contains(.authorization) || request.headers.contains(.proxyAuthorization)
    }

    /// The request once more, with the credentials it has by now, under the next number (§22.2).
    ///
    /// - Returns: nil when it is not the one under way.
    package mutating func again(_ request: Request) -> Request? {
        guard request.cseq?.number == cseq else { return nil }
        switch state {
        case .idle, .bound:
            return nil
        case .asking, .refreshing, .leaving:
            cseq &+= 1
            hasGivenPassword = true
            var request = request
            request.cseq = CSeq(cseq, .register)
            return request
        }
    }

    private mutating func refuse(_ response: Response) -> [Effect] {
        let retryAfter = response.retryDelay
        let failure: Failure =
            switch response.status {
            case 401, 407:
                parameters?.account == nil
                    ? .challenged(status: response.status) : .wrongPassword(status: response.status)
            case 403 where hasGivenPassword: .wrongPassword(status: 403)
            case 408, 480, 486, 500...599:
                .unavailable(status: response.status, reason: response.reason, retryAfter: retryAfter)
            default: .refused(status: response.status, reason: response.reason)
            }
        if state == .refreshing, !failure.isPermanent {
            state = .bound
            return [.start(.refresh, after: retryAfter ?? Self.retry)]
        }
        state = .idle
        return [.cancel(.refresh), .cancel(.expiry), .failed(failure)]
    }

    private mutating func fail(_ failure: TransactionFailure) -> [Effect] {
        switch (state, failure) {
        case (.idle, _), (.bound, _):
            return []
        case (.leaving, _):
            state = .idle
            return [.unbound]
        case (.refreshing, .timedOut):
            state = .bound
            return [.start(.refresh, after: Self.retry)]
        case (.asking, _), (.refreshing, _):
            state = .idle
            return [.cancel(.refresh), .cancel(.expiry), .failed(Failure(failure))]
        }
    }

    private mutating func register(_ expires: UInt32) -> [Effect] {
        guard let parameters, let contact else { return [] }
        cseq &+= 1
        hasGivenPassword = false
        var request = Request(.register, parameters.registrar)
        var from = parameters.address
        from.tag = tag
        request.from = from
        request.to = parameters.address
        request.callID = callID
        request.cseq = CSeq(cseq, .register)
        var binding = NameAddress(contact)
        if let instance = parameters.instance {
            binding.parameters.set("+sip.instance", "<\(instance)>")
            binding.parameters.set("reg-id", "1")
        }
        binding.expires = expires
        request.contact = binding
        request.expires = expires
        request.headers[.supported] = "path, outbound"
        if expires > 0, let preferred = parameters.preferred ?? associated {
            request.preferredIdentity = NameAddress(preferred)
        }
        return [.send(request, cseq: cseq)]
    }

    /// How long to wait before a refresh that failed is tried again, while the binding lives.
    package static let retry = Duration.seconds(5)
    /// The longest binding believed: a week, in seconds.
    package static let longest: UInt32 = 604_800

    /// The lifetime of our own binding in a 200, in seconds: by instance, else by Contact, else Expires (§10.2.4).
    private static func granted(by response: Response, to contact: URI?, instance: String?) -> UInt32? {
        let contacts = response.contacts
        let ours =
            contacts.first { binding in
                instance.map { binding.parameters["+sip.instance"] == "<\($0)>" } ?? false
            }
            ?? contacts.first { binding in
                binding.uri.user == contact?.user && binding.uri.host == contact?.host
                    && binding.uri.port == contact?.port
            }
        return ours?.expires ?? response.expires
    }
}
