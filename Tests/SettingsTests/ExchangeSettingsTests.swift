import Exchange
import Glibc
import SIP
import Testing

@testable import Settings

private let sha256 = String(repeating: "0f", count: 32)
private let md5 = String(repeating: "0f", count: 16)

private func read(
    _ text: String, lines: [String]? = nil, transports: [TransportProtocol] = [.udp, .tcp, .tls]
) throws(Complaints) -> ExchangeSettings {
    try ExchangeSettings.read(text, lines: lines, transports: transports)
}

/// What is said about a file that is wrong.
private func complaints(_ text: String, lines: [String]? = nil) -> String {
    do throws(Complaints) {
        _ = try read(text, lines: lines)
        return "nothing"
    } catch {
        return error.described(in: "file")
    }
}

@Suite("The configuration file of an exchange") struct ExchangeSettingsTests {
    @Test("says all there is to say") func whole() throws {
        let settings = try read(
            """
            domain = "pbx.example"
            aliases = ["Phone.example", "2001:db8::1"]
            lines = ["Webphone1", "Support"]
            numbers = [2000, 2999]
            idle-exit = 60
            log = "/var/log/partyline.log"
            [listen]
            udp = ["0.0.0.0:5060"]
            tcp = ["0.0.0.0:5060", "[::]:5060"]
            [echo-test]
            number = 700
            name = "Parrot"
            [access]
            allow = ["192.0.2.0/24", "2001:db8::/32"]
            deny = ["192.0.2.66"]
            trusted = ["192.0.2.1"]
            origins = ["https://chat.example", "http://localhost:8080"]
            [limits]
            half-open = 100
            messages-per-second = 20
            ban = 0
            registrations-per-second = 2
            clients-per-line = 20
            wrong-passwords = 5
            longest-wait = 60
            transactions = 200_000
            echo-sessions = 300
            echo-voices = 30
            transactions-per-flow = 100_000
            [tls]
            certificate = "cert.pem"
            key = "key.pem"
            [[extension]]
            number = 601
            name = "Ada"
            line = "Support"
            sha256 = "\(sha256)"
            md5 = "\(md5)"
            [[extension]]
            number = 602
            md5 = "\(md5)"
            """)
        #expect(settings.exchange.domain == "pbx.example" && settings.exchange.lines == ["Webphone1", "Support"])
        #expect(settings.exchange.aliases == ["localhost", "phone.example", "2001:db8::1"])
        #expect(settings.exchange.numbers == 2_000...2_999)
        #expect(settings.exchange.echoTest == 700 && settings.exchange.echoTestName == "Parrot")
        #expect(settings.exchange.limits.clientsPerLine == 20 && settings.exchange.limits.wrongPasswords == 5)
        #expect(settings.exchange.limits.longestWait == 60)
        #expect(settings.exchange.limits.echoSessions == 300 && settings.exchange.limits.echoVoices == 30)
        #expect(settings.exchange.limits.transactions == 200_000)
        #expect(settings.exchange.limits.transactionsPerFlow == 100_000)
        let addresses = [("0.0.0.0", TransportProtocol.udp), ("0.0.0.0", .tcp), ("::", .tcp)].map { host, transport in
            ExchangeSettings.Listen(transport: transport, address: SocketAddress(host: host, port: 5_060))
        }
        #expect(settings.listen == addresses)
        let denied = [try AddressRange("192.0.2.66")]
        #expect(settings.access.allowed.count == 2 && settings.access.denied == denied)
        let trusted = [try AddressRange("192.0.2.1")]
        #expect(settings.exchange.trusted == trusted)
        #expect(settings.origins == ["https://chat.example", "http://localhost:8080"])
        #expect(settings.transport == [.halfOpen: 100, .messagesPerSecond: 20, .ban: 0])
        #expect(settings.exchange.limits.registrationsPerSecond == 2)
        #expect(settings.certificate?.key == "key.pem" && settings.idleExit == 60)
        #expect(settings.log == "/var/log/partyline.log")
        #expect(settings.exchange.extensions.map(\.number) == [601, 602])
        #expect(settings.exchange.extensions.map(\.name.text) == ["Ada", "602"])
        #expect(settings.exchange.extensions.map(\.line) == ["Support", nil])
        #expect(settings.exchange.extensions.map { $0.passwords.map(\.function) } == [[.sha256, .md5], [.md5]])
        #expect(settings.holdsSecrets)
    }

