import ChatCore

extension NamePrompt {
    /// Where the name is typed.
    func input(_ size: Size) -> Rect {
        let area = area(size)
        return Rect(
            x: area.x + 4, y: area.y + area.height - (area.height > 6 ? 3 : 2), width: area.width - 6, height: 1)
    }

    fileprivate func area(_ size: Size) -> Rect {
        let width = min(size.width, 52)
        let height = min(size.height - 1, 8)
        return Rect(
            x: (size.width - width) / 2, y: max(0, (size.height - 1 - height) / 2), width: width, height: height)
    }
}

extension Canvas {
    mutating func drawNamePrompt(_ prompt: NamePrompt) {
        let area = prompt.area(size)
        let input = prompt.input(size)
        box(area, Style(.accent))
        drawBoxTitle("Partyline", area)
        let inner = area.width - 4
        // The question, a blank row, what is to be said of names, then the line itself; where it is tight one of them.
        let isRoomy = area.height > 6
        let rule = isRoomy ? "At most \(Chat.Limits.name) characters; empty is “user”." : "Your name?"
        let said = prompt.refusal.map { ($0, Style(.red).bold) } ?? (rule, isRoomy ? Style(.quiet) : Style(.plain).bold)
        if isRoomy {
            put("Under which name do you join?", x: area.x + 2, y: area.y + 2, Style(.plain).bold, fitting: inner)
        }
        let first = isRoomy ? area.y + 3 : area.y + 1
        let room = max(0, input.y - first)
        let bytes = Array(said.0.utf8)
        for (row, line) in wrap(said.0, width: inner).prefix(room).enumerated() {
            put(
                String(decoding: bytes[line.range], as: UTF8.self), x: area.x + 2, y: first + row, said.1,
                fitting: inner)
        }
        put("›", x: input.x - 2, y: input.y, Style(.accent).bold)
        drawDraft(prompt.draft, input, showsCursor: true)
        drawKeysOfPrompt(x: area.x, y: area.y + area.height)
    }
}
