/// The RTP profiles of an m= line that we can speak (RFC 3551, 4585, 3711, 5124).
public enum RTPProfile: String, Hashable, Sendable, CaseIterable {
    /// Plain.
    case avp = "RTP/AVP"
    /// Plain, with feedback.
    case avpf = "RTP/AVPF"
    /// Encrypted.
    case savp = "RTP/SAVP"
    /// Encrypted, with feedback.
    case savpf = "RTP/SAVPF"

    /// Whether it is SRTP.
    public var isSecure: Bool { self == .savp || self == .savpf }
}

/// What one m=audio line and its attributes say, as far as we act upon it. What contradicts itself or lies outside of
/// every reasonable bound is left out, as if it had not been said.
public struct AudioDescription: Hashable, Sendable {
    /// Bounds on what is taken from one medium.
    package enum Limits {
        /// a=crypto lines that are understood.
        package static let cryptos = 16
        /// Milliseconds in one packet.
        package static let packetTime = 1...200 as ClosedRange<UInt16>
    }

    /// The profile.
    public var profile: RTPProfile
    /// Where the describing side receives; 9 for nowhere.
    public var address: SocketAddress
    /// Where it receives RTCP (RFC 3605), the next port unless it says otherwise.
    public var control: SocketAddress
    /// Whether RTCP may come on the port of RTP (RFC 5761).
    public var isMultiplexed: Bool
    /// The codecs that the describing side receives, the most wanted first, each number once.
    public var formats: [AudioFormat]
    /// Milliseconds of sound that it likes in a packet.
    public var packetTime: UInt16?
    /// Milliseconds of sound that it takes in a packet at most.
    public var longestPacketTime: UInt16?
    /// The a=crypto lines that we can live up to, in order.
    public var cryptos: [CryptoAttribute]
    /// Which way media flows, as the describing side sees it.
    public var direction: SessionDescription.Direction

    /// The discard port: whoever names it receives nothing.
    package static let discard: UInt16 = 9

    /// A description with the given parts.
    public init(
        profile: RTPProfile, address: SocketAddress, control: SocketAddress? = nil, isMultiplexed: Bool = false,
        formats: [AudioFormat], packetTime: UInt16? = nil, longestPacketTime: UInt16? = nil,
        cryptos: [CryptoAttribute] = [], direction: SessionDescription.Direction = .sendrecv
    ) {
        self.profile = profile
        self.address = address
        self.control = control ?? address.next
        self.isMultiplexed = isMultiplexed
        self.formats = formats
        self.packetTime = packetTime
        self.longestPacketTime = longestPacketTime
        self.cryptos = cryptos
        self.direction = direction
    }

    /// Whether the describing side is to be heard or seen nowhere, until it says otherwise.
    package var isDiscarded: Bool { address.port == Self.discard }

    /// Whether nothing may be sent there: `0.0.0.0`, as RFC 2543 held a call (RFC 3264 §8.4), and `::`.
    package var isUnspecified: Bool { NumericAddress(address.host)?.bits == 0 }
}

// MARK: - Reading

extension AudioDescription {
    /// - Returns: nil when this is no audio over RTP, is refused (port 0), or is received at no numeric address of one
    ///   host: a name would have to be asked for, and groups get no sound of ours.
    public init?(_ medium: SessionDescription.Media, in description: SessionDescription) {
        guard medium.kind == "audio", medium.port != 0, let profile = RTPProfile(rawValue: medium.transport),
            let host = (medium.connection ?? description.connection)?.host, Self.isOneHost(host)
        else { return nil }
        let address = SocketAddress(host: host, port: medium.port)
        self.init(profile: profile, address: address, formats: medium.audioFormats)
        direction = description.direction(of: medium)
        for attribute in medium.attributes { read(attribute) }
    }

    private mutating func read(_ attribute: SessionDescription.Attribute) {
        switch (attribute.name, attribute.value) {
        case ("rtcp-mux", nil):
            isMultiplexed = true
        case ("ptime", let value?):
            if packetTime == nil { packetTime = Self.packetTime(value) }
        case ("maxptime", let value?):
            if longestPacketTime == nil { longestPacketTime = Self.packetTime(value) }
        case ("rtcp", let value?):
            if let place = Self.control(value, beside: address) { control = place }
        case ("crypto", let value?):
            guard cryptos.count < Limits.cryptos, let crypto = CryptoAttribute(value),
                !cryptos.contains(where: { $0.tag == crypto.tag })
            else { return }
            cryptos.append(crypto)
        case _:
            return
        }
    }

