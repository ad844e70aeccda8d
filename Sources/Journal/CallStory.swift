import SIP

/// Tells what becomes of each call, from the messages that pass by, in lines for somebody who knows SIP. A client and a
/// proxy are the same to it: what one hop repeats of another is told once.
package struct CallStory: Sendable {
    package enum Direction: String, Sendable { case sent, received }

    private struct Call {
        let tag: String
        let began: Duration
        var answered: Duration?
        var ended: Duration?
        /// CSeq of the INVITE that made it; a later one comes after a challenge or a redirection.
        var invite: UInt32
        var texts = 0
        var repeats = 0
        /// What was told, whichever hop it was seen on.
        var told: Set<Sight> = []
        /// How often each message was seen on its hop.
        var copies: [Hop: Int] = [:]
    }

    /// A message, apart from the hop.
    private struct Sight: Hashable {
        var method: Method
        var number: UInt32
        /// Nil for the request.
        var status: Int?
        /// Each side counts for itself.
        var fromTag: String?
    }

    private struct Hop: Hashable {
        var sight: Sight
        var direction: Direction
        var flow: Flow
    }

    /// How long an ended call is remembered, for what comes late: 64·T1.
    private static let memory = Duration.seconds(32)
    /// Messages of one call that are remembered.
    private static let sights = 256

    private let limit: Int
    private var calls: [String: Call] = [:]
    /// Who is forgotten first: calls as they began, and calls as they ended.
    private var begun = Succession()
    private var over = Succession()

    /// - Parameter limit: calls that are followed at a time; of more, those that ended go first, then the oldest.
    package init(limit: Int = 4_096) { self.limit = limit }

    /// - Parameter now: on any clock that goes on evenly.
    /// - Returns: the lines that this message adds, each safe to show.
    package mutating func observe(
        _ message: Message, _ direction: Direction, on flow: Flow, at now: Duration
    ) -> [String] {
        guard let callID = message.callID, let cseq = message.cseq else { return [] }
        if case .request(let request) = message, request.method == .invite, request.to?.tag == nil {
            begin(callID, cseq.number, at: now)
        }
        // Taken out, so that what it holds has one owner and is changed in its place.
        guard var call = calls.removeValue(forKey: callID) else {
            return direction == .received ? refusal(message, cseq, from: flow) : []
        }
        let ended = call.ended
        defer {
            calls[callID] = call
            if let end = call.ended, end != ended {
                over.append(callID, end, keeping: limit) { calls[$0]?.ended == $1 }
            }
        }
        let sight = Sight(method: cseq.method, number: cseq.number, status: message.status, fromTag: message.fromTag)
        if call.told.count + call.copies.count > Self.sights {
            call.told = []
            call.copies = [:]
        }
        let copies = call.copies[Hop(sight: sight, direction: direction, flow: flow), default: 0]
        call.copies[Hop(sight: sight, direction: direction, flow: flow)] = copies + 1
        guard copies == 0 else { return again(message, direction, copies, &call) }
        guard call.told.insert(sight).inserted else { return [] }
        let words =
            switch message {
            case .request(let request): tell(request, cseq, on: flow, &call, at: now)
            case .response(let response): tell(response, cseq, &call, at: now)
            }
        return words.map { [OneLine.plain("call \(call.tag) \($0)")] } ?? []
    }

    /// Outside of calls only what went wrong is worth a line.
    private func refusal(_ message: Message, _ cseq: CSeq, from flow: Flow) -> [String] {
        guard case .response(let response) = message, response.status >= 300 else { return [] }
        let status = "\(response.status) \(OneLine.cut(response.reason, to: 64))"
        let what = [401, 407].contains(response.status) ? "a password is asked for" : "refused"
        return [OneLine.plain("\(cseq.method.rawValue) \(what): \(status), by \(flow.remote)")]
    }

    // MARK: - The table

    private mutating func begin(_ callID: String, _ number: UInt32, at now: Duration) {
        if let call = calls[callID], call.ended == nil || number <= call.invite { return }
        while let end = over.first, now - end.time >= Self.memory || calls.count >= limit {
            over.removeFirst()
            if calls[end.id]?.ended == end.time { calls[end.id] = nil }
        }
        while let start = begun.first, calls.count >= limit || calls[start.id]?.began != start.time {
            begun.removeFirst()
            if calls[start.id]?.began == start.time { calls[start.id] = nil }
        }
        calls[callID] = Call(tag: Self.tag(of: callID), began: now, invite: number)
        begun.append(callID, now, keeping: limit) { calls[$0]?.began == $1 }
    }

    /// Six digits by which the lines of one call are found, in the logs of all who take part.
    package static func tag(of callID: String) -> String {
        // FNV-1a
        let hash = callID.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        let digits = String(hash & 0xFF_FFFF, radix: 16)
        return String(repeating: "0", count: 6 - digits.count) + digits
    }

    // MARK: - Words

    private func again(_ message: Message, _ direction: Direction, _ copies: Int, _ call: inout Call) -> [String] {
        call.repeats += 1
        // The first, second, fourth, eighth copy: a lossy line shows, and does not fill the log.
        guard copies & (copies - 1) == 0 else { return [] }
        let what =
            switch message {
            case .request(let request): request.method.rawValue
            case .response(let response): "\(response.status)"
            }
        return [OneLine.plain("call \(call.tag) \(what) \(direction.rawValue) again (copy \(copies))")]
    }

    private func tell(
        _ request: Request, _ cseq: CSeq, on flow: Flow, _ call: inout Call, at now: Duration
    ) -> String? {
        let who = Self.label(request.from)
        switch request.method {
        case .invite where request.to?.tag == nil:
            call.invite = cseq.number
            let callID = OneLine.cut(request.callID ?? "", to: 64)
            return "\(who) → \(Self.label(request.to)): asked over \(flow.transport.rawValue) \(flow.remote), "
                + "Call-ID \(callID)"
        case .invite, .update: return "\(Self.name(request.method)) by \(who)\(Self.audio(request.body))"
        case .cancel: return "taken back by \(who) (CANCEL), \(Self.since(call.began, now))"
        case .bye:
            call.ended = call.ended ?? now
            return "COMPLETED: BYE by \(who)\(summary(call, at: now))"
        case .refer:
            let target = request.headers[.referTo].flatMap { try? NameAddress(parsing: $0) }
            return "\(who) transfers to \(Self.label(target))"
        case .message:
            if request.isText { call.texts += 1 }
            return nil
        case .info: return "INFO by \(who)"
        case .notify:
            // How a transfer goes on (RFC 3515 §2.4.5).
            guard request.contentType?.essence == "message/sipfrag" else { return nil }
            let line = String(decoding: request.body.prefix { $0 != 0x0D && $0 != 0x0A }, as: UTF8.self)
            return "transfer: \(OneLine.cut(line, to: 64))"
        case .ack, .prack, .options, .register, .subscribe, .publish, .other: return nil
        }
    }

    private func tell(_ response: Response, _ cseq: CSeq, _ call: inout Call, at now: Duration) -> String? {
        let status = "\(response.status) \(OneLine.cut(response.reason, to: 64))"
        switch (cseq.method, response.status) {
        case (_, ...100): return nil
        case (.invite, 101..<200):
            guard call.answered == nil else { return nil }
            return "RINGING \(status), \(Self.since(call.began, now))"
        case (.invite, 200..<300):
            guard call.answered == nil else { return "re-INVITE \(status)\(Self.audio(response.body))" }
            call.answered = now
            return "IN_CALL \(status), \(Self.since(call.began, now))"
        case (.invite, _):
            guard call.answered == nil else { return "re-INVITE refused: \(status)" }
            guard ![401, 407].contains(response.status) else { return "a password is asked for: \(status)" }
            call.ended = now
            return "\(Self.outcome(response)) \(status), \(Self.since(call.began, now))"
        case (.cancel, _), (_, 101..<200): return nil
        case (.update, 200..<300): return "UPDATE \(status)\(Self.audio(response.body))"
        case (.refer, 200..<300): return "REFER \(status)"
        case (_, 200..<300): return nil
        default: return "\(cseq.method.rawValue) refused: \(status)"
        }
    }

    private func summary(_ call: Call, at now: Duration) -> String {
        var parts = [""]
        if let answered = call.answered { parts.append("talked \(Clock.text(now - answered))") }
        if call.texts > 0 { parts.append(call.texts == 1 ? "1 text" : "\(call.texts) texts") }
        if call.repeats > 0 { parts.append("\(call.repeats) messages came again") }
        return parts.joined(separator: ", ")
    }

    private static func name(_ method: Method) -> String { method == .invite ? "re-INVITE" : method.rawValue }

    private static func outcome(_ response: Response) -> String {
        switch response.status {
        case 300..<400:
            response.contact.map { "FORWARDED to \(label($0))," } ?? "FORWARDED"
        case 404, 410, 480, 604: "NOT_FOUND"
        case 408: "UNANSWERED"
        case 486, 600: "BUSY"
        case 487: "CANCELLED"
        case 603: "REJECTED"
        default: "FAILED"
        }
    }

    /// How the audio of an offer or answer is to flow, which is how a hold is said.
    private static func audio(_ body: [UInt8]) -> String {
        guard !body.isEmpty, let description = try? SessionDescription(parsing: body),
            let audio = description.media.first(where: { $0.kind == "audio" })
        else { return "" }
        return ", audio \(description.direction(of: audio).rawValue)"
    }

    private static func since(_ start: Duration, _ now: Duration) -> String {
        let milliseconds = (now - start) / .milliseconds(1)
        let rounded = Int(milliseconds.rounded())
        return rounded < 1_000 ? "+\(rounded) ms" : "+\(rounded / 1_000).\(rounded % 1_000 / 100) s"
    }

    /// `1007 "ada"`.
    private static func label(_ address: NameAddress?) -> String {
        guard let address else { return "?" }
        let user = address.uri.user ?? address.uri.host
        let name = address.displayName.map { " \"\(OneLine.cut($0, to: 32))\"" } ?? ""
        return OneLine.cut(user, to: 32) + name
    }
}

