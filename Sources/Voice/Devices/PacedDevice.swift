#if Voice
import Glibc
import Synchronization

/// What stands for devices where there are none: at the clock's pace, 10 ms at a time, a file or silence goes in, and what
/// would be played goes to a file or nowhere. On a thread of its own, as real ones are.
///
/// Unchecked: all that changes but `isOver` is touched on the thread only.
final class PacedDevice: @unchecked Sendable {
    private let ports: DevicePorts
    private let takes: Bool
    private let gives: Bool
    private let reader: WaveReader?
    private let writer: WaveWriter?
    private var frame = [Int16](repeating: 0, count: Sound.deviceFrame)
    private var thread = pthread_t()
    private let isOver = Atomic<Bool>(false)
    /// When its first sample sounds: nanoseconds since the machine's start.
    let start = DevicePorts.now
    private var frames = 0

    private static let period = 10_000_000

    /// - Parameters:
    ///   - reader, writer: used by nobody else until `stop` has returned.
    ///   - takes: whether it stands for the microphone.
    ///   - gives: whether it stands for the loudspeaker.
    init(_ ports: DevicePorts, reader: WaveReader? = nil, writer: WaveWriter? = nil, takes: Bool, gives: Bool) {
        self.ports = ports
        self.reader = reader
        self.writer = writer
        self.takes = takes
        self.gives = gives
        let status = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<PacedDevice>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        precondition(status == 0, "no thread is left for the voice")
    }

    /// Returns when nothing of it touches the ports or the files any more.
    func stop() {
        isOver.store(true, ordering: .relaxed)
        pthread_join(thread, nil)
    }

    private func run() {
        RealTime.ask()
        while !isOver.load(ordering: .relaxed) {
            let next = start + (frames + 1) * Self.period
            var time = timespec(tv_sec: next / 1_000_000_000, tv_nsec: next % 1_000_000_000)
            clock_nanosleep(CLOCK_MONOTONIC, Int32(TIMER_ABSTIME), &time, nil)
            tick()
        }
    }

    /// As many frames as are due: one that comes late is made up for.
    private func tick() {
        let due = (DevicePorts.now - start) / Self.period
        // What stood still for longer, as a machine asleep, goes on from now.
        if due > frames + 50 { frames = due - 1 }
        while frames < due {
            frames += 1
            if gives {
                frame.withUnsafeMutableBufferPointer { ports.give($0) }
                writer?.write(frame)
            }
            if takes {
                frame.silence(frame.indices)
                reader?.read(into: &frame)
                frame.withUnsafeBufferPointer { ports.take($0) }
            }
        }
    }
}
#endif
