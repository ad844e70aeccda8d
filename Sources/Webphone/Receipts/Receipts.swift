import SIP

/// Which of our texts asked to be confirmed, and by what name (RFC 5438 §7.1); and which of theirs have come.
package struct Receipts: Sendable, Equatable {
    /// Texts whose notification is awaited; older ones are forgotten.
    package static let limit = 1_000
    /// Names of a call's last texts by which a repeated one is known. One is under way at a time.
    package static let heardLimit = 16

    private struct Asked: Equatable {
        var message: MessageID
        var call: CallID
    }

    private var asked: [String: Asked] = [:]
    /// The names of those texts.
    private var names: [MessageID: String] = [:]
    private var order: [String] = []
    private var oldest = 0
    /// What the user agent has in the common format.
    private var wrapped: [MessageToken: CallID] = [:]
    /// Calls whose other side refused that format, whatever it had said before.
    private var plain: Set<CallID> = []
    private var heard: [CallID: [String]] = [:]

    package init() {}

    /// Whether texts of this call may ask.
    package func areAsked(in call: CallID) -> Bool { !plain.contains(call) }

    /// A text goes out as `token`, and asks under the name `id`; or under the one it had before, when it goes again:
    /// the answer may have been lost behind the other side.
    ///
    /// - Returns: its name.
    package mutating func ask(
        _ id: String, _ message: MessageID, _ token: MessageToken, in call: CallID
    ) -> String {
        wrapped[token] = call
        if let former = names[message] { return former }
        if order.count < Self.limit {
            order.append(id)
        } else {
            forget(order[oldest])
            order[oldest] = id
            oldest = (oldest + 1) % order.count
        }
        asked[id] = Asked(message: message, call: call)
        names[message] = id
        return id
    }

    /// - Returns: the message that bore the name.
    @discardableResult
    private mutating func forget(_ id: String) -> MessageID? {
        guard let message = asked.removeValue(forKey: id)?.message else { return nil }
        names[message] = nil
        return message
    }

    /// A text of this name came in the call. False for one that came before.
    package mutating func hears(_ id: String, in call: CallID) -> Bool {
        guard heard[call]?.contains(id) != true else { return false }
        heard[call, default: []].append(id)
        if let count = heard[call]?.count, count > Self.heardLimit { heard[call]?.removeFirst() }
        return true
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
        defer { tidy() }
        return forget(id)
    }

    /// Notifications come in the call that they are about, or not at all.
    package mutating func ended(_ call: CallID) {
        plain.remove(call)
        heard[call] = nil
        for (id, text) in asked where text.call == call { forget(id) }
        tidy()
    }

    private mutating func tidy() {
        if asked.isEmpty { (order, oldest) = ([], 0) }
    }
}
