import Foundation
import Harness
import Testing

/// ada, bob and carol at a Kamailio, and what they do there, one after the other.
final class KamailioOffice {
    let kamailio: Kamailio
    private let options: (String) throws -> [String]
    let ada: Person
    let bob: Person
    let carol: Person

    /// They join, get a number each, and see each other.
    ///
    /// - Parameter options: how somebody of this name reaches the server.
    init(at kamailio: Kamailio, options: @escaping (String) throws -> [String]) throws {
        func joins(_ name: String) throws -> Person {
            // High enough for all that is said: lines that are counted must not scroll away.
            let person = try Person(["--name", name] + options(name), columns: 180, rows: 100)
            try person.sees(" · connected")
            return person
        }
        self.kamailio = kamailio
        self.options = options
        ada = try joins("ada")
        bob = try joins("bob")
        try ada.sees("bob ")
        carol = try joins("carol")
        try ada.sees("carol is ONLINE")
        // Where the lists come late, in bob's first one.
        try bob.sees("carol ")
        try carol.selects("ada")
        #expect(Set([ada.number, bob.number, carol.number]).count == 3)
    }

    /// Over one transport, at a line with three places.
    convenience init(over transport: String) throws {
        let isSecured = transport == "tls" || transport == "wss"
        // Passwords by SHA-256 over UDP, by MD5 elsewhere: a Kamailio knows one of the two.
        let kamailio = try Kamailio(
            places: 3, (isSecured ? ["WITH_TLS"] : []) + (transport == "udp" ? ["WITH_SHA256"] : []))
        let port = ["tls": 5061, "ws": 8080, "wss": 8443][transport] ?? 5060
        let options =
            ["--server", "\(kamailio.host):\(port)", "--transport", transport]
            + (isSecured ? ["--ca-file", kamailio.path("authority.pem")] : [])
        try self.init(at: kamailio) { _ in options }
    }

    /// An extension with a wrong password is refused, once; with the right one it is in.
    func letsExtensionsIn() throws {
        try "open sesame\n".write(toFile: kamailio.path("wrong"), atomically: true, encoding: .utf8)
        try "Open Sesame\n".write(toFile: kamailio.path("right"), atomically: true, encoding: .utf8)
        try run(["chmod", "600", kamailio.path("wrong"), kamailio.path("right")])
        let extensions = ["--name", "eve", "--extension", "601", "--password-file"]
        let eve = try Person(extensions + [kamailio.path("wrong")] + options("eve"), columns: 180)
        try eve.sees("The exchange does not accept this number with this password (403).")
        #expect(eve.screen.contains("ACCESS_DENIED") && !eve.screen.contains("The next attempt"))
        let again = try Person(extensions + [kamailio.path("right")] + options("eve"), columns: 180)
        try again.sees("601 · connected")
        try again.says("/call \(ada.number ?? "")")
        try ada.sees("eve, number 601, asks you for a chat")
        try ada.answersDialog("Enter")
        try again.sees("IN_CALL")
        try again.says("let me in")
        try ada.sees("eve said: let me in")
        try again.presses("C-q")
        try ada.nolongerSees("IN_CALL")
    }

    /// A key that comes just as a dialog went is not taken: people press again when nothing happened.
    func ask(_ name: String, _ person: Person) throws {
        try person.selects(name)
        let words = "You have sent a chat request to \(name)."
        let before = person.screen.components(separatedBy: words).count
        try person.waits(for: "the request to \(name)") {
            try person.presses("Enter")
            return eventually(within: 1) { person.screen.components(separatedBy: words).count > before }
        }
    }

    /// The first asks the second, who accepts.
    func begin(_ one: Person, _ name: String, _ other: Person) throws {
        try ask(name, one)
        try other.sees(", number")
        try other.answersDialog("Enter")
        for person in [one, other] { try person.sees("IN_CALL") }
    }

    func refuses() throws {
        try ask("bob", ada)
        try bob.sees("ada, number")
        try ada.sees("bob is being asked: RINGING.")
        try bob.answersDialog("Escape")
        try ada.sees("bob refused your chat request.")
    }

    func takesBack() throws {
        try ask("ada", bob)
        try ada.sees("bob, number")
        try bob.sees("ada is being asked: RINGING.")
        try bob.presses("C-x")
        try ada.sees("bob took the chat request back.")
        try ada.nolongerSees("bob, number")
    }

