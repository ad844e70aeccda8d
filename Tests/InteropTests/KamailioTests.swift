import Foundation
import Harness
import Testing

@Suite("At a Kamailio", .enabled(if: Strangers.takePart))
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
}
