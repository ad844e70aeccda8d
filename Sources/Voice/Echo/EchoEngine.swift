#if Voice
import RTP

/// What the echo tells its owner.
package enum EchoEvent: Sendable, Equatable {
    /// Nothing has come for long. The stream stays until it is stopped, and sends nothing by itself.
    case forgotten(StreamID)
    /// The stream could not be begun or changed as agreed.
    case failed(StreamID, StreamFault)
}

/// Streams that send back what comes, all on one thread. Its owner says what is to be, on any thread, and is told what
/// happens, on that one.
package final class EchoEngine: Sendable {
    /// What the thread is asked to do.
    enum Command: Sendable {
        case reserved(StreamID, MediaSocket)
        case start(StreamID, StreamParameters, StreamIdentity)
        case stop(StreamID)
        case shut
    }

    private let thread: EchoThread

    /// - Parameters:
    ///   - patience: how long nothing may come.
    ///   - tell: must not wait.
    package init(patience: Duration = .seconds(60), tell: @escaping @Sendable (EchoEvent) -> Void) {
        thread = EchoThread(patience: patience, tell: tell)
        thread.begin()
    }

    /// Takes ports for a stream.
    ///
    /// - Parameter host: the machine's own address in digits.
    package func reserve(_ id: StreamID, host: String) throws(StreamFault) -> StreamPorts {
        let socket = try MediaSocket(host: host)
        thread.ask(.reserved(id, socket))
        return socket.ports
    }

    /// Begins the stream as it was agreed on, or changes it in the middle. It must have ports.
    package func start(_ id: StreamID, _ parameters: StreamParameters) {
        thread.ask(.start(id, parameters, .random()))
    }

    /// Ends the stream and gives its ports back.
    package func stop(_ id: StreamID) { thread.ask(.stop(id)) }

    /// Ends all streams, and returns when nothing more will be told.
    package func shut() {
        thread.ask(.shut)
        thread.join()
    }
}
#endif
