import Testing

@testable import partyline

@Suite("Joining the exchange of this machine")
struct LocalJoinTests {
    @Test("nobody there: one is started, and joined")
    func starts() {
        var join = LocalJoin()
        #expect(join.handle(.refused(attempt: 1)) == [.startExchange])
        #expect(join.handle(.started(.listening)) == [.retry(attempt: 1)])
        #expect(join.handle(.received) == [])
    }

    @Test("somebody else was faster: theirs is joined")
    func slower() {
        var join = LocalJoin()
        #expect(join.handle(.refused(attempt: 1)) == [.startExchange])
        #expect(join.handle(.started(.ended("in use"))) == [.retry(attempt: 1)])
        #expect(join.handle(.received) == [])
    }

    @Test("it cannot be started and nobody else did: said once, and the phone goes on trying")
    func cannotStart() {
        var join = LocalJoin()
        _ = join.handle(.refused(attempt: 1))
        _ = join.handle(.started(.ended("no memory")))
        #expect(join.handle(.refused(attempt: 1)) == [.complain("no memory"), .pass(attempt: 1)])
        #expect(join.handle(.refused(attempt: 2)) == [.startExchange])
        _ = join.handle(.started(.ended("no memory")))
        #expect(join.handle(.refused(attempt: 2)) == [.pass(attempt: 2)])
    }

    @Test("it listens and yet refuses: the phone is told")
    func listensAndRefuses() {
        var join = LocalJoin()
        _ = join.handle(.refused(attempt: 1))
        _ = join.handle(.started(.listening))
        #expect(join.handle(.refused(attempt: 1)) == [.pass(attempt: 1)])
    }

    @Test("another program on the port is named once in an outage")
    func stranger() {
        var join = LocalJoin()
        #expect(join.handle(.strange) == [.nameOwner])
        #expect(join.handle(.strange) == [])
        _ = join.handle(.received)
        #expect(join.handle(.strange) == [.nameOwner])
    }

    @Test("an outcome that nobody waits for changes nothing")
    func lateOutcome() {
        var join = LocalJoin()
        #expect(join.handle(.started(.listening)) == [])
    }
}
