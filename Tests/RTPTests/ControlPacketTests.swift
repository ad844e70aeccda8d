import RTP
import Testing

private let broken: [([UInt8], PacketFault)] = [
    ([], .short), ([0x80], .short), ([0x80, 201, 0], .short), ([0x40, 201, 0, 1, 0, 0, 0, 1], .version),
    // Begins with no report.
    ([0x81, 203, 0, 1, 0, 0, 0, 1], .order), ([0x81, 202, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0], .order),
    // Ends behind its datagram, or before its reports.
    ([0x80, 201, 0, 2, 0, 0, 0, 1], .length), ([0x81, 201, 0, 1, 0, 0, 0, 1], .length),
    ([0x80, 201, 0, 0], .length), ([0x80, 200, 0, 1, 0, 0, 0, 1], .length),
    ([0x80, 201, 0, 1, 0, 0, 0, 1, 0x80], .short), ([0x80, 201, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0], .version),
    // Items without an end, and longer than the packet.
    ([0x80, 201, 0, 1, 0, 0, 0, 1, 0x81, 202, 0, 1, 0, 0, 0, 1], .length),
    ([0x80, 201, 0, 1, 0, 0, 0, 1, 0x81, 202, 0, 2, 0, 0, 0, 1, 1, 9, 0x61, 0], .length),
    ([0x80, 201, 0, 1, 0, 0, 0, 1, 0x81, 202, 0, 2, 0, 0, 0, 1, 1, 2, 0x61, 0x61], .length),
    // More gone than are there, and a reason longer than there is.
    ([0x80, 201, 0, 1, 0, 0, 0, 1, 0x9F, 203, 0, 1, 0, 0, 0, 1], .length),
    ([0x80, 201, 0, 1, 0, 0, 0, 1, 0x81, 203, 0, 2, 0, 0, 0, 1, 4, 0x61, 0x61, 0x61], .length),
    // Padding that is none, that is no multiple of four, that is longer than all.
    ([0xA0, 201, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0], .padding),
    ([0xA0, 201, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3], .padding),
    ([0xA0, 201, 0, 2, 0, 0, 0, 1, 0, 0, 0, 12], .padding),
]

@Suite("An RTCP datagram") struct ControlPacketTests {
    static let block = ReportBlock(
        ssrc: 9, fractionLost: 64, lost: -3, highestSequence: 0x0001_FFFE, jitter: 12, lastReport: 0xAABB_CCDD,
        delay: 65_536)
    static let report = SenderReport(
        ssrc: 7, time: NTPTime(bits: 0x0102_0304_0506_0708), timestamp: 160, packets: 50, octets: 8_000,
        reports: [block])
    static let compound: [ControlPacket] = [
        .senderReport(report), .description([SourceDescription(ssrc: 7, cname: "a1b2c3")]),
        .goodbye([7], reason: "bye"),
    ]

