import Glibc
import Synchronization

/// Where a device's callbacks and the thread of the streams meet: what was heard, what is to be played, what was played.
/// It outlives devices: one that takes the place of another goes on with the same rings.
final class DevicePorts: Sendable {
    /// From the microphone to the streams.
    let captured = SampleRing(capacity: Sound.rate)
    /// From the streams to the loudspeaker.
    let playing = SampleRing(capacity: Sound.rate)
    /// What the loudspeaker got, for the echo canceller. In step with `captured`, as far as the devices are.
    let played = SampleRing(capacity: Sound.rate)
    /// What rings, for the ring device when it is another than the loudspeaker.
    let ringing = SampleRing(capacity: Sound.rate)
    /// Whether there is such a device.
    let hasRingDevice = Atomic<Bool>(false)
    let bell = Bell()

    /// Samples the loudspeaker wanted that were not there, since the beginning.
    let underruns = Atomic<Int>(0)
    /// Samples of the microphone that nobody took in time.
    let overruns = Atomic<Int>(0)
    /// Times that the system itself tells of a gap: sound of the microphone was lost before it came here, or the
    /// loudspeaker had nothing to play.
    let overflows = Atomic<Int>(0)
    let underflows = Atomic<Int>(0)
    /// Calls of each side, by which a device that stands still is told from one that runs.
    let captures = Atomic<Int>(0)
    let playbacks = Atomic<Int>(0)
    /// When the loudspeaker asked last: nanoseconds since the machine's start.
    let asked = Atomic<Int>(0)
    /// The fewest samples that were left when it had got its own, since somebody looked.
    let leastLeft = Atomic<Int>(.max)
    /// The longest that a call took, in nanoseconds.
    let longestCall = Atomic<Int>(0)

    /// The microphone's callback. The thread of the streams is woken when there is enough for a packet.
    func take(_ samples: UnsafeBufferPointer<Int16>) {
        let start = Self.now
        let missed = samples.count - captured.write(samples)
        if missed > 0 { overruns.add(missed, ordering: .relaxed) }
        captures.add(1, ordering: .relaxed)
        if captured.count >= Sound.wireFrame { bell.ring() }
        finish(start)
    }

    /// The loudspeaker's callback: fills all of `samples`. The thread of the streams knows when the next one is due; it is
    /// woken when that was wrong.
    func give(_ samples: UnsafeMutableBufferPointer<Int16>) {
        let start = Self.now
        let count = playing.read(into: samples)
        if count < samples.count {
            samples[count...].update(repeating: 0)
            underruns.add(samples.count - count, ordering: .relaxed)
        }
        played.write(UnsafeBufferPointer(samples))
        playbacks.add(1, ordering: .relaxed)
        leastLeft.min(playing.count, ordering: .relaxed)
        let isBeginning = start - asked.exchange(start, ordering: .releasing) > Self.pause
        if isBeginning || count < samples.count { bell.ring() }
        finish(start)
    }

    /// The ring device's callback: silence when nothing rings.
    func giveRing(_ samples: UnsafeMutableBufferPointer<Int16>) {
        let start = Self.now
        let count = ringing.read(into: samples)
        if count < samples.count { samples[count...].update(repeating: 0) }
        bell.ring()
        finish(start)
    }

    /// As long as the streams count on a device to ask again.
    private static let pause = 50_000_000

    private func finish(_ start: Int) { longestCall.max(Self.now - start, ordering: .relaxed) }

    /// Nanoseconds since the machine's start; no system call.
    static var now: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}
