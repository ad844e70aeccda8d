extension PeerCapabilities {
    /// What a message that makes or changes a session says of who sent it; nil when it says nothing.
    package init?(_ message: some MessageFields) {
        self.init()
        guard learn(from: message) else { return nil }
    }

    /// - Returns: whether anything is otherwise than before.
    mutating func learn(from message: some MessageFields) -> Bool {
        var learnt = self
        if message.headers.contains(.allow) {
            learnt.allows = Array(message.allowed.prefix(UserAgent.Limits.capabilities))
        }
        if message.headers.contains(.accept) {
            learnt.accepts = message.headers.values(.accept).prefix(UserAgent.Limits.capabilities)
                .compactMap { MediaType($0)?.essence }
        }
        defer { self = learnt }
        return self != learnt
    }
}

extension Session {
    /// What a re-INVITE, or the answer to ours, says anew.
    mutating func learn(from message: some MessageFields) -> [Effect] {
        var takes = peerTakes ?? PeerCapabilities()
        guard takes.learn(from: message) else { return [] }
        peerTakes = takes
        return [.report(.capabilities(id, takes))]
    }

    /// The peer refused a method (405, 501), whatever it had said before. The answer says what it takes instead; where
    /// it does not, what every telephone has to take is left (RFC 3261 §8.2.1, §20.5).
    mutating func refrain(from method: Method, _ response: Response) -> [Effect] {
        let former = peerTakes
        var takes = peerTakes ?? PeerCapabilities()
        _ = takes.learn(from: response)
        if takes.allows.isEmpty { takes.allows = [.invite, .ack, .bye, .cancel, .options] }
        takes.allows.removeAll { $0 == method }
        peerTakes = takes
        return takes == former ? [] : [.report(.capabilities(id, takes))]
    }
}
