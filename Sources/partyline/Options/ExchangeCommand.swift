import ArgumentParser
import Exchange
import SIP
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

    @Option(help: ArgumentHelp("Where to listen for TLS; repeatable.", valueName: "host:port"))
    var listenTls: [String] = []

    @Option(help: ArgumentHelp("Where to listen for WebSockets over TLS; repeatable.", valueName: "host:port"))
    var listenWss: [String] = []

    @Option(
        help: ArgumentHelp(
            "The certificate to show over TLS (PEM), those that lead to its authority behind it.", valueName: "file"))
    var certificate: String?

    @Option(help: ArgumentHelp("The certificate's private key (PEM, without a pass phrase).", valueName: "file"))
    var key: String?

    @Option(
        help: ArgumentHelp(
            "Web pages whose scripts may connect over WebSocket; repeatable (all).", valueName: "https://host"))
    var allowOrigin: [String] = []

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
        for address in listen + listenWs + listenTls + listenWss { _ = try HostPort(address) }
        let isSecure = !listenTls.isEmpty || !listenWss.isEmpty
        guard (certificate == nil) == (key == nil) else {
            throw ValidationError("--certificate and --key belong together; give both.")
        }
        guard !isSecure || certificate != nil || configurationFile != nil else {
            throw ValidationError("--listen-tls and --listen-wss need --certificate and --key.")
        }
        for name in line { try ExchangeCommand.validate(line: name) }
        if let idleExit, idleExit < 1 {
            throw ValidationError("--idle-exit takes a whole number of seconds from 1 up, not \(idleExit).")
        }
        if check, configurationFile == nil { throw ValidationError("--check is for --config, which is missing.") }
    }

    func run() throws {
        let options = ExchangeOptions(
            listen: try listening(), lines: line, idleExit: idleExit, log: log.file, trace: log.mask, socket: socket,
            certificate: certificate.flatMap { file in
                key.map { ExchangeSettings.CertificateFiles(certificate: file, key: $0) }
            },
            allowedOrigins: allowOrigin, file: configurationFile)
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

    private func listening() throws -> [Listening] {
        let places: [([String], [TransportProtocol])] = [
            (listen, [.udp, .tcp]), (listenTls, [.tls]), (listenWs, [.ws]), (listenWss, [.wss]),
        ]
        return try places.flatMap { addresses, transports in
            try addresses.map { Listening(on: try HostPort($0), over: transports) }
        }
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
