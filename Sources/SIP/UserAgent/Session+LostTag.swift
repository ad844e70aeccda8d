/// A 2xx to our INVITE without a tag is believed, since peers of RFC 2543's time had none (RFC 3261 §12.1.2). If the tag
/// was only lost on the way, nobody else has the dialog that we made without it: what we send there comes to the peer as a
/// request outside of dialogs, and is answered under a tag, which who has none does not do.
extension Session {
    /// Whether a response shows that the peer's tag was lost. A refusal does not: proxies refuse under tags too.
    func lacksTag(of response: Response) -> Bool {
        guard case .placed = id, state == .established, dialog.id.remoteTag.isEmpty, response.to?.tag != nil else {
            return false
        }
        return (101..<300).contains(response.status)
    }

    /// The session is over; what the peer took for a call of its own is taken back.
    mutating func mistaken(_ response: Response, _ asked: Asked) -> [Effect] {
        var effects: [Effect] = []
        switch asked {
        case .message(let token) where response.isFinal && outbox.settle(token) != nil:
            effects = [.report(.messageResult(token, UserAgent.MessageResult(response)))]
        case .renewal where !response.isFinal:
            effects = [.cancelInvite]
        case .renewal:
            guard let invite = renewal.asking?.request, var stray = Dialog(uac: invite, response: response) else {
                break
            }
            effects = [.acknowledge(stray.ack(for: invite)), .part(stray.bye())]
        case .message, .prack, .key, .refer, .notice:
            break
        }
        return effects + end(SessionEnd(.gone, by: .them))
    }
}
