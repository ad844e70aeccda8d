/// The pieces that borders are made of, by what each joins.
enum LinePiece {
    case horizontal, vertical
    case topLeft, topRight, bottomLeft, bottomRight
    case teeLeft, teeRight, teeDown, teeUp

    /// The rounded set of Unicode.
    var scalar: UInt32 {
        switch self {
        case .horizontal: 0x2500
        case .vertical: 0x2502
        case .topLeft: 0x256D
        case .topRight: 0x256E
        case .bottomLeft: 0x2570
        case .bottomRight: 0x256F
        case .teeLeft: 0x251C
        case .teeRight: 0x2524
        case .teeDown: 0x252C
        case .teeUp: 0x2534
        }
    }

    /// The letter in the VT100's drawing set; ncurses replaces it by `+`, `-` or `|` where the terminal has none.
    var drawing: UInt32 {
        switch self {
        case .horizontal: 0x71
        case .vertical: 0x78
        case .topLeft: 0x6C
        case .topRight: 0x6B
        case .bottomLeft: 0x6D
        case .bottomRight: 0x6A
        case .teeLeft: 0x74
        case .teeRight: 0x75
        case .teeDown: 0x77
        case .teeUp: 0x76
        }
    }
}

extension Canvas {
    mutating func put(_ piece: LinePiece, x: Int, y: Int, _ style: Style = Style(.quiet)) {
        let cell = capabilities.unicode ? Cell(piece.scalar, style) : Cell(piece.drawing, style.lineDrawing)
        set(Glyph(cell: cell, width: 1), x: x, y: y, cell.style)
    }

    mutating func horizontalLine(x: Int, y: Int, width: Int, _ style: Style = Style(.quiet)) {
        for column in 0..<max(0, width) { put(.horizontal, x: x + column, y: y, style) }
    }

    mutating func verticalLine(x: Int, y: Int, height: Int, _ style: Style = Style(.quiet)) {
        for row in 0..<max(0, height) { put(.vertical, x: x, y: y + row, style) }
    }

    /// A box around `area`, its inside left as it is.
    mutating func box(_ area: Rect, _ style: Style = Style(.quiet)) {
        guard area.width >= 2, area.height >= 2 else { return }
        let right = area.x + area.width - 1
        let bottom = area.y + area.height - 1
        horizontalLine(x: area.x + 1, y: area.y, width: area.width - 2, style)
        horizontalLine(x: area.x + 1, y: bottom, width: area.width - 2, style)
        verticalLine(x: area.x, y: area.y + 1, height: area.height - 2, style)
        verticalLine(x: right, y: area.y + 1, height: area.height - 2, style)
        put(.topLeft, x: area.x, y: area.y, style)
        put(.topRight, x: right, y: area.y, style)
        put(.bottomLeft, x: area.x, y: bottom, style)
        put(.bottomRight, x: right, y: bottom, style)
    }
}