/// Call-IDs in the order of what happened to their calls, some of which may be gone: whom a flood of calls makes us forget
/// is found without a look at all that are there.
private struct Succession: Sendable {
    private var entries: [(id: String, time: Duration)] = []
    /// What is before this has been taken out.
    private var start = 0

    var first: (id: String, time: Duration)? { start < entries.count ? entries[start] : nil }

    /// - Parameters:
    ///   - limit: so many at most are wanted.
    ///   - isWanted: whether one is; asked when there are twice as many.
    mutating func append(
        _ id: String, _ time: Duration, keeping limit: Int, _ isWanted: (String, Duration) -> Bool
    ) {
        entries.append((id, time))
        guard entries.count > 2 * limit + 64 else { return }
        entries = entries[start...].filter { isWanted($0.id, $0.time) }
        start = 0
    }

    mutating func removeFirst() { start += 1 }
}

extension Request {
    /// Whether somebody wrote it; word of who is typing and of what arrived travels in MESSAGEs as well.
    fileprivate var isText: Bool {
        switch contentType?.essence {
        case "message/cpim", "multipart/mixed", "multipart/alternative":
            String(decoding: body.prefix(2_048), as: UTF8.self).lowercased().contains("content-type: text/plain")
        case let type: type == nil || type == "text/plain"
        }
    }
}

extension Message {
    fileprivate var callID: String? {
        switch self {
        case .request(let request): request.callID
        case .response(let response): response.callID
        }
    }

    fileprivate var cseq: CSeq? {
        switch self {
        case .request(let request): request.cseq
        case .response(let response): response.cseq
        }
    }

    fileprivate var fromTag: String? {
        switch self {
        case .request(let request): request.from?.tag
        case .response(let response): response.from?.tag
        }
    }

    fileprivate var status: Int? {
        switch self {
        case .request: nil
        case .response(let response): response.status
        }
    }
}
