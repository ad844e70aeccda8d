import Glibc
import SIP
import Testing

@testable import SIPTransport

@Suite("A listener that gets no connection from the system")
struct AcceptPauseTests {
    @Test("it pauses when descriptors or memory are lacking", arguments: [EMFILE, ENFILE, ENOBUFS, ENOMEM])
    func pauses(_ code: CInt) {
        var pause = AcceptPause()
        #expect(pause.failed(code, at: .seconds(1)) == true)
    }

    @Test("it goes on when only this one was gone again", arguments: [ECONNABORTED, EPROTO])
    func goesOn(_ code: CInt) {
        var pause = AcceptPause()
        #expect(pause.failed(code, at: .seconds(1)) == nil)
        #expect(pause == AcceptPause())
    }

    @Test("the log hears of it at once, then every ten seconds")
    func news() {
        var pause = AcceptPause()
        let heard = (0...250).filter { pause.failed(EMFILE, at: .seconds(5) + AcceptPause.length * $0) == true }
        #expect(heard == [0, 100, 200])
    }

    @Test("the oldest connection that said nothing makes room, and nobody who spoke does")
    func room() {
        var admission = Admission(limits: Configuration.Limits())
        for connection in 1...3 as ClosedRange<UInt64> {
            _ = admission.admit(connection, from: NumericAddress(bits: 1, isIPv4: true))
        }
        admission.spoke(1)
        #expect(admission.makeRoom() == 2)
        #expect(admission.makeRoom() == 3)
        #expect(admission.makeRoom() == nil)
        #expect(admission.count == 1)
    }
}
