extension Canvas {
    /// Says so, on any screen that has a cell at all.
    mutating func drawTooSmall() {
        let text = "Too small: \(smallestSize.width)x\(smallestSize.height) is needed"
        let bytes = text.utf8Span.span
        for (y, row) in wrap(text, width: size.width).prefix(size.height).enumerated() {
            put(bytes, row.range, x: 0, y: y, .plain, limit: size.width)
        }
    }
}
