import CNcurses
import TerminalUI

/// How each role of a colour is painted on this terminal.
///
/// The background stays the terminal's own, dark or light. The 256-colour choices lie near the luminance whose contrast
/// with black and with white is the same (4.6 to 1), so both read well.
struct Palette {
    let hasColours: Bool
    private var pairs: [Int32]
    /// Attributes that stand in for, or help, a colour.
    private var attributes: [Int32]

    init() {
        let roles = Style.Colour.allCases
        pairs = roles.map { _ in 0 }
        attributes = roles.map { _ in 0 }
        var hasDefault: Int32 = 0
        let colours = environment("NO_COLOR") == nil ? cn_start_colours(&hasDefault) : 0
        hasColours = colours >= 8
        guard hasColours else { return }
        let background: Int32 = hasDefault == 1 ? -1 : 0
        for (index, role) in roles.enumerated() {
            guard let (many, few, helped) = Self.choice(role) else { continue }
            let colour = colours >= 256 ? many : few
            if colour >= 0 { pairs[index] = max(0, cn_pair(colour, background)) }
            if colours < 256 { attributes[index] = helped }
        }
    }

    /// The index among 256 colours, the one among 8 (-1: the terminal's own), and what makes the latter readable.
    private static func choice(_ role: Style.Colour) -> (many: Int32, few: Int32, helped: Int32)? {
        let bold = Int32(CN_BOLD)
        return switch role {
        case .plain: nil
        case .green: (28, 2, 0)  // #008700
        case .red: (196, 1, 0)  // #ff0000
        case .blue: (32, 4, bold)  // #0087d7; plain blue is too dark on black
        case .quiet: (244, -1, Int32(CN_DIM))  // #808080; white would vanish on a light background
        case .accent: (166, 5, bold)  // #d75f00; yellow would vanish on a light background
        }
    }

    /// Attributes and colour pair for a style.
    func look(_ style: Style) -> (attributes: Int32, pair: Int32) {
        let role = Int(style.colour.rawValue)
        var look = attributes[role]
        if style.isBold { look |= Int32(CN_BOLD) }
        if style.isDim { look |= Int32(CN_DIM) }
        if style.isReverse { look |= Int32(CN_REVERSE) }
        if style.isUnderlined { look |= Int32(CN_UNDERLINE) }
        if style.isLineDrawing { look |= Int32(CN_LINE_DRAWING) }
        return (look, pairs[role])
    }
}
