import SIP

/// Finds out whether the peer of a client flow still lives (RFC 5626 §4.4.1), asking only when it has been silent.
///
/// The clock is the host's: times are durations since any fixed start. The host arms one timer at a time, for the
/// time this asks for, and leaves it alone while messages flow: that costs one look at the clock per read.
struct KeepAlive: Sendable, Equatable {
    enum Action: Equatable {
        case wait(Duration)
        case ping(thenWait: Duration)
        case dead
    }

    private enum State: Equatable {
        case listening(pause: Duration)
        case awaitingPong(since: Duration)
    }

    private let interval: Duration
    private let patience: Duration
    private var identifiers: Identifiers
    private var lastHeard: Duration
    private var state: State

    init(interval: Duration, pong patience: Duration, identifiers: Identifiers, openedAt now: Duration) {
        self.interval = interval
        self.patience = patience
        self.identifiers = identifiers
        lastHeard = now
        state = .listening(pause: interval)
        state = .listening(pause: jittered())
    }

    /// Whatever arrives proves that the peer lives: a server busy sending need not answer the ping first.
    mutating func received(at now: Duration) { lastHeard = now }

    /// What to do now, and when to ask again; also called once at the start.
    mutating func fired(at now: Duration) -> Action {
        switch state {
        case .listening(let pause):
            let due = lastHeard + pause
            guard now >= due else { return .wait(due - now) }
            state = .awaitingPong(since: now)
            return .ping(thenWait: patience)
        case .awaitingPong(let since) where lastHeard > since:
            let pause = jittered()
            state = .listening(pause: pause)
            return .wait(max(.zero, lastHeard + pause - now))
        case .awaitingPong(let since):
            return now >= since + patience ? .dead : .wait(since + patience - now)
        }
    }

    /// 80 to 100 % of the interval, so that 5,000 clients of a restarted exchange do not ping in step.
    private mutating func jittered() -> Duration {
        interval * Int.random(in: 800...1000, using: &identifiers) / 1000
    }
}
