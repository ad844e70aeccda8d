import ChatCore

private struct HelpRow {
    let keys: String
    /// Cells before the words.
    let indent: Int
    let words: String
}

extension Canvas {
    /// All keys and commands, over the whole room; `first` is the line to begin with.
    mutating func drawHelp(from first: Int) {
        let lines = Help.lines
        let width = min(size.width, 78)
        // One row a line where it fits beside its keys; where it is narrow the keys stand before the words.
        let isNarrow = (keys: size.width < 44, commands: size.width < 60)
        var rows: [HelpRow] = []
        var starts: [Int] = []
        for (number, line) in lines.enumerated() {
            starts.append(rows.count)
            let isCommand = number >= Help.firstCommand
            let indent = isCommand ? (isNarrow.commands ? 0 : 25) : (isNarrow.keys ? 0 : 15)
            let words = indent == 0 ? line.keys + ": " + line.words : line.words
            let bytes = Array(words.utf8)
            for (index, row) in wrap(words, width: max(1, width - 4 - indent)).enumerated() {
                rows.append(
                    HelpRow(
                        keys: index == 0 && indent > 0 ? line.keys : "", indent: indent,
                        words: String(decoding: bytes[row.range], as: UTF8.self)))
            }
        }
        let height = min(size.height - 1, rows.count + 2)
        let room = height - 2
        let start = min(starts[max(0, min(first, lines.count - 1))], max(0, rows.count - room))
        let area = Rect(x: (size.width - width) / 2, y: (size.height - 1 - height) / 2, width: width, height: height)
        clear(around: area)
        box(area, Style(.accent).bold)
        drawBoxTitle("Keys and commands", area)
        for offset in 0..<max(0, min(room, rows.count - start)) {
            let y = area.y + 1 + offset
            let row = rows[start + offset]
            put(row.keys, x: area.x + 2, y: y, Style(.accent).bold, fitting: max(0, row.indent - 2))
            put(row.words, x: area.x + 2 + row.indent, y: y, fitting: max(1, width - 4 - row.indent))
        }
        let edge = area.x + area.width - 1
        if start > 0 { put("▲", x: edge, y: area.y + 1, Style(.accent)) }
        if start + room < rows.count { put("▼", x: edge, y: area.y + area.height - 2, Style(.accent)) }
    }
}
