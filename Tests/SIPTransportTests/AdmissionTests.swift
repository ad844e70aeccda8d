import SIP
import Testing

@testable import SIPTransport

@Suite("Who may connect, and how long one waits for a message")
struct AdmissionTests {
    private let here = NumericAddress(bits: 1, isIPv4: true)
    private let there = NumericAddress(bits: 2, isIPv4: true)

    private func admission(_ total: Int, perAddress: Int, halfOpen: Int = 1_000) -> Admission {
        var limits = Configuration.Limits()
        limits.connections = total
        limits.connectionsPerAddress = perAddress
        limits.halfOpenConnections = halfOpen
        return Admission(limits: limits)
    }

    @Test("an address's limit is its own: its oldest silent connection goes, or else the newcomer")
    func perAddress() {
        var admission = admission(10, perAddress: 2)
        #expect(admission.admit(1, from: here) == .admitted)
        #expect(admission.admit(2, from: there) == .admitted)
        #expect(admission.admit(3, from: here) == .admitted)
        #expect(admission.admit(4, from: here) == .admittedInsteadOf(1))
        admission.spoke(3)
        admission.spoke(4)
        #expect(admission.admit(5, from: here) == .refused)
        #expect(admission.admit(6, from: there) == .admitted)
        admission.leave(3)
        admission.leave(3)
        #expect(admission.admit(7, from: here) == .admitted)
        #expect(admission.count == 4 && admission.silentCount == 3)
    }

    @Test("a trusted address may hold as many as there is room for")
    func trusted() {
        var admission = admission(3, perAddress: 1)
        for connection in 1...3 as ClosedRange<UInt64> {
            #expect(admission.admit(connection, from: here, isTrusted: true) == .admitted)
            admission.spoke(connection)
        }
        #expect(admission.admit(4, from: here, isTrusted: true) == .refused)
    }

    @Test("at the limit the oldest silent connection goes, and when all have spoken the newcomer does")
    func eviction() {
        var admission = admission(3, perAddress: 10)
        for connection in 1...3 as ClosedRange<UInt64> { _ = admission.admit(connection, from: here) }
        admission.spoke(1)
        #expect(admission.admit(4, from: here) == .admittedInsteadOf(2))
        #expect(admission.admit(5, from: here) == .admittedInsteadOf(3))
        admission.spoke(4)
        admission.spoke(5)
        #expect(admission.admit(6, from: here) == .refused)
        #expect(admission.count == 3)
    }

    @Test("of too many half-open connections the oldest goes, however much room there is for others")
    func halfOpen() {
        var admission = admission(100, perAddress: 100, halfOpen: 2)
        for connection in 1...3 as ClosedRange<UInt64> { _ = admission.admit(connection, from: here) }
        #expect(admission.count == 2)
        admission.spoke(2)
        admission.spoke(3)
        #expect(admission.admit(4, from: there) == .admitted)
        #expect(admission.admit(5, from: there) == .admitted)
        #expect(admission.admit(6, from: here) == .admittedInsteadOf(4))
    }

    @Test("a flood of a hundred thousand leaves nothing behind")
    func flood() {
        var admission = admission(100, perAddress: 1_000)
        for connection in 1...100_000 as ClosedRange<UInt64> {
            #expect(admission.admit(connection, from: here) != .refused)
        }
        #expect(admission.count == 100 && admission.silentCount == 100)
    }

    @Test("patience starts with what is awaited and ends with the whole message")
    func patience() {
        var server = Patience(limit: .seconds(15), expecting: true, at: .zero)
        #expect(server.remaining(at: .seconds(5)) == .seconds(10))
        server.read(completed: false, partial: true, at: .seconds(6))
        #expect(server.remaining(at: .seconds(15)) == .zero, "a trickle does not prolong it")
        server.read(completed: true, partial: false, at: .seconds(7))
        #expect(server.remaining(at: .seconds(100)) == nil)
        server.read(completed: false, partial: true, at: .seconds(100))
        #expect(server.remaining(at: .seconds(101)) == .seconds(14))
        server.read(completed: true, partial: true, at: .seconds(110))
        #expect(server.remaining(at: .seconds(111)) == .seconds(14))
        server.read(completed: true, partial: false, at: .seconds(120))
        server.read(completed: false, partial: true, at: .seconds(130))
        server.read(completed: false, partial: false, at: .seconds(131))
        #expect(server.remaining(at: .seconds(200)) == nil, "what had begun was a keep-alive")
        var silent = Patience(limit: .seconds(15), expecting: true, at: .zero)
        silent.read(completed: false, partial: false, at: .seconds(5))
        #expect(silent.remaining(at: .seconds(15)) == .zero, "keep-alives are no first message")
        silent.restart(at: .seconds(15))
        #expect(silent.remaining(at: .seconds(15)) == .seconds(15))
        let client = Patience(limit: .seconds(15), expecting: false, at: .zero)
        #expect(client.remaining(at: .seconds(100)) == nil)
    }
}
