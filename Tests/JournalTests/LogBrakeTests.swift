import Journal
import Testing

@Suite("A log in a flood") struct LogBrakeTests {
    @Test("has some lines at once and then a few a second, and says how many were left out") func brake() {
        var brake = LogBrake(at: .zero)
        #expect((1...10_000).count { _ in brake.admit(at: .zero) != nil } == 200)
        #expect(brake.admit(at: .seconds(1)) == 9_800)
        #expect((1...100).count { _ in brake.admit(at: .seconds(1)) != nil } == 9)
        #expect(brake.admit(at: .seconds(100)) == 91)
        #expect(brake.admit(at: .seconds(100)) == 0)
    }
}
