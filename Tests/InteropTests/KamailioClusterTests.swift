import Foundation
import Harness
import Testing

/// Two Kamailios that know of each other's clients.
private final class Cluster {
    let first: Kamailio
    let second: Kamailio

    init() throws {
        let hosts = [Kamailio.nextHost(), Kamailio.nextHost()]
        first = try Kamailio(at: hosts[0], node: .init(number: 1, peer: hosts[1]))
        second = try Kamailio(at: hosts[1], node: .init(number: 2, peer: hosts[0]))
    }

    /// How to reach the nodes, in this order.
    func options(_ transport: String = "tcp", _ nodes: Kamailio...) -> [String] {
        let port = transport == "ws" ? 8080 : 5060
        return ["--server", nodes.map { "\($0.host):\(port)" }.joined(separator: ","), "--transport", transport]
    }
}

@Suite("At two Kamailios", .enabled(if: Strangers.takePart))
struct KamailioClusterTests {
    @Test("all that one does in a chat is done across them")
    func across() throws {
        let cluster = try Cluster()
        let office = try KamailioOffice(at: cluster.first) { name in
            cluster.options("tcp", name == "bob" ? cluster.second : cluster.first)
        }
        #expect(office.ada.number?.first == "1" && office.bob.number?.first == "2")
        try office.refuses()
        try office.takesBack()
        try office.isBusy()
        try office.talks()
        try office.holds()
        try office.handsOver()
        try office.joins()
        try office.leaves()
    }

    @Test(
        "when one is killed in a chat its client is at the other within 5 s, with its number and all that was typed",
        arguments: ["tcp", "ws"])
    func failover(over transport: String) throws {
        let cluster = try Cluster()
        let office = try KamailioOffice(at: cluster.first) { name in
            name == "ada"
                ? cluster.options(transport, cluster.first, cluster.second)
                : cluster.options(transport, cluster.second, cluster.first)
        }
        let (ada, bob) = (office.ada, office.bob)
        let numbers = [ada.number, bob.number]
        try office.begin(ada, "bob", bob)
        try ada.says("before it died")
        try bob.sees("ada said: before it died")
        cluster.first.freeze()
        try ada.says("into the void")
        try ada.sees("You said: into the void")
        try ada.types("half a thou")
        try ada.sees("› half a thou")

        let killed = Date()
        cluster.first.kill()
        try ada.sees("ACCESS_GRANTED: you are again connected to Webphone1 as \(ada.number ?? "").")
        #expect(Date().timeIntervalSince(killed) < 5)
        let port = transport == "ws" ? 8080 : 5060
        try ada.sees("You are connected through \(cluster.second.host):\(port) now, over \(transport).")
        try ada.sees("CONNECTION_CLOSED")
        try ada.sees("“into the void” was not delivered.")
        #expect(ada.screen.contains("You said: before it died") && ada.screen.contains("› half a thou"))
        for person in [ada, bob] { try person.nolongerSees("IN_CALL") }
        #expect([ada.number, bob.number] == numbers)
        #expect(!bob.screen.contains("is OFFLINE") && !office.carol.screen.contains("is OFFLINE"))

        try ada.presses("C-u")
        try office.begin(ada, "bob", bob)
        try ada.says("after it died")
        try bob.sees("ada said: after it died")
    }
}
