import SIP

/// Who watches which line: the notifier's side of RFC 6665, at most one NOTIFY of each under way.
///
/// A subscription is named by the exchange's tag in its dialog.
struct Subscriptions: Sendable {
    struct Subscription: Sendable {
        let watcher: PhoneNumber
        let line: Int
        /// The Event of the SUBSCRIBE, with its `id` if it has one.
        let event: String
        var dialog: Dialog
        /// The version of the line that the watcher was told last.
        var told: UInt64 = 0
        var isNotifying = false
        /// Why it is over, while its last NOTIFY still has to be sent.
        var ending: String?
    }

    private var table: [String: Subscription] = [:]
    private var tagsByWatcher: [PhoneNumber: [String]] = [:]
    private var tagsByLine: [Int: [String]] = [:]
    private var notifies: [TransactionLayer.ClientID: String] = [:]
    private var expiry = Expiry<String>()
    /// Lines that changed since their watchers were told.
    private(set) var changedLines: Set<Int> = []

    /// Whether nobody watches and no NOTIFY is under way.
    var isEmpty: Bool { table.isEmpty && notifies.isEmpty && expiry.isEmpty }

    subscript(_ tag: String) -> Subscription? { table[tag] }

    var count: Int { table.count }

    func has(_ tag: String) -> Bool { table[tag] != nil }

    /// Whether this SUBSCRIBE made a subscription already.
    func has(_ request: Request, of watcher: PhoneNumber) -> Bool {
        tags(of: watcher).contains { tag in
            guard let dialog = table[tag]?.dialog else { return false }
            return dialog.id.callID == request.callID && dialog.id.remoteTag == request.from?.tag
                && dialog.remoteCSeq == request.cseq?.number
        }
    }

    func tags(of watcher: PhoneNumber) -> [String] { tagsByWatcher[watcher] ?? [] }

    func tags(on line: Int) -> [String] { tagsByLine[line] ?? [] }

    func remaining(_ tag: String) -> UInt32 { expiry.remaining(tag) ?? 0 }

    mutating func add(_ subscription: Subscription, as tag: String) {
        table[tag] = subscription
        tagsByWatcher[subscription.watcher, default: []].append(tag)
        tagsByLine[subscription.line, default: []].append(tag)
    }

    mutating func remove(_ tag: String) {
        guard let subscription = table.removeValue(forKey: tag) else { return }
        expiry.remove(tag)
        tagsByWatcher[subscription.watcher]?.removeAll { $0 == tag }
        if tagsByWatcher[subscription.watcher]?.isEmpty == true { tagsByWatcher[subscription.watcher] = nil }
        tagsByLine[subscription.line]?.removeAll { $0 == tag }
        if tagsByLine[subscription.line]?.isEmpty == true { tagsByLine[subscription.line] = nil }
    }

    mutating func removeAll(of watcher: PhoneNumber) {
        for tag in tags(of: watcher) { remove(tag) }
    }

    mutating func extend(_ tag: String, seconds: UInt32) {
        expiry.set(tag, seconds: seconds)
    }

    /// One beat on: the subscriptions that ran out.
    mutating func advance() -> [String] { expiry.advance() }

    /// Takes in a request of the watcher; false when it is out of order.
    mutating func receive(_ request: Request, in tag: String) -> Bool {
        table[tag]?.dialog.receive(request) == .inOrder
    }

    mutating func end(_ tag: String, because reason: String) {
        table[tag]?.ending = reason
    }

    /// The next NOTIFY; nil while one is under way.
    mutating func notify(_ tag: String, version: UInt64, contact: String, body: [UInt8]) -> Request? {
        guard let subscription = table[tag], !subscription.isNotifying else { return nil }
        let state = subscription.ending.map { "terminated;reason=\($0)" } ?? "active;expires=\(remaining(tag))"
        guard
            var request = table[tag]?.dialog.request(.notify, contentType: "application/pidf+xml", body: body)
        else { return nil }
        request.headers.append(.contact, contact)
        request.headers.append(.event, subscription.event)
        request.headers.append(.subscriptionState, state)
        table[tag]?.told = version
        table[tag]?.isNotifying = true
        return request
    }

    mutating func sent(_ branch: TransactionLayer.ClientID, for tag: String) {
        notifies[branch] = tag
    }

    /// Whether it is a NOTIFY that awaits its answer; the subscription itself may be gone.
    func isNotify(_ branch: TransactionLayer.ClientID) -> Bool { notifies[branch] != nil }

    /// The NOTIFY came to its end; gives the subscription it was for.
    mutating func conclude(_ branch: TransactionLayer.ClientID) -> String? {
        guard let tag = notifies.removeValue(forKey: branch) else { return nil }
        table[tag]?.isNotifying = false
        return tag
    }

    /// The watcher is to be told again, whatever it knows, as soon as its present NOTIFY is answered.
    mutating func owe(_ tag: String) {
        table[tag]?.told = 0
    }

    mutating func lineChanged(_ line: Int) -> Bool {
        let isFirst = changedLines.isEmpty
        changedLines.insert(line)
        return isFirst
    }

    mutating func takeChangedLines() -> [Int] {
        defer { changedLines = [] }
        return changedLines.sorted()
    }
}
