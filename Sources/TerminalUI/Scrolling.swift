import ChatCore

/// Where scrolling leads: the place of the last row that the chat box should show, or nil to follow the newest line.
/// The answer to the core's effect `.scroll`.
package func scrolled(_ scroll: Scroll, _ state: Chat.State, size: Size) -> Anchor? {
    guard size.width >= smallestSize.width, size.height >= smallestSize.height, state.log.count > 0 else { return nil }
    let layout = Layout(state, size: size)
    let box = Box(log: state.log, width: layout.textWidth, height: layout.chat.height)
    // One row of overlap keeps the reader's place.
    let page = max(1, box.height - 1)
    switch scroll {
    case .pageUp: return box.anchor(state.anchor, movedBy: -page)
    case .pageDown: return box.anchor(state.anchor, movedBy: page)
    case .rows(let rows): return box.anchor(state.anchor, movedBy: rows)
    case .top: return box.highest
    }
}

private struct Box {
    let log: Log
    let width: Int
    let height: Int

    /// The last row of a box that shows the log from its beginning; nil when the whole log fits.
    var highest: Anchor? {
        let bottom = ChatRows(log, fromTop: height, width: width)
        guard let anchor = bottom.bottom, bottom.rowCount == height else { return nil }
        return isNewest(anchor) ? nil : anchor
    }

    func anchor(_ anchor: Anchor?, movedBy rows: Int) -> Anchor? {
        guard let highest else { return nil }
        // What stands above the highest place is shown as that.
        var place = clamped(anchor)
        if isAbove(place, highest) { place = highest }
        if rows < 0 {
            // Wraps no more entries than are passed over; more rows than a log can hold are the beginning.
            var left = min(rows.magnitude, UInt(Int.max))
            while left > 0 {
                if UInt(place.row) >= left {
                    place.row -= Int(left)
                    left = 0
                } else if place.entry > log.first {
                    left -= UInt(place.row) + 1
                    place.entry -= 1
                    place.row = rowCount(place.entry) - 1
                } else {
                    return highest
                }
            }
            return isAbove(place, highest) ? highest : place
        }
        var left = rows
        while left > 0 {
            let below = rowCount(place.entry) - 1 - place.row
            if below >= left {
                place.row += left
                left = 0
            } else if place.entry + 1 < log.end {
                left -= below + 1
                place.entry += 1
                place.row = 0
            } else {
                return nil
            }
        }
        return isNewest(place) ? nil : place
    }

    private func clamped(_ anchor: Anchor?) -> Anchor {
        guard let anchor, anchor.entry < log.end else {
            return Anchor(entry: log.end - 1, row: rowCount(log.end - 1) - 1)
        }
        guard anchor.entry >= log.first else { return Anchor(entry: log.first, row: 0) }
        return Anchor(entry: anchor.entry, row: max(0, min(anchor.row, rowCount(anchor.entry) - 1)))
    }

    private func isNewest(_ anchor: Anchor) -> Bool {
        anchor.entry == log.end - 1 && anchor.row >= rowCount(anchor.entry) - 1
    }

    private func isAbove(_ one: Anchor, _ other: Anchor) -> Bool {
        (one.entry, one.row) < (other.entry, other.row)
    }

    private func rowCount(_ sequence: Int) -> Int { wrap(log[sequence].line, width: width).count }
}
