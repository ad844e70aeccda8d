import Webphone

/// Servers that cannot prove who they are.
extension Chat {
    /// A server is asked about where that may be, and refused loudly where somebody may stand in its place.
    mutating func receive(_ server: DoubtfulServer) -> [Effect] {
        guard !server.isNegotiable else { return ask(.trust(server)) + [.bell] }
        note(
            .trouble,
            "The certificate of \(server.name) has CHANGED since you decided to trust it. Somebody may stand between you "
                + "and the server, or the server has got a new one. Nothing was sent to it.")
        for fingerprint in server.trusted { note(.trouble, "You trust the one with the fingerprint \(fingerprint)") }
        note(.trouble, "It shows one with the fingerprint \(server.fingerprint)")
        note(
            .trouble,
            "If whoever runs the server tells you that the new one is right, remove the line that begins with "
                + "\(server.name) from \(PlainText.line(state.settings.knownServers)), and start again.")
        return [.bell]
    }

    /// Whether a question about a server is open or waits; then its answer tells what becomes of the connection.
    var isAskingForTrust: Bool {
        state.dialogs.contains { dialog in
            switch dialog.question {
            case .trust: true
            case .request, .transfer, .forwarded, .voice, .paste: false
            }
        }
    }

    mutating func decide(_ choice: ConfirmDialog.Choice, on server: DoubtfulServer) -> [Effect] {
        let effects = close(0)
        switch choice {
        case .once, .always:
            let isForEver = choice == .always
            note(.notice, "You trust \(server.name) \(isForEver ? "from now on" : "until you leave").")
            return effects + [.trust(server, forEver: isForEver), .connect(displayName: state.name)]
        case .ok, .voice, .cancel:
            let reason = PlainText.sentence("You do not trust \(server.name). " + server.doubts.joined(separator: " "))
            note(.trouble, "CONNECTION_FAILED: \(reason)")
            return effects
        }
    }
}

extension DoubtfulServer {
    /// The words of the question, a sentence each; what must not be missing on a small screen comes first.
    var words: [String] {
        doubts + ["SHA-256 \(fingerprint)", "Trust \(name) only if whoever runs it tells you the same fingerprint."]
    }
}
