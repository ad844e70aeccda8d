import ChatCore

/// What the mouse did, in cells.
package struct Mouse: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// The left button went down.
        case press
        case wheelUp, wheelDown
    }

    package var kind: Kind
    package var point: Point

    package init(_ kind: Kind, x: Int, y: Int) {
        self.kind = kind
        point = Point(x: x, y: y)
    }
}

/// What the mouse meant, given what the screen shows; nil when nothing is there. The core counts double clicks.
package func hit(_ mouse: Mouse, _ state: Chat.State, size: Size) -> Chat.Action? {
    guard size.width >= smallestSize.width, size.height >= smallestSize.height else { return nil }
    let point = mouse.point
    if let prompt = state.prompt {
        let input = prompt.input(size)
        guard mouse.kind == .press, input.contains(point) else { return nil }
        return .moveCursor(InputWindow(prompt.draft, width: input.width).character(at: point.x - input.x))
    }
    let layout = Layout(state, size: size)
    if state.help != nil { return mouse.kind == .press ? .closeHelp : nil }
    if state.dialog != nil {
        let dialog = DialogLayout(state, layout)
        guard mouse.kind == .press else { return nil }
        return dialog.choice(at: point).map { .press(.choice($0)) }
    }
    switch mouse.kind {
    case .wheelUp: return layout.wheel(at: point, -1)
    case .wheelDown: return layout.wheel(at: point, 1)
    case .press: return layout.press(at: point, state)
    }
}

extension Layout {
    fileprivate func wheel(at point: Point, _ direction: Int) -> Chat.Action? {
        if let sidebar, sidebar.contains(point) { return .scrollClients(direction) }
        return point.y < callBar ? .scroll(3 * direction) : nil
    }

    fileprivate func press(at point: Point, _ state: Chat.State) -> Chat.Action? {
        if let sidebar, sidebar.contains(point) {
            let visible = state.clients.visible(rows: Layout.slots(in: sidebar))
            let slot = visible.lowerBound + point.y - sidebar.y - 1
            guard visible.contains(slot), state.clients.slots[slot] != nil else { return .focus(.clients) }
            return .select(slot)
        }
        if let send, send.contains(point) { return .press(.send) }
        if point.y == input.y {
            return .moveCursor(InputWindow(state.draft, width: input.width).character(at: point.x - input.x))
        }
        if point.y == callBar, state.anchor != nil { return .scrolled(to: nil) }
        return point.y < callBar ? .focus(.input) : nil
    }
}