    func isBusy() throws {
        try carol.says("/dnd")
        try carol.sees("do not disturb ·")
        try ask("carol", bob)
        try bob.sees("carol is busy.")
        try carol.says("/dnd off")
        try carol.nolongerSees("do not disturb ·")
    }

    /// Texts both ways, in other letters too, each with its mark.
    func talks() throws {
        try begin(ada, "bob", bob)
        try ada.says("lunch? 日本語 😀")
        try bob.sees("ada said: lunch? 日本語 😀")
        try ada.waits(for: "the mark") { marks(in: ada, of: "lunch?") == "✓" }
        try bob.says("at one")
        try ada.sees("bob said: at one")
        try bob.waits(for: "the mark") { marks(in: bob, of: "at one") == "✓" }
    }

    /// What stands behind a line that was sent.
    private func marks(in person: Person, of text: String) -> String? {
        let line = person.screen.split(separator: "\n").last { $0.contains("You said: \(text)") }
        return line.flatMap { line in ["✓", "…", "→", "✗"].first { line.contains($0) } }
    }

    func holds() throws {
        try bob.presses("C-o")
        try bob.sees("HOLD by you")
        try ada.sees("bob put the chat on hold.")
        try ada.says("I wait")
        try bob.sees("ada said: I wait")
        try bob.presses("C-o")
        try ada.sees("The chat with bob goes on.")
        try ada.sees("IN_CALL")
        try bob.sees("IN_CALL")
    }

    /// ada sends bob on to carol, who hangs up in the end.
    func handsOver() throws {
        try ada.says("/transfer carol")
        try bob.sees("asks you to talk to carol, ")
        try bob.answersDialog("Enter")
        try carol.sees("bob, number")
        try carol.answersDialog("Enter")
        try ada.sees("bob and carol are connected.")
        try ada.nolongerSees("IN_CALL")
        try bob.says("hello carol")
        try carol.sees("bob said: hello carol")
        try carol.presses("C-x")
        try bob.sees("carol hung up")
        try bob.nolongerSees("IN_CALL")
    }

    /// ada puts bob aside, talks to carol, and joins the two.
    func joins() throws {
        try begin(ada, "bob", bob)
        try ada.presses("C-o")
        try bob.sees("HOLD by them")
        try begin(ada, "carol", carol)
        try ada.says("/transfer")
        try bob.waits(for: "the question") { bob.screen.contains("Transfer") }
        try bob.answersDialog("Enter")
        try carol.sees("ada handed you over: you are in a chat with bob")
        try ada.waits(for: "the end of both") { !ada.screen.contains("IN_CALL") && !ada.screen.contains("‖") }
        try carol.says("so it is you")
        try bob.sees("carol said: so it is you")
        try carol.presses("C-x")
        try bob.nolongerSees("IN_CALL")
    }

    /// Kamailio dies in the middle of a chat and comes back knowing nobody: all are told, and have their numbers again.
    func restarts() throws {
        let numbers = [ada, bob, carol].map(\.number)
        try begin(ada, "bob", bob)
        try bob.types("half a thought")
        try bob.sees("› half a thought")
        kamailio.kill()
        // Over UDP the next ping finds out.
        for person in [ada, bob, carol] {
            #expect(eventually(within: 60) { person.screen.contains("CONNECTION_CLOSED") })
        }
        try kamailio.start()
        for person in [ada, bob, carol] {
            try person.sees("you are again connected")
            try person.nolongerSees("IN_CALL")
            #expect(!person.screen.contains("is OFFLINE"), "who comes back had not left")
        }
        #expect([ada, bob, carol].map(\.number) == numbers)
        #expect(bob.screen.contains("› half a thought"))
        try bob.presses("C-u")
        try begin(bob, "carol", carol)
        try bob.says("there we are")
        try carol.sees("bob said: there we are")
        try bob.presses("C-x")
        try carol.sees("bob hung up")
    }

    /// The fourth one has no place, and is told so; when somebody leaves he has one.
    func makesRoom() throws {
        let dave = try Person(["--name", "dave"] + options("dave"), columns: 180)
        try dave.sees("The line is full (480).")
        #expect(!dave.screen.contains("ACCESS_GRANTED"))
        try leaves()
        try dave.sees("ACCESS_GRANTED")
        try ada.sees("dave is ONLINE")
    }

    /// Who goes is OFFLINE.
    func leaves() throws {
        try carol.presses("C-q")
        for person in [ada, bob] { try person.sees("carol is OFFLINE") }
    }
}