    @Test("is right where the README shows one") func readme() throws {
        let path = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
        let file = try #require(fopen(path + "/README.md", "r"))
        defer { fclose(file) }
        var octets = [UInt8](repeating: 0, count: 1 << 20)
        octets.removeLast(octets.count - fread(&octets, 1, octets.count, file))
        let blocks = String(decoding: octets, as: UTF8.self).components("```toml\n", "\n```")
        // The other one is the chat's.
        let settings = try read(String(try #require(blocks.first { $0.contains("[listen]") })))
        let hash = PasswordHash(user: "601", realm: "pbx.example", password: "Open Sesame", .sha256)
        #expect(settings.exchange.extensions.map(\.passwords) == [[hash]])
        #expect(settings.listen?.count == 4)
    }

    @Test("may say nothing, and then all is as usual") func empty() throws {
        let settings = try read("")
        #expect(settings == ExchangeSettings() && settings.exchange.lines == ["Webphone1"] && !settings.holdsSecrets)
        #expect(settings.exchange.echoTest == 600 && settings.exchange.trusted == AddressRange.loopback)
        #expect(try read("[access]\ntrusted = []").exchange.trusted == [], "not even this machine")
    }

    @Test("leaves the Echo test out") func noEcho() throws {
        #expect(try read("echo-test = false").exchange.echoTest == nil)
        #expect(try read("[echo-test]\nname = \"Hall\"").exchange.echoTest == 600)
    }

    @Test("takes the lines that the options name, also for its extensions") func options() throws {
        let text = "lines = [\"One\"]\n[[extension]]\nnumber = 601\nline = \"Two\"\nsha256 = \"\(sha256)\""
        #expect(try read(text, lines: ["Two"]).exchange.lines == ["Two"])
        #expect(complaints(text).hasPrefix("file:4: extension 601: line: There is no line 'Two', only One."))
    }

    @Test(
        "that is wrong names the line, the key and what would be right",
        arguments: [
            ("lines = Webphone1", "file:1: This is no TOML"),
            ("domian = \"x\"", "file:1: domian: There is no such key. Did you mean domain?"),
            ("colour = 1", "file:1: colour: There is no such key here, only domain, aliases, lines"),
            ("[limits]\nclients = 1\nbody = 2000", "file:2: limits.clients: There is no such key here"),
            ("domain = 5", "file:1: domain: This has to be a text in quotes, not a number."),
            ("domain = \"two words\"", "file:1: domain: 'two words' is no domain."),
            ("domain = \"pbx.example:5060\"", "file:1: domain: 'pbx.example:5060' is no domain."),
            ("domain = \"\"", "file:1: domain: '' is no domain."),
            ("aliases = [\"a b\"]", "file:1: aliases: 'a b' is no host."),
            ("lines = \"Webphone1\"", "file:1: lines: This has to be a list of texts"),
            ("lines = [1]", "file:1: lines: The list is of texts in quotes; this is a number."),
            ("lines = [\n  \"A\",\n  \"A\"]", "file:3: lines: 'A' stands in line 2 already."),
            ("lines = [\"1002\"]", "file:1: lines: '1002' cannot be a line's name"),
            ("numbers = \"1000-2000\"", "file:1: numbers: This has to be the first and the last"),
            ("numbers = [2000, 1000]", "file:1: numbers: This has to be the first and the last"),
            ("numbers = [1000, 9999999999]", "file:1: numbers: This has to be the first and the last"),
            ("echo-test = 600", "file:1: echo-test: This has to be false, or a table"),
            ("echo-test = true", "file:1: echo-test: This has to be false, or a table"),
            ("[echo-test]\nnumber = 1000", "file:2: echo-test.number: 1000 is one of the numbers 1000 to 9999"),
            ("[echo-test]\nname = \"\\u202e\"", "file:2: echo-test.name: This cannot be shown as a name"),
            ("idle-exit = 0", "file:1: idle-exit: 0 is out of bounds: from 1 to"),
            ("idle-exit = 1.5", "file:1: idle-exit: This has to be a whole number, not a fraction or a date."),
            ("log = \"\"", "file:1: log: This has to name a file."),
            ("listen = 5060", "file:1: listen: This has to be a table: a line [listen]"),
            ("[listen]", "file:1: The section listen names no address, so nobody could connect."),
            ("[listen]\nudp = []", "file:1: The section listen names no address, so nobody could connect."),
            ("[listen]\nudp = [\"localhost:5060\"]", "file:2: listen.udp: 'localhost:5060' is no address."),
            ("[listen]\ntcp = [\"0.0.0.0\"]", "file:2: listen.tcp: '0.0.0.0' is no address."),
            ("[listen]\ntcp = [\"0.0.0.0:0\"]", "file:2: listen.tcp: '0.0.0.0:0' is no address."),
            ("[listen]\ntcp = [\"0.0.0.0:+1\"]", "file:2: listen.tcp: '0.0.0.0:+1' is no address."),
            ("[listen]\ntcp = [\"::1:5060\"]", "file:2: listen.tcp: '::1:5060' is no address."),
            ("[listen]\nwss = [\"0.0.0.0:5061\"]", "file:2: listen.wss: This exchange does not speak WSS."),
            ("[listen]\ntls = [\"0.0.0.0:5061\"]", "file: tls: Listening over TLS needs a certificate"),
            (
                "[listen]\ntcp = [\"0.0.0.0:5061\"]\ntls = [\"0.0.0.0:5061\"]\n[tls]\nkey = \"k\"\ncertificate = \"c\"",
                "file:3: listen.tls: 0.0.0.0:5061 is listened on over TCP already. Choose another port."
            ),
            ("[listen]\nsctp = [\"0.0.0.0:5061\"]", "file:2: listen.sctp: There is no such key. Did you mean tcp?"),
            (
                "[access]\nallow = [\"192.0.2.1/24\"]",
                "file:2: access.allow: '192.0.2.1/24' is no range of addresses: a range begins"
            ),
            (
                "[access]\ndeny = [\"::/200\"]",
                "file:2: access.deny: '::/200' is no range of addresses: behind the slash"
            ),
            ("[access]\ndeny = [\"host\"]", "file:2: access.deny: 'host' is no range of addresses: write an address"),
            ("[access]\ntrusted = [\"host\"]", "file:2: access.trusted: 'host' is no range of addresses: write an"),
            ("[access]\norigins = [\"chat.example\"]", "file:2: access.origins: 'chat.example' is no page's origin."),
            ("[access]\norigins = [\"https://a/b\"]", "file:2: access.origins: 'https://a/b' is no page's origin."),
            ("[limits]\nban = -1", "file:2: limits.ban: -1 is out of bounds: from 0 to 86400."),
            ("[limits]\nhalfopen = 1", "file:2: limits.halfopen: There is no such key. Did you mean half-open?"),
            (
                "[limits]\nconnections = \"many\"",
                "file:2: limits.connections: This has to be a whole number, not a text."
            ),
            ("[tls]\nkey = \"key.pem\"", "file:1: tls.certificate: TLS needs both"),
            ("[limits]\nbody = 100000", "file:2: limits.body: 100000 is out of bounds: from 1300 to 65000."),
            ("[extension]\nnumber = 601", "file:1: extension: Each of them begins with a line [[extension]]"),
            ("[[extension]]\nsha256 = \"\(sha256)\"", "file:1: extension 1: number: It lacks its number"),
            (
                "[[extension]]\nnumber = \"601\"",
                "file:2: extension 1: number: This has to be a whole number, not a text."
            ),
            ("[[extension]]\nnumber = 0", "file:2: extension 1: number: 0 is out of bounds"),
            ("[[extension]]\nnumber = 601", "file:1: extension 601: sha256: It lacks its password's hash"),
            ("[[extension]]\nnumber = 600\nmd5 = \"\(md5)\"", "file:2: extension 600: number: 600 is the Echo test's."),
            (
                "[[extension]]\nnumber = 1000\nmd5 = \"\(md5)\"",
                "file:2: extension 1000: number: 1000 is one of the numbers"
            ),
            (
                "[[extension]]\nnumber = 601\nsha256 = \"\(md5)\"",
                "file:3: extension 601: sha256: This has to be the 64 hexadecimal"
            ),
            (
                "[[extension]]\nnumber = 601\nmd5 = 5",
                "file:3: extension 601: md5: This has to be a text in quotes, not a number."
            ),
            (
                "[[extension]]\nnumber = 601\npassword = \"x\"\nmd5 = \"\(md5)\"",
                "file:3: extension 601: password: There is no such key"
            ),
            (
                "[[extension]]\nnumber = 601\nname = \"\"\nmd5 = \"\(md5)\"",
                "file:3: extension 601: name: This cannot be shown"
            ),
        ])
    func wrong(_ text: String, _ words: String) {
        let said = complaints(text)
        #expect(said.hasPrefix(words), "it said: \(said)")
        #expect(!said.contains("\n"), "one mistake, one complaint")
    }

    @Test("with two extensions of one number names both lines, and the Echo test's where it stands") func overlapping()
    {
        let entry = "[[extension]]\nnumber = 601\nmd5 = \"\(md5)\"\n"
        #expect(
            complaints(entry + entry)
                == "file:5: extension 601: number: The extension in line 2 has the number 601 already.")
        #expect(
            complaints("[echo-test]\nnumber = 601\n" + entry).hasPrefix(
                "file:4: extension 601: number: 601 is the Echo test's, in line 2. Choose another"))
    }

    @Test("is told all its mistakes at once, from top to bottom") func several() {
        let said = complaints("x = 1\n[[extension]]\nnumber = 601\n[listen]\nudp = [\"x\"]\n[limits]\nbody = 1\n")
        #expect(said.split(separator: "\n").map { $0.prefix(6) } == ["file:1", "file:2", "file:5", "file:7"])
    }

    @Test("does not repeat what stands where a hash should: it may be the password") func secret() {
        let said = complaints("[[extension]]\nnumber = 601\nsha256 = \"Open Sesame\"")
        #expect(!said.contains("Sesame") && said.contains("not a password"))
    }
}

extension String {
    /// What stands between each pair of marks.
    fileprivate func components(_ start: String, _ end: String) -> [Substring] {
        var found: [Substring] = []
        var rest = self[...]
        while let first = rest.firstRange(of: start) {
            rest = rest[first.upperBound...]
            guard let last = rest.firstRange(of: end) else { break }
            found.append(rest[..<last.lowerBound])
            rest = rest[last.upperBound...]
        }
        return found
    }
}
