import SIP

/// It speaks with whoever wants to, and asks nobody: in a chat that asks for voice, and in a telephone's call that comes
/// with it.
extension EchoTest {
    enum SoundOrder: Equatable {
        case reserve(Exchange.SoundID, for: PhoneNumber)
        case echo(Exchange.SoundID, AudioStream, for: PhoneNumber)
        case release(Exchange.SoundID)
        /// There is no room for one more.
        case refused
    }

    /// A conversation that is to be, or is.
    struct Sound {
        let id: Exchange.SoundID
        var isFlowing = false
    }

    /// A call that comes with sound is accepted when that is asked for, which is next.
    mutating func accept(_ session: SessionID, _ offer: SessionDescription?) -> [Effect] {
        if case .possible? = offer?.voiceWish(codecs: codecs) { [] } else { answer(session, with: nil) }
    }

    mutating func hear(_ news: VoiceNews, in session: SessionID) -> [Effect] {
        switch news {
        case .asked:
            guard let chat = chats[session], chat.sound == nil else { return [] }
            return reserve(session) ?? [.sound(.refused)] + answer(session, with: nil)
        case .agreed(let stream):
            guard let chat = chats[session], let sound = chat.sound else { return [] }
            chats[session]?.sound?.isFlowing = true
            return [.sound(.echo(sound.id, stream, for: chat.peer))]
        case .withdrawn, .refused, .ended: return release(session)
        }
    }

    mutating func hear(_ news: Exchange.SoundNews) -> [Effect] {
        switch news {
        case .reserved(let id, let capabilities):
            guard let session = sessionsBySound[id] else { return [] }
            let caused = answer(session, with: capabilities)
            return caused + (chats[session]?.sound?.isFlowing == true ? [] : release(session))
        case .ended(let id):
            guard let session = sessionsBySound[id] else { return [] }
            return perform(.command(.endVoice(session)))
        }
    }

    private mutating func answer(_ session: SessionID, with capabilities: AudioCapabilities?) -> [Effect] {
        guard chats[session]?.isAccepted == true else {
            chats[session]?.isAccepted = true
            return perform(.command(.accept(session, voice: capabilities)))
        }
        // That all voices are taken is not that it does not want to speak.
        guard let capabilities else { return perform(.command(.refuseVoice(session, .unable(status: 486)))) }
        return perform(.command(.acceptVoice(session, capabilities)))
    }

    /// - Returns: nil where there is no room.
    private mutating func reserve(_ session: SessionID) -> [Effect]? {
        guard let peer = chats[session]?.peer, sessionsBySound.count < limits.echoVoices else { return nil }
        let id = Exchange.SoundID(identifiers.next())
        chats[session]?.sound = Sound(id: id)
        sessionsBySound[id] = session
        return [.sound(.reserve(id, for: peer))]
    }

    mutating func release(_ session: SessionID) -> [Effect] {
        guard let sound = chats[session]?.sound else { return [] }
        chats[session]?.sound = nil
        sessionsBySound[sound.id] = nil
        return [.sound(.release(sound.id))]
    }
}
