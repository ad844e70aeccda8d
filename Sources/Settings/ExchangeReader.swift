import Exchange
import SIP

/// Reads the settings of an exchange from a document, and notes all that is wrong rather than the first.
struct ExchangeReader {
    var root: Section
    let transports: [TransportProtocol]
    var settings = ExchangeSettings()

    init(_ document: Document, transports: [TransportProtocol]) {
        root = Section(document)
        self.transports = transports
    }

    var complaints: [Complaint] { root.complaints }

    mutating func read(lines override: [String]?) -> ExchangeSettings {
        readDomain()
        readLines()
        if let override { settings.exchange.lines = override }
        let range = readNumbers()
        let echo = readEchoTest(range)
        readExtensions(guests: range, echo: echo)
        readListen()
        readAccess()
        readCertificate()
        readLimits()
        settings.idleExit = root.integer("idle-exit", in: 1...31_536_000).map { Int($0.number) }
        settings.log = nonEmpty(&root, "log")
        root.refuseUnknown()
        return settings
    }

    func nonEmpty(_ section: inout Section, _ key: String) -> String? {
        guard let (text, place) = section.string(key) else { return nil }
        if text.isEmpty || text.utf8.contains(0) {
            section.complain(place, key, "This has to name a file.")
            return nil
        }
        return text
    }

    // MARK: Names and numbers

    private mutating func readDomain() {
        if let (domain, place) = root.string("domain") {
            if Self.isHost(domain) {
                settings.exchange.domain = domain
            } else {
                root.complain(place, "domain", "'\(domain)' is no domain. Write a host name such as pbx.example.")
            }
        }
        for (alias, place) in root.strings("aliases") ?? [] {
            if Self.isHost(alias) {
                settings.exchange.aliases.insert(alias.lowercased())
            } else {
                root.complain(
                    place, "aliases",
                    "'\(alias)' is no host. Write a name or an address by which clients know the exchange.")
            }
        }
    }

    private static func isHost(_ text: String) -> Bool {
        let host = text.utf8.contains(UInt8(ascii: ":")) ? "[\(text)]" : text
        return (try? URI(parsing: "sip:x@\(host)")).map { $0.host == text && $0.port == nil } ?? false
    }

    private mutating func readLines() {
        guard let lines = root.strings("lines") else { return }
        settings.exchange.lines = lines.map(\.text)
        for (name, place) in lines where !Exchange.Configuration.isLineName(name) {
            root.complain(
                place, "lines",
                "'\(name)' cannot be a line's name: 1 to 32 letters, digits, hyphens, dots or underscores, and not without a letter."
            )
        }
    }

    private mutating func readNumbers() -> ClosedRange<UInt32> {
        let words = "This has to be the first and the last number for guests of the lines, such as [1000, 9999]."
        guard let entry = root.take("numbers") else { return settings.exchange.numbers }
        guard case .array(let items) = entry.value, items.count == 2, case .integer(let first) = items[0].value,
            case .integer(let last) = items[1].value, Self.numberBounds.contains(first),
            Self.numberBounds.contains(last), first <= last
        else {
            root.complain(entry.place, "numbers", words)
            return settings.exchange.numbers
        }
        settings.exchange.numbers = UInt32(first)...UInt32(last)
        return settings.exchange.numbers
    }

    /// At most nine digits, and no zero at the front.
    private static let numberBounds: ClosedRange<Int64> = 1...999_999_999

    private struct Taken {
        var number: PhoneNumber
        var line: Int?
    }

    private mutating func readEchoTest(_ guests: ClosedRange<UInt32>) -> Taken? {
        let place = root.peek("echo-test")
        if case .boolean(false) = place?.value {
            _ = root.take("echo-test")
            settings.exchange.echoTest = nil
            return nil
        }
        let usual = settings.exchange.echoTest.map { Taken(number: $0, line: nil) }
        guard place != nil else { return usual }
        guard case .table = place?.value, var section = root.section("echo-test") else {
            if case .table = place?.value { return usual }
            _ = root.take("echo-test")
            root.complain(
                place?.place, "echo-test",
                "This has to be false, or a table: a line [echo-test] with the keys number and name below it.")
            return usual
        }
        var taken = usual
        if let (number, place) = section.integer("number", in: Self.numberBounds) {
            let number = PhoneNumber(UInt32(number))
            settings.exchange.echoTest = number
            taken = Taken(number: number, line: place.line)
            if guests.contains(number.value) {
                section.complain(place, "number", Self.amongGuests(number, guests))
            }
        }
        if let (name, place) = section.string("name") {
            if let name = DisplayName(name) {
                settings.exchange.echoTestName = name.text
            } else {
                section.complain(place, "name", Self.badName)
            }
        }
        root.close(section)
        return taken
    }

