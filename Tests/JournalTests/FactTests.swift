import Exchange
import Journal
import SIP
import Testing

@Suite("What an exchange writes about itself") struct FactTests {
    private static let flow = Flow(
        transport: .ws, local: SocketAddress(host: "192.0.2.1", port: 8_080),
        remote: SocketAddress(host: "192.0.2.7", port: 40_000), connection: 1)

    @Test(
        "each fact is a sentence",
        arguments: [
            (
                Exchange.Fact.joined(1_007, line: "Webphone1", name: "ada", on: flow),
                "1007 \"ada\" joined Webphone1, over ws from 192.0.2.7:40000"
            ),
            (
                .joined(601, line: nil, name: "a\u{1B}b", on: flow),
                "601 \"a\\u{1B}b\" joined as an extension, over ws from 192.0.2.7:40000"
            ),
            (.moved(1_007, to: flow), "1007 goes on over ws from 192.0.2.7:40000"),
            (.left(1_007, .expired), "1007 left: its registration ran out"),
            (
                .refused(.register, status: 480, reason: "Line Full", on: flow),
                "REGISTER refused: 480 Line Full, over ws from 192.0.2.7:40000"
            ),
            (
                .wrongPassword(601, wait: 4, on: flow),
                "wrong password for 601, over ws from 192.0.2.7:40000; the next try is looked at in 4 s"
            ),
        ])
    func sentences(_ fact: Exchange.Fact, _ words: String) {
        #expect(fact.words == words)
    }
}
