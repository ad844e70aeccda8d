import Dispatch
import NIOCore
import NIOPosix
import SIP

/// The sockets of one program, on one thread of their own: takes what the machines ask for, gives what arrives.
///
/// Bytes are framed and parsed on that thread and handed to the sink in batches, one per turn of the thread's loop;
/// what is sent in one batch of commands leaves in one write per flow. Nothing here blocks except `shutdown`.
package final class Transport: Sendable {
    private let thread = LoopThread()
    private let loop: any EventLoop
    private let switchboard: NIOLoopBoundBox<Switchboard>
    private let backlog: Backlog

    /// - Parameters:
    ///   - diagnose: called on the transport's thread with what belongs in a log.
    ///   - sink: the program's inbox: called on the transport's thread with one batch after the other, in order.
    ///     Mark the closure `@Sendable` where it is written in main-actor code.
    package init(
        configuration: Configuration = Configuration(),
        diagnose: @escaping @Sendable (Diagnostic) -> Void = { _ in },
        sink: @escaping @Sendable ([TransportEvent]) -> Void
    ) {
        let loop = thread.loop
        self.loop = loop
        let backlog = Backlog(limit: configuration.limits.unhandledEvents)
        self.backlog = backlog
        switchboard = .makeBoxSendingValue(
            Switchboard(
                thread: thread, configuration: configuration, backlog: backlog, diagnose: diagnose, sink: sink),
            eventLoop: loop)
    }

    /// Carries out the commands in order; callable from any thread, also before `listen` returned.
    package func perform(_ commands: [TransportCommand]) {
        guard !commands.isEmpty else { return }
        loop.execute { [switchboard] in switchboard.value.perform(commands) }
    }

    /// From now on this certificate is good for its server; for connections that are asked for after it.
    package func trust(_ decision: TrustedCertificate) {
        loop.execute { [switchboard] in switchboard.value.clientTrust.trust(decision) }
    }

    /// Shows this certificate to those who connect from now on; connections that stand are not touched.
    package func replaceIdentity(_ identity: ServerIdentity) {
        loop.execute { [switchboard] in switchboard.value.replaceIdentity(identity) }
    }

    /// The program is done with that many events of the sink's; callable from any thread.
    ///
    /// With `Limits.unhandledEvents` set this is what keeps a flood from piling up in the inbox: call it after
    /// each batch.
    package func handled(_ events: Int) {
        guard backlog.handled(events) else { return }
        loop.execute { [switchboard] in switchboard.value.resumeReading() }
    }

    /// Listens on one address over each of the transports.
    ///
    /// - Parameter address: numeric; port 0 lets the system choose one that is free for all the transports. The
    ///   IPv6 wildcard listens to IPv6 only, so that 0.0.0.0 and :: can be listened on side by side.
    /// - Returns: the address with its actual port.
    /// - Throws: `ListenError`, whose description names the address; then nothing is listened on.
    @discardableResult
    package func listen(
        on address: SIP.SocketAddress, transports: [TransportProtocol]
    ) async throws(ListenError) -> SIP.SocketAddress {
        let outcome = loop.makePromise(of: Result<SIP.SocketAddress, ListenError>.self)
        loop.execute { [switchboard] in
            switchboard.value.listen(on: address, transports: transports).assumeIsolated().whenComplete { result in
                switch result {
                case .success(let bound): outcome.succeed(.success(bound))
                case .failure(let error as ListenError): outcome.succeed(.failure(error))
                case .failure(let error):
                    outcome.succeed(.failure(ListenError(error, at: address, transports.first ?? .udp)))
                }
            }
        }
        do {
            return try await outcome.futureResult.get().get()
        } catch let error as ListenError {
            throw error
        } catch {
            throw ListenError(error, at: address, transports.first ?? .udp)
        }
    }

    /// Stops listening on an address as `listen` returned it, over one transport. Connections that were accepted there
    /// stay; over UDP nobody is heard there any more, and no `closed` tells so.
    package func stopListening(on address: SIP.SocketAddress, _ transport: TransportProtocol) {
        loop.execute { [switchboard] in switchboard.value.stopListening(on: address, transport) }
    }

    /// Lets in only those whom the list admits: of others nothing is read, and their open connections end. Servers'
    /// sockets only.
    package func restrict(to access: AccessList) {
        loop.execute { [switchboard] in switchboard.value.restrict(to: access) }
    }

    /// Other limits from now on, `unhandledEvents` aside; see `Configuration`. Those who are connected stay.
    package func configure(_ limits: Configuration.Limits, trusted: [AddressRange], allowedOrigins: [String]) {
        loop.execute { [switchboard] in
            switchboard.value.configure(limits, trusted: trusted, allowedOrigins: allowedOrigins)
        }
    }

    /// What was counted so far.
    package func counters() async -> Counters {
        (try? await loop.submit { [switchboard] in switchboard.value.counted() }.get()) ?? Counters()
    }

    /// Stops listening, lets every flow hand over what was already given to `perform`, and closes it.
    ///
    /// Blocks the calling thread until that is done, at most for `limit`; for the end of the program, where the last
    /// un-REGISTER must still leave. Later commands do nothing, `connect` fails as `closedLocally`.
    package func shutdown(within limit: Duration) {
        let done = DispatchSemaphore(value: 0)
        loop.execute { [switchboard] in switchboard.value.shutdown(within: limit) { done.signal() } }
        _ = done.wait(timeout: DispatchTime.now() + .nanoseconds(Int(limit.clampedNanoseconds)))
    }
}
