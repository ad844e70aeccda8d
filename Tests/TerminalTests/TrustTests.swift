import Foundation
import Harness
import Testing

/// An exchange that listens over TLS with certificates of its own, and people who keep what they decided.
private final class SecureExchange {
    let folder: URL
    /// Where it listens over TLS.
    let address: String
    private(set) var process: ExchangeProcess

    init(_ certificate: String) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("partyline-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        address = Loopback.next(port: 5061)
        try makeCertificates(in: folder, for: "IP:\(address.dropLast(":5061".count))")
        process = try Self.launch(certificate, at: address, in: folder)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Ends it and starts it again with another certificate.
    func restarts(with certificate: String) throws {
        process.kill()
        process = try Self.launch(certificate, at: address, in: folder)
    }

    private static func launch(_ certificate: String, at address: String, in folder: URL) throws -> ExchangeProcess {
        try ExchangeProcess(
            "--listen-tls", address, "--certificate", folder.appendingPathComponent("\(certificate).pem").path,
            "--key", folder.appendingPathComponent("\(certificate).key").path)
    }

    func file(_ name: String) -> String { folder.appendingPathComponent(name).path }

    func fingerprint(_ certificate: String) throws -> [String] {
        let printed = try run([
            "openssl", "x509", "-in", file("\(certificate).pem"), "-noout", "-fingerprint", "-sha256",
        ])
        let bytes = printed.split(separator: "=")[1].trimmingCharacters(in: .whitespacesAndNewlines).split(
            separator: ":")
        return stride(from: 0, to: bytes.count, by: 2).map { "\(bytes[$0])\(bytes[$0 + 1])" }
    }

    /// Somebody whose decisions are kept in this folder.
    func person(_ name: String, _ options: String..., columns: Int = 80, rows: Int = 24) throws -> Person {
        try Person(
            ["--name", name, "--server", "sip:\(address);transport=tls"] + options, columns: columns, rows: rows,
            environment: ["XDG_STATE_HOME": folder.path])
    }
}

@Suite("Over TLS, in a terminal")
struct TrustTests {
    @Test("a server that nobody vouches for is shown with its fingerprint and refused by Enter")
    func refused() throws {
        let exchange = try SecureExchange("self-signed")
        let ada = try exchange.person("ada")
        try ada.sees("Unproven server")
        try ada.sees("Its certificate vouches for itself")
        let fingerprint = try exchange.fingerprint("self-signed")
        try ada.sees("SHA-256 \(fingerprint[0]) \(fingerprint[1])")
        try ada.sees(fingerprint[15])
        try ada.decides("No")
        try ada.sees("CONNECTION_FAILED: You do not trust")
        try ada.nolongerSees("Unproven server")
        #expect(!ada.screen.contains("ACCESS_GRANTED"))
        #expect(!FileManager.default.fileExists(atPath: exchange.file("partyline/known-servers")))
    }

    @Test("once means once: the next start asks again")
    func once() throws {
        let exchange = try SecureExchange("self-signed")
        let ada = try exchange.person("ada")
        try ada.sees("Unproven server")
        try ada.decides("Once")
        try ada.sees("ACCESS_GRANTED")
        try ada.sees("Echo test")
        let again = try exchange.person("bob")
        try again.sees("Unproven server")
    }

    @Test("for ever: the second start asks nothing; another certificate is refused loudly, and names the file")
    func forEver() throws {
        let exchange = try SecureExchange("self-signed")
        let ada = try exchange.person("ada", columns: 100)
        try ada.sees("Unproven server")
        try ada.decides("Always")
        try ada.sees("You trust \(exchange.address) from now on.")
        try ada.sees("ACCESS_GRANTED")
        try ada.presses("C-q")
        try ada.sees("[left with 0]")

        let again = try exchange.person("bob")
        try again.sees("ACCESS_GRANTED")
        #expect(!again.screen.contains("Unproven server"))
        try again.presses("C-q")
        try again.sees("[left with 0]")

        try exchange.restarts(with: "another")
        let third = try exchange.person("eve", columns: 120, rows: 40)
        try third.sees("has CHANGED since")
        try third.sees("CONNECTION_FAILED")
        try third.sees(try exchange.fingerprint("self-signed")[15])
        try third.sees(try exchange.fingerprint("another")[15])
        try third.sees("and start again.")
        #expect(!third.screen.contains("Unproven server"))
    }

    @Test("with the authority's file nobody is asked, and who is on TLS talks to who is not")
    func vouchedFor() throws {
        let exchange = try SecureExchange("good")
        let ada = try exchange.person("ada", "--ca-file", exchange.file("authority.pem"), columns: 100, rows: 30)
        try ada.sees("ACCESS_GRANTED")
        let guest = try Person(["--name", "guest", "--server", exchange.process.address])
        try guest.sees("ada")
        try ada.sees("guest is ONLINE")
        try ada.selects("guest")
        try ada.presses("Enter")
        try guest.sees("ada, number")
        try guest.answersDialog("Enter")
        try ada.sees("IN_CALL")
        try ada.types("lunch?")
        try ada.presses("Enter")
        try guest.sees("ada said: lunch?")
        try guest.types("at one")
        try guest.presses("Enter")
        try ada.sees("guest said: at one")
        try guest.presses("C-x")
        try ada.sees("guest hung up")
    }

    @Test(
        "an expired certificate, and one for somebody else, are told as such",
        arguments: [
            ("expired", "Its certificate expired on 2021-01-01."),
            ("other-host", "Its certificate is for pbx.example, not"),
        ])
    func doubtful(certificate: String, words: String) throws {
        let exchange = try SecureExchange(certificate)
        let ada = try exchange.person("ada", "--ca-file", exchange.file("authority.pem"))
        try ada.sees(words)
        try ada.decides("No")
        try ada.sees("CONNECTION_FAILED")
    }

    @Test("the question is readable on 40 columns and 10 rows")
    func small() throws {
        let exchange = try SecureExchange("self-signed")
        let ada = try exchange.person("ada", columns: 40, rows: 10)
        try ada.sees("Its certificate vouches for")
        try ada.sees(try exchange.fingerprint("self-signed")[15])
        try ada.sees("Always")
    }

    @Test("a file that does not fit is said before the screen opens")
    func wrongFiles() throws {
        let exchange = try SecureExchange("good")
        let ada = try exchange.person("ada", "--ca-file", exchange.file("missing.pem"))
        try ada.sees("[left with 2]")
        #expect(ada.complaints.contains("missing.pem' cannot be read: No such file"))
        let child = try Child([
            Program.path, "exchange", "--listen", Loopback.next(), "--listen-tls", Loopback.next(port: 5061),
            "--certificate", exchange.file("good.pem"), "--key", exchange.file("expired.key"),
        ])
        let outcome = child.outcome()
        #expect(outcome.status == 78)
        #expect(outcome.errors.contains("is not that of the certificate"))
    }
}
