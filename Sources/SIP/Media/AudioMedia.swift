/// Our side of offer and answer (RFC 3264) in one session. Without `voice` it is a session of text: audio is present, and
/// nobody hears anything. With it, one medium carries sound.
package struct AudioMedia: Equatable, Sendable {
    /// What an answer to our offer came to.
    package enum Outcome: Equatable, Sendable {
        /// No sound: none was offered, or the peer refused it.
        case text
        case voice
        /// The peer refused our encrypted medium alone: it may take a plain one.
        case unencrypted
        /// It is no answer to our offer (RFC 3264 §6), or leaves nothing in which both could be heard.
        case unusable
    }

    private struct Offered: Equatable {
        let place: Int
        let audio: AudioDescription
        let voice: AudioCapabilities
    }

    /// What our person wants to speak with; nil: text only. What the peer knows is another matter: `isStale`.
    package var voice: AudioCapabilities? {
        didSet { if voice != oldValue { isPlain = false } }
    }
    /// Whether the peer has refused encryption, and plain is allowed.
    package var isPlain = false
    /// What is agreed to; nil while nobody speaks.
    package private(set) var stream: AudioStream?

    let sessionID: UInt64
    /// Where the session began; o= keeps it though we move (RFC 3264 §8).
    private var origin: SessionDescription.Address?
    private var version: UInt64 = 0
    /// What we said last.
    private var latest: SessionDescription?
    /// Our media as both sides know them, and what we brought to them.
    var settled: [SessionDescription.Media] = []
    private var settledVoice: AudioCapabilities?
    /// Numbers of codecs, which they keep through the session (RFC 3264 §8.3.2).
    var numbers: [AudioFormat] = []
    /// Our offer under way: which medium carries sound, and how we described it.
    private var offered: Offered?
    /// Whether we hold, as last said.
    private var isHolding = false
    /// What a peer that only speaks encrypted is answered with where nobody speaks; nil where voice is left out.
    let spareKey: SRTPKey?

    /// - Parameter takesVoice: whether there can be voice in this session at all.
    package init(identifiers: inout Identifiers, takesVoice: Bool = false) {
        sessionID = identifiers.next() >> 1
        spareKey = takesVoice ? .random(.aes128SHA1Tag80, &identifiers) : nil
    }

    /// Whether our offer under way is an encrypted one.
    package var isOfferEncrypted: Bool { offered?.audio.profile.isSecure ?? false }

    /// Whether the peer knows something else of our voice than our person wants.
    package var isStale: Bool { voice != settledVoice }

    /// An offer, with the media that the session had so far in their places (RFC 3264 §8).
    package mutating func offer(from host: String, isHolding: Bool = false) -> SessionDescription {
        self.isHolding = isHolding
        offered = voice.map { voice in
            let place = settled.firstIndex { $0.kind == "audio" && $0.port != 0 } ?? settled.count
            return Offered(place: place, audio: describe(voice, isHolding: isHolding), voice: voice)
        }
        // A telephone that has but one codec would refuse a call of texts for want of it.
        let silent = spareKey == nil || !settled.isEmpty ? [.pcmu] : [AudioCodec.opus, .pcmu, .pcma]
        var offer = SessionDescription.textOffer(
            from: host, sessionID: sessionID, version: version, isHolding: isHolding, keeping: settled,
            formats: silent.compactMap { number($0) })
        if let offered { offer.media[offered.place] = offered.audio.media }
        return publish(offer)
    }

    /// - Returns: nil when nothing in the offer can be agreed to: 488. What was agreed before stays.
    package mutating func answer(
        _ offer: SessionDescription, from host: String, isHolding: Bool = false
    ) -> SessionDescription? {
        guard let voice, offer.hasLiveAudio(whereSilent: stream != nil) else {
            guard let answer = textAnswer(to: offer, from: host, isHolding: isHolding) else { return nil }
            self.isHolding = isHolding
            return settle(answer, nil, stream: nil)
        }
        guard let choice = choose(from: offer, voice, mustEncrypt: stream?.security != nil),
            let (audio, stream) = answer(choice, voice, isHolding: isHolding)
        else { return nil }
        self.isHolding = isHolding
        let address = SessionDescription.Address(host: host)
        let media = offer.media.enumerated().map { place, medium in
            place == choice.place
                ? audio.media
                : SessionDescription.Media(
                    kind: medium.kind, port: 0, transport: medium.transport, formats: medium.formats)
        }
        let answer = SessionDescription(
            origin: .init(username: "-", sessionID: String(sessionID), version: String(version), address: address),
            connection: address, media: media)
        return settle(answer, voice, stream: stream)
    }

    /// Whether a description is an answer to our last offer: medium by medium, in its order (RFC 3264 §6).
    package func isAnswered(by answer: SessionDescription) -> Bool {
        latest.map { $0.media.map(\.kind) == answer.media.map(\.kind) } ?? false
    }

    /// The peer accepted our last offer.
    package mutating func accepted(_ answer: SessionDescription?) -> Outcome {
        let former = stream
        settled = latest?.media ?? []
        settledVoice = offered?.voice
        stream = nil
        guard let offered else { return .text }
        self.offered = nil
        guard let answer, isAnswered(by: answer) else { return .unusable }
        let medium = answer.media[offered.place]
        // Who hears nothing may say so from a host that has no address.
        if medium.port == AudioDescription.discard { return .text }
        let remote = AudioDescription(medium, in: answer)
        if offered.audio.profile.isSecure, medium.port == 0 || remote?.profile.isSecure == false {
            // What is offered in its place next need not be encrypted (RFC 3264 §8.2).
            settled[offered.place].transport = RTPProfile.avp.rawValue
            return .unencrypted
        }
        guard medium.port != 0 else { return .text }
        guard let remote, remote.profile == offered.audio.profile else { return .unusable }
        guard let security = Self.security(offered.audio, remote),
            let agreed = AudioStream(
                local: offered.audio, remote: remote, isHolding: isHolding, security: security.value)
        else { return .unusable }
        // One that said nothing of itself before is set aside from the beginning, or does not want to speak at all.
        if former == nil, remote.direction == .inactive { return .text }
        stream = agreed
        return .voice
    }

    /// The peer refused our last offer: what was agreed before stays.
    package mutating func refused() { offered = nil }

    /// Whether the peer has not been told of this.
    package func isUnsaid(_ voice: AudioCapabilities) -> Bool { settledVoice != voice }

    /// The peer does not take what we bring now; what was agreed before stays.
    package mutating func keep() { voice = settledVoice }

    /// The peer refuses encryption, and is offered plain next.
    package mutating func fallBack() {
        isPlain = true
        settledVoice = nil
    }

    /// The peer does not take that nobody speaks any more: it is told no more.
    package mutating func forget() { settledVoice = nil }

    /// Nobody speaks any more, on our side.
    package mutating func fallSilent() {
        voice = nil
        stream = nil
    }

    /// An answer of ours is what both sides know.
    private mutating func settle(
        _ answer: SessionDescription, _ voice: AudioCapabilities?, stream: AudioStream?
    ) -> SessionDescription {
        let said = publish(answer)
        settled = said.media
        settledVoice = voice
        self.stream = stream
        return said
    }

    /// The version rises by one when, and only when, something else is said than before (RFC 3264 §8).
    private mutating func publish(_ description: SessionDescription) -> SessionDescription {
        var description = description
        description.origin.address = origin ?? description.origin.address
        description.origin.version = String(version)
        if description != latest {
            origin = description.origin.address
            version += 1
            description.origin.version = String(version)
            latest = description
        }
        if settled.isEmpty { settled = description.media }  // what the session begins with
        return description
    }
}
