/// One SIP message (RFC 3261 §7).
public enum Message: Sendable, Equatable {
    /// What a client sends.
    case request(Request)
    /// What a server answers.
    case response(Response)

    /// The header fields.
    public var headers: Headers {
        get {
            switch self {
            case .request(let request): request.headers
            case .response(let response): response.headers
            }
        }
        set {
            switch self {
            case .request(var request):
                request.headers = newValue
                self = .request(request)
            case .response(var response):
                response.headers = newValue
                self = .response(response)
            }
        }
    }

    /// The body, octets as they came; what they mean Content-Type says.
    public var body: [UInt8] {
        switch self {
        case .request(let request): request.body
        case .response(let response): response.body
        }
    }
}

/// A request (RFC 3261 §7.1).
public struct Request: Sendable, Equatable, MessageFields {
    /// What is asked for.
    public var method: Method
    /// The Request-URI.
    public var uri: URI
    /// All header fields but Content-Length.
    public var headers: Headers
    /// The body; Content-Length is made from its size.
    public var body: [UInt8]
    /// What fields and body take up in memory.
    package var octets: Int { headers.octets &+ body.count }

    /// A request with the fields given and nothing else.
    public init(_ method: Method, _ uri: URI, headers: Headers = Headers(), body: [UInt8] = []) {
        self.method = method
        self.uri = uri
        self.headers = headers
        self.body = body
    }
}

/// A response (RFC 3261 §7.2).
public struct Response: Sendable, Equatable, MessageFields {
    /// The status code, 100...699; another one makes serialising throw.
    public var status: Int
    /// The reason phrase: for people, and text of a stranger.
    public var reason: String
    /// All header fields but Content-Length.
    public var headers: Headers
    /// The body; Content-Length is made from its size.
    public var body: [UInt8]
    /// What fields and body take up in memory.
    package var octets: Int { headers.octets &+ body.count }

    /// A response with the fields given and nothing else; without a reason, the phrase that RFC 3261 §21 gives.
    public init(_ status: Int, _ reason: String? = nil, headers: Headers = Headers(), body: [UInt8] = []) {
        self.status = status
        self.reason = reason ?? Response.phrase(for: status)
        self.headers = headers
        self.body = body
    }

    /// Whether this is a 1xx.
    public var isProvisional: Bool { status < 200 }
    /// Whether this is a 2xx.
    public var isSuccess: Bool { (200..<300).contains(status) }
    /// Whether no further response follows: 2xx to 6xx.
    public var isFinal: Bool { status >= 200 }
}

extension Response {
    /// The answer to a request (RFC 3261 §8.2.6): Via, From, To, Call-ID and CSeq are the request's; Timestamp too in a
    /// 100, and Record-Route in a response that can make a dialog (§12.1.1).
    ///
    /// - Parameter toTag: the tag to add to To unless it has one already; nil for a 100.
    public init(_ status: Int, _ reason: String? = nil, to request: Request, toTag: String? = nil) {
        self.init(status, reason)
        let canMakeDialog = (101..<300).contains(status) && Response.dialogMethods.contains(request.method)
        for (name, value) in request.headers {
            switch name.known {
            case .via, .from, .callID, .cseq:
                headers.append(name, value)
            case .to:
                headers.append(name, value)
            case .recordRoute where canMakeDialog:
                headers.append(name, value)
            case .timestamp where status == 100:
                headers.append(name, value)
            default:
                continue  // nothing else of a request is repeated
            }
        }
        if let toTag { addToTag(toTag) }
    }

    private static let dialogMethods: Set<Method> = [.invite, .subscribe, .refer, .notify]

    /// Adds the tag to a To that has none and can be read.
    mutating func addToTag(_ tag: String) {
        guard let address = to, address.tag == nil, let text = headers[.to] else { return }
        // Behind what was read: a name written anew could not hold all that a stranger's quotes may hold.
        headers[.to] = text + ";tag=" + tag
    }
}
