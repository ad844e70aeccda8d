/// What the painting puts into one place: a base scalar with its marks, one or two cells wide.
///
/// The boundaries follow what `setcchar` can hold rather than Unicode's grapheme clusters: a family joined by U+200D is
/// its first emoji, a skin tone is left out, a flag is its two letters side by side, an Indic conjunct is its letters.
struct Glyph: Equatable {
    var cell: Cell
    /// The second regional indicator of a flag; 0 otherwise.
    var second: UInt32 = 0
    /// Cells taken: 0 (nothing but invisible signs), 1 or 2.
    var width: Int
}

/// Reads the glyph at byte `index` of UTF-8 text and moves `index` behind it.
@inline(__always)
func nextGlyph(_ bytes: Span<UInt8>, _ index: inout Int) -> Glyph {
    let byte = bytes[index]
    // A mark can follow an ASCII letter, and its lead byte is never ASCII.
    if byte >= 0x20 && byte < 0x7F && (index + 1 == bytes.count || bytes[index + 1] < 0x80) {
        index += 1
        return Glyph(cell: Cell(UInt32(byte), .plain), width: 1)
    }
    return nextClusterGlyph(bytes, &index)
}

@inline(never)
private func nextClusterGlyph(_ bytes: Span<UInt8>, _ index: inout Int) -> Glyph {
    let first = decodeScalar(bytes, &index)
    var glyph: Glyph
    switch CellWidth(first) {
    case .spacing(let width): glyph = Glyph(cell: Cell(first, .plain, width: width), width: width)
    case .mark: glyph = Glyph(cell: Cell(0x20, .plain).adding(mark: first), width: 1)
    case .unpaintable:
        // A line end is one place even when two scalars make it.
        if first == 0x0D, index < bytes.count, bytes[index] == 0x0A { index += 1 }
        return Glyph(cell: Cell(first == 0x09 || first == 0x0A || first == 0x0D ? 0x20 : 0xFFFD, .plain), width: 1)
    case .invisible: glyph = Glyph(cell: .blank, width: 0)
    }
    if isRegionalIndicator(first) {
        var ahead = index
        if ahead < bytes.count, case let next = decodeScalar(bytes, &ahead), isRegionalIndicator(next) {
            index = ahead
            glyph.second = next
            glyph.width = 2
        }
    }
    absorb(bytes, &index, into: &glyph, after: first)
    return glyph
}

/// Takes what follows the base without a place of its own: marks, invisible signs, joined emoji, skin tones.
private func absorb(_ bytes: Span<UInt8>, _ index: inout Int, into glyph: inout Glyph, after first: UInt32) {
    let isPictograph = first >= 0x203C && glyph.width > 0
    var joined = false
    while index < bytes.count, bytes[index] >= 0x80 {
        var ahead = index
        let scalar = decodeScalar(bytes, &ahead)
        switch CellWidth(scalar) {
        case .mark:
            if glyph.width == 0 { return }
            glyph.cell = glyph.cell.adding(mark: scalar)
            joined = false
        case .invisible:
            joined = scalar == 0x200D
        case .spacing:
            let isSkinTone = (0x1F3FB...0x1F3FF).contains(scalar)
            guard isPictograph, isSkinTone || (joined && scalar >= 0x203C) else { return }
            joined = false
        case .unpaintable:
            return
        }
        index = ahead
    }
}

private func isRegionalIndicator(_ scalar: UInt32) -> Bool {
    (0x1F1E6...0x1F1FF).contains(scalar)
}

/// One scalar of valid UTF-8; Swift's strings hold no other.
@inline(__always)
private func decodeScalar(_ bytes: Span<UInt8>, _ index: inout Int) -> UInt32 {
    let lead = UInt32(bytes[index])
    let length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
    var scalar = length == 1 ? lead : lead & (0x7F >> UInt32(length))
    for offset in 1..<max(length, 1) {
        scalar = scalar << 6 | UInt32(bytes[index + offset] & 0x3F)
    }
    index += length
    return scalar
}
