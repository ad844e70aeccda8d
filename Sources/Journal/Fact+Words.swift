import Exchange
import SIP

extension Exchange.Fact {
    /// As a line of the exchange's log, safe to show.
    package var words: String { OneLine.plain(sentence) }

    private var sentence: String {
        switch self {
        case .joined(let number, let line, let name, let flow):
            "\(number) \"\(OneLine.cut(name, to: 32))\" joined \(line ?? "as an extension"), \(Self.place(flow))"
        case .moved(let number, let flow): "\(number) goes on \(Self.place(flow))"
        case .left(let number, let departure): "\(number) left: \(Self.words(departure))"
        case .configured(let lines, let extensions): "configured anew: lines \(lines), extensions \(extensions)"
        case .refused(let method, let status, let reason, let flow):
            "\(OneLine.cut(method.rawValue, to: 32)) refused: \(status) \(OneLine.cut(reason, to: 64)), \(Self.place(flow))"
        case .wrongPassword(let number, let wait, let flow):
            "wrong password for \(number), \(Self.place(flow))"
                + (wait > 0 ? "; the next try is looked at in \(wait) s" : "")
        }
    }

    private static func place(_ flow: Flow) -> String { "over \(flow.transport.rawValue) from \(flow.remote)" }

    private static func words(_ departure: Exchange.Departure) -> String {
        switch departure {
        case .unregistered: "it said goodbye"
        case .expired: "its registration ran out"
        case .connectionEnded: "its connection ended"
        case .dismissed: "the new configuration has no place for it"
        }
    }
}
