import ArgumentParser
import Exchange
import SIPTransport
import Settings

struct ExchangeCommand: ParsableCommand {
    static let defaultLine = "Webphone1"

    static let configuration = CommandConfiguration(
        commandName: "exchange",
        _superCommandName: "partyline",
        abstract: "Run the telephone exchange that chats connect to.",
        discussion: """
            It serves UDP and TCP, WebSocket and TLS where asked for, and runs until it is stopped. What is given here \
            wins over the configuration file; SIGHUP has it read the file again.
            """,
        subcommands: [HashPassword.self, StatusCommand.self])

    @Option(
        help: ArgumentHelp(
            "Where to listen over UDP and TCP; repeatable (\(LocalExchange.defaultAddress)).", valueName: "host:port"))
    var listen: [String] = []

    @Option(
        help: ArgumentHelp(
            "Where to listen for WebSockets, as browsers' phones use them; repeatable.", valueName: "host:port"))
    var listenWs: [String] = []

    @Option(help: "The name of an outside line; repeatable (\(defaultLine)).")
    var line: [String] = []

    @Option(help: ArgumentHelp("End this long after the last client left.", valueName: "seconds"))
    var idleExit: Int?

    @Option(
        help: ArgumentHelp(
            "The socket on which it tells its status; in $XDG_RUNTIME_DIR or /tmp unless given.", valueName: "path"))
    var socket: String?

    @OptionGroup var log: LogOptions

    @Option(
        name: .customLong("config"),
        help: ArgumentHelp("Read lines, extensions, addresses and limits from this file.", valueName: "file"))
    var configurationFile: String?

    @Flag(help: "Say whether the configuration file is right, and end.")
    var check = false

    func validate() throws {
        try log.check(hasOther: configurationFile != nil)
        for address in listen + listenWs { _ = try HostPort(address) }
        for name in line { try ExchangeCommand.validate(line: name) }
        if let idleExit, idleExit < 1 {
            throw ValidationError("--idle-exit takes a whole number of seconds from 1 up, not \(idleExit).")
        }
        if check, configurationFile == nil { throw ValidationError("--check is for --config, which is missing.") }
    }

    func run() throws {
        let options = ExchangeOptions(
            listen: try listen.map { Listening(on: try HostPort($0), over: [.udp, .tcp]) }
                + listenWs.map { Listening(on: try HostPort($0), over: [.ws]) },
            lines: line, idleExit: idleExit, log: log.file, trace: log.mask, socket: socket, file: configurationFile)
        let settings: ExchangeSettings
        let identity: ServerIdentity?
        do {
            settings = try options.settings()
            identity = try options.identity(settings)
        } catch {
            for line in error.lines { StandardStreams.complain(line) }
            throw ExitCode(Self.wrongConfiguration)
        }
        if let configurationFile, check {
            return StandardStreams.say("\(configurationFile): This is right.")
        }
        let target = LogFile.Target()
        try target.open(settings.log)
        ExchangeHost(options, settings, identity: identity, log: target).runToEnd()
    }

    /// EX_CONFIG of <sysexits.h>.
    private static let wrongConfiguration: Int32 = 78

    static func validate(line: String) throws {
        guard Exchange.Configuration.isLineName(line) else {
            throw ValidationError(
                "'\(line)' cannot be a line's name: 1 to 32 letters, digits, hyphens, dots or underscores, and not "
                    + "without a letter.")
        }
    }
}