    private static let badName =
        "This cannot be shown as a name: at most \(DisplayName.maximumLength) bytes, something visible, no control characters."

    private static func amongGuests(_ number: PhoneNumber, _ guests: ClosedRange<UInt32>) -> String {
        "\(number) is one of the numbers \(guests.lowerBound) to \(guests.upperBound) that guests are given. Choose another, or give guests others with the key numbers."
    }

    // MARK: Extensions

    private mutating func readExtensions(guests: ClosedRange<UInt32>, echo: Taken?) {
        var taken: [PhoneNumber: Int] = [:]
        for var section in root.sections("extension") {
            let number = readNumber(&section, guests: guests, echo: echo, taken: &taken)
            let name = readName(&section, number: number)
            let line = readLine(&section)
            let passwords = readPasswords(&section, isNumbered: number != nil)
            if let number, let name {
                settings.exchange.extensions.append(
                    Exchange.Extension(number: number, name: name, passwords: passwords, line: line))
            }
            root.close(section)
        }
    }

    private func readNumber(
        _ section: inout Section, guests: ClosedRange<UInt32>, echo: Taken?, taken: inout [PhoneNumber: Int]
    ) -> PhoneNumber? {
        let hadComplaints = section.complaints.count
        guard let (value, place) = section.integer("number", in: Self.numberBounds) else {
            if section.complaints.count == hadComplaints {
                section.complain(nil, "number", "It lacks its number, such as number = 601.")
            }
            return nil
        }
        let number = PhoneNumber(UInt32(value))
        section.prefix = "extension \(number): "
        if let line = taken[number] {
            section.complain(place, "number", "The extension in line \(line) has the number \(number) already.")
        } else if number == echo?.number {
            let owner = echo?.line.map { "the Echo test's, in line \($0)" } ?? "the Echo test's"
            section.complain(
                place, "number",
                "\(number) is \(owner). Choose another, or move the Echo test (echo-test.number) or leave it out (echo-test = false)."
            )
        } else if guests.contains(number.value) {
            section.complain(place, "number", Self.amongGuests(number, guests))
        }
        taken[number] = taken[number] ?? place.line
        return number
    }

    private func readName(_ section: inout Section, number: PhoneNumber?) -> DisplayName? {
        guard let (text, place) = section.string("name") else {
            return number.flatMap { DisplayName($0.description) }
        }
        let name = DisplayName(text)
        if name == nil { section.complain(place, "name", Self.badName) }
        return name
    }

    private func readLine(_ section: inout Section) -> String? {
        guard let (line, place) = section.string("line") else { return nil }
        guard settings.exchange.lines.contains(line) else {
            section.complain(
                place, "line",
                "There is no line '\(line)', only \(settings.exchange.lines.joined(separator: ", ")). Add it to lines, or leave this out to keep the extension off every list."
            )
            return nil
        }
        return line
    }

    private func readPasswords(_ section: inout Section, isNumbered: Bool) -> [PasswordHash] {
        var hashes: [PasswordHash] = []
        var isMissing = true
        for (key, function) in [("sha256", DigestAlgorithm.Function.sha256), ("md5", .md5)] {
            let before = section.complaints.count
            guard let (digits, place) = section.string(key) else {
                if section.complaints.count > before { isMissing = false }
                continue
            }
            isMissing = false
            if let hash = PasswordHash(function, digits: digits) {
                hashes.append(hash)
            } else {
                // Never the text itself: it may be the password.
                section.complain(
                    place, key,
                    "This has to be the \(function.digits) hexadecimal digits that 'partyline exchange hash-password' prints, not a password."
                )
            }
        }
        if isMissing, isNumbered {
            section.complain(
                nil, "sha256", "It lacks its password's hash; 'partyline exchange hash-password' makes one.")
        }
        return hashes
    }
}
