import Harness
import Testing

/// Of a hundred messages that sipp sends or receives so many are lost.
private let loss = ["-lost", "10"]
/// What comes while it pauses is lost too.
private let deaf = ["-pause_msg_ign"]

@Suite(
    "sipp over bad lines: messages are lost, come twice, and overtake each other", .enabled(if: Strangers.takePart),
    .manyAtOnceFirst)
struct SippLossTests {
    @Test("through our exchange all kinds of messages are lost, and so come twice: no call fails, and none is left")
    func lost() throws {
        let exchange = try SippExchange()
        try exchange.connects("steadycaller", with: "steadfast", options: loss)
        #expect(try exchange.status().counters.transactions.repeatedRequests > 20)
        try exchange.forgetsAll()
    }

    @Test("through our exchange a text and a BYE overtake the ACK, and a 200 its 180: no call fails, and none is left")
    func reordered() throws {
        let exchange = try SippExchange()
        try exchange.connects("hastycaller", with: "hastycalled", options: deaf)
        try exchange.forgetsAll()
    }

    @Test(
        "the caller's line brings everything to our exchange, and back, twice and late: no call fails, and none is left"
    )
    func doubled() throws {
        let exchange = try SippExchange()
        let line = try DoubledLine(to: exchange.address)
        try exchange.connects("talker", with: "patient", options: [], callerOptions: ["-rsa", line.address])
        // INVITE, MESSAGE and BYE.
        #expect(try exchange.status().counters.transactions.repeatedRequests >= 3 * 250)
        try exchange.forgetsAll()
    }

    @Test("the person's line brings everything twice and late: calls come and go, and each text is shown once")
    func doubledAtThePerson() throws {
        let desk = try SippDesk(over: "udp", isDoubled: true)
        try desk.accepts(all: try desk.callers("talker", calls: 5))
        for call in 2...6 { try desk.shows("talker said: grüße von \(call)", times: 1) }
        let guest = try desk.guest("steadfast")
        for number in 1...3 {
            try desk.ada.calls("guest")
            try desk.shows("guest said: grüße von 1", times: number)
            try desk.shows("guest hung up. Your chat with guest has ended.", times: number)
        }
        guest.isContent()
        try desk.isQuiet()
    }

    @Test("500 calls are told that the person is busy, whatever gets lost")
    func busy() throws {
        let desk = try SippDesk(over: "udp")
        try desk.ada.says("/dnd")
        try desk.ada.sees("do not disturb ·")
        try desk.callers("turnedaway", ["status": "486"], calls: 500, atOnce: 100, rate: 50, options: loss).succeeds()
        try desk.isQuiet()
    }

    @Test("calls are taken back while messages get lost, and by a CANCEL that overtakes its INVITE")
    func takenBack() throws {
        let desk = try SippDesk(over: "udp")
        try desk.callers("canceller", calls: 15, options: loss).succeeds()
        try desk.callers("hastycanceller", calls: 100).succeeds()
        try desk.isQuiet()
    }

    @Test("calls are accepted and end though messages get lost, and where text and BYE overtake the ACK")
    func accepted() throws {
        let desk = try SippDesk(over: "udp")
        try desk.accepts(all: try desk.callers("talker", calls: 10, options: loss))
        try desk.accepts(all: try desk.callers("hastycaller", calls: 10, options: deaf))
        try desk.ada.sees("hastycaller said: grüße von 11")
        let listener = try desk.callers("listener", ["linger": "2000"], calls: 10, options: loss)
        try desk.accepts(all: listener) { try desk.ada.presses("C-x") }
        try desk.isQuiet()
    }
}

extension SippExchange {
    /// Calls from one sipp to another.
    fileprivate func connects(_ caller: String, with called: String, options: [String], callerOptions: [String] = [])
        throws
    {
        let guest = try Sipp(
            "registered", called: called, to: address, over: "udp", ["name": "guest"], options: options)
        let calls = try Sipp(
            caller, to: address, over: "udp", ["name": "caller", "callee": try number(of: "guest")],
            load: Sipp.Load(calls: 250, rate: 25, atOnce: 200), options: options + callerOptions, seconds: 120)
        calls.succeeds()
        guest.isContent()
    }
}
