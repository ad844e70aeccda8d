/// The INVITE client transaction: RFC 3261 §17.1.1 with the accepted state of RFC 6026 §7.2.
///
///                  | start: send INVITE, timer A (UDP), timer B
///                  v
///             ┌─────────┐ timer A: send INVITE, A doubles
///       ┌─────┤ calling ├──────────────────┐ timer B, closed: failed
///       │     └──┬──────┘                  │
///       │        │ 1xx                     │
///       │        v                         │
///       │  ┌────────────┐ 1xx: up          │
///       │  │ proceeding ├──────────────────┤ 64·T1 after the CANCEL, closed: failed
///       │  └┬──────────┬┘                  │
///       │2xx│       2xx│ 300-699           │
///       │   │300-699   │ (both states)     │
///       v   v          v                   │
///     ┌──────────┐ ┌───────────┐           │
///     │ accepted │ │ completed │ copy: ACK │
///     └────┬─────┘ └─────┬─────┘           v
///          │ timer M     │ timer D   ┌────────────┐
///          └─────────────┴──────────>│ terminated │
///                                    └────────────┘
///
/// Accepted passes every 2xx up, so that each fork's answer and each copy of it reaches the transaction user, who
/// acknowledges them. The ACK for any other final response is made here. A CANCEL asked for while calling waits for
/// the first provisional response, because before that it could overtake its INVITE (§9.1).
package struct InviteClientTransaction: Transaction, Equatable {
    package enum State: Equatable, Sendable {
        /// Nothing heard yet. `interval` is timer A's running value.
        case calling(interval: Duration, cancelling: Bool)
        case proceeding(cancelling: Bool)
        /// A final response other than 2xx came; its copies are answered with `ack` again.
        case completed(ack: Request)
        case accepted
        case terminated
    }

    package enum Timer: Hashable, Sendable {
        /// Retransmission, over UDP.
        case timerA
        /// No response at all.
        case timerB
        /// Copies of the final response may still come, over UDP.
        case timerD
        /// Copies of a 2xx, and other forks' 2xx, may still come (RFC 6026).
        case timerM
        /// 64·T1 after the CANCEL went out; RFC 3261 §9.1 gives it no name.
        case cancelTimeout
    }

    package enum Event: Equatable, Sendable {
        case start
        case received(Response)
        case cancel
        case fired(Timer)
        case closed
    }

    package enum Effect: Equatable, Sendable {
        /// The INVITE, or the ACK.
        case transmit(Request)
        /// A CANCEL, which is a transaction of its own.
        case sendCancel(Request)
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

    /// - Parameter request: the INVITE as it goes out, with our Via on top.
    package init(_ request: Request, on flow: Flow) {
        self.request = request
        self.flow = flow
        state = .calling(interval: Timing.t1, cancelling: false)
    }

    package mutating func handle(_ event: Event) -> [Effect] {
        switch event {
        case .start: start()
        case .received(let response): receive(response)
        case .cancel: cancel()
        case .fired(let timer): fire(timer)
        case .closed: close()
        }
    }

    private func start() -> [Effect] {
        let timerA: [Effect] = isReliable ? [] : [.start(.timerA, after: Timing.t1)]
        return [.transmit(request)] + timerA + [.start(.timerB, after: Timing.timeout)]
    }

    private mutating func receive(_ response: Response) -> [Effect] {
        switch (state, ResponseClass(response.status)) {
        case (.calling(_, let cancelling), .provisional):
            let quiet = stopTimers()
            state = .proceeding(cancelling: cancelling)
            return quiet + [.deliver(response)] + (cancelling ? sendCancel() : [])
        case (.proceeding, .provisional):
            return [.deliver(response)]
        case (.calling, .success), (.proceeding, .success):
            let quiet = stopTimers()
            state = .accepted
            return quiet + [.start(.timerM, after: Timing.timeout), .deliver(response)]
        case (.calling, .failure), (.proceeding, .failure):
            return complete(with: response)
        case (.accepted, .success):
            return [.deliver(response)]  // another fork's answer, or a copy: the transaction user acknowledges each
        case (.completed(let ack), .failure):
            return [.transmit(ack)]  // our ACK was lost
        case (.accepted, .provisional), (.accepted, .failure), (.completed, .provisional), (.completed, .success),
            (.terminated, .provisional), (.terminated, .success), (.terminated, .failure):
            return []
        }
    }

    private mutating func complete(with response: Response) -> [Effect] {
        let ack = request.companion(.ack, to: response.headers[.to])
        let quiet = stopTimers()
        guard !isReliable else {
            state = .terminated  // timer D is 0: no copy can follow
            return quiet + [.transmit(ack), .deliver(response)]
        }
        state = .completed(ack: ack)
        return quiet + [.transmit(ack), .start(.timerD, after: Timing.timerD), .deliver(response)]
    }

    private mutating func cancel() -> [Effect] {
        switch state {
        case .calling(let interval, _):
            state = .calling(interval: interval, cancelling: true)
            return []
        case .proceeding(cancelling: false):
            state = .proceeding(cancelling: true)
            return sendCancel()
        case .proceeding(cancelling: true), .completed, .accepted, .terminated:
            return []  // under way already, or too late
        }
    }

    private func sendCancel() -> [Effect] {
        [.sendCancel(request.companion(.cancel)), .start(.cancelTimeout, after: Timing.timeout)]
    }

    private mutating func fire(_ timer: Timer) -> [Effect] {
        switch (timer, state) {
        case (.timerA, .calling(let interval, let cancelling)):
            // Doubles without T2's bound: timer B ends it after seven copies (§17.1.1.2).
            state = .calling(interval: interval * 2, cancelling: cancelling)
            return [.transmit(request), .start(.timerA, after: interval * 2)]
        case (.timerB, .calling):
            let quiet: [Effect] = isReliable ? [] : [.cancel(.timerA)]
            state = .terminated
            return quiet + [.failed(.timedOut)]
        case (.cancelTimeout, .proceeding):
            state = .terminated
            return [.failed(.timedOut)]
        case (.timerD, .completed), (.timerM, .accepted):
            state = .terminated
            return []
        case (.timerA, _), (.timerB, _), (.timerD, _), (.timerM, _), (.cancelTimeout, _):
            return []  // fired while its cancellation was on the way
        }
    }

    private mutating func close() -> [Effect] {
        let quiet = stopTimers()
        switch state {
        case .calling, .proceeding:
            state = .terminated
            return quiet + [.failed(.transport)]
        case .completed, .accepted, .terminated:
            state = .terminated
            return quiet
        }
    }

    /// Cancels what runs in the present state.
    private func stopTimers() -> [Effect] {
        switch state {
        case .calling: isReliable ? [.cancel(.timerB)] : [.cancel(.timerA), .cancel(.timerB)]
        case .proceeding(let cancelling): cancelling ? [.cancel(.cancelTimeout)] : []
        case .completed: [.cancel(.timerD)]
        case .accepted: [.cancel(.timerM)]
        case .terminated: []
        }
    }
}
