import SIP

/// What RFC 3261 demands of every message, whatever it is about. Fed with all that one user agent sends and hears, it
/// lists what was broken, each by its section.
struct Etiquette {
    private(set) var faults: [String] = []
    /// Requests sent, by branch and method; their copies are the same message.
    private var sent: [String: Request] = [:]
    private var heard: [String: Request] = [:]
    /// The last CSeq in a dialog, or outside of one, by Call-ID and our tag.
    private var numbers: [String: UInt32] = [:]

    mutating func hears(_ message: Message) {
        if case .request(let request) = message { heard[Self.key(request)] = request }
    }

    mutating func sends(_ message: Message) {
        switch message {
        case .request(let request): check(request)
        case .response(let response): check(response)
        }
    }

    private static func key(_ message: some MessageFields) -> String {
        "\(message.topVia?.branch ?? "") \(message.cseq?.method.rawValue ?? "")"
    }

    private mutating func demand(_ holds: Bool, _ rule: String, _ message: Message) {
        if !holds { faults.append("\(rule): \(message.summary)") }
    }

    private mutating func check(_ request: Request) {
        let message = Message.request(request)
        for name in [HeaderName.to, .from, .cseq, .callID, .maxForwards, .via] {
            demand(request.headers[name] != nil, "§8.1.1 \(name) is missing", message)
        }
        let key = Self.key(request)
        if let copy = sent[key] { return demand(copy == request, "§8.1.1.7 branch used twice", message) }
        sent[key] = request
        demand(request.topVia?.branch?.hasPrefix("z9hG4bK") == true, "§8.1.1.7 cookie", message)
        demand((request.from?.tag?.utf8.count ?? 0) >= 8, "§19.3 a tag of 32 bits", message)
        demand(request.cseq?.method == request.method, "§8.1.1.5 method of CSeq", message)
        demand(request.body.isEmpty == (request.headers[.contentType] == nil), "§20.15 Content-Type", message)
        switch request.method {
        case .invite:
            demand(request.contacts.count == 1, "§8.1.1.8 one Contact", message)
            demand(request.headers.contains(.allow) && request.headers.contains(.supported), "§13.2.1", message)
            count(request)
        case .ack, .cancel:
            demand(!request.headers.contains(.require), "§8.2.2.3 Require", message)
            demand(request.cseq?.number == number(of: request), "§17.1.1.3 number of the INVITE", message)
        case .message:
            demand(request.contacts.isEmpty, "RFC 3428 §4 Contact", message)
            count(request)
        case .bye, .options, .register, .subscribe, .notify, .info, .update, .refer, .prack, .publish, .other:
            count(request)
        }
    }

    /// The CSeq of the INVITE that an ACK or a CANCEL belongs to, if one with that number was sent.
    private func number(of request: Request) -> UInt32? {
        sent.values.first {
            $0.method == .invite && $0.callID == request.callID && $0.cseq?.number == request.cseq?.number
        }?.cseq?.number
    }

    private mutating func count(_ request: Request) {
        let dialog = "\(request.callID ?? "") \(request.from?.tag ?? "")"
        guard let number = request.cseq?.number else { return }
        if let last = numbers[dialog] { demand(number > last, "§12.2.1.1 CSeq rises", .request(request)) }
        numbers[dialog] = number
    }

    private mutating func check(_ response: Response) {
        let message = Message.response(response)
        guard let request = heard[Self.key(response)] else {
            return demand(false, "§8.2.6 answers nothing", message)
        }
        demand(response.from == request.from && response.callID == request.callID, "§8.2.6.2 From, Call-ID", message)
        demand(response.cseq == request.cseq, "§8.2.6.2 CSeq", message)
        demand(response.headers.values(.via).count == request.headers.values(.via).count, "§8.2.6.2 Via", message)
        demand(response.status == 100 || response.to?.tag != nil, "§8.2.6.2 To has a tag", message)
        demand(request.to?.tag == nil || response.to?.tag == request.to?.tag, "§8.2.6.2 the tag stays", message)
        demand(response.body.isEmpty == (response.headers[.contentType] == nil), "§20.15 Content-Type", message)
        let makesDialog = request.method == .invite && (101..<300).contains(response.status)
        if makesDialog {
            demand(response.contacts.count == 1, "§12.1.1 Contact", message)
            demand(response.recordRoutes == request.recordRoutes, "§12.1.1 Record-Route", message)
        }
        demand(response.status != 405 || response.headers.contains(.allow), "§8.2.1 Allow", message)
        demand(response.status != 415 || response.headers.contains(.accept), "§8.2.3 Accept", message)
        demand(response.status != 420 || response.headers.contains(.unsupported), "§8.2.2.3 Unsupported", message)
        demand(response.status != 200 || request.method != .message || response.body.isEmpty, "RFC 3428 §7", message)
    }
}
