import ChatCore

/// What comes from the terminal, decoded.
package enum TerminalInput: Hashable, Sendable {
    case key(Key)
    /// Bracketed paste as one piece: line ends are `\n`, other control characters but tabs are gone.
    case paste(String)
    case mouse(Mouse)
    /// The terminal is gone: nothing can be shown any more.
    case hangup
}
