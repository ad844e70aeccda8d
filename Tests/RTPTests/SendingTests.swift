import RTP
import Testing

@Suite("A sent stream") struct SendingStreamTests {
    @Test("is numbered and timed through, over the wrap, and marked where sound begins") func line() {
        var stream = SendingStream(ssrc: 7, sequence: 65_534, timestamp: 4_294_967_136, clock: 8_000)
        var headers: [RTPHeader] = []
        for frame in 0..<3 {
            headers.append(stream.header(payloadType: 0, ticks: 160, octets: 160, at: .milliseconds(20 * frame)))
        }
        #expect(headers.map(\.sequence) == [65_534, 65_535, 0])
        #expect(headers.map(\.timestamp) == [4_294_967_136, 0, 160])
        #expect(headers.map(\.marker) == [true, false, false])
        stream.pause(ticks: 8_000, at: .milliseconds(60))
        let next = stream.header(payloadType: 8, ticks: 160, octets: 160, at: .milliseconds(1_060))
        #expect(next == RTPHeader(marker: true, payloadType: 8, sequence: 1, timestamp: 8_320, ssrc: 7))
        #expect(stream.packets == 4)
        #expect(stream.octets == 640)
    }

    @Test("keys stand in its numbers with timestamps of their own, and time goes on beside them") func keys() throws {
        var stream = SendingStream(ssrc: 7, sequence: 0, timestamp: 0, clock: 8_000)
        var sender = KeySender(clock: 8_000)
        sender.press(try #require(TelephoneKey("1")))
        _ = stream.header(payloadType: 0, ticks: 160, octets: 160, at: .zero)
        for frame in 1...7 {
            let next = sender.next(at: stream.timestamp, ticks: 160)
            let key = try #require(next)
            let header = stream.header(payloadType: 101, key: key, ticks: 160, at: .milliseconds(20 * frame))
            #expect(header.timestamp == 160)
            #expect(header.sequence == UInt16(frame))
            #expect(header.marker == (frame == 1))
        }
        #expect(sender.next(at: stream.timestamp, ticks: 160) == nil)
        let sound = stream.header(payloadType: 0, ticks: 160, octets: 160, at: .milliseconds(160))
        #expect(sound.timestamp == 160 * 8)
        #expect(sound.marker)
    }

    @Test("its report tells the timestamp of the same moment, whatever was sent last") func report() {
        var stream = SendingStream(ssrc: 7, sequence: 0, timestamp: 1_000, clock: 48_000)
        _ = stream.header(payloadType: 96, ticks: 960, octets: 80, at: .seconds(1))
        let report = stream.report(time: NTPTime(.seconds(9)), at: .milliseconds(1_005))
        #expect(report.timestamp == 1_000 + 240)
        #expect(report.packets == 1)
        #expect(report.octets == 80)
        #expect(report.time == NTPTime(.seconds(9)))
    }
}

@Suite("Somebody with our SSRC") struct CollisionTests {
    @Test("is a collision the first time, and then our own packets that come back") func collision() {
        var collisions = Collisions()
        #expect(collisions.judge(1, from: Ear.peer, own: 2, at: .zero) == .none)
        #expect(collisions.judge(2, from: Ear.peer, own: 2, at: .zero) == .collision)
        #expect(collisions.judge(3, from: Ear.peer, own: 3, at: .seconds(40)) == .loop)
        #expect(collisions.judge(3, from: Ear.peer, own: 3, at: .seconds(80)) == .loop)
        #expect(collisions.judge(3, from: Ear.stranger, own: 3, at: .seconds(80)) == .collision)
        #expect(collisions.judge(4, from: Ear.peer, own: 4, at: .seconds(200)) == .collision)
    }

