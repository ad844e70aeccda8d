import Testing

@testable import Webphone

@Suite("Who is online")
struct RosterTests {
    static func body(_ clients: [(String, String)]) -> [UInt8] {
        let tuples = clients.map { number, name in
            "<tuple id='n\(number)'><status><basic>open</basic></status><contact>sip:\(number)@h</contact>"
                + "<note>\(name)</note></tuple>"
        }
        return Array((PresenceDocumentTests.open + tuples.joined() + "</presence>").utf8)
    }

    static let grace = Duration.seconds(5)
    static let us = ("1000", "us")
    static let guest = ("1001", "guest")
    static let other = ("1002", "other")
    let guest = Party(number: "1001", name: "guest")
    let other = Party(number: "1002", name: "other")

    /// Connected as 1000, with the list reported.
    func live(_ clients: [(String, String)]) -> Roster {
        var roster = Roster()
        _ = roster.handle(.connected(number: "1000", grace: Self.grace))
        _ = roster.handle(.notified(Self.body([Self.us] + clients)))
        return roster
    }

    @Test("the first list comes as one, without ourselves; later ones as differences")
    func differences() {
        var roster = Roster()
        #expect(roster.handle(.connected(number: "1000", grace: Self.grace)) == [])
        #expect(roster.handle(.notified(Self.body([Self.guest, Self.us]))) == [.report(.roster([guest]))])
        let joined = roster.handle(.notified(Self.body([Self.guest, Self.us, Self.other])))
        #expect(joined == [.report(.online(other))])
        #expect(roster.handle(.notified(Self.body([Self.us, Self.other]))) == [.report(.offline(guest))])
        #expect(roster.handle(.notified(Self.body([Self.us, Self.other]))) == [])
    }

    @Test("a new name is told")
    func renamed() {
        var roster = live([Self.guest])
        let renamed = roster.handle(.notified(Self.body([Self.us, ("1001", "Guest")])))
        #expect(renamed == [.report(.online(Party(number: "1001", name: "Guest")))])
    }

    @Test("a first list that is empty or lacks ourselves waits for the full one")
    func unfinished() {
        var roster = Roster()
        _ = roster.handle(.connected(number: "1000", grace: Self.grace))
        #expect(roster.handle(.notified([])) == [.start(.settle, after: Roster.settle)])
        #expect(roster.handle(.notified(Self.body([Self.guest]))) == [])
        let full = roster.handle(.notified(Self.body([Self.guest, Self.other, Self.us])))
        #expect(full == [.cancel(.settle), .report(.roster([guest, other]))])
    }

    @Test("an exchange that never lists ourselves is believed after a second")
    func settled() {
        var roster = Roster()
        _ = roster.handle(.connected(number: "1000", grace: Self.grace))
        _ = roster.handle(.notified(Self.body([Self.guest])))
        #expect(roster.handle(.fired(.settle)) == [.report(.roster([guest]))])
    }

    @Test("after a reconnect only differences come, and nobody is OFFLINE before the others had time to come back")
    func reconnect() {
        var roster = live([Self.guest, Self.other])
        #expect(roster.handle(.lost) == [])
        #expect(roster.handle(.notified(Self.body([Self.us]))) == [])
        #expect(roster.handle(.connected(number: "1000", grace: Self.grace)) == [])
        #expect(roster.handle(.notified(Self.body([Self.us]))) == [.start(.grace, after: Self.grace)])
        #expect(roster.handle(.notified(Self.body([Self.us, Self.guest]))) == [.returned])
        let newcomer = roster.handle(.notified(Self.body([Self.us, Self.guest, ("1003", "new")])))
        #expect(newcomer == [.report(.online(Party(number: "1003", name: "new"))), .returned])
        #expect(roster.handle(.fired(.grace)) == [.report(.offline(other)), .returned])
    }

    @Test("a connection lost again while the list is reconciled stops the timer and forgets nobody")
    func lostTwice() {
        var roster = live([Self.guest])
        _ = roster.handle(.lost)
        _ = roster.handle(.connected(number: "1000", grace: Self.grace))
        _ = roster.handle(.notified(Self.body([Self.us])))
        #expect(roster.handle(.lost) == [.cancel(.grace)])
        _ = roster.handle(.connected(number: "1000", grace: Self.grace))
        #expect(
            roster.handle(.notified(Self.body([Self.us, Self.guest]))) == [
                .returned, .start(.grace, after: Self.grace),
            ])
        #expect(roster.handle(.fired(.grace)) == [.returned])
    }

    @Test("after leaving, the next list is a first one")
    func left() {
        var roster = live([Self.guest])
        _ = roster.handle(.left)
        _ = roster.handle(.connected(number: "1005", grace: Self.grace))
        #expect(roster.handle(.notified(Self.body([("1005", "us")]))) == [.report(.roster([]))])
    }

    @Test("closed tuples, tuples without a number and second tuples of one number do not count")
    func odd() {
        var roster = Roster()
        _ = roster.handle(.connected(number: "1000", grace: Self.grace))
        let text =
            PresenceDocumentTests.open
            + "<tuple><status><basic>closed</basic></status><contact>sip:1005@h</contact></tuple>"
            + "<tuple><status><basic>open</basic></status><contact>mailto:x</contact></tuple>"
            + "<tuple><status><basic>open</basic></status></tuple>"
            + "<tuple><status><basic>open</basic></status><contact>sip:1001@h</contact><note>guest</note></tuple>"
            + "<tuple><status><basic>open</basic></status><contact>sip:1001@h</contact><note>second</note></tuple>"
            + "<tuple><status><basic>open</basic></status><contact>sip:1000@h</contact></tuple></presence>"
        #expect(roster.handle(.notified(Array(text.utf8))) == [.report(.roster([guest]))])
    }

    @Test("names are made safe, and an empty one is the number")
    func names() {
        var roster = Roster()
        _ = roster.handle(.connected(number: "1000", grace: Self.grace))
        let list = roster.handle(.notified(Self.body([Self.us, ("1001", "a\u{202E}b"), ("1002", " ")])))
        let shown = [Party(number: "1001", name: "ab"), Party(number: "1002", name: "1002")]
        #expect(list == [.report(.roster(shown))])
    }

    @Test("an unreadable list changes nothing and is complained about once")
    func unreadable() {
        var roster = live([Self.guest])
        #expect(roster.handle(.notified(Array("<x".utf8))) == [.report(.fault(Reasons.unreadableList))])
        #expect(roster.handle(.notified(Array("<x".utf8))) == [])
        #expect(roster.handle(.notified(Self.body([Self.us, Self.guest]))) == [])
        #expect(roster.handle(.notified([])) == [])
    }

    @Test("one who came back after an outage and leaves has left, whoever else is still awaited")
    func leftAgain() {
        var roster = live([Self.guest, Self.other])
        _ = roster.handle(.lost)
        _ = roster.handle(.connected(number: "1000", grace: Self.grace))
        #expect(
            roster.handle(.notified(Self.body([Self.us, Self.guest]))) == [
                .returned, .start(.grace, after: Self.grace),
            ])
        #expect(roster.handle(.notified(Self.body([Self.us]))) == [.report(.offline(guest))])
        #expect(roster.handle(.fired(.grace)) == [.report(.offline(other)), .returned])
    }
}
