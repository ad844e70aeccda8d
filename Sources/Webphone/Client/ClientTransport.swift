import SIP

/// What carries SIP for a `WebClient`: sockets in a program, memory in a test.
///
/// `Webphone` knows no sockets. The module `SIPTransport` has some; whoever owns both writes the few lines that join
/// them: `perform` hands the command over, `events` is what comes back.
public protocol ClientTransport: Sendable {
    /// Takes one command. Commands are performed in the order in which they are given; this does not wait for it.
    func perform(_ command: TransportCommand)

    /// What the transport tells, in order. Read once, by the client that it was given to.
    var events: AsyncStream<TransportEvent> { get }
}
