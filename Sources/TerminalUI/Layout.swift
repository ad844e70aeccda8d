import ChatCore

/// Where everything stands on a screen of at least 20x6.
///
///     title
///     chat box                 | sidebar
///     call bar
///     input                    | Send
///     key bar
struct Layout: Equatable {
    let size: Size
    /// The inside of the chat box, without the blank column on either side.
    var chat: Rect
    /// The inside of the sidebar, its blank columns included; nil while it is put away.
    var sidebar: Rect?
    /// Whether the sidebar lies over the chat box: below 60 columns there is no room beside it.
    var sidebarIsOverlay = false
    /// The row between the chat box and the input line.
    var callBar: Int
    /// Where the text of the input line goes, behind the prompt.
    var input: Rect
    /// The Send button; nil where there is no room and it has not the focus.
    var send: Rect?
    var keyBar: Int

    static let besideFrom = 60

    init(_ state: Chat.State, size: Size) {
        self.size = size
        let body = size.height - 4
        callBar = size.height - 3
        keyBar = size.height - 1
        let isFocused = state.focus == .clients && state.dialog == nil
        if size.width >= Self.besideFrom {
            let width = min(27, max(20, size.width * 5 / 16))
            sidebar = Rect(x: size.width - 1 - width, y: 1, width: width, height: body)
            chat = Rect(x: 2, y: 1, width: size.width - width - 5, height: body)
        } else {
            if isFocused {
                let width = min(30, size.width - 2)
                sidebar = Rect(x: size.width - 1 - width, y: 1, width: width, height: body)
                sidebarIsOverlay = true
            }
            chat = Rect(x: 2, y: 1, width: size.width - 4, height: body)
        }
        let hasSend = size.width >= 36 || state.focus == .send
        let sendWidth = size.width >= 36 ? 8 : 6
        input = Rect(x: 4, y: size.height - 2, width: size.width - 6 - (hasSend ? sendWidth + 1 : 0), height: 1)
        if hasSend { send = Rect(x: size.width - 2 - sendWidth, y: size.height - 2, width: sendWidth, height: 1) }
    }

    /// Rows of the sidebar for clients, under the heading.
    static func slots(in sidebar: Rect) -> Int { max(0, sidebar.height - 1) }
}
