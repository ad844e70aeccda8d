import Foundation
import Harness
import Testing

/// Two Kamailios that know of each other's clients.
private final class Cluster {
    let first: Kamailio
    let second: Kamailio

    private let transport: String

    init(over transport: String) throws {
        self.transport = transport
        let hosts = [Kamailio.nextHost(), Kamailio.nextHost()]
        let definitions = transport == "tls" ? ["WITH_TLS"] : []
        first = try Kamailio(at: hosts[0], node: .init(number: 1, peer: hosts[1]), definitions)
        second = try Kamailio(at: hosts[1], node: .init(number: 2, peer: hosts[0]), definitions)
    }

    /// Where a node is reached.
    func address(_ node: Kamailio) -> String { "\(node.host):\(["tls": 5061, "ws": 8080][transport] ?? 5060)" }

    /// How to reach the nodes, in this order.
    func options(_ nodes: Kamailio...) throws -> [String] {
        var options = ["--server", nodes.map(address).joined(separator: ","), "--transport", transport]
        if transport == "tls" {
            // Each has an authority of its own.
            let authorities = try nodes.map { try String(contentsOfFile: $0.path("authority.pem"), encoding: .utf8) }
            let file = nodes[0].path("authorities.pem")
            try authorities.joined().write(toFile: file, atomically: true, encoding: .utf8)
            options += ["--ca-file", file]
        }
        return options
    }
}

@Suite("At two Kamailios", .enabled(if: Strangers.takePart), .manyAtOnceFirst)
struct KamailioClusterTests {
    @Test("all that one does in a chat is done across them")
    func across() throws {
        let cluster = try Cluster(over: "tcp")
        let office = try KamailioOffice(at: cluster.first) { name in
            try cluster.options(name == "bob" ? cluster.second : cluster.first)
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
        arguments: ["tcp", "tls", "ws"])
    func failover(over transport: String) throws {
        let cluster = try Cluster(over: transport)
        let office = try KamailioOffice(at: cluster.first) { name in
            name == "ada"
                ? try cluster.options(cluster.first, cluster.second)
                : try cluster.options(cluster.second, cluster.first)
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
        try ada.sees("You are connected through \(cluster.address(cluster.second)) now, over \(transport).")
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
