import RTP
import Testing

@Suite("Keys that are sent") struct KeySenderTests {
    /// What goes out for so many frames of 20 ms: `timestamp code duration`, E for an end, M for a marker, - for sound.
    static func sent(_ keys: String, frames: Int, for duration: Duration = KeySender.pressed) -> [String] {
        var sender = KeySender(clock: 8_000)
        for key in keys.compactMap({ TelephoneKey($0) }) { sender.press(key, for: duration) }
        return (0..<frames).map { frame in
            guard let packet = sender.next(at: UInt32(160 * frame), ticks: 160) else { return "-" }
            let event = packet.event
            return "\(packet.timestamp) \(event.code) \(event.duration)\(event.isEnd ? "E" : "")"
                + (packet.isFirst ? "M" : "")
        }
    }

    @Test("begin with a marker, grow frame by frame under one timestamp, and end three times") func one() {
        #expect(
            Self.sent("5", frames: 9) == [
                "0 5 160M", "0 5 320", "0 5 480", "0 5 640", "0 5 800E", "0 5 800E", "0 5 800E", "-", "-",
            ])
    }

    @Test("several in a row have a pause between them, the same one twice too") func several() {
        let sent = Self.sent("1#1", frames: 26)
        #expect(sent.filter { $0.hasSuffix("M") } == ["0 1 160M", "1280 11 160M", "2560 1 160M"])
        #expect(sent[7] == "-")
        #expect(sent.last == "-")
    }

    @Test("held longer than sixteen bits say go on in segments that follow without a gap") func segments() {
        let sent = Self.sent("9", frames: 501, for: .seconds(10))
        #expect(sent.filter { $0.hasSuffix("M") } == ["0 9 160M"])
        #expect(sent[408] == "0 9 65440")
        #expect(sent[409] == "65440 9 160")
        #expect(sent[499] == "65440 9 14560E")
        #expect(sent.filter { $0.hasSuffix("E") }.count == 2)
    }

    @Test("are bounded: so many wait, so long is one held, and letting go of all leaves the one that sounds")
    func bounded() throws {
        var sender = KeySender(clock: 8_000)
        let key = try #require(TelephoneKey("0"))
        let taken = (0..<65).map { _ in sender.press(key) }
        #expect(taken == [Bool](repeating: true, count: 64) + [false])
        _ = sender.next(at: 0, ticks: 160)
        sender.clear()
        #expect(sender.isBusy)
        for frame in 1..<20 { _ = sender.next(at: UInt32(160 * frame), ticks: 160) }
        #expect(!sender.isBusy)
    }

    @Test("are written as RFC 4733 §2.3 draws them") func layout() {
        var buffer = [UInt8](repeating: 0xEE, count: 4)
        var span = buffer.mutableSpan
        TelephoneEvent(code: 11, isEnd: true, duration: 0x0320).write(into: &span)
        #expect(buffer == [11, 0x8A, 0x03, 0x20])
        #expect(TelephoneEvent(parsing: buffer.span) == TelephoneEvent(code: 11, isEnd: true, duration: 0x0320))
        #expect(TelephoneEvent(parsing: buffer.span, at: 1) == nil)
        var short = [UInt8](repeating: 0xEE, count: 3)
        var shortSpan = short.mutableSpan
        let isWritten = TelephoneEvent(code: 1, isEnd: false, duration: 1).write(into: &shortSpan)
        #expect(!isWritten)
        #expect(short == [0xEE, 0xEE, 0xEE])
    }

    @Test("are the sixteen of a telephone") func keys() {
        #expect("0123456789*#ABCDabcd".compactMap { TelephoneKey($0)?.code } == Array(0...15) + Array(12...15))
        #expect("0123456789*#ABCD".compactMap { TelephoneKey($0)?.character } == Array("0123456789*#ABCD"))
        #expect(TelephoneKey("x") == nil)
        #expect(TelephoneKey(code: 16) == nil)
    }
}

