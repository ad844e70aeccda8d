import Foundation
import Glibc
import Harness
import Testing

/// baresip on an address of its own, without devices for sound, steered over its control port (module ctrl_tcp).
final class Baresip {
    /// What an account is besides its address.
    struct Account {
        /// Nil leaves it out.
        var name: String? = "bare"
        var user = "Webphone1"
        var transport = "udp"
        var password: String?
        /// Whom it writes to.
        var contact = "600"
        /// Whether it wants to know if that one is online.
        var watches = false
        /// The file of the authorities that it is told to believe.
        var authority: String?
        var addition: Addition?
        /// What it speaks and keeps; without one it echoes.
        var sound: Sound?
    }

    /// What people add: parameters of the account, modules and other settings.
    struct Addition: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var parameters = ""
        var modules: [String] = []
        var settings: [String] = []
    }

    /// Where it takes SIP, as `127.0.0.1:5060`.
    let address: String
    private let folder: URL
    private let child: Child
    private let control: NetstringConnection
    private var requests = 0
    private var events: [String] = []
    /// A busy machine takes its time; a test that passes never waits for it.
    private static let patience = 20.0

    /// Starts it with one account at an exchange.
    init(_ account: Account = Account(), at exchange: String) throws {
        address = Loopback.next(port: 5060)
        let host = String(address.dropLast(":5060".count))
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("baresip-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Baresip.configuration(host, account, folder).write(
            to: folder.appendingPathComponent("config"), atomically: true, encoding: .utf8)
        // Numbers are under the exchange's domain, which no name server knows here: it is the proxy for all.
        let place = "\(exchange);transport=\(account.transport)"
        let secret = account.password.map { ";auth_pass=\($0)" } ?? ""
        let codec = account.sound.map { ";audio_codecs=\($0.codec.rawValue)" } ?? ""
        let more = secret + codec + (account.addition?.parameters ?? "")
        try """
        \(account.name.map { "\"\($0)\"" } ?? "") <sip:\(account.user)@\(place)>;outbound="sip:\(place)";regint=60\(more)

        """.write(to: folder.appendingPathComponent("accounts"), atomically: true, encoding: .utf8)
        let watched = account.watches ? ";presence=p2p" : ""
        try "\"contact\" <sip:\(account.contact)@\(place)>\(watched)\n".write(
            to: folder.appendingPathComponent("contacts"), atomically: true, encoding: .utf8)
        try account.sound?.writeTone(into: folder)
        // Its trace (-s) may be longer than a pipe takes.
        let script = "exec baresip -4 -s -f \"$0\" >\"$0/log\" 2>&1"
        child = try Child(["sh", "-c", script, folder.path])
        control = try NetstringConnection(to: host, port: Baresip.controlPort)
    }

    deinit {
        child.kill(SIGKILL)
        child.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }

    private static let controlPort: UInt16 = 4444

    private static func configuration(_ host: String, _ account: Account, _ folder: URL) -> String {
        let sounding = account.sound?.modules ?? ["g711", "aubridge"]
        let modules = (sounding + (account.addition?.modules ?? [])).map { "module \($0).so" }
        let echoing = ["audio_source aubridge,nowhere", "audio_player aubridge,nowhere"]
        let audio = account.sound?.settings(in: folder) ?? echoing
        let authority = account.authority.map { ["sip_cafile \($0)"] } ?? []
        // Its sound comes from the address that the system chooses, and we hear nobody at one that was not signalled.
        let media = account.sound == nil ? host : "127.0.0.1"
        let watching = account.watches ? ["module_app presence.so"] : []
        let more = audio + modules + authority + watching + (account.addition?.settings ?? [])
        return """
            poll_method epoll
            sip_listen \(host):5060
            net_interface \(media)
            call_max_calls 4
            rtp_ports 20000-29999
            audio_alert aubridge,nowhere
            statmode_default off
            module_path /usr/lib/baresip/modules
            module_tmp account.so
            module_app menu.so
            module_app contact.so
            module_app ctrl_tcp.so
            ctrl_tcp_listen \(host):\(controlPort)
            \(more.joined(separator: "\n"))

            """
    }

    /// All that it printed, every message among it.
    var log: String { (try? String(contentsOf: folder.appendingPathComponent("log"), encoding: .utf8)) ?? "" }

    /// What it heard so far, all calls together.
    var heard: Recording { Sound.heard(in: folder) }

    /// The ports of the last offer and answer that it printed, its own and ours.
    var ports: (its: Int, ours: Int) {
        get throws {
            // Each message begins with the line that says from where to where it goes.
            var (its, ours): (Int?, Int?) = (nil, nil)
            var isIts = false
            for line in log.split(whereSeparator: \.isNewline) {
                if line.contains(" -> ") { isIts = line.contains(" \(address) -> ") }
                guard line.hasPrefix("m=audio "),
                    let port = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
                else { continue }
                if isIts { its = port } else { ours = port }
            }
            return (try #require(its), try #require(ours))
        }
    }

    /// Carries out one command of its menu and returns what that prints.
    @discardableResult
    func does(_ command: String, _ parameters: String = "", sourceLocation: SourceLocation = #_sourceLocation) throws
        -> String
    {
        requests += 1
        let token = "request \(requests)"
        let request = ["command": command, "params": parameters, "token": token].filter { !$0.value.isEmpty }
        control.sends(try JSONSerialization.data(withJSONObject: request))
        while let message = control.hears() {
            let fields = try JSONSerialization.jsonObject(with: message) as? [String: Any] ?? [:]
            guard fields["token"] as? String == token else {
                events.append(Baresip.words(fields))
                continue
            }
            return fields["data"] as? String ?? ""
        }
        throw inVain("an answer to \(command)", sourceLocation)
    }

    /// Waits for an event by its type and what its parameter says; those before it are over then.
    func hears(_ type: String, _ text: String = "", sourceLocation: SourceLocation = #_sourceLocation) throws {
        let deadline = Date().addingTimeInterval(Baresip.patience)
        while Date() < deadline {
            if let index = events.firstIndex(where: { $0.hasPrefix(type) && (text.isEmpty || $0.contains(text)) }) {
                events.removeFirst(index + 1)
                return
            }
            guard let message = control.hears() else { break }
            events.append(Baresip.words(try JSONSerialization.jsonObject(with: message) as? [String: Any] ?? [:]))
        }
        throw inVain("\(type) \(text), there was \(events)", sourceLocation)
    }

    /// Waits until it has printed this.
    func prints(_ text: String, times: Int = 1, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let isThere = eventually(within: Baresip.patience) { log.components(separatedBy: text).count > times }
        if !isThere { throw inVain("'\(text)'", sourceLocation) }
    }

    /// Waits for a message of this body.
    func receives(_ body: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        try prints("\r\n\r\n" + body, sourceLocation: sourceLocation)
    }

    /// Waits until a command prints this.
    func says(_ text: String, asked command: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let isThere = try eventually(within: Baresip.patience) { try does(command).contains(text) }
        if !isThere { throw inVain("'\(text)' of \(command)", sourceLocation) }
    }

    func kill() {
        child.kill(SIGKILL)
        child.waitUntilExit()
    }

    private static func words(_ event: [String: Any]) -> String {
        "\(event["type"] ?? "?") \(event["peeruri"] ?? "") \(event["param"] ?? "")"
    }

    private func inVain(_ what: String, _ sourceLocation: SourceLocation) -> Impatience {
        Issue.record(
            "waited in vain for \(what); baresip printed:\n\(log.suffix(6_000))", sourceLocation: sourceLocation)
        return Impatience()
    }
}
