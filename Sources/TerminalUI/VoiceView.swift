import ChatCore

/// Voice in the call bar. That the microphone is open is said in words, colour and reverse video, wherever there is room
/// for anything.
struct VoiceView {
    /// The longest first; the last one has to fit.
    let signs: [String]
    let style: Style

    /// nil while the call is one of texts.
    init?(_ call: Chat.Call, isMuted: Bool) {
        switch call.sound?.stage {
        case nil: return nil
        case .asking:
            signs = [" asks for voice … ", " voice? "]
            style = Style(.accent)
        case .on where !call.isHeard:
            signs = [" MIC OFF, on hold ", " MIC OFF "]
            style = Style(.accent).bold
        case .on where isMuted:
            signs = [" MIC OFF "]
            style = Style(.accent).bold.reverse
        case .on:
            signs = [" ● MIC OPEN ", " MIC ON "]
            style = Style(.red).bold.reverse
        }
    }

    /// The longest sign that leaves as much room for the call.
    func sign(within room: Int) -> String { signs.first { cellWidth($0) <= room / 2 } ?? signs.last ?? "" }

    static let meterWidth = 6

    /// `■■■···`: from -54 dB, which is a quiet room, up in steps of 9.
    static func meter(_ level: Double) -> String {
        let steps = level > -54 ? Int(min(Double(meterWidth), ((level + 54) / 9).rounded(.up))) : 0
        return String(repeating: "■", count: steps) + String(repeating: "·", count: meterWidth - steps)
    }
}

extension Canvas {
    /// Behind the sign, as far as there is room: how loud both sides are, and how the sound travels.
    mutating func drawSound(_ call: Chat.Call, _ state: Chat.State, x: Int, y: Int, limit: Int) -> Int {
        guard let sound = call.sound, sound.isOn else { return x }
        var x = x
        if call.isHeard, x + 12 + 2 * VoiceView.meterWidth <= limit {
            x = put(" you ", x: x, y: y, Style(.quiet))
            x = put(VoiceView.meter(state.isMuted ? -96 : state.levels.microphone), x: x, y: y, Style(.green))
            x = put(" they ", x: x, y: y, Style(.quiet))
            x = put(VoiceView.meter(state.levels.speaker), x: x, y: y, Style(.green))
            x = put(" ", x: x, y: y)
        }
        let secured = sound.isSecured ? "encrypted" : "not encrypted"
        let quality = sound.quality?.rawValue
        let all = [quality, sound.codec, secured].compactMap { $0 }.joined(separator: ", ")
        let choices = [all, [quality, secured].compactMap { $0 }.joined(separator: ", "), quality ?? ""]
        guard let words = choices.first(where: { !$0.isEmpty && x + 3 + cellWidth($0) <= limit }) else { return x }
        x = put("· ", x: x, y: y, Style(.quiet))
        let isTrouble = sound.quality == .poor || sound.quality == .bad
        x = put(words, x: x, y: y, isTrouble ? Style(.red) : Style(.quiet))
        return put(" ", x: x, y: y)
    }
}
