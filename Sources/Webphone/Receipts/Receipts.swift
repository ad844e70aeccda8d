import SIP

/// Which of our texts asked to be confirmed, and by what name (RFC 5438 §7.1).
package struct Receipts: Sendable, Equatable {
    /// Texts whose notification is awaited; older ones are forgotten.
    package static let limit = 1_000

    private struct Asked: Equatable {
        var message: MessageID
        var call: CallID
    }

    private var asked: [String: Asked] = [:]
    private var order: [String] = []
    private var oldest = 0
    /// What the user agent has in the common format.
    private var wrapped: [MessageToken: CallID] = [:]
    /// Calls whose other side refused that format, whatever it had said before.
    private var plain: Set<CallID> = []

    package init() {}

    /// Whether texts of this call may ask.
    package func areAsked(in call: CallID) -> Bool { !plain.contains(call) }

    /// A text goes out as `token`, and asks under the name `id`.
    package mutating func ask(_ id: String, _ message: MessageID, _ token: MessageToken, in call: CallID) {
        wrapped[token] = call
        if order.count < Self.limit {
            order.append(id)
        } else {
            asked[order[oldest]] = nil
            order[oldest] = id
            oldest = (oldest + 1) % order.count
        }
        asked[id] = Asked(message: message, call: call)
    }

    /// The answer came; whether it was for a text in the common format.
    package mutating func answered(_ token: MessageToken, _ result: UserAgent.MessageResult) -> Bool {
        guard let call = wrapped.removeValue(forKey: token) else { return false }
        if case .failed(.refused(status: 415, _)) = result { plain.insert(call) }
        return true
    }

    /// The message that a notification in this call is about, told once.
    package mutating func settle(_ id: String, in call: CallID) -> MessageID? {
        guard asked[id]?.call == call else { return nil }
        defer {
            if asked.isEmpty { (order, oldest) = ([], 0) }
        }
        return asked.removeValue(forKey: id)?.message
    }

    package mutating func ended(_ call: CallID) {
        plain.remove(call)
    }
}