    @Test("is remembered for eight addresses at most") func bounded() {
        var collisions = Collisions()
        for host in 0..<100 {
            #expect(collisions.judge(1, from: Ear.address(UInt32(host), 1), own: 1, at: .zero) == .collision)
        }
        #expect(collisions.judge(1, from: Ear.address(99, 1), own: 1, at: .zero) == .loop)
        #expect(collisions.judge(1, from: Ear.address(0, 1), own: 1, at: .zero) == .collision)
    }
}

@Suite("Keeping the way open") struct KeepAliveTests {
    @Test(
        "something goes out 15 seconds after the last that did: a report on a shared port, else nothing in a datagram")
    func due() {
        var keepAlive = KeepAlive(at: .seconds(1))
        #expect(keepAlive.way(isShared: true, at: .seconds(15)) == nil)
        #expect(keepAlive.way(isShared: true, at: .seconds(16)) == .report)
        #expect(keepAlive.way(isShared: false, at: .seconds(16)) == .empty)
        keepAlive.sent(at: .seconds(16))
        #expect(keepAlive.way(isShared: false, at: .seconds(30)) == nil)
        #expect(keepAlive.due == .seconds(31))
    }
}

@Suite("When reports are sent") struct ReportTimingTests {
    /// The intervals between reports of one call, with randomness from a seed.
    static func intervals(bitsPerSecond: Double, seed: Int = 1, count: Int = 200) -> [Double] {
        var numbers = SeededNumbers(seed)
        var timing = ReportTiming(
            bitsPerSecond: bitsPerSecond, at: .zero, random: Double.random(in: 0..<1, using: &numbers))
        var last: Duration = .zero
        var intervals: [Double] = []
        while intervals.count < count {
            let now = timing.due
            timing.sentMedia(at: now)
            timing.receivedMedia(from: 9, at: now)
            timing.received(80, from: 9, at: now)
            guard timing.check(at: now, random: Double.random(in: 0..<1, using: &numbers)) else { continue }
            timing.sent(80, at: now, random: Double.random(in: 0..<1, using: &numbers))
            intervals.append((now - last) / .seconds(1))
            last = now
        }
        return intervals
    }

    @Test("five seconds in the mean, never twice in two, and not at the same distance", arguments: 1...5) func five(
        _ seed: Int
    ) {
        let intervals = Self.intervals(bitsPerSecond: 40_000, seed: seed)
        let mean = intervals[1...].reduce(0, +) / Double(intervals.count - 1)
        #expect(abs(mean - 5) < 0.6)
        #expect(intervals[1...].allSatisfy { $0 >= 5 * 0.5 / 1.21828 - 0.001 && $0 <= 5 * 1.5 / 1.21828 + 2.1 })
        #expect(Set(intervals.map { Int($0 * 1_000) }).count > 100)
        // The first one after half the time.
        #expect(intervals[0] < 3.2)
    }

    @Test("sooner where the session is wide: 360 over its kilobits a second") func reduced() {
        let intervals = Self.intervals(bitsPerSecond: 720_000)
        let mean = intervals[1...].reduce(0, +) / Double(intervals.count - 1)
        #expect(abs(mean - 0.5) < 0.1)
    }

    @Test("seldom enough that reports take a twentieth of a narrow session") func share() {
        var timing = ReportTiming(bitsPerSecond: 2_000, at: .zero, random: 0.5)
        for _ in 0..<200 { timing.received(472, from: 9, at: .seconds(1)) }
        // 500 octets with their headers; 12.5 octets a second are for reports, of two who only listen three quarters.
        timing.sent(472, at: .seconds(1), random: 0.5)
        #expect(abs((timing.due - .seconds(1)) / .seconds(1) - 500 * 2 / (12.5 * 0.75) / 1.21828) < 6)
    }

    @Test("a goodbye brings the next one nearer, and who is silent for five intervals is forgotten") func goodbye() {
        var timing = ReportTiming(bitsPerSecond: 64_000, at: .zero, random: 0.5)
        timing.received(80, from: 9, at: .zero)
        let isDue = timing.check(at: timing.due, random: 0)
        #expect(isDue)
        timing.sent(80, at: .seconds(10), random: 0.5)
        let before = timing.due
        timing.goodbye(9, octets: 80, at: .seconds(11))
        #expect(timing.due < before)
        #expect(timing.due > .seconds(11))
    }

    @Test("a flood of invented sources changes nothing for long") func flood() {
        var timing = ReportTiming(bitsPerSecond: 64_000, at: .zero, random: 0.5)
        for ssrc in 0..<10_000 { timing.received(65_535, from: UInt32(ssrc), at: .seconds(1)) }
        timing.sent(80, at: .seconds(1), random: 0.5)
        #expect(timing.due < .seconds(3_600))
        for _ in 0..<100 { timing.received(80, from: 1, at: .seconds(2)) }
        timing.sent(80, at: .seconds(2), random: 0.5)
        #expect(timing.due < .seconds(20))
    }
}
