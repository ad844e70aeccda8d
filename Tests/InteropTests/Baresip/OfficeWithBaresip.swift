import Foundation
import Harness
import Testing

/// An exchange, ada at her terminal as 1000, and baresip on the same line as 1001 (or the other way round), over UDP,
/// TCP or TLS.
final class OfficeWithBaresip {
    let exchange: ExchangeProcess
    let ada: Person
    let bare: Baresip
    /// Where the exchange is reached over this transport.
    private let address: String
    private let certificates: Certificates?

    /// - Parameters:
    ///   - sound: what baresip speaks and keeps.
    ///   - options: further ones of ada's.
    ///   - baresipFirst: it comes first, and so has the lower number.
    init(
        over transport: String, with addition: Baresip.Addition? = nil, sound: Baresip.Sound? = nil,
        options more: [String] = [], baresipFirst: Bool = false
    ) throws {
        var options = ["--transport", transport] + more
        if transport == "tls" {
            address = Loopback.next(port: 5061)
            let certificates = try Certificates(for: address)
            exchange = try ExchangeProcess(
                "--listen-tls", address, "--certificate", certificates.file("good.pem"), "--key",
                certificates.file("good.key"))
            options += ["--ca-file", certificates.file("authority.pem")]
            self.certificates = certificates
        } else {
            exchange = try ExchangeProcess()
            address = exchange.address
            certificates = nil
        }
        let account = Baresip.Account(
            transport: transport, contact: baresipFirst ? "1001" : "1000",
            authority: certificates?.file("stranger.pem"), addition: addition, sound: sound)
        options = ["--name", "ada", "--server", address] + options
        if baresipFirst {
            bare = try Baresip(account, at: address)
            try bare.says("OK", asked: "reginfo")
            ada = try Person(options, columns: 140, rows: 30)
            try ada.sees("Webphone1 · 1001 · connected")
            try ada.sees("bare")
        } else {
            ada = try Person(options, columns: 140, rows: 30)
            try ada.sees("Webphone1 · 1000 · connected")
            bare = try Baresip(account, at: address)
            try ada.sees("bare is ONLINE")
        }
    }

    /// One more at the exchange; the first is 1002.
    func guest(_ name: String) throws -> Person {
        let guest = try Person(["--name", name, "--server", exchange.address], columns: 140, rows: 30)
        try ada.sees("\(name) is ONLINE")
        try guest.sees("bare")
        return guest
    }

    /// ada calls, and baresip takes it.
    func asAdaAsked() throws {
        try ada.says("/call 1001")
        try ada.sees("bare is being asked: RINGING.")
        try bare.says("sip:1000@", asked: "listcalls")
        try bare.does("accept")
        try ada.sees("bare accepted your chat request.")
        try bare.hears("CALL_ESTABLISHED")
    }

    /// baresip calls, and ada takes it.
    func asBaresipAsked() throws {
        try calls("1000")
        try ada.sees("bare, number 1001, asks you for a chat")
        try bare.hears("CALL_RINGING")
        try ada.answersDialog("Enter")
        try ada.sees("bare 1001 · IN_CALL")
        try bare.hears("CALL_ESTABLISHED")
    }

    /// baresip calls a number.
    func calls(_ number: String) throws { try bare.does("dial", "sip:\(number)@\(address)") }

    /// baresip hands over whom it talks to.
    func transfers(to number: String) throws { try bare.does("transfer", "sip:\(number)@\(address)") }

    /// A text each way; baresip's goes beside the call.
    func exchangeTexts() throws {
        try ada.says("at one, by the river 🌊?")
        try bare.receives("at one, by the river 🌊?")
        try ada.waits(for: "its mark") {
            ada.screen.split(separator: "\n").contains { $0.contains("by the river 🌊?") && $0.contains("✓") }
        }
        try bare.does("message", "à une heure, d'accord")
        try ada.sees("bare said: à une heure, d'accord")
    }

    /// Nobody is left in a call with baresip.
    func isOver() throws {
        try bare.says("Active calls (0)", asked: "listcalls")
        try ada.nolongerSees("IN_CALL")
    }
}

/// A folder with the certificates of an authority, for a server at one address.
final class Certificates {
    private let folder: URL

    init(for address: String) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("certificates-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try makeCertificates(in: folder, for: "IP:\(address.prefix { $0 != ":" })")
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func file(_ name: String) -> String { folder.appendingPathComponent(name).path }
}
