import SIP

/// Voice in calls: who asks whom for it, and how it stands.
extension Calls {
    /// How voice stands in one call.
    enum Voice: Equatable {
        case silent
        /// The other side asks us.
        case asked
        /// We ask the other side.
        case asking
        case on
    }

    // MARK: Our person

    mutating func offerVoice(_ id: CallID, _ capabilities: AudioCapabilities) -> [Effect] {
        guard let call = calls[id], let session = session(of: id) else {
            return [.report(.voice(id, .failed(Reasons.noCall)))]
        }
        switch call.voice {
        case .asked: return acceptVoice(id, capabilities)
        case .asking: return []
        case .on: return [.offerVoice(session, capabilities)]
        case .silent: break
        }
        guard call.state == .inCall else { return [.report(.voice(id, .failed(Reasons.voice(.onHold))))] }
        calls[id]?.voice = .asking
        return [.report(.voice(id, .asking)), .offerVoice(session, capabilities)]
    }

    /// A call that comes in with voice is accepted by the same word.
    mutating func acceptVoice(_ id: CallID, _ capabilities: AudioCapabilities) -> [Effect] {
        guard let call = calls[id], call.voice == .asked, let session = call.session else { return [] }
        guard !call.isEstablished else { return [.acceptVoice(session, capabilities)] }
        guard !call.isAccepted else { return [] }
        calls[id]?.isAccepted = true
        calls[id]?.audio = .leftOut  // it is spoken of as voice from here on
        return [.accept(session, voice: capabilities)]
    }

    mutating func refuseVoice(_ id: CallID) -> [Effect] {
        guard let call = calls[id], call.voice == .asked, let session = session(of: id) else { return [] }
        calls[id]?.voice = .silent
        return [.refuseVoice(session)]
    }

    mutating func endVoice(_ id: CallID) -> [Effect] {
        guard let call = calls[id], let session = session(of: id) else { return [] }
        switch call.voice {
        case .silent: return []
        case .asked: return refuseVoice(id)
        case .asking, .on: return [.endVoice(session)]
        }
    }

    // MARK: What comes of it

    mutating func heard(_ session: SessionID, _ news: VoiceNews) -> [Effect] {
        guard let id = bySession[session], let call = calls[id] else { return [] }
        switch news {
        case .asked(let isEncrypted):
            // A request that became ours when both called each other is answered already.
            guard call.isEstablished || id.isReceived && !call.isAccepted else { return [] }
            calls[id]?.voice = .asked
            return [.report(.voiceAsked(id, isEncrypted: isEncrypted))]
        case .withdrawn:
            guard call.voice == .asked else { return [] }
            return voice(of: id, .silent, .withdrawn)
        case .agreed(let stream):
            return voice(of: id, .on, .on(stream))
        case .refused(.unencrypted):
            return voice(of: id, .silent, .unencrypted)
        case .refused(let refusal):
            return voice(of: id, .silent, .failed(Reasons.voice(refusal)))
        case .ended(let side):
            return voice(of: id, .silent, .off(by: side == .us ? .us : .them))
        }
    }

    private mutating func voice(of id: CallID, _ voice: Voice, _ state: VoiceState) -> [Effect] {
        calls[id]?.voice = voice
        return [.report(.voice(id, state))]
    }

    /// The call, or the session that it had, is over, and with it what was spoken or asked in it.
    mutating func fallSilent(_ id: CallID, by side: Side) -> [Effect] {
        guard let former = calls[id]?.voice else { return [] }
        calls[id]?.voice = .silent
        switch former {
        case .silent: return []
        case .asked: return calls[id]?.isEstablished == true ? [.report(.voice(id, .withdrawn))] : []
        case .asking, .on: return [.report(.voice(id, .off(by: side)))]
        }
    }
}
