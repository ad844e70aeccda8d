/// A session's timer (RFC 4028): one side refreshes the session at half of an agreed interval, and the other ends it
/// when no refresh came. With a peer that knows nothing of it we refresh alone, and see by its answer that it is there.
package struct SessionTimer: Equatable, Sendable {
    package enum Role: Hashable, Sendable {
        /// Nothing was agreed to: we look after the session ourselves.
        case alone
        case refresher
        /// The peer refreshes.
        case watcher
    }

    /// Seconds we ask for, so that a peer that vanished is noticed within minutes.
    package static let preferred: UInt32 = 180
    /// Seconds, the least that anybody may ask for (§4).
    package static let minimum: UInt32 = 90
    /// Seconds beyond which an interval counts as this.
    package static let maximum: UInt32 = 86_400
    /// How often one session asks for more after 422.
    private static let raises = 4

    package private(set) var role = Role.alone
    /// Seconds until the session is over without a refresh.
    package private(set) var interval = Self.preferred
    /// The largest Min-SE that somebody on the way demanded.
    private var least = Self.minimum
    private var raises = 0

    package init() {}

    /// When we refresh; nil when the peer does.
    package var refreshDelay: Duration? { role == .watcher ? nil : .seconds(interval / 2) }

    /// When we try again what was refused: soon where the session would run out, else as ever, because a refusal shows
    /// too that the peer is there.
    package var retryDelay: Duration { .seconds(role == .alone ? interval / 2 : interval / 4) }

    /// When the session ends if no refresh succeeds (§10); nil where nothing was agreed to.
    package var endDelay: Duration? {
        switch role {
        case .alone: nil
        case .refresher: .seconds(interval)
        case .watcher: .seconds(interval - min(32, interval / 3))
        }
    }

    // MARK: The side that asks

    /// Puts our wish into an INVITE or UPDATE (§7.1, §7.4): who refreshes stays who did.
    package func ask(in request: inout Request, isFirst: Bool = false) {
        let refresher: SessionExpires.Refresher? = isFirst ? nil : role == .watcher ? .uas : .uac
        request.headers[.sessionExpires] = SessionExpires(seconds: interval, refresher: refresher).description
        request.headers[.minSE] = least > Self.minimum ? String(least) : nil
    }

    /// A 422: somebody wants a longer interval (§7.3).
    ///
    /// - Returns: whether it makes sense to ask again.
    package mutating func raise(to response: Response) -> Bool {
        guard response.status == 422, let wanted = response.minSE, wanted > interval, wanted <= Self.maximum,
            raises < Self.raises
        else { return false }
        raises += 1
        least = wanted
        interval = wanted
        return true
    }

    /// A 2xx to what we asked (§7.2). What is too short to live with is lengthened for ourselves.
    package mutating func agreed(_ response: Response) {
        guard let agreed = response.sessionExpires else {
            role = .alone
            return
        }
        interval = min(max(agreed.seconds, Self.minimum), Self.maximum)
        role = agreed.refresher == .uas ? .watcher : .refresher
    }

    // MARK: The side that answers

    /// The 422 to an interval too short for us, which only a peer that knows timers understands (§9).
    package static func objection(to request: Request) -> Response? {
        guard let asked = request.sessionExpires, asked.seconds < minimum, request.knowsTimers else { return nil }
        var response = Response(422, to: request)
        response.headers[.minSE] = String(minimum)
        return response
    }

    /// Agrees in a 2xx (§9): to the interval, shortened to ours where the peer lets us, and to who refreshes, the
    /// caller unless it said otherwise or the session has a refresher.
    package mutating func answer(_ request: Request, in response: inout Response) {
        let asked = request.sessionExpires
        guard asked != nil || request.knowsTimers else {
            role = .alone
            return
        }
        let floor = max(Self.preferred, request.minSE ?? 0)
        interval = min(max(min(asked?.seconds ?? floor, floor), Self.minimum), Self.maximum)
        let isOurs = role == .refresher ? asked?.refresher != .uac : asked?.refresher == .uas
        role = isOurs || !request.knowsTimers ? .refresher : .watcher
        let refresher: SessionExpires.Refresher = role == .refresher ? .uas : .uac
        response.headers[.sessionExpires] = SessionExpires(seconds: interval, refresher: refresher).description
        if request.knowsTimers { response.headers[.require] = "timer" }
    }
}

/// A Session-Expires value (RFC 4028 §4).
package struct SessionExpires: Hashable, Sendable {
    /// Which side of the transaction refreshes.
    package enum Refresher: String, Hashable, Sendable {
        case uac, uas
    }

    package var seconds: UInt32
    package var refresher: Refresher?

    package init(seconds: UInt32, refresher: Refresher? = nil) {
        self.seconds = seconds
        self.refresher = refresher
    }

    /// Reads `180;refresher=uac`; nil when it is malformed.
    package init?(_ text: String) {
        guard let (token, parameters) = text.tokenAndParameters, let seconds = UInt32(saturating: token) else {
            return nil
        }
        let refresher = parameters["refresher"].flatMap { Refresher(rawValue: $0.asciiLowercased) }
        self.init(seconds: seconds, refresher: refresher)
    }
}

extension SessionExpires: CustomStringConvertible {
    package var description: String { String(seconds) + (refresher.map { ";refresher=" + $0.rawValue } ?? "") }
}

extension MessageFields {
    package var sessionExpires: SessionExpires? { headers[.sessionExpires].flatMap { SessionExpires($0) } }

    /// Min-SE, seconds; its parameters are left out (RFC 4028 §5).
    package var minSE: UInt32? {
        headers[.minSE].flatMap { $0.tokenAndParameters }.flatMap { UInt32(saturating: $0.0) }
    }
}

extension Request {
    fileprivate var knowsTimers: Bool { (supported + required).contains { $0.asciiLowercased == "timer" } }
}
