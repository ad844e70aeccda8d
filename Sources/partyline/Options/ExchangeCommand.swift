import ArgumentParser
import Exchange

struct ExchangeCommand: ParsableCommand {
    static let defaultLine = "Webphone1"

    static let configuration = CommandConfiguration(
        commandName: "exchange",
        _superCommandName: "partyline",
        abstract: "Run the telephone exchange that chats connect to.",
        discussion: "It serves UDP and TCP, WebSocket where asked for, and runs until it is stopped.")

    @Option(help: ArgumentHelp("Where to listen; repeatable.", valueName: "host:port"))
    var listen: [String] = [LocalExchange.defaultAddress]

    @Option(
        help: ArgumentHelp(
            "Where to listen for WebSockets, as browsers' phones use them; repeatable.", valueName: "host:port"))
    var listenWs: [String] = []

    @Option(help: "The name of an outside line; repeatable.")
    var line: [String] = [defaultLine]

    @Option(help: ArgumentHelp("End this long after the last client left.", valueName: "seconds"))
    var idleExit: Int?

    @Option(
        name: .customLong("log"), help: ArgumentHelp("Tell the story of the exchange in this file.", valueName: "file"))
    var logFile: String?

    func validate() throws {
        for address in listen + listenWs { _ = try HostPort(address) }
        for name in line { try ExchangeCommand.validate(line: name) }
        if let idleExit, idleExit < 1 {
            throw ValidationError("--idle-exit takes a whole number of seconds from 1 up, not \(idleExit).")
        }
    }

    func run() throws {
        let host = ExchangeHost(
            listen: try listen.map { Listening(on: try HostPort($0), over: [.udp, .tcp]) }
                + listenWs.map { Listening(on: try HostPort($0), over: [.ws]) },
            lines: line, idleExit: idleExit,
            logger: try LogFile.logger(logFile, label: "exchange"))
        host.runToEnd()
    }

    static func validate(line: String) throws {
        guard Exchange.Configuration.isLineName(line) else {
            throw ValidationError(
                "'\(line)' cannot be a line's name: 1 to 32 letters, digits, hyphens, dots or underscores, and not "
                    + "without a letter.")
        }
    }
}
