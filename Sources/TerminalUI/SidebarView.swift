import ChatCore

extension Canvas {
    /// The heading and up to 11 slots, the selected one marked, with arrows where the list goes on.
    mutating func drawSidebar(_ state: Chat.State, _ area: Rect, isOverlay: Bool) {
        let hasFocus = state.focus == .clients && state.dialog == nil
        if isOverlay {
            fill(area)
            // On the narrowest screens the frame itself is the left edge.
            if area.x > 1 {
                verticalLine(x: area.x - 1, y: area.y, height: area.height)
                put(.teeDown, x: area.x - 1, y: 0)
                put(.teeUp, x: area.x - 1, y: area.y + area.height)
            }
        }
        let count = state.clients.count
        let inner = area.width - 2
        let number = count > 0 ? "\(count)" : ""
        put(
            "Online clients", x: area.x + 1, y: area.y, hasFocus ? Style(.accent).bold : Style(.plain).bold,
            fitting: inner)
        if cellWidth("Online clients") + number.utf8.count < inner {
            put(number, x: area.x + 1 + inner - number.utf8.count, y: area.y, Style(.quiet))
        }
        let range = state.clients.visible(rows: Layout.slots(in: area))
        for (row, slot) in range.enumerated() {
            drawSlot(
                state, slot, Rect(x: area.x, y: area.y + 1 + row, width: area.width, height: 1), hasFocus: hasFocus)
        }
        let edge = area.x + area.width - 1
        if range.lowerBound > 0 { put("▲", x: edge, y: area.y + 1, Style(.accent)) }
        if range.upperBound < state.clients.slots.count {
            put("▼", x: edge, y: area.y + range.count, Style(.accent))
        }
        if count == 0, area.height > 1 {
            put(
                state.isConnected ? "nobody yet" : "not connected", x: area.x + 1, y: area.y + 1, Style(.quiet),
                fitting: inner)
        }
    }

    private mutating func drawSlot(_ state: Chat.State, _ slot: Int, _ row: Rect, hasFocus: Bool) {
        guard let party = state.clients.slots[slot] else {
            put("·", x: row.x + 3, y: row.y, Style(.quiet))
            return
        }
        let isSelected = state.clients.selection == slot
        let isPartner = state.call?.party.number == party.number
        let isAside = state.aside.contains { $0.party.number == party.number }
        let isBlocked = state.preferences.blocked.contains(party.number)
        var style = isPartner ? Style(.green).bold : isBlocked ? Style(.quiet) : .plain
        if isSelected { style = hasFocus ? style.reverse : style.bold }
        if isSelected, hasFocus { fill(Rect(x: row.x + 1, y: row.y, width: row.width - 2, height: 1), style) }
        if isSelected, hasFocus { frame.cursor = Point(x: row.x + 1, y: row.y) }
        if isSelected { put("▸", x: row.x + 1, y: row.y, hasFocus ? style : Style(.accent).bold) }
        if isAside || isBlocked {
            let mark = isAside ? "‖" : "×"
            put(mark, x: row.x + 2, y: row.y, isSelected && hasFocus ? style : Style(isAside ? .accent : .quiet))
        }
        // A number longer than half the row is cut from its left: its end tells it apart.
        let numberRoom = max(4, (row.width - 4) / 2)
        let digits = cellWidth(party.number)
        let numberWidth = min(digits, numberRoom)
        let numberX = row.x + row.width - 1 - numberWidth
        let shownName = party.name.isEmpty ? party.number : party.name
        put(shownName, x: row.x + 3, y: row.y, style, fitting: numberX - row.x - 4)
        put(party.number, x: numberX, y: row.y, isSelected && hasFocus ? style : Style(.quiet), fitting: numberWidth)
    }
}
