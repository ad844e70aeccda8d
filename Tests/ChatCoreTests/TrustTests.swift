import SIP
import Testing
import Webphone

@testable import ChatCore

@Suite("A server that cannot prove who it is") struct TrustTests {
    static func server(_ faults: [ServerCertificate.Fault] = [.selfSigned]) -> DoubtfulServer {
        DoubtfulServer(
            ServerCertificate(
                domain: "pbx.example", port: 5061, fingerprint: Fingerprint(of: [1]), names: ["pbx"],
                validity: 1_577_836_800..<1_609_459_200, faults: faults))
    }

    static let reason = "The server cannot prove that it is pbx.example."

    /// In the room, on the way to a server that shows this.
    private func desk(_ server: DoubtfulServer = server()) -> Desk {
        var desk = Desk("user", with: [])
        desk.hears(.untrusted(server))
        desk.hears(.connection(.connectionFailed(reason: Self.reason, retryIn: nil)))
        return desk
    }

    @Test("is asked about with its name, what is wrong, and the fingerprint in groups") func question() {
        let desk = desk(Self.server([.selfSigned, .wrongName]))
        #expect(desk.state.dialogTitle == "Unproven server")
        #expect(
            desk.state.dialogText == [
                "Its certificate vouches for itself, and nobody else does.",
                "Its certificate is for pbx, not for pbx.example.",
                "SHA-256 4BF5 122F 3445 54C5 3BDE 2EBB 8CD2 B7E3 D160 0AD6 31C3 85A5 D7CC E23C 7785 459A",
                "Trust pbx.example:5061 only if whoever runs it tells you the same fingerprint.",
            ])
        #expect(!desk.state.log.indices.contains { desk.state.log[$0].text.contains("CONNECTION_FAILED") })
        #expect(desk.state.connectionWords == "no connection")
    }

    @Test("is not trusted by a key that was on its way, nor by Enter alone") func defaultIsNo() {
        var desk = desk()
        desk.type("⏎")
        #expect(desk.state.dialog != nil)
        desk.waits()
        desk.type("⏎")
        #expect(desk.state.dialog == nil)
        #expect(!desk.effects().contains { if case .trust = $0 { true } else { false } })
        #expect(desk.box().hasPrefix("! CONNECTION_FAILED: You do not trust pbx.example:5061."))
    }

    @Test(
        "is trusted once, or for ever, and connected to again",
        arguments: [("⇥⇥⏎", false, "until you leave"), ("←⏎", true, "from now on"), ("←←⏎", false, "until you leave")])
    func trusted(keys: String, isForEver: Bool, words: String) {
        var desk = desk()
        _ = desk.effects()
        desk.waits()
        desk.type(keys)
        #expect(desk.effects() == [.trust(Self.server(), forEver: isForEver), .connect(displayName: "user")])
        #expect(desk.box() == "  You trust pbx.example:5061 \(words).")
        desk.hears(.connection(.connecting(attempt: 1)))
        desk.hears(.connection(.accessGranted(number: "1001")))
        #expect(desk.state.isConnected)
    }

    @Test("is refused with Escape") func escape() {
        var desk = desk()
        desk.waits()
        desk.type("⎋")
        #expect(desk.state.dialog == nil)
        #expect(desk.box().hasPrefix("! CONNECTION_FAILED:"))
    }

    @Test("leaves the line to the person who is writing") func writing() {
        var desk = desk()
        desk.type("hello")
        #expect(desk.line == "hello|")
        #expect(desk.state.dialog != nil)
    }

    @Test("is refused loudly and without a question when it shows another certificate than the trusted one")
    func changed() {
        var desk = Desk("user", with: [])
        let server = Self.server([.changed(from: [Fingerprint(of: [2])]), .selfSigned])
        desk.hears(.untrusted(server))
        desk.hears(.connection(.connectionFailed(reason: Self.reason, retryIn: nil)))
        #expect(desk.state.dialog == nil)
        #expect(desk.effects().contains(.bell))
        let log = desk.box(5)
        #expect(log.contains("The certificate of pbx.example:5061 has CHANGED since you decided to trust it."))
        #expect(log.contains("You trust the one with the fingerprint \(Fingerprint(of: [2]))"))
        #expect(log.contains("It shows one with the fingerprint \(Fingerprint(of: [1]))"))
        #expect(log.contains("remove the line that begins with pbx.example:5061 from known-servers"))
        #expect(log.contains("! CONNECTION_FAILED: \(Self.reason)"))
    }

    @Test("that is asked about when the connection was lost still ends the chat") func lost() {
        var desk = Desk.inChat()
        desk.hears(.untrusted(Self.server()))
        desk.hears(.connection(.connectionClosed(reason: Self.reason, retryIn: nil)))
        #expect(desk.state.call == nil)
        #expect(desk.state.dialog?.choices == [.once, .always, .cancel])
        #expect(!desk.box(3).contains("CONNECTION_CLOSED"))
    }

    @Test("is forgotten when the person leaves") func quit() {
        var desk = desk()
        desk.type("^Q")
        #expect(desk.effects().last == .quit)
        #expect(desk.state.dialogs.isEmpty)
    }
}
