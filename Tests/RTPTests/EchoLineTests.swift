import Testing

@testable import RTP

@Suite("What is sent back") struct EchoLineTests {
    private static func heard(_ sequence: UInt16, _ timestamp: UInt32, marker: Bool = false) -> RTPHeader {
        RTPHeader(marker: marker, payloadType: 0, sequence: sequence, timestamp: timestamp, ssrc: 9)
    }

    private static let line = EchoLine(ssrc: 1, sequence: 0xFFFE, timestamp: 0xFFFF_FF00, clock: 8_000, at: .zero)

    @Test(
        "has our source, number and time, and what was lost, late, marked or left out on the way is so on the way back")
    func gaps() {
        var line = Self.line
        let came: [(UInt16, UInt32, Bool)] = [
            (100, 5_000, true), (101, 5_160, false), (103, 5_480, false), (102, 5_320, false), (104, 8_000, true),
        ]
        let sent = came.map { sequence, timestamp, marker in
            line.header(
                for: Self.heard(sequence, timestamp, marker: marker), payloadType: 8, octets: 160, begins: false,
                at: .zero)
        }
        #expect(sent.map(\.sequence) == [0xFFFE, 0xFFFF, 1, 0, 2])
        #expect(sent.map { $0.timestamp &- 0xFFFF_FF00 } == [0, 160, 480, 320, 3_000])
        #expect(sent.map(\.marker) == [true, false, false, false, true])
        #expect(sent.allSatisfy { $0.ssrc == 1 && $0.payloadType == 8 })
        #expect(line.packets == 5 && line.octets == 800)
    }

    @Test("goes on where a new source begins, by the time that has passed") func newSource() {
        var line = Self.line
        _ = line.header(for: Self.heard(1, 1_000), payloadType: 0, octets: 1, begins: true, at: .zero)
        _ = line.header(for: Self.heard(2, 1_160), payloadType: 0, octets: 1, begins: false, at: .milliseconds(20))
        let after = line.header(
            for: Self.heard(40_000, 77), payloadType: 0, octets: 1, begins: true, at: .milliseconds(1_020))
        #expect(after.sequence == 0 && after.timestamp &- 0xFFFF_FF00 == 160 + 8_000)
    }

    @Test("is told of with the time of now, not of the last packet") func report() {
        var line = Self.line
        _ = line.header(for: Self.heard(1, 1_000), payloadType: 0, octets: 160, begins: true, at: .seconds(1))
        let report = line.report(time: NTPTime(.seconds(3)), at: .seconds(3))
        #expect(report.ssrc == 1 && report.packets == 1 && report.octets == 160)
        #expect(report.timestamp &- 0xFFFF_FF00 == 3 * 8_000)
    }
}
