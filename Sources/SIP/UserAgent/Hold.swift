/// Who has set a session aside (RFC 3264 §8.4). Whoever does offers its audio `sendonly`, and `inactive` again when it
/// goes on; so it is seen by telephones, though no audio flows in a session of text.
package struct Hold: Equatable, Sendable {
    /// What our person wants; the peer may not know yet.
    package var isWanted = false
    /// What the peer agreed to.
    package private(set) var byUs = false
    package private(set) var byThem = false
    /// Whether the peer wants to be heard or to hear, or did before it set the session aside: only then does `inactive`
    /// say that it stopped.
    package private(set) var wasActive = false

    package init() {}

    /// Whether the peer is to be told something else than it knows.
    package var isChanging: Bool { isWanted != byUs }

    /// The peer agreed. Gives back whether that is news.
    package mutating func agreed(to isHeld: Bool) -> Bool {
        defer { byUs = isHeld }
        return byUs != isHeld
    }

    /// The peer refused: what is stays, unless our person has changed its mind meanwhile.
    ///
    /// - Returns: whether the person's wish has come to nothing.
    package mutating func refused(_ isHeld: Bool) -> Bool {
        guard isHeld != byUs, isWanted == isHeld else { return false }
        isWanted = byUs
        return true
    }

    /// What the peer's offer says. An answer says nothing: it is bound by our offer.
    ///
    /// - Returns: whether that is news.
    package mutating func received(_ offer: SessionDescription) -> Bool {
        let former = byThem
        switch offer.audioUse {
        case .active:
            wasActive = true
            byThem = false
        case .held: byThem = true
        case .inactive: byThem = wasActive
        case .none:
            wasActive = false
            byThem = false
        }
        return byThem != former
    }

    /// What the peer's answer says of its wish to be heard. Where it is only bound by our offer it says nothing.
    package mutating func heard(_ answer: SessionDescription) {
        switch answer.audioUse {
        case .active: wasActive = true
        case .none: wasActive = false
        case .held, .inactive: break
        }
    }
}

extension SessionDescription {
    package enum AudioUse: Hashable, Sendable {
        /// The describing side wants to hear.
        case active
        /// It only speaks (music, say), or wants nothing sent: `c=0.0.0.0`, as RFC 2543 had it (RFC 3264 §8.4).
        case held
        case inactive
        /// There is no audio, or it would be received nowhere.
        case none
    }

    /// What a description says of its audio, the liveliest where there are several.
    package var audioUse: AudioUse {
        let uses = media.lazy.filter { $0.kind == "audio" && $0.port != 0 }.map { use(of: $0) }
        return [.active, .held, .inactive].first(where: uses.contains) ?? .none
    }

    private func use(of medium: Media) -> AudioUse {
        switch direction(of: medium) {
        case .inactive: medium.port == AudioDescription.discard ? .none : .inactive
        case .sendonly: .held
        case .sendrecv, .recvonly:
            // At the discard port nobody hears: a direction that became another word on its way counts as `sendrecv`
            // (RFC 3264 §5.1), and when it is back that must not pass for a hold.
            medium.port == 9 ? .inactive : (medium.connection ?? connection)?.host == "0.0.0.0" ? .held : .active
        }
    }
}