    static func write(_ packets: [ControlPacket], room: Int = 600) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0xEE, count: room)
        var span = buffer.mutableSpan
        guard let count = ControlPacket.write(packets, into: &span) else { return nil }
        return Array(buffer[..<count])
    }

    static func read(_ octets: [UInt8]) throws(PacketFault) -> [ControlPacket] { try ControlPacket.parse(octets.span) }

    @Test("is read to what was written") func roundTrip() throws {
        let octets = try #require(Self.write(Self.compound))
        #expect(octets.count == 52 + 20 + 12)
        #expect(try Self.read(octets) == Self.compound)
        let listener: [ControlPacket] = [
            .receiverReport(ssrc: 1, []), .description([SourceDescription(ssrc: 1, cname: nil)]),
            .goodbye([], reason: nil),
        ]
        #expect(try Self.read(try #require(Self.write(listener))) == listener)
    }

    @Test("is written as RFC 3550 §6.4.1 and §6.5 draw it") func layout() throws {
        let octets = try #require(Self.write([.receiverReport(ssrc: 0x0102_0304, [Self.block])]))
        #expect(
            octets == [
                0x81, 201, 0, 7, 1, 2, 3, 4, 0, 0, 0, 9, 64, 0xFF, 0xFF, 0xFD, 0, 1, 0xFF, 0xFE, 0, 0, 0, 12, 0xAA,
                0xBB, 0xCC, 0xDD, 0, 1, 0, 0,
            ])
        let description = try #require(Self.write([.description([SourceDescription(ssrc: 5, cname: "xy")])]))
        // Two octets of text end at a multiple of four, and still a zero has to follow.
        #expect(description == [0x81, 202, 0, 3, 0, 0, 0, 5, 1, 2, 0x78, 0x79, 0, 0, 0, 0])
    }

    @Test("is not written where there is no room, or what cannot be said") func noRoom() {
        #expect(Self.write(Self.compound, room: 83) == nil)
        #expect(Self.write(Self.compound, room: 84) != nil)
        let many = [ReportBlock](repeating: Self.block, count: 32)
        #expect(Self.write([.receiverReport(ssrc: 1, many)], room: 2_000) == nil)
        let long = String(repeating: "x", count: 256)
        #expect(Self.write([.description([SourceDescription(ssrc: 1, cname: long)])], room: 2_000) == nil)
        #expect(Self.write([.goodbye([1], reason: long)], room: 2_000) == nil)
        #expect(Self.write([.other(type: 204)]) == nil)
    }

    @Test("has strangers' packets stepped over by their length") func others() throws {
        let feedback: [UInt8] = [0x81, 205, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 5, 0, 0]
        let application: [UInt8] = [0x80, 204, 0, 2, 0, 0, 0, 1, 0x6E, 0x61, 0x6D, 0x65]
        let octets = try #require(Self.write(Array(Self.compound[..<2])))
        #expect(
            try Self.read(octets + feedback + application)
                == Self.compound[..<2] + [.other(type: 205), .other(type: 204)])
    }

    @Test("has other items of a description, and what is behind the reports, left alone") func extensions() throws {
        let report: [UInt8] = [0x80, 201, 0, 2, 0, 0, 0, 1, 9, 9, 9, 9]
        let description: [UInt8] = [
            0x82, 202, 0, 6, 0, 0, 0, 1, 2, 2, 0x6E, 0x6E, 1, 1, 0x63, 0, 0, 0, 0, 2, 1, 1, 0x64, 0, 0, 0, 0, 0,
        ]
        #expect(
            try Self.read(report + description) == [
                .receiverReport(ssrc: 1, []),
                .description([
                    SourceDescription(ssrc: 1, cname: "c"), SourceDescription(ssrc: 2, cname: "d"),
                ]),
            ])
    }

    @Test("may be padded at its end, and nowhere else") func padding() throws {
        let first = try #require(Self.write([.receiverReport(ssrc: 1, [])]))
        let padded: [UInt8] = [0xA1, 203, 0, 2, 0, 0, 0, 1, 0, 0, 0, 4]
        #expect(try Self.read(first + padded) == [.receiverReport(ssrc: 1, []), .goodbye([1], reason: nil)])
        let report: [UInt8] = [0xA0, 201, 0, 2, 0, 0, 0, 1, 0, 0, 0, 4]
        #expect(try Self.read(report) == [.receiverReport(ssrc: 1, [])])
        #expect(throws: PacketFault.padding) { try Self.read(report + first) }
    }

    @Test("is refused as a whole when A.2 calls it invalid", arguments: broken)
    func refused(_ octets: [UInt8], _ fault: PacketFault) {
        #expect(throws: fault) { () throws(PacketFault) in try Self.read(octets) }
    }

    @Test("of more packets than anybody sends is refused") func tooMany() {
        let report: [UInt8] = [0x80, 201, 0, 1, 0, 0, 0, 1]
        #expect(throws: PacketFault.tooMany) { try Self.read(Array([[UInt8]](repeating: report, count: 33).joined())) }
    }

    @Test("cut anywhere inside a packet is refused") func cut() throws {
        let octets = try #require(Self.write(Self.compound))
        for length in 0..<octets.count {
            let read = try? Self.read(Array(octets[..<length]))
            #expect((read != nil) == (length == 52 || length == 72), "\(length)")
        }
    }
}

@Suite("NTP time") struct NTPTimeTests {
    @Test("is seconds and their fraction of 32 bits, and its middle what reports carry") func fraction() {
        #expect(NTPTime(.seconds(3)).bits == 3 << 32)
        #expect(NTPTime(.milliseconds(1_500)).bits == 1 << 32 | 0x8000_0000)
        #expect(NTPTime(.milliseconds(1_500)).middle == 0x0001_8000)
        #expect(NTPTime(.seconds(1) - .nanoseconds(1)).bits >> 32 == 0)
        #expect(NTPTime(Duration(secondsComponent: 0, attosecondsComponent: 999_999_999_999_999_999)).bits < 1 << 32)
    }

    @Test("is behind 2036 what it was before: only the middle counts") func wraps() {
        let sent = NTPTime(.seconds(4_294_967_295) + .milliseconds(900))
        let now = NTPTime(.seconds(4_294_967_296) + .milliseconds(100))
        let block = ReportBlock(ssrc: 1, lastReport: sent.middle, delay: 6_554)
        #expect(block.roundTrip(at: now).map { abs($0 / .milliseconds(1) - 100) < 1 } == true)
    }
}