@Suite("Keys that are received") struct KeyReceiverTests {
    /// Sends keys through a network that gives each packet a place, or none.
    static func heard(
        _ keys: String, clock: Int = 8_000, for duration: Duration = KeySender.pressed,
        carry: ([(header: RTPHeader, payload: [UInt8], sent: Duration)]) -> [(
            header: RTPHeader, payload: [UInt8], sent: Duration
        )]
    ) -> String {
        var sender = KeySender(clock: clock)
        var stream = SendingStream(ssrc: 7, sequence: 65_530, timestamp: 4_294_967_000, clock: clock)
        for key in keys.compactMap({ TelephoneKey($0) }) { sender.press(key, for: duration) }
        var packets: [(header: RTPHeader, payload: [UInt8], sent: Duration)] = []
        var now: Duration = .zero
        while sender.isBusy {
            if let packet = sender.next(at: stream.timestamp, ticks: clock / 50) {
                var payload = [UInt8](repeating: 0, count: 4)
                var span = payload.mutableSpan
                packet.event.write(into: &span)
                let header = stream.header(payloadType: 101, key: packet, ticks: clock / 50, at: now)
                packets.append((header, payload, now))
            } else {
                stream.pause(ticks: clock / 50, at: now)
            }
            now += .milliseconds(20)
        }
        var receiver = KeyReceiver()
        var told = ""
        for packet in carry(packets) {
            for key in receiver.receive(packet.header, packet.payload.span, at: packet.sent) {
                told.append(key.character)
            }
        }
        return told
    }

    @Test("are told once each, at any clock", arguments: [8_000, 16_000, 48_000]) func whole(_ clock: Int) {
        #expect(Self.heard("*0123456789#ABCD", clock: clock) { $0 } == "*0123456789#ABCD")
        #expect(Self.heard("1111", clock: clock) { $0 } == "1111")
    }

    @Test("are told although all but one packet of each is lost, whichever it is", arguments: 0..<7) func lossy(
        _ kept: Int
    ) {
        #expect(Self.heard("1123") { $0.enumerated().filter { $0.offset % 7 == kept }.map(\.element) } == "1123")
    }

    @Test("are told once although every packet comes three times") func repeated() {
        #expect(Self.heard("4711") { $0.flatMap { [$0, $0, $0] } } == "4711")
    }

    @Test("are told in their order although packets are reordered", arguments: 1...20) func reordered(_ seed: Int) {
        var numbers = SeededNumbers(seed)
        let told = Self.heard("159#") { packets in
            packets.enumerated().map { ($0.element, $0.offset + Int.random(in: 0..<5, using: &numbers)) }
                .sorted { $0.1 < $1.1 }.map(\.0)
        }
        #expect(told == "159#")
    }

    @Test("whose end is lost are followed by others, the same ones too") func endless() {
        #expect(Self.heard("5566") { $0.filter { $0.payload[1] & 0x80 == 0 } } == "5566")
    }

    @Test("held for ten seconds are one, at any clock, with a third lost", arguments: [8_000, 48_000]) func held(
        _ clock: Int
    ) {
        #expect(Self.heard("7", clock: clock, for: .seconds(10)) { $0 } == "7")
        let lossy = Self.heard("77", clock: clock, for: .seconds(10)) {
            $0.enumerated().filter { $0.offset % 3 != 1 }.map(\.element)
        }
        #expect(lossy == "77")
    }

    @Test("of other codes, and less than four octets, are no keys") func strange() {
        var receiver = KeyReceiver()
        func told(_ payload: [UInt8], at timestamp: UInt32) -> Int {
            let header = RTPHeader(payloadType: 101, sequence: 0, timestamp: timestamp, ssrc: 1)
            return receiver.receive(header, payload.span, at: .zero).count
        }
        #expect(told([], at: 0) == 0)
        #expect(told([5, 0, 0], at: 0) == 0)
        #expect(told([16, 0, 0, 160], at: 160) == 0)
        #expect(told([255, 0x80, 0, 160], at: 320) == 0)
        #expect(told([5, 0, 0, 160], at: 480) == 1)
    }

    @Test("several in one packet are several (§2.5.1.5)") func several() {
        var receiver = KeyReceiver()
        let header = RTPHeader(payloadType: 101, sequence: 0, timestamp: 0, ssrc: 1)
        let payload: [UInt8] = [1, 0x80, 1, 0, 2, 0x80, 1, 0, 3, 0, 0, 160]
        #expect(receiver.receive(header, payload.span, at: .zero).map(\.character) == ["1", "2", "3"])
        #expect(receiver.receive(header, payload.span, at: .zero).isEmpty)
    }

    @Test("of a stream that begins anew, or whose timestamps do, are told") func anew() {
        var receiver = KeyReceiver()
        func told(_ timestamp: UInt32, ssrc: UInt32, at seconds: Int) -> Int {
            let header = RTPHeader(payloadType: 101, sequence: 0, timestamp: timestamp, ssrc: ssrc)
            return receiver.receive(header, ([3, 0x80, 3, 32] as [UInt8]).span, at: .seconds(seconds)).count
        }
        #expect(told(100_000, ssrc: 1, at: 0) == 1)
        #expect(told(50_000, ssrc: 1, at: 1) == 0)
        #expect(told(50_000, ssrc: 2, at: 1) == 1)
        #expect(told(10_000, ssrc: 2, at: 120) == 1)
    }
}
