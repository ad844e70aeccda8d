/// One packet of RTCP (RFC 3550 §6.4 to §6.6).
package enum ControlPacket: Equatable, Sendable {
    /// SR: from who sends.
    case senderReport(SenderReport)
    /// RR: from who only listens.
    case receiverReport(ssrc: UInt32, [ReportBlock])
    /// SDES: who the sources are.
    case description([SourceDescription])
    /// BYE: these sources have gone. It ends no call: signalling does.
    case goodbye([UInt32], reason: String?)
    /// Any other type (APP, feedback, extended reports): stepped over by its length.
    case other(type: UInt8)

    /// Whose it is, where it says so.
    package var ssrc: UInt32? {
        switch self {
        case .senderReport(let report): report.ssrc
        case .receiverReport(let ssrc, _): ssrc
        case .description(let sources): sources.first?.ssrc
        case .goodbye(let sources, _): sources.first
        case .other: nil
        }
    }

    /// What was heard of others; nothing in descriptions and goodbyes.
    package var reports: [ReportBlock] {
        switch self {
        case .senderReport(let report): report.reports
        case .receiverReport(_, let reports): reports
        case .description, .goodbye, .other: []
        }
    }

    enum Kind {
        static let senderReport: UInt8 = 200
        static let receiverReport: UInt8 = 201
        static let description: UInt8 = 202
        static let goodbye: UInt8 = 203
    }
}

/// What a sender says of its own stream (RFC 3550 §6.4.1).
package struct SenderReport: Equatable, Sendable {
    package var ssrc: UInt32
    /// When it was sent, by the sender's clock.
    package var time: NTPTime
    /// The same moment in ticks of its stream.
    package var timestamp: UInt32
    /// Since the stream began.
    package var packets: UInt32
    /// Of payload, since the stream began; begins again at zero.
    package var octets: UInt32
    package var reports: [ReportBlock]

    package init(
        ssrc: UInt32, time: NTPTime, timestamp: UInt32, packets: UInt32, octets: UInt32, reports: [ReportBlock] = []
    ) {
        self.ssrc = ssrc
        self.time = time
        self.timestamp = timestamp
        self.packets = packets
        self.octets = octets
        self.reports = reports
    }
}

/// How a source was received since its last report (RFC 3550 §6.4.1).
package struct ReportBlock: Equatable, Sendable {
    /// Octets on the wire.
    static let size = 24

    package var ssrc: UInt32
    /// Of 256 packets expected since the last report, how many did not come.
    package var fractionLost: UInt8
    /// Since the stream began; 24 bits with a sign, because duplicates count as received.
    package var lost: Int32
    /// The highest sequence number, its upper half counting how often it began again.
    package var highestSequence: UInt32
    /// Ticks (RFC 3550 §6.4.1, A.8).
    package var jitter: UInt32
    /// The middle of the last sender report's time, or 0 before any.
    package var lastReport: UInt32
    /// How long ago that report came, in 1/65,536 s.
    package var delay: UInt32

    package init(
        ssrc: UInt32, fractionLost: UInt8 = 0, lost: Int32 = 0, highestSequence: UInt32 = 0, jitter: UInt32 = 0,
        lastReport: UInt32 = 0, delay: UInt32 = 0
    ) {
        self.ssrc = ssrc
        self.fractionLost = fractionLost
        self.lost = lost
        self.highestSequence = highestSequence
        self.jitter = jitter
        self.lastReport = lastReport
        self.delay = delay
    }
}

/// The name that binds a source to its session whatever its number becomes (RFC 3550 §6.5.1).
package struct SourceDescription: Equatable, Sendable {
    package var ssrc: UInt32
    /// At most 255 octets; random per call (RFC 7022), because names of machines are nobody's business.
    package var cname: String?

    package init(ssrc: UInt32, cname: String?) {
        self.ssrc = ssrc
        self.cname = cname
    }
}
