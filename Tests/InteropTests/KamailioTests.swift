import Foundation
import Harness
import Testing

@Suite("At a Kamailio", .enabled(if: Strangers.takePart))
struct KamailioTests {
    enum Transport: String, CaseIterable { case udp, tcp, tls, ws, wss }

    @Test("three people do all that one does in a chat, over each transport", arguments: Transport.allCases)
    func everything(over transport: Transport) throws {
        let office = try KamailioOffice(over: transport.rawValue)
        try office.isFull()
        try office.letsExtensionsIn()
        try office.refuses()
        try office.takesBack()
        try office.isBusy()
        try office.talks()
        try office.holds()
        try office.handsOver()
        try office.joins()
        try office.restarts()
        try office.leaves()
    }
}
