/// Why the terminal cannot be used, in words for people; the program ends with status 2.
package enum TerminalError: Error, Equatable, CustomStringConvertible {
    case notATerminal
    case noTerm
    case unknownTerm(String)
    case poorTerm(String)

    package var description: String {
        switch self {
        case .notATerminal: "Partyline needs a terminal, but standard input or output is not one."
        case .noTerm: "The environment variable TERM is not set, so Partyline does not know what terminal this is."
        case .unknownTerm(let term): "The terminal type “\(term)” (from TERM) is not known on this machine."
        case .poorTerm(let term): "A terminal of type “\(term)” (from TERM) cannot place the cursor."
        }
    }
}
