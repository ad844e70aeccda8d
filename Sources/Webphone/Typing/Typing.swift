import SIP

/// Who is writing, in each call and on both sides (RFC 3994).
///
/// Ours is told only to programs that say that they understand it, never while a text of the call is under way or
/// waits, so that no text waits for an indication longer than for one that had left already. A text says by itself that
/// its writing is over.
package struct Typing: Sendable, Equatable {
    package enum Timer: Hashable, Sendable {
        /// The other side is to hear again that our person is still writing.
        case refresh(CallID)
        /// The other side has not told again that it is writing.
        case silence(CallID)
    }

    package enum Event: Equatable, Sendable {
        /// Our person writes, or stopped. When a pause is an end, is for whoever sees the keys to say.
        case typing(CallID, Bool)
        /// A text of ours goes out.
        case sent(CallID)
        /// No text of ours is under way any more.
        case quiet(CallID)
        /// What became of an indication.
        case answered(CallID, isTaken: Bool)
        /// Whether the other side understands.
        case understood(CallID, Bool)
        /// Whether our person wants it told.
        case tells(Bool)
        /// The other side's indication.
        case received(CallID, ComposingIndication)
        /// The other side's text.
        case heard(CallID)
        case ended(CallID)
        case fired(Timer)
    }

    package enum Effect: Equatable, Sendable {
        case send(CallID, ComposingIndication)
        case start(Timer, after: Duration)
        case cancel(Timer)
        case report(PhoneReport)
    }

    /// What is promised; it is kept a little earlier, for the way there.
    package static let refresh: UInt32 = 60
    package static let refreshInterval: Duration = .seconds(55)
    /// How long a side that promises nothing is believed (RFC 3994 §3.3), and in what bounds one that does.
    package static let usualRefresh: UInt32 = 120
    package static let refreshes: ClosedRange<UInt32> = 15...300

    private struct State: Equatable {
        var isTyping = false
        /// What the other side believes.
        var told = false
        var isUnderstood = false
        /// A text is under way.
        var isBusy = false
        /// An indication is.
        var isTelling = false
        var theyType = false
    }

    private var calls: [CallID: State] = [:]
    private var isTold = true

    package init() {}

    package mutating func handle(_ event: Event) -> [Effect] {
        switch event {
        case .typing(let id, let isTyping):
            calls[id, default: State()].isTyping = isTyping
            return tell(id)
        case .sent(let id):
            return sent(id)
        case .quiet(let id):
            calls[id]?.isBusy = false
            return tell(id)
        case .answered(let id, let isTaken):
            calls[id]?.isTelling = false
            if !isTaken { calls[id]?.isUnderstood = false }
            return tell(id)
        case .understood(let id, let isUnderstood):
            calls[id, default: State()].isUnderstood = isUnderstood
            return tell(id)
        case .tells(let isTold):
            self.isTold = isTold
            return calls.keys.sorted { $0.order < $1.order }.flatMap { tell($0) }
        case .received(let id, let indication):
            return indication.isActive ? begin(id, indication.refresh) : end(id)
        case .heard(let id):
            return end(id)
        case .ended(let id):
            guard let state = calls.removeValue(forKey: id) else { return [] }
            return (state.told ? [.cancel(.refresh(id))] : []) + (state.theyType ? [.cancel(.silence(id))] : [])
        case .fired(.refresh(let id)):
            return refresh(id)
        case .fired(.silence(let id)):
            return end(id)
        }
    }

    /// Tells the other side what it does not know yet.
    private mutating func tell(_ id: CallID) -> [Effect] {
        guard let state = calls[id], state.isUnderstood, !state.isBusy, !state.isTelling else { return [] }
        let news = state.isTyping && isTold
        guard news != state.told else { return [] }
        calls[id]?.told = news
        calls[id]?.isTelling = true
        let indication = ComposingIndication(isActive: news, refresh: news ? Self.refresh : nil)
        return [
            .send(id, indication),
            news ? .start(.refresh(id), after: Self.refreshInterval) : .cancel(.refresh(id)),
        ]
    }

    private mutating func refresh(_ id: CallID) -> [Effect] {
        guard let state = calls[id], state.told else { return [] }
        // What is under way says it too, or ends it.
        guard !state.isBusy, !state.isTelling else { return [.start(.refresh(id), after: Self.refreshInterval)] }
        calls[id]?.told = false
        return tell(id)
    }

    private mutating func sent(_ id: CallID) -> [Effect] {
        let wasTold = calls[id]?.told ?? false
        calls[id, default: State()].isBusy = true
        calls[id]?.isTyping = false
        calls[id]?.told = false
        return wasTold ? [.cancel(.refresh(id))] : []
    }

    private mutating func begin(_ id: CallID, _ refresh: UInt32?) -> [Effect] {
        let wasTyping = calls[id]?.theyType ?? false
        calls[id, default: State()].theyType = true
        let seconds = min(max(refresh ?? Self.usualRefresh, Self.refreshes.lowerBound), Self.refreshes.upperBound)
        let news: [Effect] = wasTyping ? [] : [.report(.typing(id, true))]
        return news + [.start(.silence(id), after: .seconds(Int64(seconds)))]
    }

    private mutating func end(_ id: CallID) -> [Effect] {
        guard calls[id]?.theyType == true else { return [] }
        calls[id]?.theyType = false
        return [.cancel(.silence(id)), .report(.typing(id, false))]
    }
}
