/// Voice in a session of text. It begins with a re-INVITE that offers audio both ways, which the asked side leaves pending
/// until its person has said yes (200) or no (488: the session stays as it was, RFC 3261 §14.2), and ends with one that
/// offers it inactive.
///
/// Both sides may ask at once. Their re-INVITEs meet (491); the one that comes first at the second attempt finds that its
/// question was answered before it was asked.
extension Session {
    /// Whether a question of the peer waits for our person.
    var isAsked: Bool { state == .established && server?.isPending == true }

    // MARK: Our person

    mutating func offerVoice(_ voice: AudioCapabilities) -> [Effect] {
        guard state == .established else { return [.report(.voice(id, .refused(.noSession)))] }
        refusals = 0
        if isAsked { return acceptVoice(voice) }
        guard media.stream != nil || !(hold.isWanted || hold.byUs || hold.byThem) else {
            return [.report(.voice(id, .refused(.onHold)))]
        }
        media.voice = voice
        return reinvite()
    }

    mutating func acceptVoice(_ voice: AudioCapabilities) -> [Effect] {
        guard isAsked, let request = server?.request, case .open(let offer?) = agreement else { return [] }
        bring(voice)
        guard let response = success(to: request) else {
            return refusePending(refusal(of: request, .incompatible)) + [.report(.voice(id, .refused(.incompatible)))]
                + proceed()
        }
        refusals = 0
        return [.cancel(.asked)] + drive(.accept(response)) + startTimer() + learn(from: request) + modified(offer)
    }

    /// Where it is heard we are from now on: a flow within a program has no address that others could read.
    mutating func bring(_ voice: AudioCapabilities) {
        media.voice = voice
        host = voice.address.host
    }

    /// - Parameter reason: only what a person said is held against the next question.
    mutating func refuseVoice(_ reason: VoiceRefusal = .declined) -> [Effect] {
        guard isAsked, let request = server?.request else { return [] }
        if reason == .declined { refusals += 1 }
        return refusePending(refusal(of: request, reason)) + proceed()
    }

    /// What our person says counts at once; the peer is told, if it knows of any voice.
    mutating func endVoice() -> [Effect] {
        if isAsked { return refuseVoice() }
        guard state == .established, media.voice != nil else { return [] }
        let isAsking = renewal.asking?.voice != nil && media.stream == nil
        media.fallSilent()
        toldStream = nil
        return [.report(.voice(id, .ended(by: .us)))] + (isAsking ? [.cancelInvite] : reinvite())
    }

    // MARK: The peer's question

    /// Whether an offer asks for what our person has not agreed to. A telephone always offers audio: one that was once
    /// answered without, or told no, does not ask again; nor does who was told so too often.
    func wish(in offer: SessionDescription) -> SessionDescription.VoiceWish {
        guard !codecs.isEmpty, media.stream == nil, !hold.wasActive, !hold.byThem,
            refusals < (isTelephone ? 1 : UserAgent.Limits.questions)
        else { return .none }
        let wish = offer.voiceWish(codecs: codecs)
        guard case .possible(let isEncrypted) = wish, let voice = media.voice else { return wish }
        return isEncrypted || voice.security != .required ? .none : wish  // our person wants it too
    }

    /// Asks our person.
    mutating func beAsked(
        _ request: Request, _ transaction: TransactionLayer.ServerID, isEncrypted: Bool
    ) -> [Effect] {
        server = InviteServer(request, transaction)
        var ringing = Response(180, to: request)
        ringing.contact = NameAddress(contact)
        ringing.headers[.allow] = Capabilities.allow
        ringing.headers[.supported] = Capabilities.supportedText
        return drive(.ring(ringing)) + [
            .start(.asked, after: UserAgent.voicePatience), .report(.voice(id, .asked(isEncrypted: isEncrypted))),
        ]
    }

    mutating func leaveUnanswered() -> [Effect] {
        guard isAsked, let request = server?.request else { return [] }
        refusals += 1
        return refusePending(refusal(of: request, .unanswered)) + [.report(.voice(id, .withdrawn))] + proceed()
    }

    /// The peer took its question back, or does not hear us.
    mutating func withdraw(_ status: Int) -> [Effect] {
        guard isAsked, let request = server?.request else { return [] }
        return refusePending(Response(status, to: request)) + [.report(.voice(id, .withdrawn))] + proceed()
    }

    /// A question of ours that crossed this one goes with it.
    mutating func refusePending(_ response: Response) -> [Effect] {
        media.voice = nil
        agreement = .agreed
        return [.cancel(.asked)] + drive(.refuse(response))
    }

