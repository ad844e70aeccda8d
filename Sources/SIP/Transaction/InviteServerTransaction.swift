/// The INVITE server transaction: RFC 3261 §17.2.1 with the accepted state of RFC 6026 §7.1.
///
///                     | INVITE: up, 100 follows after 200 ms
///                     v
///             ┌────────────┐ 1xx from the TU: send
///             │  trying,   │ INVITE: send the last 1xx
///             │ proceeding │
///             └──┬───────┬─┘
///     2xx: send  │       │ 300-699: send, timer G (UDP), timer H
///                v       v
///       ┌──────────┐   ┌───────────┐ timer G: send, G doubles up to T2
///       │ accepted │   │ completed │ INVITE: send
///       └────┬─────┘   └──┬─────┬──┘
///            │            │     │ ACK: timer I (UDP)
///            │            │     v
///            │            │   ┌───────────┐
///            │            │   │ confirmed │ absorbs INVITE and ACK
///            │            │   └─────┬─────┘
///            │ timer L    │timer H  │ timer I
///            v            v         v
///          ┌─────────────────────────────┐
///          │         terminated          │
///          └─────────────────────────────┘
///
/// Accepted sends every 2xx the transaction user gives it (a UAS repeats its own until the ACK, a proxy forwards each
/// copy and each fork's), absorbs the INVITE and passes each ACK up.
package struct InviteServerTransaction: Transaction, Equatable {
    package enum State: Equatable, Sendable {
        /// The RFC's proceeding, as long as nothing was said: the INVITE is kept to say 100 to it.
        case trying(Request)
        /// A copy of the INVITE is answered with this provisional response.
        case proceeding(Response)
        /// `interval` is timer G's running value.
        case completed(Response, interval: Duration)
        case confirmed
        case accepted
        case terminated
    }

    package enum Timer: Hashable, Sendable {
        /// 200 ms without a word from the transaction user; RFC 3261 §17.2.1 gives it no name.
        case trying
        /// Retransmission of the final response, over UDP.
        case timerG
        /// No ACK came.
        case timerH
        /// Copies of the ACK may still come, over UDP.
        case timerI
        /// Copies of the INVITE, further 2xx and their ACKs may still come (RFC 6026).
        case timerL
    }

    package enum Event: Equatable, Sendable {
        case start
        /// A copy of the INVITE.
        case received
        case acknowledged(Request)
        case respond(Response)
        case fired(Timer)
        case closed
    }

    package enum Effect: Equatable, Sendable {
        case transmit(Response)
        case start(Timer, after: Duration)
        case cancel(Timer)
        /// The ACK to a 2xx.
        case deliver(Request)
    }

    package private(set) var state: State
    package let flow: Flow
    /// The To tag of the last response, which the answer to a CANCEL shares (§9.2).
    package private(set) var localTag: String?

    package var isTerminated: Bool { state == .terminated }
    private var isReliable: Bool { flow.transport.isReliable }

    /// Whether a final response is still to come, so that a CANCEL has something to cancel.
    package var isPending: Bool {
        switch state {
        case .trying, .proceeding: true
        case .completed, .confirmed, .accepted, .terminated: false
        }
    }

    package init(_ request: Request, on flow: Flow) {
        self.flow = flow
        state = .trying(request)
    }

    package mutating func handle(_ event: Event) -> [Effect] {
        switch event {
        case .start: [.start(.trying, after: Timing.trying)]
        case .received: receiveCopy()
        case .acknowledged(let ack): receiveAck(ack)
        case .respond(let response): respond(response)
        case .fired(let timer): fire(timer)
        case .closed: close()
        }
    }

    private mutating func receiveCopy() -> [Effect] {
        switch state {
        case .trying(let request): [.cancel(.trying)] + respondTrying(to: request)
        case .proceeding(let last): [.transmit(last)]
        case .completed(let response, _): [.transmit(response)]
        case .confirmed, .accepted, .terminated: []
        }
    }

    private mutating func receiveAck(_ ack: Request) -> [Effect] {
        switch state {
        case .completed:
            let quiet = stopTimers()
            guard !isReliable else {
                state = .terminated  // timer I is 0: no copy can follow
                return quiet
            }
            state = .confirmed
            return quiet + [.start(.timerI, after: Timing.t4)]
        case .accepted:
            return [.deliver(ack)]
        case .trying, .proceeding, .confirmed, .terminated:
            return []
        }
    }

    private mutating func respond(_ response: Response) -> [Effect] {
        switch (state, ResponseClass(response.status)) {
        case (.trying, .provisional), (.proceeding, .provisional):
            let quiet = stopTimers()
            remember(response)
            state = .proceeding(response)
            return quiet + [.transmit(response)]
        case (.trying, .success), (.proceeding, .success):
            let quiet = stopTimers()
            remember(response)
            state = .accepted
            return quiet + [.transmit(response), .start(.timerL, after: Timing.timeout)]
        case (.trying, .failure), (.proceeding, .failure):
            let quiet = stopTimers()
            remember(response)
            state = .completed(response, interval: Timing.t1)
            let timerG: [Effect] = isReliable ? [] : [.start(.timerG, after: Timing.t1)]
            return quiet + [.transmit(response)] + timerG + [.start(.timerH, after: Timing.timeout)]
        case (.accepted, .success):
            return [.transmit(response)]
        case (.accepted, .provisional), (.accepted, .failure), (.completed, _), (.confirmed, _), (.terminated, _):
            return []  // too late: the first final response stands
        }
    }

    private mutating func remember(_ response: Response) {
        if let tag = response.to?.tag { localTag = tag }
    }

    private mutating func respondTrying(to request: Request) -> [Effect] {
        let trying = Response(100, to: request)
        state = .proceeding(trying)
        return [.transmit(trying)]
    }

    private mutating func fire(_ timer: Timer) -> [Effect] {
        switch (timer, state) {
        case (.trying, .trying(let request)):
            return respondTrying(to: request)
        case (.timerG, .completed(let response, let interval)):
            let next = Timing.doubled(interval)
            state = .completed(response, interval: next)
            return [.transmit(response), .start(.timerG, after: next)]
        case (.timerH, .completed):
            state = .terminated
            return isReliable ? [] : [.cancel(.timerG)]
        case (.timerI, .confirmed), (.timerL, .accepted):
            state = .terminated
            return []
        case (.trying, _), (.timerG, _), (.timerH, _), (.timerI, _), (.timerL, _):
            return []  // fired while its cancellation was on the way
        }
    }

    private mutating func close() -> [Effect] {
        let quiet = stopTimers()
        state = .terminated
        return quiet
    }

    /// Cancels what runs in the present state.
    private func stopTimers() -> [Effect] {
        switch state {
        case .trying: [.cancel(.trying)]
        case .proceeding: []
        case .completed: isReliable ? [.cancel(.timerH)] : [.cancel(.timerG), .cancel(.timerH)]
        case .confirmed: [.cancel(.timerI)]
        case .accepted: [.cancel(.timerL)]
        case .terminated: []
        }
    }
}
