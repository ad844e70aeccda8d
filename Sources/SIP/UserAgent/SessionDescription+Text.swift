extension SessionDescription {
    /// The offer of a text call: audio is there, for softphones and proxies that want a medium, and inactive, so that
    /// nobody opens a microphone (RFC 3264 §5.1). The discard port says the same to those who read no attributes.
    ///
    /// - Parameters:
    ///   - isHolding: whether the peer is set aside: then audio is `sendonly` (RFC 3264 §8.4).
    ///   - media: what the session had so far; it stays in its place, because a session never has fewer media than
    ///     before (RFC 3264 §8). What was refused stays so.
    ///   - formats: what the audio would be, where there was none so far.
    public static func textOffer(
        from host: String, sessionID: UInt64, version: UInt64 = 1, isHolding: Bool = false, keeping media: [Media] = [],
        formats: [AudioFormat] = [AudioFormat(0, .pcmu)]
    ) -> SessionDescription {
        let address = Address(host: host)
        let direction = isHolding ? Direction.sendonly : .inactive
        var media = media.map { $0.port == 0 ? $0 : $0.silenced(direction) }
        if !media.contains(where: { $0.port != 0 }) {
            let mappings = formats.filter { AudioFormat.dynamic.contains($0.payloadType) }.map {
                Attribute("rtpmap", "\($0.payloadType) \($0.codec.mapping)")
            }
            let silent = Media(
                kind: "audio", port: 9, formats: formats.map { String($0.payloadType) }, attributes: mappings)
            media.append(silent.directed(direction))
        }
        return SessionDescription(
            origin: Origin(username: "-", sessionID: String(sessionID), version: String(version), address: address),
            connection: address, media: media)
    }

    /// The answer of a text call to this offer: plain audio is agreed to and inactive, all else refused, medium by
    /// medium in the offer's order (RFC 3264 §6).
    ///
    /// - Parameter isHolding: whether the peer is set aside: then audio is `sendonly`, where the offer lets us say so
    ///   (RFC 3264 §6.1).
    /// - Returns: nil when media are offered and none is plain audio: the offer is answered 488. An offer without
    ///   any medium is fine (RFC 3264 §5).
    public func textAnswer(
        from host: String, sessionID: UInt64, version: UInt64 = 1, isHolding: Bool = false
    ) -> SessionDescription? {
        let offered = media.filter { $0.port != 0 }
        guard offered.isEmpty || offered.contains(where: \.isPlainAudio) else { return nil }
        let address = Address(host: host)
        let answers = media.map { medium -> Media in
            guard medium.isPlainAudio, medium.port != 0 else {
                return Media(kind: medium.kind, port: 0, transport: medium.transport, formats: medium.formats)
            }
            let hears = [.sendrecv, .recvonly].contains(direction(of: medium))
            return Media(
                kind: medium.kind, port: 9, transport: medium.transport, formats: medium.formats,
                attributes: medium.attributes.filter { $0.name == "rtpmap" }
            ).directed(isHolding && hears ? .sendonly : .inactive)
        }
        return SessionDescription(
            origin: Origin(username: "-", sessionID: String(sessionID), version: String(version), address: address),
            connection: address, media: answers)
    }
}

extension SessionDescription.Media {
    fileprivate var isPlainAudio: Bool { kind == "audio" && (transport == "RTP/AVP" || transport == "RTP/AVPF") }

    /// The same medium, received nowhere; whose sound it carried does not matter any more.
    fileprivate func silenced(_ direction: SessionDescription.Direction) -> Self {
        var medium = directed(direction)
        medium.port = AudioDescription.discard
        medium.portCount = nil
        medium.connection = nil
        medium.attributes.removeAll { $0.name == "rtcp" }
        return medium
    }

    /// The same medium, flowing this way.
    fileprivate func directed(_ direction: SessionDescription.Direction) -> Self {
        var medium = self
        medium.attributes.removeAll { SessionDescription.Direction(rawValue: $0.name) != nil && $0.value == nil }
        medium.attributes.append(SessionDescription.Attribute(direction.rawValue))
        return medium
    }
}