    // MARK: What comes of it

    /// What the peer's offer, answered by now, makes of our voice.
    mutating func followOffer() -> [Effect] {
        if media.stream != nil { return tellVoice() }
        guard toldStream != nil else { return [] }
        return loseVoice()
    }

    /// What the answer to our offer makes of it.
    mutating func followAnswer(_ answer: SessionDescription?) -> [Effect] {
        let outcome = media.accepted(answer)
        if let answer, !codecs.isEmpty {
            hold.heard(answer)
            isTelephone = answer.hasLiveAudio(whereSilent: true)
        }
        // Taken back meanwhile: the peer is told next.
        guard let voice = media.voice else { return [] }
        switch outcome {
        case .voice: return tellVoice()
        case .text: return fail(to: voice, .unable(status: 200))
        case .unencrypted: return fail(to: voice, .unencrypted)
        case .unusable: return fail(to: voice, .incompatible)
        }
    }

    /// The peer took our offer, and no voice comes of it.
    private mutating func fail(to voice: AudioCapabilities, _ refusal: VoiceRefusal) -> [Effect] {
        guard !media.isUnsaid(voice) else { return [] }
        if toldStream != nil { return loseVoice() }
        return isFallingBack(voice, refusal) ? [] : giveUp(refusal)
    }

    /// Whether plain is offered next, as the peer refused encryption.
    private mutating func isFallingBack(_ voice: AudioCapabilities, _ refusal: VoiceRefusal) -> Bool {
        guard refusal == .unencrypted, voice.security == .preferred, !media.isPlain else { return false }
        media.fallBack()
        return true
    }

    private mutating func giveUp(_ refusal: VoiceRefusal) -> [Effect] {
        media.voice = nil
        return [.report(.voice(id, .refused(refusal)))]
    }

    /// The peer refused an offer of ours.
    mutating func followRefusal(_ asking: Renewal.Asking, _ response: Response?) -> [Effect] {
        media.refused()
        guard let voice = asking.voice else {
            if media.stream == nil { media.forget() }
            return []
        }
        guard voice == media.voice else { return [] }  // our person wants something else by now
        guard media.stream == nil else {
            media.keep()
            return []
        }
        let refusal = response.map { VoiceRefusal($0, isEncrypted: asking.isEncrypted) } ?? .unanswered
        return isFallingBack(voice, refusal) ? [] : giveUp(refusal)
    }

    private mutating func tellVoice() -> [Effect] {
        guard var stream = media.stream, media.voice != nil else { return [] }
        // Hold silences both ways, whatever music a telephone plays meanwhile.
        if hold.byThem { stream.mayReceive = false }
        guard stream != toldStream else { return [] }
        toldStream = stream
        return [.report(.voice(id, .agreed(stream)))]
    }

    /// The peer leaves it.
    private mutating func loseVoice() -> [Effect] {
        media.fallSilent()
        toldStream = nil
        return [.report(.voice(id, .ended(by: .them)))]
    }

    /// 488 with the reason in words (RFC 3261 §20.43), or the status that is the reason.
    func refusal(of request: Request, _ reason: VoiceRefusal) -> Response {
        if case .unable(let status) = reason, (300..<700).contains(status) { return Response(status, to: request) }
        var response = Response(488, to: request)
        response.headers[.warning] = reason.warning
        return response
    }
}

extension VoiceRefusal {
    private static let declinedWords = "399 partyline \"Declined\""
    private static let unansweredWords = "399 partyline \"Not answered\""
    private static let incompatibleWords = "305 partyline \"Incompatible media format\""

    fileprivate var warning: String {
        switch self {
        case .declined: Self.declinedWords
        case .unanswered: Self.unansweredWords
        case .incompatible, .unencrypted, .unable, .onHold, .noSession: Self.incompatibleWords
        }
    }

    /// What a final response to our question means.
    fileprivate init(_ response: Response, isEncrypted: Bool) {
        let warning = response.headers[.warning] ?? ""
        switch response.status {
        case 408, 480: self = .unanswered
        case 488, 606:
            if warning == Self.unansweredWords {
                self = .unanswered
            } else if warning.hasPrefix("399 ") {
                self = .declined
            } else if warning == Capabilities.noSuchMedium {
                self = .unable(status: response.status)
            } else {
                // With a program like ours it is not encryption that is in the way; others mean that too by any code.
                self = warning == Self.incompatibleWords || !isEncrypted ? .incompatible : .unencrypted
            }
        case 487: self = .unanswered  // we waited longer than the peer's person is asked
        case 603: self = .declined
        case let status: self = .unable(status: status)
        }
    }
}
