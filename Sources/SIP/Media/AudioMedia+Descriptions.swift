/// The descriptions of a medium that carries sound.
extension AudioMedia {
    /// One of the peer's media that we can speak through.
    struct Choice {
        var place: Int
        var remote: AudioDescription
        /// The line of it that we answer, and our key for it.
        var crypto: CryptoAttribute?
        var key: SRTPKey?
    }

    /// Whether both sides have the same keys, or none.
    struct Agreed {
        var value: AudioStream.Security?
    }

    // MARK: Offering

    mutating func describe(_ voice: AudioCapabilities, isHolding: Bool) -> AudioDescription {
        let cryptos = offeredCryptos(voice)
        return AudioDescription(
            profile: cryptos.isEmpty ? .avp : .savp, address: voice.address, control: voice.control,
            isMultiplexed: voice.isMultiplexed, formats: voice.codecs.compactMap { number($0) },
            packetTime: voice.packetTime, cryptos: cryptos, direction: isHolding ? .sendonly : .sendrecv)
    }

    /// What is encrypted stays so, with the same key (RFC 4568 §7.1.4).
    private func offeredCryptos(_ voice: AudioCapabilities) -> [CryptoAttribute] {
        let all = zip((1 as UInt32)..., voice.keys).map { CryptoAttribute(tag: $0, key: $1) }
        if let stream { return all.filter { $0.key == stream.security?.local } }
        guard !isPlain else { return [] }
        let wasSecure = settled.contains { $0.port != 0 && RTPProfile(rawValue: $0.transport)?.isSecure == true }
        return voice.security != .answered || wasSecure ? all : []
    }

    /// A codec of ours under the number that it has in this session.
    ///
    /// - Parameter wished: the number that the peer has for it, which we take unless it means something else with us
    ///   (RFC 3264 §6.1, §8.3.2).
    mutating func number(_ codec: AudioCodec, wished: UInt8? = nil) -> AudioFormat? {
        if let known = numbers.first(where: { $0.codec.isSame(as: codec) }) {
            return AudioFormat(known.payloadType, codec)
        }
        let assigned = AudioFormat.assigned.first { $0.value.isSame(as: codec) }?.key
        let free = ([wished, assigned].compactMap { $0 } + AudioFormat.dynamic).first { number in
            !numbers.contains { $0.payloadType == number }
        }
        guard let free else { return nil }
        numbers.append(AudioFormat(free, codec))
        return AudioFormat(free, codec)
    }

    /// The keys of an offer of ours and its answer, which names one of our lines (RFC 4568 §5.1.3); nil when it does not.
    static func security(_ local: AudioDescription, _ remote: AudioDescription) -> Agreed? {
        guard local.profile.isSecure else { return Agreed(value: nil) }
        guard remote.cryptos.count == 1, let chosen = remote.cryptos.first,
            let ours = local.cryptos.first(where: { $0.tag == chosen.tag }), ours.key.suite == chosen.key.suite
        else { return nil }
        return Agreed(value: AudioStream.Security(local: ours.key, remote: chosen.key))
    }

    // MARK: Answering

    /// The first encrypted medium in which both can be heard, else the first plain one, if that may be.
    func choose(from offer: SessionDescription, _ voice: AudioCapabilities, mustEncrypt: Bool) -> Choice? {
        var plain: Choice?
        for (place, medium) in offer.media.enumerated() {
            guard let remote = AudioDescription(medium, in: offer), !remote.isDiscarded,
                voice.canSpeak(remote.formats)
            else { continue }
            guard remote.profile.isSecure else {
                plain = plain ?? Choice(place: place, remote: remote)
                continue
            }
            for crypto in remote.cryptos {
                guard let key = voice.keys.first(where: { $0.suite == crypto.key.suite }) else { continue }
                return Choice(place: place, remote: remote, crypto: crypto, key: key)
            }
        }
        return mustEncrypt || voice.security == .required ? nil : plain
    }

