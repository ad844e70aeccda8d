/// What came to a port where several protocols may arrive, by its first two octets (RFC 7983 §7, RFC 5761 §4).
/// It says where a datagram goes, not that it is valid.
package enum DatagramKind: Equatable, Sendable, CaseIterable {
    case rtp, rtcp
    /// For ICE, DTLS-SRTP, ZRTP and TURN, none of which we speak yet: the caller drops and counts them.
    case stun, zrtp, dtls, turn
    /// Nothing that belongs here, an empty datagram included.
    case unknown

    package init(of datagram: Span<UInt8>) {
        guard datagram.count > 0 else {
            self = .unknown
            return
        }
        switch datagram[0] {
        case 0...3: self = .stun
        case 16...19: self = .zrtp
        case 20...63: self = .dtls
        case 64...79: self = .turn
        case 128...191: self = datagram.count > 1 ? Self(secondOctet: datagram[1]) : .unknown
        default: self = .unknown
        }
    }

    /// RTCP's packet types 192 to 223 are what RTP's payload types 64 to 95 with a marker would look like, which is why
    /// nobody may use those on a shared port, with or without marker (RFC 5761 §4).
    private init(secondOctet: UInt8) {
        switch secondOctet {
        case 192...223: self = .rtcp
        case 64...95: self = .unknown
        default: self = .rtp
        }
    }
}
