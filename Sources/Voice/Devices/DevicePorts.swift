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
    /// Calls of each side, by which a device that stands still is told from one that runs.
    let captures = Atomic<Int>(0)
    let playbacks = Atomic<Int>(0)

    /// The microphone's callback.
    func take(_ samples: UnsafeBufferPointer<Int16>) {
        let missed = samples.count - captured.write(samples)
        if missed > 0 { overruns.add(missed, ordering: .relaxed) }
        captures.add(1, ordering: .relaxed)
        bell.ring()
    }

    /// The loudspeaker's callback: fills all of `samples`.
    func give(_ samples: UnsafeMutableBufferPointer<Int16>) {
        let count = playing.read(into: samples)
        if count < samples.count {
            samples[count...].update(repeating: 0)
            underruns.add(samples.count - count, ordering: .relaxed)
        }
        played.write(UnsafeBufferPointer(samples))
        playbacks.add(1, ordering: .relaxed)
        bell.ring()
    }

    /// The ring device's callback: silence when nothing rings.
    func giveRing(_ samples: UnsafeMutableBufferPointer<Int16>) {
        let count = ringing.read(into: samples)
        if count < samples.count { samples[count...].update(repeating: 0) }
        bell.ring()
    }
}
