/// The last row that the chat box shows while the person has scrolled up.
///
/// When the rows above it do not fill the box, the screen shows the log from its top.
package struct Anchor: Hashable, Sendable {
    /// Sequence number of the entry in the log.
    package var entry: Int
    /// The row within that entry as it wraps now, from 0; the screen takes the last row where there are fewer.
    package var row: Int

    package init(entry: Int, row: Int) {
        self.entry = entry
        self.row = row
    }
}

/// How far to scroll. The core does not know how lines wrap: the screen computes where that leads and answers
/// with `.action(.scrolled(to:))`.
package enum Scroll: Hashable, Sendable {
    case pageUp, pageDown
    /// Rows; negative is up.
    case rows(Int)
    case top
}
