import SIP

/// Setting a call aside, from either side.
extension Calls {
    /// Where a call stands between the two sides. What the person wants may change faster than the other side answers:
    /// one question is under way at a time, and the last wish counts.
    struct Hold: Equatable {
        var byUs = false
        var byThem = false
        var isWanted = false
        /// What was asked and is not answered.
        var asked: Bool?

        var state: CallState { byUs || byThem ? .hold : .inCall }
    }

    mutating func want(hold: Bool, _ id: CallID) -> [Effect] {
        guard let call = calls[id], call.isEstablished else { return [] }
        calls[id]?.hold.isWanted = hold
        return ask(id)
    }

    private mutating func ask(_ id: CallID) -> [Effect] {
        guard let call = calls[id], let session = call.session, call.hold.asked == nil,
            call.hold.isWanted != call.hold.byUs
        else { return [] }
        calls[id]?.hold.asked = call.hold.isWanted
        return [call.hold.isWanted ? .hold(session) : .resume(session)]
    }

    mutating func held(_ session: SessionID, _ byUs: Bool, _ byThem: Bool) -> [Effect] {
        guard let id = bySession[session], let call = calls[id], call.isEstablished else { return [] }
        let before = call.hold
        calls[id]?.hold.byUs = byUs
        calls[id]?.hold.byThem = byThem
        if before.asked == byUs { calls[id]?.hold.asked = nil }
        return tell(id, before) + ask(id)
    }

    /// Told as held by us as long as we do, since it is ours to resume then.
    private mutating func tell(_ id: CallID, _ before: Hold) -> [Effect] {
        guard let now = calls[id]?.hold else { return [] }
        let isSame = now.state == before.state && (now.state == .inCall || now.byUs == before.byUs)
        guard !isSame else { return [] }
        calls[id]?.state = now.state
        let side: Side = now.state == .hold ? (now.byUs ? .us : .them) : (before.byUs ? .us : .them)
        return [.report(.call(id, now.state, by: side))]
    }

    mutating func holdFailed(_ session: SessionID, _ status: Int?) -> [Effect] {
        guard let id = bySession[session], let call = calls[id], call.hold.asked != nil else { return [] }
        calls[id]?.hold.asked = nil
        guard call.hold.isWanted == call.hold.asked else { return ask(id) }  // no longer wanted anyway
        calls[id]?.hold.isWanted = call.hold.byUs
        return [.report(.note(id, .holdFailed(Reasons.hold(status))))]
    }
}

/// Voice that came to nothing because there was none to be had.
extension Calls {
    enum Audio: Equatable {
        case none
        /// The other side offered it.
        case wanted
        case leftOut
    }

    mutating func leaveAudioOut(_ session: SessionID) -> [Effect] {
        guard let id = bySession[session], calls[id]?.audio == Audio.none, calls[id]?.voice == .silent else {
            return []
        }
        calls[id]?.audio = .wanted
        return calls[id]?.isEstablished == true ? tellOfAudio(id) : []
    }

    /// Once in a call.
    mutating func tellOfAudio(_ id: CallID) -> [Effect] {
        guard calls[id]?.audio == .wanted else { return [] }
        calls[id]?.audio = .leftOut
        return [.report(.note(id, .audioLeftOut))]
    }
}

/// The other side's keys, and what its program takes.
extension Calls {
    /// Keys of one command or report; nobody presses more at once.
    package static let keysLimit = 64

    mutating func press(_ keys: String, _ id: CallID) -> [Effect] {
        let keys = Self.keys(keys)
        guard !keys.isEmpty, let session = session(of: id) else { return [] }
        return [.dtmf(session, keys)]
    }

    mutating func pressed(_ session: SessionID, _ keys: String) -> [Effect] {
        let keys = Self.keys(keys)
        guard !keys.isEmpty, let id = bySession[session] else { return [] }
        return [.report(.note(id, .dtmf(keys)))]
    }

    private static func keys(_ text: String) -> String {
        String(text.uppercased().filter { "0123456789ABCD*#".contains($0) }.prefix(keysLimit))
    }

    mutating func learn(_ session: SessionID, _ capabilities: PeerCapabilities) -> [Effect] {
        guard let id = bySession[session], calls[id] != nil else {
            if unclaimed.count < UserAgent.Limits.sessions { unclaimed[session] = capabilities }
            return []
        }
        calls[id]?.capabilities = capabilities
        return [.learned(id)]
    }
}
