/// An encoding of audio as rtpmap and fmtp name it (RFC 8866 §6.6, §6.15).
public struct AudioCodec: Hashable, Sendable {
    /// `opus`, `PCMU`, `telephone-event`; the same in any case.
    public var name: String
    /// Of the RTP timestamps, in Hz.
    public var clockRate: UInt32
    /// 1 where nothing is said.
    public var channels: UInt8
    /// What fmtp says behind the payload type: what the describing side wants to receive. Nil where it says nothing.
    public var parameters: String?

    /// A codec.
    public init(_ name: String, clockRate: UInt32, channels: UInt8 = 1, parameters: String? = nil) {
        self.name = name
        self.clockRate = clockRate
        self.channels = channels
        self.parameters = parameters
    }

    /// Opus always says 48 kHz and two channels, whatever it carries (RFC 7587 §7); with redundancy against loss, and
    /// silence where nobody speaks.
    public static let opus = AudioCodec(
        "opus", clockRate: 48_000, channels: 2, parameters: "useinbandfec=1;usedtx=1")
    /// G.711, µ-law (RFC 3551 §4.5.14).
    public static let pcmu = AudioCodec("PCMU", clockRate: 8_000)
    /// G.711, A-law.
    public static let pcma = AudioCodec("PCMA", clockRate: 8_000)
    /// Keys of a telephone and its hook flash (RFC 4733), beside a codec of the same clock rate.
    public static func telephoneEvent(clockRate: UInt32) -> AudioCodec {
        AudioCodec("telephone-event", clockRate: clockRate, parameters: "0-16")
    }

    /// Whether both are one encoding, whatever parameters they have.
    public func isSame(as other: AudioCodec) -> Bool {
        clockRate == other.clockRate && channels == other.channels
            && name.asciiLowercased == other.name.asciiLowercased
    }

    /// Whether it carries keys instead of sound.
    public var isTelephoneEvent: Bool { name.asciiLowercased == "telephone-event" }

    /// Whether it is comfort noise or keys: nothing that a person could be heard in.
    package var isSound: Bool { !isTelephoneEvent && name.asciiLowercased != "cn" }

    /// Whether it carries all the keys of a telephone: without fmtp the sixteen (RFC 4733 §2.4.1).
    package var hasKeys: Bool {
        guard isTelephoneEvent else { return false }
        return parameters.map { TelephoneEvents($0)?.contains(0...11) ?? false } ?? true
    }

    /// The value of rtpmap behind the payload type.
    package var mapping: String { "\(name)/\(clockRate)" + (channels == 1 ? "" : "/\(channels)") }

    /// Reads `opus/48000/2`.
    package init?(mapping: some StringProtocol) {
        let parts = mapping.split(separator: "/", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), (1...Limits.name).contains(parts[0].utf8.count),
            parts[0].utf8.allSatisfy({ OctetSet.token.contains($0) }),
            let clockRate = UInt32(decimal: parts[1]), Limits.clockRate.contains(clockRate)
        else { return nil }
        var channels: UInt8 = 1
        if parts.count == 3 {
            guard let count = UInt8(decimal: parts[2]), Limits.channels.contains(count) else { return nil }
            channels = count
        }
        self.init(String(parts[0]), clockRate: clockRate, channels: channels)
    }

    /// Bounds on what a peer may call a codec.
    package enum Limits {
        /// Bytes of a name.
        package static let name = 32
        /// Hz.
        package static let clockRate = 1_000...384_000 as ClosedRange<UInt32>
        package static let channels = 1...8 as ClosedRange<UInt8>
        /// Bytes of parameters.
        package static let parameters = 512
    }
}

/// The events of a telephone-event format: `0-15,66,70` (RFC 4733 §2.4.1).
package struct TelephoneEvents: Hashable, Sendable {
    private var ranges: [ClosedRange<UInt8>] = []

    /// Nil when it is malformed, or has more parts than anybody needs.
    package init?(_ text: String) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count <= 64 else { return nil }
        for part in parts {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false)
                .map { UInt8(decimal: $0.filter { $0 != " " }) }
            guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1], first <= last
            else { return nil }
            ranges.append(first...last)
        }
    }

    package func contains(_ events: ClosedRange<UInt8>) -> Bool {
        events.allSatisfy { event in ranges.contains { $0.contains(event) } }
    }
}

/// A codec under the number that it has in one description (RFC 3551 §3).
public struct AudioFormat: Hashable, Sendable {
    /// 0 to 127.
    public var payloadType: UInt8
    /// What it stands for.
    public var codec: AudioCodec

    /// A format.
    public init(_ payloadType: UInt8, _ codec: AudioCodec) {
        self.payloadType = payloadType
        self.codec = codec
    }

    /// Numbers that mean a codec without rtpmap (RFC 3551 §6).
    package static let assigned: [UInt8: AudioCodec] = [
        0: .pcmu, 3: AudioCodec("GSM", clockRate: 8_000), 4: AudioCodec("G723", clockRate: 8_000),
        5: AudioCodec("DVI4", clockRate: 8_000), 6: AudioCodec("DVI4", clockRate: 16_000),
        7: AudioCodec("LPC", clockRate: 8_000), 8: .pcma, 9: AudioCodec("G722", clockRate: 8_000),
        10: AudioCodec("L16", clockRate: 44_100, channels: 2), 11: AudioCodec("L16", clockRate: 44_100),
        12: AudioCodec("QCELP", clockRate: 8_000), 13: AudioCodec("CN", clockRate: 8_000),
        14: AudioCodec("MPA", clockRate: 90_000), 15: AudioCodec("G728", clockRate: 8_000),
        16: AudioCodec("DVI4", clockRate: 11_025), 17: AudioCodec("DVI4", clockRate: 22_050),
        18: AudioCodec("G729", clockRate: 8_000),
    ]
    /// Numbers to be given to codecs that have none.
    package static let dynamic = 96...127 as ClosedRange<UInt8>
    /// With the marker bit they look like RTCP, which may share the port (RFC 5761 §4).
    package static let forbidden = 64...95 as ClosedRange<UInt8>
}
