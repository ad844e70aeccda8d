import ArgumentParser
import ChatCore
import CursesTerminal
import Glibc
import SIP
import SIPTransport

@main
struct Partyline: ParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "partyline",
        abstract: "Live chat in the terminal, over SIP.",
        discussion: """
            Without --server it joins the exchange of this machine at \(LocalExchange.defaultAddress), and starts one \
            where there is none. PARTYLINE_LOCAL=HOST:PORT names another place for it.
            """,
        version: "partyline \(version)",
        subcommands: [ExchangeCommand.self])

    @Option(help: ArgumentHelp("Your user name, at most \(Chat.Limits.name) characters; asked for when left out."))
    var name: String?

    @Option(
        help: ArgumentHelp(
            "The exchange to join, over TLS unless told otherwise: pbx.example, sips:pbx.example:5061; several with "
                + "commas between.", valueName: "host[:port]"))
    var server: String?

    @Option(help: "The outside line to join.")
    var line = ExchangeCommand.defaultLine

    @Option(help: "How to reach the exchange: tls, tcp, udp, or over WebSocket wss, ws.")
    var transport: Transport?

    @Option(
        help: ArgumentHelp(
            "Believe the authorities in this file (PEM) and no others, when a server shows its certificate.",
            valueName: "file"))
    var caFile: String?

    @Option(
        name: .customLong("extension"),
        help: ArgumentHelp("Log in as this extension of the server; its password is asked for.", valueName: "number"))
    var ownExtension: String?

    @Option(help: ArgumentHelp("The file with the extension's password, readable by you only.", valueName: "file"))
    var passwordFile: String?

    @Option(
        parsing: .remaining,
        help: ArgumentHelp(
            "The command that prints the extension's password, with its arguments; the last option.",
            valueName: "command"))
    var passwordCommand: [String] = []

    @Option(
        help: ArgumentHelp(
            "Your configuration file; ~/.config/partyline/config.toml unless given.", valueName: "file"))
    var config: String?

    @OptionGroup var audio: AudioOptions

    @OptionGroup var log: LogOptions

    enum Transport: String, ExpressibleByArgument, CaseIterable {
        case tls, tcp, udp, wss, ws

        var sip: TransportProtocol {
            switch self {
            case .tls: .tls
            case .tcp: .tcp
            case .udp: .udp
            case .wss: .wss
            case .ws: .ws
            }
        }

        /// Whether the exchange that a chat starts by itself listens there.
        var isLocal: Bool {
            switch self {
            case .tcp, .udp: true
            case .tls, .wss, .ws: false
            }
        }
    }

    /// The exchange has options of the same names, which a command takes from its subcommands: `--line`, `--log`. So it
    /// is with `--socket` of the exchange and of its status.
    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if arguments.first == ExchangeCommand.configuration.commandName {
            let rest = Array(arguments.dropFirst())
            if rest.first == StatusCommand.configuration.commandName {
                StatusCommand.main(Array(rest.dropFirst()))
            } else {
                ExchangeCommand.main(rest)
            }
        } else {
            main(arguments)
        }
    }

    func validate() throws {
        try log.check()
        try audio.check()
        if let name, let objection = Chat.objection(toName: name) {
            throw ValidationError("The name '\(name)' cannot be taken. \(objection)")
        }
        try ExchangeCommand.validate(line: line)
        if let server { _ = try ServerList.targets(server, over: transport?.sip) }
        guard server != nil || transport?.isLocal != false else {
            throw ValidationError(
                "The exchange of this machine speaks tcp and udp; for \(transport?.rawValue ?? "") name another with "
                    + "--server.")
        }
        if let ownExtension {
            guard Self.isExtension(ownExtension) else {
                throw ValidationError("'\(ownExtension)' is no extension: 1 to 32 letters, digits and '-_.+'.")
            }
            guard server != nil else {
                throw ValidationError("The exchange of this machine has no extensions; name another with --server.")
            }
            if passwordFile != nil, !passwordCommand.isEmpty {
                throw ValidationError("--password-file and --password-command both bring the password; give one.")
            }
        } else if !passwordCommand.isEmpty {
            throw ValidationError("--password-command is for --extension, which is missing.")
        } else if passwordFile != nil {
            throw ValidationError("--password-file is for --extension, which is missing.")
        }
    }

    private static func isExtension(_ text: String) -> Bool {
        (1...32).contains(text.utf8.count)
            && text.utf8.allSatisfy { octet in
                switch octet {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "A")...UInt8(ascii: "Z"):
                    true
                default: "-_.+".utf8.contains(octet)
                }
            }
    }

    /// Asks for the password, or has it asked for, before the screen is there.
    private func login() throws -> DigestAccount? {
        guard let ownExtension else { return nil }
        let password =
            if let passwordFile {
                try Password.contents(of: passwordFile)
            } else if passwordCommand.isEmpty {
                try Password.prompt("Password of extension \(ownExtension): ")
            } else {
                try Password.output(of: passwordCommand)
            }
        return DigestAccount(user: ownExtension, password: password)
    }

    func run() throws {
        let chronicle = try log.chronicle(label: "partyline")
        var network = try network()
        do {
            network.tls.trusted = try network.knownServers.load()
            if let caFile {
                try TLSSettings.Authorities.check(caFile)
                network.tls.authorities = .file(caFile)
            }
            network.login = try login()
        } catch let error as any CustomStringConvertible {
            StandardStreams.complain("partyline: \(error)")
            throw ExitCode(2)
        }
        let terminal: CursesTerminal
        do {
            terminal = try CursesTerminal()
        } catch {
            StandardStreams.complain("partyline: \(error)")
            throw ExitCode(2)
        }
        StandardStreams.leaveTerminal()
        let settings = Chat.Settings(
            name: name, line: line, server: server ?? "\(network.localAddress)",
            knownServers: network.knownServers.path ?? "known-servers", voiceless: AudioOptions.voiceless)
        ChatProgram(
            settings, network, audio: audio, configuration: ConfigurationFile(config), terminal: terminal, chronicle
        ).runToEnd()
    }

    private func network() throws -> ChatProgram.Network {
        let local = try LocalExchange.address()
        let servers =
            try server.map { try ServerList.targets($0, over: transport?.sip) }
            ?? [Target(host: local.host, port: local.port, transport: transport?.sip ?? .tcp)]
        let knownServers = KnownServers { name in getenv(name).map { String(cString: $0) } }
        return ChatProgram.Network(
            servers: servers, isLocal: server == nil, localAddress: local, knownServers: knownServers)
    }
}
