import Exchange
import SIP

/// For people, in 80 columns. A name stands last in its row: nothing has to line up behind it, however wide it is.
extension StatusReport {
    package static let width = 80

    package var table: String {
        var lines = [
            "Partyline \(version), exchange \(exchange.domain), process \(process), up \(Clock.text(uptime))",
            "Listening on "
                + listeners.map { "\($0.address) (\($0.transports.map(\.rawValue).joined(separator: ", ")))" }
                .joined(separator: ", "),
        ]
        lines += [""] + lineRows + [""] + clientRows + [""] + callRows + [""] + countRows
        return lines.flatMap { Self.wrapped(OneLine.plain($0)) }.joined(separator: "\n") + "\n"
    }

    private var lineRows: [String] {
        exchange.lines.map { "Line \($0.name): \($0.clients) of \($0.limit) clients" }
    }

    private var clientRows: [String] {
        guard !exchange.clients.isEmpty else { return ["Nobody is online."] }
        let head = row(["NUMBER", "LINE", "OVER", "FROM", "FOR"], "NAME")
        return [head]
            + exchange.clients.map { client in
                row(
                    [
                        "\(client.number)", client.line ?? "-", client.flow.transport.rawValue,
                        "\(client.flow.remote)", Clock.text(client.online),
                    ], client.name)
            }
    }

    private func row(_ cells: [String], _ name: String) -> String {
        let widths = [9, 12, 4, 21, 13]
        let padded = zip(cells, widths).map { Self.padded(OneLine.plain($0), to: $1) }
        return padded.joined(separator: " ") + " " + Self.fitting(OneLine.plain(name), 16)
    }

    private var callRows: [String] {
        guard !exchange.calls.isEmpty else { return ["No call runs."] }
        return ["CALL   FROM      TO        STATE       FOR         TALKED"]
            + exchange.calls.map { call in
                [
                    Self.padded(CallStory.tag(of: call.id), to: 6), Self.padded("\(call.caller)", to: 9),
                    Self.padded("\(call.callee)", to: 9), Self.padded(call.state.rawValue, to: 11),
                    Self.padded(Clock.text(call.age), to: 11), call.talking.map(Clock.text) ?? "-",
                ].joined(separator: " ")
            }
    }

    private var countRows: [String] {
        let counters = exchange.counters
        let limits = Exchange.Limit.allCases.compactMap { limit in
            counters.limits[limit].map { "\(Self.words(limit)) \($0)" }
        }
        let flows = TransportProtocol.allCases.compactMap { transport in
            exchange.flows[transport].map { "\(transport.rawValue) \($0)" }
        }
        return [
            "Requests: " + Self.listed(requests.map { "\($0) \($1)" }),
            "Refused: " + Self.listed(refusals.map { "\($0)×\($1)" }),
            "Limits hit: " + Self.listed(limits),
            "Passwords: \(counters.wrongPasswords) wrong, \(counters.throttled) not looked at after those",
            "Flows with clients: " + Self.listed(flows)
                + "; \(exchange.subscriptions) subscriptions, \(exchange.transactions) transactions",
            "Transport: " + Self.listed(transport.filter { $0.count > 0 }.map { "\($0.name) \($0.count)" }),
            "Memory: \(memory.resident / 1_024) MB, \(memory.inUse / 1_024) of them allocated",
        ]
    }

    private static func words(_ limit: Exchange.Limit) -> String {
        switch limit {
        case .clientsPerLine: "line full"
        case .numbers: "no free number"
        case .relays: "too many requests under way"
        case .bodySize: "body too large"
        case .registrations: "too many registrations"
        case .echoVoices: "too many speak with the Echo test"
        }
    }

    private static func listed(_ items: [String]) -> String { items.isEmpty ? "none" : items.joined(separator: ", ") }

    // MARK: - Laying out

    private static func padded(_ text: String, to width: Int) -> String {
        let fitting = fitting(text, width)
        return fitting + String(repeating: " ", count: max(0, width - columns(fitting)))
    }

    /// The text, cut where it would take more columns.
    private static func fitting(_ text: String, _ width: Int) -> String {
        guard columns(text) > width else { return text }
        var cut = text
        while columns(cut) >= width, !cut.isEmpty { cut.removeLast() }
        return cut + "…"
    }

    /// At most so many columns does a terminal need for it.
    static func columns(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { $0 + ($1.isASCII || $1 == "…" ? 1 : 2) }
    }

    /// Broken at spaces, the rest indented.
    static func wrapped(_ text: String) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            if columns(line) + 1 + columns(String(word)) > width, !line.isEmpty {
                lines.append(line)
                line = "    " + word
            } else {
                line += line.isEmpty && lines.isEmpty ? String(word) : " " + word
            }
        }
        return lines + [line]
    }
}
