/// Names a dialog at one of its ends (RFC 3261 §12): the Call-ID and both tags, ours and the peer's.
public struct DialogID: Hashable, Sendable {
    /// The Call-ID, compared octet by octet.
    public let callID: String
    /// Our tag; empty when a peer of RFC 2543's time gave us none.
    public let localTag: String
    /// The peer's tag; empty when it sent none (§12.1.1, §12.1.2).
    public let remoteTag: String

    /// Any three values.
    public init(callID: String, localTag: String, remoteTag: String) {
        self.callID = callID
        self.localTag = localTag
        self.remoteTag = remoteTag
    }

    /// The dialog a received request speaks in: ours is the tag in To.
    ///
    /// - Returns: nil when To has no tag (the request is outside any dialog) or Call-ID, From or To is unreadable.
    public init?(receivedRequest request: Request) {
        guard let callID = request.callID, let from = request.from, let localTag = request.to?.tag else { return nil }
        self.init(callID: callID, localTag: localTag, remoteTag: from.tag ?? "")
    }

    /// The dialog a received response speaks in: ours is the tag in From.
    ///
    /// - Returns: nil when Call-ID, From or To is unreadable, or for a provisional response without a To tag, which
    ///   makes no dialog.
    public init?(receivedResponse response: Response) {
        guard let callID = response.callID, let localTag = response.from?.tag, let to = response.to else { return nil }
        guard to.tag != nil || response.status >= 200 else { return nil }
        self.init(callID: callID, localTag: localTag, remoteTag: to.tag ?? "")
    }
}
