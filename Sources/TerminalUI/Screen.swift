import ChatCore

/// The smallest screen that everything fits on.
package let smallestSize = Size(width: 20, height: 6)

/// The whole screen for a state: a pure function, whose cost depends on the screen and not on the history.
package func screen(_ state: Chat.State, size: Size, capabilities: Capabilities) -> Frame {
    var frame = Frame()
    draw(state, size: size, capabilities: capabilities, into: &frame)
    return frame
}

/// Draws the screen into the storage of an earlier frame.
package func draw(_ state: Chat.State, size: Size, capabilities: Capabilities, into frame: inout Frame) {
    var canvas = Canvas(frame: Frame(), capabilities: capabilities)
    swap(&canvas.frame, &frame)
    canvas.frame.clear(to: size)
    if size.width < smallestSize.width || size.height < smallestSize.height {
        canvas.drawTooSmall()
    } else if let prompt = state.prompt {
        canvas.drawNamePrompt(prompt)
    } else {
        canvas.drawRoom(state)
    }
    swap(&canvas.frame, &frame)
    if !capabilities.colours {
        for index in frame.cells.indices { frame.cells[index].style = frame.cells[index].style.withoutColour }
    }
}

extension Canvas {
    fileprivate mutating func drawRoom(_ state: Chat.State) {
        let layout = Layout(state, size: size)
        drawBorders(layout)
        drawChatBox(state, layout)
        if let sidebar = layout.sidebar { drawSidebar(state, sidebar, isOverlay: layout.sidebarIsOverlay) }
        drawTitle(state)
        drawCallBar(state, layout)
        drawInput(state, layout)
        drawKeyBar(state, layout)
        if let help = state.help {
            drawHelp(from: help)
        } else if state.dialog != nil {
            drawDialog(state, layout)
        }
    }

    private mutating func drawBorders(_ layout: Layout) {
        box(Rect(x: 0, y: 0, width: size.width, height: size.height))
        horizontalLine(x: 1, y: layout.callBar, width: size.width - 2)
        put(.teeLeft, x: 0, y: layout.callBar)
        put(.teeRight, x: size.width - 1, y: layout.callBar)
        if let sidebar = layout.sidebar, !layout.sidebarIsOverlay {
            put(.teeDown, x: sidebar.x - 1, y: 0)
            verticalLine(x: sidebar.x - 1, y: 1, height: layout.callBar - 1)
            put(.teeUp, x: sidebar.x - 1, y: layout.callBar)
        }
    }
}