    private static func packetTime(_ value: String) -> UInt16? {
        UInt16(decimal: value).flatMap { Limits.packetTime.contains($0) ? $0 : nil }
    }

    /// Reads `53020` or `53020 IN IP4 192.0.2.4` (RFC 3605 §2.1).
    private static func control(_ value: String, beside address: SocketAddress) -> SocketAddress? {
        let words = value.split(separator: " ")
        guard let port = words.first.flatMap({ UInt16(decimal: $0) }), port != 0 else { return nil }
        switch words.count {
        case 1: return SocketAddress(host: address.host, port: port)
        case 4 where words[1] == "IN" && isOneHost(words[3]): return SocketAddress(host: String(words[3]), port: port)
        case _: return nil
        }
    }

    /// A numeric address that is neither a group's nor everybody's.
    private static func isOneHost(_ text: some StringProtocol) -> Bool {
        guard let address = NumericAddress(text) else { return false }
        return address.isIPv4 ? address.bits < 0xE000_0000 : address.bits >> 120 != 0xFF
    }
}

extension SessionDescription.Media {
    /// The codecs of an m=audio line with their numbers. A number that is mapped twice to different codecs, or against
    /// its assignment, means nothing.
    package var audioFormats: [AudioFormat] {
        var codecs: [UInt8: AudioCodec?] = AudioFormat.assigned.mapValues { $0 }
        var parameters: [UInt8: String] = [:]
        for attribute in attributes {
            guard ["rtpmap", "fmtp"].contains(attribute.name), let (number, rest) = attribute.numbered else { continue }
            if attribute.name == "fmtp" {
                if parameters[number] == nil { parameters[number] = String(rest) }
            } else if let codec = AudioCodec(mapping: rest), codecs[number, default: codec]?.isSame(as: codec) == true {
                codecs[number] = codec
            } else {
                codecs[number] = .some(nil)
            }
        }
        var formats: [AudioFormat] = []
        for text in self.formats {
            guard let number = UInt8(decimal: text), !AudioFormat.forbidden.contains(number),
                var codec = codecs[number] ?? nil, !formats.contains(where: { $0.payloadType == number }),
                parameters[number, default: ""].utf8.count <= AudioCodec.Limits.parameters
            else { continue }
            codec.parameters = parameters[number]
            formats.append(AudioFormat(number, codec))
        }
        return formats
    }
}

extension SessionDescription.Attribute {
    /// What stands behind a payload type.
    fileprivate var numbered: (UInt8, Substring)? {
        guard let value, let space = value.firstIndex(of: " "), let number = UInt8(decimal: value[..<space]) else {
            return nil
        }
        return (number, value[space...].drop { $0 == " " })
    }
}

// MARK: - Writing

extension AudioDescription {
    /// The m= line with its attributes.
    ///
    /// - Precondition: there is a format.
    public var media: SessionDescription.Media {
        precondition(!formats.isEmpty, "a medium needs a format")
        typealias Attribute = SessionDescription.Attribute
        var attributes: [Attribute] = []
        for format in formats {
            attributes.append(Attribute("rtpmap", "\(format.payloadType) \(format.codec.mapping)"))
            if let parameters = format.codec.parameters {
                attributes.append(Attribute("fmtp", "\(format.payloadType) \(parameters)"))
            }
        }
        if let packetTime { attributes.append(Attribute("ptime", "\(packetTime)")) }
        if let longestPacketTime { attributes.append(Attribute("maxptime", "\(longestPacketTime)")) }
        if control != address.next {
            let elsewhere =
                control.host == address.host
                ? "" : " IN \(SessionDescription.Address(host: control.host).family.rawValue) \(control.host)"
            attributes.append(Attribute("rtcp", "\(control.port)\(elsewhere)"))
        }
        if isMultiplexed { attributes.append(Attribute("rtcp-mux")) }
        attributes += cryptos.map { Attribute("crypto", $0.description) }
        attributes.append(Attribute(direction.rawValue))
        return SessionDescription.Media(
            kind: "audio", port: address.port, transport: profile.rawValue,
            formats: formats.map { String($0.payloadType) }, connection: .init(host: address.host),
            attributes: attributes)
    }
}

extension SocketAddress {
    /// The port above, where RTCP is by default (RFC 3550 §11).
    fileprivate var next: SocketAddress {
        SocketAddress(host: host, port: port.addingReportingOverflow(1).partialValue)
    }
}
