import Exchange
import Glibc
import Journal
import SIP
import SIPTransport
import Settings

/// What an exchange is started with: the options, and the file that they may name. It is put together at the start and
/// again for each SIGHUP; what an option says wins over the file.
struct ExchangeOptions {
    /// In the place of what the file says about the same transports.
    var listen: [Listening] = []
    var lines: [String] = []
    var idleExit: Int?
    var log: String?
    /// How whole messages are written into the log; nil for not at all.
    var trace: Mask?
    /// Where the status is told, in the place of the usual folder.
    var socket: String?
    /// In the place of the file's.
    var certificate: ExchangeSettings.CertificateFiles?
    /// Origins of the web pages whose scripts may connect, in the place of the file's.
    var allowedOrigins: [String] = []
    /// The configuration file.
    var file: String?

    /// - Throws: sentences for people, a line each.
    func settings() throws(ExchangeFileError) -> ExchangeSettings {
        var settings = try file.map { path throws(ExchangeFileError) in try read(path) } ?? ExchangeSettings()
        if !lines.isEmpty { settings.exchange.lines = lines }
        settings.exchange.codecs = AudioOptions.codecs
        settings.listen = combined(settings.listen)
        settings.exchange.aliases.formUnion(
            [Self.machineName, "localhost"] + (settings.listen ?? []).map(\.address.host))
        settings.idleExit = idleExit ?? settings.idleExit
        settings.log = log ?? settings.log
        settings.certificate = certificate ?? settings.certificate
        if !allowedOrigins.isEmpty { settings.origins = allowedOrigins }
        return settings
    }

    private func combined(_ fromFile: [ExchangeSettings.Listen]?) -> [ExchangeSettings.Listen] {
        let usual = Listening(
            on: HostPort(host: LocalExchange.defaultHost, port: HostPort.defaultPort), over: [.udp, .tcp])
        let named = Set(listen.flatMap(\.transports))
        let others = (fromFile ?? usual.each).filter { !named.contains($0.transport) }
        return listen.flatMap(\.each) + others
    }

    private func read(_ path: String) throws(ExchangeFileError) -> ExchangeSettings {
        let file = try ExchangeFile(path)
        let settings: ExchangeSettings
        do {
            settings = try ExchangeSettings.read(
                file.text, lines: lines.isEmpty ? nil : lines, transports: TransportProtocol.allCases)
        } catch {
            throw ExchangeFileError(words: error.described(in: path))
        }
        if settings.holdsSecrets, file.isOpenToAll {
            throw ExchangeFileError(
                words:
                    "\(path): Everybody on this machine can read or change this file, and whoever reads it can log in "
                    + "as its extensions. Run: chmod o= \(ShellWord.quoted(path))")
        }
        return settings
    }

    /// The certificate that the settings name; blocks.
    func identity(_ settings: ExchangeSettings) throws(ExchangeFileError) -> ServerIdentity? {
        guard let files = settings.certificate else { return nil }
        let path = certificate == nil ? file : nil
        let (whole, part) = (path.map { "\($0): tls" } ?? "partyline", path.map { "\($0): tls.key" } ?? "partyline")
        let key: RegularFile
        do {
            key = try RegularFile(files.key, longest: 1 << 20)
        } catch {
            throw ExchangeFileError(words: "\(part): The file '\(files.key)' cannot be read: \(error).")
        }
        guard key.mode & 0o007 == 0 else {
            throw ExchangeFileError(
                words: "\(part): Everybody on this machine can read or change the key. Run: chmod o= "
                    + ShellWord.quoted(files.key))
        }
        do {
            return try ServerIdentity(certificateFile: files.certificate, keyFile: files.key)
        } catch {
            throw ExchangeFileError(words: "\(whole): \(error).")
        }
    }

    private static var machineName: String {
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, name.count - 1)
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).lowercased()
    }
}

/// Why an exchange cannot be run as it is told to; whole lines for people.
struct ExchangeFileError: Error, Equatable {
    var words: String

    /// As they can be shown in a terminal.
    var lines: [String] { words.split(separator: "\n").map { LogFile.plain(String($0)) } }
}

/// A configuration file as it was when it was read.
struct ExchangeFile {
    static let longest = 1 << 20
    let text: String
    /// Whether others than its owner and group may read or change it.
    let isOpenToAll: Bool

    init(_ path: String) throws(ExchangeFileError) {
        let content: RegularFile
        do {
            content = try RegularFile(path, longest: Self.longest)
        } catch {
            throw ExchangeFileError(words: "\(path): The configuration file cannot be read: \(error).")
        }
        guard let text = String(validating: content.bytes, as: UTF8.self) else {
            throw ExchangeFileError(words: "\(path): The configuration file is not in UTF-8.")
        }
        self.text = text
        isOpenToAll = content.mode & 0o007 != 0
    }
}
