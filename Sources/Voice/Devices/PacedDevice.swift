#if Voice
import Dispatch

/// What stands for devices where there are none: at the clock's pace, 10 ms at a time, a file or silence goes in, and what
/// would be played goes to a file or nowhere.
///
/// Unchecked: all but `queue` is touched on the queue only.
final class PacedDevice: @unchecked Sendable {
    private let ports: DevicePorts
    private let takes: Bool
    private let gives: Bool
    private var reader: WaveReader?
    private var writer: WaveWriter?
    private var frame = [Int16](repeating: 0, count: Sound.deviceFrame)
    private let queue = DispatchQueue(label: "partyline.voice.paced", qos: .userInteractive)
    private let timer: any DispatchSourceTimer
    private let start = DispatchTime.now().uptimeNanoseconds
    private var frames: UInt64 = 0

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
        timer = DispatchSource.makeTimerSource(queue: queue)
        timer.schedule(deadline: .now(), repeating: .milliseconds(10), leeway: .nanoseconds(0))
        timer.setEventHandler { @Sendable [weak self] in self?.tick() }
        timer.resume()
    }

    /// Returns when nothing of it touches the ports or the files any more.
    func stop() {
        timer.cancel()
        queue.sync {
            reader = nil
            writer = nil
        }
    }

    /// As many frames as are due: a timer that comes late is made up for.
    private func tick() {
        guard !timer.isCancelled else { return }
        let due = (DispatchTime.now().uptimeNanoseconds - start) / 10_000_000
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
