import SIP
import Testing

@testable import Exchange
@testable import Journal

@Suite("What exchange status says") struct StatusReportTests {
    private func report(_ change: (inout Exchange.Status) -> Void = { _ in }) -> StatusReport {
        var status = Exchange(.init(), identifiers: .seeded(1)).status(at: .zero)
        change(&status)
        return StatusReport(
            version: "0.1.0", process: 4_711, memory: .init(resident: 12_345, inUse: 2_345), uptime: .seconds(3_723),
            time: 1_800_000_000,
            listeners: [.init(address: "127.0.0.1:7777", transports: [.udp, .tcp])], exchange: status,
            transport: [("received", 12), ("violations", 0)])
    }

    private func client(_ number: UInt32, _ name: String, host: String = "192.0.2.7") -> Exchange.Status.Client {
        let flow = Flow(
            transport: .wss, local: SocketAddress(host: host, port: 1), remote: SocketAddress(host: host, port: 40_000))
        return .init(number: PhoneNumber(number), name: name, line: "Webphone1", flow: flow, online: .seconds(65))
    }

    private func busy(_ status: inout Exchange.Status) {
        status.clients = [client(1_000, "ada"), client(1_001, "guest")]
        status.lines = [.init(name: "Webphone1", clients: 2, limit: 150)]
        status.calls = [
            .init(id: "d8s7", caller: 1_000, callee: 1_001, state: .talking, age: .seconds(12), talking: .seconds(10)),
            .init(id: "x", caller: 1_001, callee: 600, state: .asked, age: .zero, talking: nil),
        ]
        status.counters.requests = [.invite: 2, .register: 12]
        status.counters.refusals = [404: 1, 480: 3]
        status.counters.limits = [.clientsPerLine: 3]
        status.flows = [.wss: 2]
    }

    @Test("a table for people") func table() {
        #expect(
            report(busy).table == """
                Partyline 0.1.0, exchange exchange.local, process 4711, up 1:02:03
                Listening on 127.0.0.1:7777 (udp, tcp)

                Line Webphone1: 2 of 150 clients

                NUMBER    LINE         OVER FROM                  FOR           NAME
                1000      Webphone1    wss  192.0.2.7:40000       1:05          ada
                1001      Webphone1    wss  192.0.2.7:40000       1:05          guest

                CALL   FROM      TO        STATE       FOR         TALKED
                \(CallStory.tag(of: "d8s7")) 1000      1001      talking     0:12        0:10
                \(CallStory.tag(of: "x")) 1001      600       asked       0:00        -

                Requests: REGISTER 12, INVITE 2
                Refused: 404×1, 480×3
                Limits hit: line full 3
                Passwords: 0 wrong, 0 not looked at after those
                Flows with clients: wss 2; 0 subscriptions, 0 transactions
                Transport: received 12
                Memory: 12 MB, 2 of them allocated

                """)
    }

    @Test("an exchange without anybody says so") func empty() {
        let table = report().table
        #expect(table.contains("\nNobody is online.\n"))
        #expect(table.contains("\nNo call runs.\n"))
        #expect(table.contains("\nRequests: none\n"))
    }

    @Test("whatever names and addresses are like, no row is wider than 80 columns") func width() {
        let text = report { status in
            busy(&status)
            status.clients = [
                client(999_999_999, String(repeating: "日", count: 16), host: "2001:db8:1111:2222:3333:4444:5555:6666"),
                client(1, String(repeating: "w", count: 64)),
            ]
            status.clients[0].line = String(repeating: "L", count: 32)
            status.clients[1].online = .seconds(86_400 * 400)
            for number in 1...40 { status.counters.refusals[400 + number] = 100_000 }
        }.table
        for line in text.split(separator: "\n") { #expect(StatusReport.columns(String(line)) <= 80, "\(line)") }
        #expect(text.contains("日日日"))
        #expect(text.contains("400d 00:00:00"))
    }

    @Test("a document for machines") func json() {
        let json = report(busy).json
        for part in [
            "\"version\": \"0.1.0\"", "\"time\": \"2027-01-15T08:00:00Z\"", "\"uptime\": 3723",
            "\"since\": \"2027-01-15T07:58:55Z\"", "\"talking\": 10", "\"talking\": null", "\"INVITE\": 2",
            "\"clientsPerLine\": 3", "\"wss\": 2", "\"udp\": 0", "\"received\": 12", "\"violations\": 0",
            "\"resident\": 12345", "\"inUse\": 2345",
        ] { #expect(json.contains(part), "\(part)") }
    }

    @Test("no text breaks out of its quotes") func quotes() {
        let json = report { $0.clients = [self.client(1, "a\"b\\c\u{1}\n\u{2028}é")] }.json
        #expect(json.contains(#""name": "a\"b\\c\u0001\u000a\u2028é""#))
    }

    @Test(
        "times as people read them",
        arguments: [
            (Duration.seconds(7), "0:07"), (.seconds(723), "12:03"), (.seconds(3_723), "1:02:03"),
            (.seconds(176_523), "2d 01:02:03"), (.seconds(-5), "0:00"), (.milliseconds(59_999), "0:59"),
        ])
    func clock(_ duration: Duration, _ text: String) {
        #expect(Clock.text(duration) == text)
    }
}
