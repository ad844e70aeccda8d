/// The status line that a NOTIFY about a REFER holds as `message/sipfrag` (RFC 3515 §2.4.5, RFC 3420).
package struct StatusFragment: Hashable, Sendable {
    package var status: Int
    /// For people, and text of a stranger.
    package var reason: String

    package static let mediaType = "message/sipfrag;version=2.0"
    /// Bytes of the line, and of a reason that is passed on.
    package static let longestLine = 512
    package static let longestReason = 128

    /// A status, with its reason or the phrase that goes with it. Of a stranger's reason only what fits on one line is kept.
    package init(_ status: Int, _ reason: String? = nil) {
        self.status = status
        let words = reason ?? Response.phrase(for: status)
        var kept = String.UnicodeScalarView()
        for scalar in words.unicodeScalars where scalar.value >= 0x20 && scalar.value != 0x7F {
            guard kept.count < Self.longestReason else { break }
            kept.append(scalar)
        }
        self.reason = String(kept)
    }

    /// Reads the first line of a body; what follows, header fields of that response, is left out.
    ///
    /// - Returns: nil when it is no status line of SIP/2.0, or longer than `longestLine`.
    package init?(parsing body: [UInt8]) {
        let end = body.firstIndex { $0 == 0x0D || $0 == 0x0A } ?? body.count
        let version = Array("SIP/2.0 ".utf8)
        guard end <= Self.longestLine, end >= version.count + 3, body.starts(with: version) else { return nil }
        let digits = body[version.count..<version.count + 3]
        let rest = body[(version.count + 3)..<end]
        guard rest.isEmpty || rest.first == 0x20, let status = Int(String(decoding: digits, as: UTF8.self)),
            digits.allSatisfy({ OctetSet.digit.contains($0) }), (100..<700).contains(status)
        else { return nil }
        self.init(status, String(decoding: rest.dropFirst(), as: UTF8.self))
    }

    package var isFinal: Bool { status >= 200 }

    package var serialized: [UInt8] { Array("SIP/2.0 \(status) \(reason)\r\n".utf8) }
}

extension SessionEnd.Cause {
    /// What the end of a call that a REFER asked for is told as; nil where it is tried again over another transport.
    package var fragment: StatusFragment? {
        switch self {
        case .hungUp, .cancelled: StatusFragment(487)
        case .refused(let status, let reason): StatusFragment(status, reason)
        case .redirected: StatusFragment(302)
        case .timedOut: StatusFragment(408)
        case .gone: StatusFragment(481)
        case .lost, .overloaded: StatusFragment(503)
        case .tooLarge: nil
        }
    }
}
