/// One key as the person pressed it, already decoded by the terminal.
package enum Key: Hashable, Sendable {
    /// Printable text; a combining mark may come as a key of its own and joins what stands before the cursor.
    case character(Character)
    case up, down, left, right
    /// Ctrl or Alt with the left or right arrow.
    case wordLeft, wordRight
    case home, end, pageUp, pageDown
    case tab, backtab, enter, escape, backspace, delete
    /// Control with a lower-case letter or a sign: `.ctrl("a")`.
    case ctrl(Character)
    /// Alt (or Escape at once before) with a character: `.alt("b")`; Alt with Backspace is `.alt("\u{7F}")`.
    case alt(Character)
    /// F1 is `.f(1)`.
    case f(Int)
}
