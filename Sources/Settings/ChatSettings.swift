/// What a chat keeps of the person's wishes from one run to the next.
package struct ChatSettings: Equatable, Sendable {
    /// Numbers whose requests and messages are refused.
    package var blocked: Set<String> = []
    /// Whether others see that the person is typing.
    package var typing = true
    /// Whether others hear that their messages arrived.
    package var receipts = true

    package init() {}

    /// Reads a configuration file; what it does not know is somebody else's.
    ///
    /// - Throws: the first thing that is wrong with it, from the top.
    package init(_ text: String) throws(Complaint) {
        var root = Section(try Document(text))
        blocked = Set((root.strings(Key.blocked.rawValue) ?? []).map(\.text))
        typing = root.boolean(Key.typing.rawValue) ?? true
        receipts = root.boolean(Key.receipts.rawValue) ?? true
        let first = root.complaints.min { ($0.place?.line ?? 0) < ($1.place?.line ?? 0) }
        if let first { throw first }
    }

    enum Key: String, CaseIterable { case blocked, typing, receipts }

    /// The file's settings with what changed from `before` to `after`: what another chat of the same person changed in
    /// the meantime stays.
    package func applying(_ after: ChatSettings, since before: ChatSettings) -> ChatSettings {
        var merged = self
        merged.blocked.formUnion(after.blocked.subtracting(before.blocked))
        merged.blocked.subtract(before.blocked.subtracting(after.blocked))
        if after.typing != before.typing { merged.typing = after.typing }
        if after.receipts != before.receipts { merged.receipts = after.receipts }
        return merged
    }
}

extension Section {
    fileprivate mutating func boolean(_ key: String) -> Bool? {
        guard let entry = take(key) else { return nil }
        if case .boolean(let value) = entry.value { return value }
        complain(entry.place, key, "This has to be true or false, without quotes, not \(entry.value.kind).")
        return nil
    }
}
