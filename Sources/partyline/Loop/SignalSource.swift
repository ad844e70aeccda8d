import Dispatch
import Glibc

/// Turns signals into values on a queue. The default action of each is switched off while the source lives.
final class SignalSource {
    private var sources: [any DispatchSourceSignal] = []

    init(_ signals: [Int32], queue: DispatchQueue, receive: @escaping @Sendable (Int32) -> Void) {
        for number in signals {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { @Sendable in receive(number) }
            source.activate()
            sources.append(source)
        }
    }
}