    /// Our answer to that medium, with the codecs of both in the offer's order (RFC 3264 §6.1).
    mutating func answer(
        _ choice: Choice, _ voice: AudioCapabilities, isHolding: Bool
    ) -> (AudioDescription, AudioStream)? {
        let remote = choice.remote
        var formats: [AudioFormat] = []
        for format in remote.formats {
            guard let codec = voice.codec(like: format.codec), !formats.contains(where: { $0.codec.isSame(as: codec) }),
                let numbered = number(codec, wished: format.payloadType)
            else { continue }
            formats.append(numbered)
        }
        let isMultiplexed = remote.isMultiplexed && voice.isMultiplexed
        let wish = isHolding ? SessionDescription.Direction.sendonly : .sendrecv
        var audio = AudioDescription(
            profile: remote.profile, address: voice.address, control: voice.control, isMultiplexed: isMultiplexed,
            formats: formats, packetTime: voice.packetTime, direction: remote.direction.answered(wishing: wish))
        var security: AudioStream.Security?
        if let crypto = choice.crypto, let key = choice.key {
            audio.cryptos = [CryptoAttribute(tag: crypto.tag, key: key)]
            security = AudioStream.Security(local: key, remote: crypto.key)
        }
        return AudioStream(local: audio, remote: remote, isHolding: isHolding, security: security).map { (audio, $0) }
    }

    /// The answer without voice. Where nothing but encrypted audio is offered we agree to that: nothing flows, and the
    /// call of texts comes about.
    func textAnswer(to offer: SessionDescription, from host: String, isHolding: Bool) -> SessionDescription? {
        if let answer = offer.textAnswer(from: host, sessionID: sessionID, isHolding: isHolding) { return answer }
        guard let spareKey, let place = offer.media.firstIndex(where: { offer.canBeSilent($0) }) else { return nil }
        var plain = offer
        plain.media[place].transport = RTPProfile.avp.rawValue
        guard var answer = plain.textAnswer(from: host, sessionID: sessionID, isHolding: isHolding) else { return nil }
        answer.media[place].transport = offer.media[place].transport
        let crypto = AudioDescription(offer.media[place], in: offer)?.cryptos.first
        if let crypto, let key = SRTPKey(crypto.key.suite, spareKey.octets) {
            let line = CryptoAttribute(tag: crypto.tag, key: key)
            answer.media[place].attributes.insert(.init("crypto", line.description), at: 0)
        }
        return answer
    }
}

extension SessionDescription {
    /// Whether this is encrypted audio that may stay silent: one whose keys we can answer, or where nothing is to flow.
    fileprivate func canBeSilent(_ medium: Media) -> Bool {
        guard let audio = AudioDescription(medium, in: self), audio.profile.isSecure else { return false }
        return !audio.cryptos.isEmpty || audio.direction == .inactive
    }
}

extension SessionDescription {
    /// Whether some audio is received somewhere.
    ///
    /// - Parameter whereSilent: whether that counts where nothing flows: in a conversation it is set aside, before one it
    ///   is none.
    func hasLiveAudio(whereSilent: Bool) -> Bool {
        media.contains { medium in
            medium.kind == "audio" && medium.port != 0 && medium.port != AudioDescription.discard
                && (whereSilent || direction(of: medium) != .inactive)
        }
    }

    /// What an offer asks of somebody who is not being heard yet.
    package enum VoiceWish: Hashable, Sendable {
        case none
        /// In something that we understand, and whether it can be encrypted.
        case possible(isEncrypted: Bool)
        /// To be heard, in nothing that we understand.
        case impossible
    }

    /// Whether the describing side wants to hear and to be heard.
    package func voiceWish(codecs: [AudioCodec]) -> VoiceWish {
        let wishes = media.filter { medium in
            medium.kind == "audio" && ![0, AudioDescription.discard].contains(medium.port)
                && direction(of: medium) == .sendrecv && (medium.connection ?? connection)?.host != "0.0.0.0"
        }
        guard !wishes.isEmpty else { return .none }
        let possible = wishes.compactMap { AudioDescription($0, in: self) }.filter { audio in
            let isKeyed = !audio.profile.isSecure || !audio.cryptos.isEmpty
            return isKeyed
                && audio.formats.contains { format in
                    format.codec.isSound && codecs.contains { $0.isSame(as: format.codec) }
                }
        }
        return possible.isEmpty ? .impossible : .possible(isEncrypted: possible.contains { $0.profile.isSecure })
    }
}

extension SRTPKey {
    /// A key that nobody else has.
    package static func random(_ suite: SRTPSuite, _ source: inout Identifiers) -> SRTPKey? {
        SRTPKey(suite, (0..<SRTPSuite.keyLength).map { _ in UInt8.random(in: 0...255, using: &source) })
    }
}
