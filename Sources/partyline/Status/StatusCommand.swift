import ArgumentParser
import Glibc
import Journal

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        _superCommandName: "partyline exchange",
        abstract: "Tell who is online, which calls run, and what an exchange of this machine counted.",
        discussion: "The exchange tells it over a local socket that only the user who runs it can open.")

    @Flag(help: "For machines: one JSON document, whose names stay the same from version to version.")
    var json = false

    @Option(
        help: ArgumentHelp("The socket of the exchange, where several run or it was named.", valueName: "path"))
    var socket: String?

    func run() throws {
        let folder = StatusFolder { name in getenv(name).map { String(cString: $0) } }
        do {
            let report = try StatusClient.ask(json ? .json : .table, at: socket, in: folder)
            StandardStreams.say(report.hasSuffix("\n") ? String(report.dropLast()) : report)
        } catch {
            StandardStreams.complain("partyline: \(error)")
            throw ExitCode(1)
        }
    }
}
