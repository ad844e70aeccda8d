import ChatCore

extension Canvas {
    /// All keys, over the whole room; `first` is the line to begin with.
    mutating func drawHelp(from first: Int) {
        let lines = Help.lines
        let keysWidth = size.width < 44 ? 0 : 15
        let width = min(size.width, 78)
        let wordsWidth = max(1, width - 4 - keysWidth)
        // One row a line where it fits beside its keys; below 44 columns the keys stand before the words.
        var rows: [(keys: String, words: String)] = []
        var starts: [Int] = []
        for line in lines {
            starts.append(rows.count)
            let words = keysWidth == 0 ? line.keys + ": " + line.words : line.words
            let bytes = Array(words.utf8)
            for (index, row) in wrap(words, width: wordsWidth).enumerated() {
                rows.append(
                    (index == 0 && keysWidth > 0 ? line.keys : "", String(decoding: bytes[row.range], as: UTF8.self)))
            }
        }
        let height = min(size.height - 1, rows.count + 2)
        let room = height - 2
        let start = min(starts[max(0, min(first, lines.count - 1))], max(0, rows.count - room))
        let area = Rect(x: (size.width - width) / 2, y: (size.height - 1 - height) / 2, width: width, height: height)
        clear(around: area)
        box(area, Style(.accent).bold)
        drawBoxTitle("Keys", area)
        for offset in 0..<max(0, min(room, rows.count - start)) {
            let y = area.y + 1 + offset
            put(rows[start + offset].keys, x: area.x + 2, y: y, Style(.accent).bold, fitting: max(0, keysWidth - 2))
            put(rows[start + offset].words, x: area.x + 2 + keysWidth, y: y, fitting: wordsWidth)
        }
        let edge = area.x + area.width - 1
        if start > 0 { put("▲", x: edge, y: area.y + 1, Style(.accent)) }
        if start + room < rows.count { put("▼", x: edge, y: area.y + area.height - 2, Style(.accent)) }
    }
}
