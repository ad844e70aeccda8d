import ArgumentParser
import Exchange
import Glibc
import SIP

/// Makes the entry of an extension for the configuration file.
struct HashPassword: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hash-password",
        _superCommandName: "partyline exchange",
        abstract: "Make the entry of an extension for the exchange's configuration file.",
        discussion: """
            It asks for the password twice, or takes the first line of its standard input where that is no terminal. \
            What it prints is as secret as the password: whoever has it can log in.
            """)

    @Option(help: "The extension's number.")
    var number: String

    @Option(help: "The exchange's domain; what is printed is good for no other.")
    var domain = Exchange.Configuration().domain

    @Flag(name: .customLong("md5"), help: "Also for phones that know nothing better than MD5.")
    var withMD5 = false

    @Flag(
        name: .customLong("md5-only"),
        help: "For phones that give up when they are asked for SHA-256 as well; the exchange asks for MD5 alone.")
    var isMD5Only = false

    func validate() throws {
        guard PhoneNumber(user: number) != nil else {
            throw ValidationError("'\(number)' is no number: 1 to 9 digits, and no zero at the front.")
        }
        guard let uri = try? URI(parsing: "sip:x@\(domain)"), uri.host == domain, uri.port == nil else {
            throw ValidationError("'\(domain)' is no domain. Write a host name such as pbx.example.")
        }
    }

    func run() throws {
        let password: String
        do throws(PasswordError) {
            password = try isatty(STDIN_FILENO) == 1 ? twice() : Password.line(of: STDIN_FILENO)
        } catch {
            StandardStreams.complain("partyline: \(error)")
            throw ExitCode(2)
        }
        StandardStreams.say(entry(for: password))
    }

    private func twice() throws(PasswordError) -> String {
        let first = try Password.prompt("Password of extension \(number): ")
        guard try Password.prompt("Once more: ") == first else { throw .different }
        return first
    }

    /// The lines for the file.
    func entry(for password: String) -> String {
        func hash(_ function: DigestAlgorithm.Function) -> String {
            PasswordHash(user: number, realm: domain, password: password, function).digits
        }
        var lines = ["# Good for this number with domain = \"\(domain)\" only.", "[[extension]]", "number = \(number)"]
        if !isMD5Only { lines.append("sha256 = \"\(hash(.sha256))\"") }
        if withMD5 || isMD5Only { lines.append("md5 = \"\(hash(.md5))\"") }
        return lines.joined(separator: "\n")
    }
}
