extension SessionDescription {
    /// The offer of a text call: audio is there, for softphones and proxies that want a medium, and inactive, so that
    /// nobody opens a microphone (RFC 3264 §5.1). The discard port says the same to those who read no attributes.
    public static func textOffer(from host: String, sessionID: UInt64, version: UInt64 = 1) -> SessionDescription {
        let address = Address(host: host)
        return SessionDescription(
            origin: Origin(username: "-", sessionID: String(sessionID), version: String(version), address: address),
            connection: address,
            media: [Media(kind: "audio", port: 9, formats: ["0"], attributes: [Attribute("inactive")])])
    }

    /// The answer of a text call to this offer: plain audio is agreed to and inactive, all else refused, medium by
    /// medium in the offer's order (RFC 3264 §6).
    ///
    /// - Returns: nil when media are offered and none is plain audio: the offer is answered 488. An offer without
    ///   any medium is fine (RFC 3264 §5).
    public func textAnswer(from host: String, sessionID: UInt64, version: UInt64 = 1) -> SessionDescription? {
        let offered = media.filter { $0.port != 0 }
        guard offered.isEmpty || offered.contains(where: \.isPlainAudio) else { return nil }
        let address = Address(host: host)
        let answers = media.map { medium -> Media in
            guard medium.isPlainAudio, medium.port != 0 else {
                return Media(kind: medium.kind, port: 0, transport: medium.transport, formats: medium.formats)
            }
            return Media(
                kind: medium.kind, port: 9, transport: medium.transport, formats: medium.formats,
                attributes: medium.attributes.filter { $0.name == "rtpmap" } + [Attribute("inactive")])
        }
        return SessionDescription(
            origin: Origin(username: "-", sessionID: String(sessionID), version: String(version), address: address),
            connection: address, media: answers)
    }
}

extension SessionDescription.Media {
    fileprivate var isPlainAudio: Bool { kind == "audio" && (transport == "RTP/AVP" || transport == "RTP/AVPF") }
}
