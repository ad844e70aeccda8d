/// The non-INVITE server transaction: RFC 3261 §17.2.2.
///
///                | request: up
///                v
///           ┌────────┐ request: nothing
///           │ trying │
///           └─┬────┬─┘
///             │    │ 1xx from the TU: send
///             │    v
///             │  ┌────────────┐ request: send the last 1xx
///             │  │ proceeding │ 1xx from the TU: send
///             │  └─────┬──────┘
///      200-699│        │200-699: send, timer J (UDP)
///             v        v
///           ┌───────────┐ timer J   ┌────────────┐
///           │ completed ├──────────>│ terminated │
///           └───────────┘           └────────────┘
///             request: send the final response
///
/// Over a reliable transport timer J is 0 and the final response ends the transaction. It has no timer of its own
/// before that: the transaction user answers every request it is given.
package struct NonInviteServerTransaction: Transaction, Equatable {
    package enum State: Equatable, Sendable {
        case trying
        case proceeding(Response)
        case completed(Response)
        case terminated
    }

    package enum Timer: Hashable, Sendable {
        /// Copies of the request may still come, over UDP.
        case timerJ
    }

    package enum Event: Equatable, Sendable {
        /// A copy of the request.
        case received
        case respond(Response)
        case fired(Timer)
        case closed
    }

    package enum Effect: Equatable, Sendable {
        case transmit(Response)
        case start(Timer, after: Duration)
        case cancel(Timer)
    }

    package private(set) var state: State = .trying
    package let flow: Flow

    package var isTerminated: Bool { state == .terminated }

    package init(on flow: Flow) {
        self.flow = flow
    }

    package mutating func handle(_ event: Event) -> [Effect] {
        switch (event, state) {
        case (.received, .proceeding(let response)), (.received, .completed(let response)):
            return [.transmit(response)]
        case (.received, .trying), (.received, .terminated):
            return []
        case (.respond(let response), .trying), (.respond(let response), .proceeding):
            return respond(response)
        case (.respond, .completed), (.respond, .terminated):
            return []  // the first final response stands
        case (.fired(.timerJ), .completed):
            state = .terminated
            return []
        case (.fired(.timerJ), _):
            return []  // fired while its cancellation was on the way
        case (.closed, .completed):
            state = .terminated
            return [.cancel(.timerJ)]
        case (.closed, _):
            state = .terminated
            return []
        }
    }

    private mutating func respond(_ response: Response) -> [Effect] {
        switch (ResponseClass(response.status), flow.transport.isReliable) {
        case (.provisional, _):
            state = .proceeding(response)
            return [.transmit(response)]
        case (.success, true), (.failure, true):
            state = .terminated
            return [.transmit(response)]
        case (.success, false), (.failure, false):
            state = .completed(response)
            return [.transmit(response), .start(.timerJ, after: Timing.timeout)]
        }
    }
}
