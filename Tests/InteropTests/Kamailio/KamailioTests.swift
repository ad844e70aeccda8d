import Foundation
import Harness
import Testing

@Suite("At a Kamailio", .enabled(if: Strangers.takePart), .manyAtOnceFirst)
struct KamailioTests {
    enum Transport: String, CaseIterable { case udp, tcp, tls, ws, wss }

    @Test("three people do all that one does in a chat, over each transport", arguments: Transport.allCases)
    func everything(over transport: Transport) throws {
        let office = try KamailioOffice(over: transport.rawValue)
        try office.letsExtensionsIn()
        try office.refuses()
        try office.takesBack()
        try office.isBusy()
        try office.talks()
        try office.holds()
        try office.handsOver()
        try office.joins()
        try office.restarts()
        try office.makesRoom()
    }

    @Test("one over udp, one over wss and one over tls do it with each other, and what is rarer")
    func together() throws {
        let kamailio = try Kamailio(["WITH_TLS"])
        let office = try KamailioOffice(at: kamailio) { name in
            let (port, transport) = ["ada": (5060, "udp"), "bob": (8443, "wss")][name] ?? (5061, "tls")
            let authority = transport == "udp" ? [] : ["--ca-file", kamailio.path("authority.pem")]
            return ["--server", "\(kamailio.host):\(port)", "--transport", transport] + authority
        }
        try office.refuses()
        try office.takesBack()
        try office.talks()
        try office.holds()
        try office.handsOver()
        try office.joins()
        try office.callsNobody()
        try office.sendsOn()
        try office.handsOverInVain()
        try office.saysMore()
        try office.putsAside()
        try office.blocks()
        try office.leaves()
    }

    @Test("whoever writes as somebody else is refused, and is shown under the name and number that Kamailio knows")
    func impostor() throws {
        let kamailio = try Kamailio()
        let server = "\(kamailio.host):5060"
        let ada = try Person(["--name", "ada", "--server", server, "--transport", "tcp"], columns: 120)
        try ada.sees("Webphone1 · 1000")
        let bob = try TextClient("bob", at: server)
        try bob.registers()
        let mallory = try TextClient("mallory", at: server)
        try mallory.registers()
        try ada.sees("mallory ")
        let (text, asBob) = (["Content-Type: text/plain"], "<sip:\(bob.number)@localhost>")

        mallory.wire.sends(
            mallory.request("MESSAGE", "sip:1000@localhost", from: "\(asBob);tag=1", text, body: "trust me"))
        #expect(try mallory.wire.hears("SIP/2.0 4").contains("403"))
        let own = "\"bob\" <sip:\(mallory.number)@localhost>;tag=1"
        let claim = ["P-Asserted-Identity: \"bob\" \(asBob)"]
        mallory.wire.sends(mallory.request("MESSAGE", "sip:1000@localhost", from: own, text + claim, body: "or not"))
        try ada.sees("mallory (\(mallory.number)) writes outside of a chat: or not")
        mallory.wire.sends(mallory.request("INVITE", "sip:1000@localhost", from: own, claim))
        try ada.sees("mallory, number \(mallory.number)")
        #expect(
            !ada.screen.contains("trust me") && !ada.screen.contains("bob (") && !ada.screen.contains("bob, number"))
    }
}
