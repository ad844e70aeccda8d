import ChatCore

/// Voice in the call bar. That the microphone is open is said in words, colour and reverse video, wherever there is room
/// for anything.
struct VoiceView {
    /// The longest first; the last one has to fit.
    let signs: [String]
    let style: Style
    /// That others on the way can listen, where they can; the longest first.
    let warnings: [String]

    /// nil while the call is one of texts.
    init?(_ call: Chat.Call, _ state: Chat.State) {
        let isOpen = call.sound.map { $0.isOn && !$0.isSecured } == true && state.route?.isLocal != true
        warnings = isOpen ? ["not encrypted", "plain"] : []
        switch call.sound?.stage {
        case nil: return nil
        case .asking:
            signs = [" asks for voice … ", " voice? "]
            style = Style(.accent)
        case .on where !call.isHeard:
            signs = [" MIC OFF, on hold ", " MIC OFF "]
            style = Style(.accent).bold
        case .on where state.isMuted:
            signs = [" MIC OFF "]
            style = Style(.accent).bold.reverse
        case .on:
            signs = [" ● MIC OPEN ", " MIC ON "]
            style = Style(.red).bold.reverse
        }
    }

    /// The longest sign that leaves as much room for the call.
    func sign(within room: Int) -> String { signs.first { cellWidth($0) <= room / 2 } ?? signs.last ?? "" }

    /// The longest warning that fits beside the call, of which that much has to be left.
    func warning(within room: Int, beside least: Int) -> String? {
        warnings.first { cellWidth($0) + 3 + least <= room }
    }

    static let meterWidth = 6
    /// Of both, with their words.
    static let metersWidth = 12 + 2 * meterWidth

    /// `■■■···`: from -54 dB, which is a quiet room, up in steps of 9.
    static func meter(_ level: Double) -> String {
        let steps = level > -54 ? Int(min(Double(meterWidth), ((level + 54) / 9).rounded(.up))) : 0
        return String(repeating: "■", count: steps) + String(repeating: "·", count: meterWidth - steps)
    }
}

extension Canvas {
    /// Behind the sign, as far as there is room: how loud both sides are, and how the sound travels. That others can
    /// listen comes first.
    mutating func drawSound(
        _ call: Chat.Call, _ state: Chat.State, warning: String?, x: Int, y: Int, limit: Int
    ) -> Int {
        guard let sound = call.sound, sound.isOn else { return x }
        var x = x
        let needed = VoiceView.metersWidth + (warning.map { cellWidth($0) + 3 } ?? 0)
        if call.isHeard, x + needed <= limit {
            x = put(" you ", x: x, y: y, Style(.quiet))
            x = put(VoiceView.meter(state.isMuted ? -96 : state.levels.microphone), x: x, y: y, Style(.green))
            x = put(" they ", x: x, y: y, Style(.quiet))
            x = put(VoiceView.meter(state.levels.speaker), x: x, y: y, Style(.green))
            x = put(" ", x: x, y: y)
        }
        if let warning, x + cellWidth(warning) + 3 <= limit {
            x = put("· ", x: x, y: y, Style(.quiet))
            x = put(warning + " ", x: x, y: y, Style(.red).bold)
        }
        let secured = warning == nil ? sound.isSecured ? "encrypted" : "not encrypted" : nil
        let quality = sound.quality?.rawValue
        let choices = [[quality, sound.codec, secured], [quality, secured], [quality]]
        let fitting = choices.lazy.map { $0.compactMap(\.self).joined(separator: ", ") }
        guard let words = fitting.first(where: { !$0.isEmpty && x + 3 + cellWidth($0) <= limit }) else { return x }
        x = put("· ", x: x, y: y, Style(.quiet))
        let isTrouble = sound.quality == .poor || sound.quality == .bad
        x = put(words, x: x, y: y, isTrouble ? Style(.red) : Style(.quiet))
        return put(" ", x: x, y: y)
    }
}
