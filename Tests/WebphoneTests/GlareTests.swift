import Testing

@testable import Webphone

@Suite("Two people call each other at the same moment")
struct GlareTests {
    static let numbers = ["1001", "1002"]
    static let toSecond = Party(number: "1002", name: "")
    static let toFirst = Party(number: "1001", name: "")

    /// Walks through every order in which things can happen; returns how many there are.
    static func everyOrder(_ pair: CallPair, _ check: (CallPair) -> Void) -> Int {
        let steps = pair.steps
        guard !steps.isEmpty else {
            check(pair)
            return 1
        }
        return steps.reduce(0) { count, step in
            var next = pair
            next.take(step)
            return count + everyOrder(next, check)
        }
    }

    static func agrees(_ pair: CallPair, calls: ClosedRange<Int>) -> Bool {
        let states = pair.ends.flatMap { $0.calls.calls.values.map(\.state) }
        return pair.links(0) == pair.links(1) && calls.contains(pair.links(0).count)
            && states.allSatisfy { $0 == .inCall } && states.count == 2 * pair.links(0).count
            && pair.ends.allSatisfy { $0.calls.bySession.count == $0.calls.calls.count }
    }

    @Test("in every order of events they end in one call, the same on both sides")
    func oneCall() {
        let pair = CallPair(
            Self.numbers, plans: [[.call(.placed(1), Self.toSecond)], [.call(.placed(1), Self.toFirst)]])
        let orders = Self.everyOrder(pair) { end in
            let isOneCall = Self.agrees(end, calls: 1...1)
            #expect(isOneCall)
        }
        #expect(orders > 30)
    }

    @Test("when both asked before either heard of it, nobody is bothered with a dialog and nothing is asked twice")
    func nobodyAsked() {
        var pair = CallPair(
            Self.numbers, plans: [[.call(.placed(1), Self.toSecond)], [.call(.placed(1), Self.toFirst)]])
        pair.take(.person(0))
        pair.take(.person(1))
        _ = Self.everyOrder(pair) { end in
            let isOneCall = Self.agrees(end, calls: 1...1)
            #expect(isOneCall)
            #expect(end.retries == 0)
            for side in end.ends {
                #expect(!side.reports.contains { if case .incoming = $0 { true } else { false } })
                #expect(
                    side.reports.contains { if case .call(.placed(1), .inCall, .them) = $0 { true } else { false } })
            }
        }
    }

    @Test("one who gives up meanwhile leaves no call, or one that both have", arguments: [0, 1])
    func givesUp(side: Int) {
        var plans: [[Calls.Event]] = [[.call(.placed(1), Self.toSecond)], [.call(.placed(1), Self.toFirst)]]
        plans[side].append(.hangUp(.placed(1)))
        let orders = Self.everyOrder(CallPair(Self.numbers, plans: plans)) { end in
            let areAgreed = Self.agrees(end, calls: 0...1)
            #expect(areAgreed)
        }
        #expect(orders > 100)
    }

    @Test("one who hangs up and calls again at once gets through", arguments: [0, 1])
    func again(side: Int) {
        let other = side == 0 ? Self.toSecond : Self.toFirst
        var plans: [[Calls.Event]] = [[], []]
        plans[side] = [.call(.placed(1), other), .hangUp(.placed(1)), .call(.placed(2), other)]
        _ = Self.everyOrder(CallPair(Self.numbers, plans: plans)) { end in
            let isOneCall = Self.agrees(end, calls: 1...1)
            #expect(isOneCall)
        }
    }

    @Test("the order of numbers does not depend on their form", arguments: [("600", "1001"), ("9", "10"), ("a", "b")])
    func order(first: String, second: String) {
        #expect(Calls.comesBefore(first, second))
        #expect(!Calls.comesBefore(second, first))
    }
}
