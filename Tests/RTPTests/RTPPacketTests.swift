import RTP
import Testing

private let plain: [UInt8] = [0x80, 0x80, 0x12, 0x34, 0, 0, 0, 160, 0xDE, 0xAD, 0xBE, 0xEF, 1, 2, 3]

private let broken: [([UInt8], PacketFault)] = [
    ([], .short), (Array(plain[..<11]), .short), ([0x00] + plain[1...], .version),
    ([0x40] + plain[1...], .version), ([0xC0] + plain[1...], .version),
    // Fifteen contributing sources in three octets; an extension without and beyond its length.
    ([0x8F] + plain[1...], .length), ([0x90] + plain[1...], .length),
    ([0x90] + plain[1..<12] + [0, 0, 0xFF, 0xFF, 0], .length),
    // No padding at all, and more than there is.
    ([0xA0] + plain[1..<14] + [0], .padding), ([0xA0] + plain[1..<14] + [4], .padding),
    ([0xA0] + plain[1..<11] + [1], .padding), ([0xA0] + plain[1..<14] + [255], .padding),
]

@Suite("An RTP packet") struct RTPPacketTests {
    static func read(_ octets: [UInt8]) throws(PacketFault) -> RTPPacket { try RTPPacket(parsing: octets.span) }

    @Test("is read as RFC 3550 §5.1 lays it out") func layout() throws {
        let packet = try Self.read(plain)
        #expect(
            packet.header
                == RTPHeader(marker: true, payloadType: 0, sequence: 0x1234, timestamp: 160, ssrc: 0xDEAD_BEEF))
        #expect(packet.payload == 12..<15)
    }

    @Test("is written to what it was read from") func written() throws {
        var buffer = plain
        for index in 0..<12 { buffer[index] = 0 }
        var span = buffer.mutableSpan
        let header = try Self.read(plain).header
        let isWritten = header.write(into: &span)
        #expect(isWritten)
        #expect(buffer == plain)
    }

    @Test("is not written where there is no room") func noRoom() {
        var buffer = [UInt8](repeating: 7, count: 11)
        var span = buffer.mutableSpan
        let isWritten = RTPHeader(payloadType: 8, sequence: 1, timestamp: 2, ssrc: 3).write(into: &span)
        #expect(!isWritten)
        #expect(buffer == [UInt8](repeating: 7, count: 11))
    }

    @Test("has its payload behind contributing sources and extension, and before padding") func everything() throws {
        let octets: [UInt8] =
            [0xB2, 0x60, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3] + [UInt8](repeating: 0xCC, count: 8)
            + [0xBE, 0xDE, 0, 1, 9, 9, 9, 9] + [0xAA, 0xBB] + [0, 2]
        let packet = try Self.read(octets)
        #expect(packet.payload.map { octets[$0] } == [0xAA, 0xBB])
        #expect(packet.header.payloadType == 0x60)
        #expect(!packet.header.marker)
    }

    @Test("may be empty") func empty() throws {
        #expect(try Self.read(Array(plain[..<12])).payload == 12..<12)
        // Padding may be all that there is.
        let padded = [0xA0] + plain[1..<12] + [4, 0, 0, 4].map { UInt8($0) }
        #expect(try Self.read(padded).payload == 12..<12)
    }

    @Test("is refused when short, of another version, or with lengths that lie", arguments: broken)
    func refused(_ octets: [UInt8], _ fault: PacketFault) {
        #expect(throws: fault) { () throws(PacketFault) in try Self.read(octets) }
    }

    @Test("cut anywhere is refused or shorter, and never read beyond its end") func cut() {
        let octets: [UInt8] =
            [0x91, 0x60, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 4, 4, 4, 4, 0xBE, 0xDE, 0, 1, 9, 9, 9, 9, 0xAA, 0xBB]
        for length in octets.indices {
            let packet = try? Self.read(Array(octets[..<length]))
            #expect((packet != nil) == (length >= 24))
            #expect((packet?.payload.upperBound ?? 0) <= length)
        }
    }
}

@Suite("What comes to a port") struct DatagramKindTests {
    @Test(
        "is told by its first octets, as RFC 7983 and RFC 5761 share them out",
        arguments: [
            ([0x80, 0], .rtp), ([0x80, 0x80], .rtp), ([0x80, 96], .rtp), ([0x80, 0xE0], .rtp), ([0xBF, 63], .rtp),
            ([0x80, 200], .rtcp), ([0x81, 201], .rtcp), ([0x80, 192], .rtcp), ([0x80, 223], .rtcp),
            ([0x80, 64], .unknown), ([0x80, 95], .unknown), ([0x80, 224], .rtp), ([0x80, 191], .rtp),
            ([0x00, 0x01], .stun), ([0x01, 0x01], .stun), ([0x16, 0xFE], .dtls), ([0x14, 0xFE], .dtls),
            ([0x10, 0x00], .zrtp), ([0x40, 0x00], .turn), ([0x50], .unknown), ([0xC0, 0], .unknown), ([0x80], .unknown),
            ([], .unknown), ([0xFF, 0xFF], .unknown), ([0x0D, 0x0A], .unknown),
        ] as [([UInt8], DatagramKind)])
    func kind(_ octets: [UInt8], _ kind: DatagramKind) {
        #expect(DatagramKind(of: octets.span) == kind)
    }

    @Test("short STUN, RTP and RTCP are no packets of ours, at any length") func short() {
        for first in UInt8.min...UInt8.max {
            for length in 0..<8 {
                let octets = [UInt8](repeating: first, count: length)
                let kind = DatagramKind(of: octets.span)
                if kind == .rtp { #expect((try? RTPPacket(parsing: octets.span)) == nil) }
                if kind == .rtcp { #expect((try? ControlPacket.parse(octets.span)) == nil) }
            }
        }
    }
}

@Suite("How long a payload sounds") struct PayloadLengthTests {
    @Test(
        "Opus says it in its first octets",
        arguments: [
            ([0x00], 480), ([0x08, 1], 960), ([0x10], 1_920), ([0x18], 2_880), ([0x60], 480), ([0x68], 960),
            ([0x80], 120), ([0x98], 960), ([0xF8, 1, 2], 960), ([0xF9, 1, 2], 1_920), ([0xFA, 1, 2], 1_920),
            ([0xFB, 3, 1], 2_880), ([0xFB, 0x83, 1], 2_880), ([0xFB, 6], 5_760), ([0xFB, 7], nil), ([0xFB, 0], nil),
            ([0xFB], nil), ([], nil), ([0x1B, 63], nil),
        ] as [([UInt8], Int?)])
    func opus(_ payload: [UInt8], _ ticks: Int?) {
        #expect(PayloadLength.opus(payload.span) == ticks)
    }

    @Test("G.711 has an octet a tick") func g711() {
        #expect(PayloadLength.g711([UInt8](repeating: 0xFF, count: 240).span) == 240)
    }
}
