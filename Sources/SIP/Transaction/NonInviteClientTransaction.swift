/// The non-INVITE client transaction: RFC 3261 §17.1.2.
///
///               | start: send request, timer E (UDP), timer F
///               v
///          ┌────────┐ timer E: send, E doubles up to T2
///          │ trying ├────────────────────┐ timer F, closed: failed
///          └─┬────┬─┘                    │
///            │    │ 1xx: up              │
///            │    v                      │
///            │  ┌────────────┐           │
///            │  │ proceeding ├───────────┤ timer F, closed: failed
///            │  └─────┬──────┘           │
///            │        │ timer E: send, E = T2
///     200-699│        │200-699           │
///            v        v                  │
///          ┌───────────┐ timer K   ┌─────v──────┐
///          │ completed ├──────────>│ terminated │
///          └───────────┘           └────────────┘
///
/// Over a reliable transport timer K is 0 and the final response ends the transaction.
package struct NonInviteClientTransaction: Transaction, Equatable {
    package enum State: Equatable, Sendable {
        /// Nothing heard yet. `interval` is timer E's running value.
        case trying(interval: Duration)
        case proceeding
        case completed
        case terminated
    }

    package enum Timer: Hashable, Sendable {
        /// Retransmission, over UDP.
        case timerE
        /// No final response.
        case timerF
        /// Copies of the final response may still come, over UDP.
        case timerK
    }

    package enum Event: Equatable, Sendable {
        case start
        case received(Response)
        case fired(Timer)
        case closed
    }

    package enum Effect: Equatable, Sendable {
        case transmit(Request)
        case start(Timer, after: Duration)
        case cancel(Timer)
        case deliver(Response)
        case failed(TransactionFailure)
    }

    package private(set) var state: State
    package let flow: Flow
    private let request: Request

    package var isTerminated: Bool { state == .terminated }
    private var isReliable: Bool { flow.transport.isReliable }

    /// - Parameter request: the request as it goes out, with our Via on top.
    package init(_ request: Request, on flow: Flow) {
        self.request = request
        self.flow = flow
        state = .trying(interval: Timing.t1)
    }

    package mutating func handle(_ event: Event) -> [Effect] {
        switch event {
        case .start:
            let timerF = Effect.start(.timerF, after: Timing.timeout)
            return isReliable
                ? [.transmit(request), timerF] : [.transmit(request), .start(.timerE, after: Timing.t1), timerF]
        case .received(let response): return receive(response)
        case .fired(let timer): return fire(timer)
        case .closed: return close()
        }
    }

    private mutating func receive(_ response: Response) -> [Effect] {
        switch (state, ResponseClass(response.status)) {
        case (.trying, .provisional), (.proceeding, .provisional):
            state = .proceeding
            return [.deliver(response)]
        case (.trying, .success), (.proceeding, .success), (.trying, .failure), (.proceeding, .failure):
            guard !isReliable else {
                state = .terminated  // timer K is 0: no copy can follow
                return [.cancel(.timerF), .deliver(response)]
            }
            state = .completed
            return [.cancel(.timerE), .cancel(.timerF), .start(.timerK, after: Timing.t4), .deliver(response)]
        case (.completed, _), (.terminated, _):
            return []  // a stray copy; timer K is here to absorb it
        }
    }

    private mutating func fire(_ timer: Timer) -> [Effect] {
        switch (timer, state) {
        case (.timerE, .trying(let interval)):
            let next = Timing.doubled(interval)
            state = .trying(interval: next)
            return [.transmit(request), .start(.timerE, after: next)]
        case (.timerE, .proceeding):
            return [.transmit(request), .start(.timerE, after: Timing.t2)]
        case (.timerF, .trying), (.timerF, .proceeding):
            state = .terminated
            return isReliable ? [.failed(.timedOut)] : [.cancel(.timerE), .failed(.timedOut)]
        case (.timerK, .completed):
            state = .terminated
            return []
        case (.timerE, _), (.timerF, _), (.timerK, _):
            return []  // fired while its cancellation was on the way
        }
    }

    private mutating func close() -> [Effect] {
        switch state {
        case .trying, .proceeding:
            state = .terminated
            let quiet: [Effect] = isReliable ? [.cancel(.timerF)] : [.cancel(.timerE), .cancel(.timerF)]
            return quiet + [.failed(.transport)]
        case .completed:
            state = .terminated
            return [.cancel(.timerK)]
        case .terminated:
            return []
        }
    }
}
