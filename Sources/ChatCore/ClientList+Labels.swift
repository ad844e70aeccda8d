import Webphone

extension ClientList {
    /// How people read who it is: the name, with the number where the name alone would mislead, as another client
    /// bears the same one, or it is the word the log uses for oneself.
    package func label(for party: Party) -> String {
        let name = PlainText.name(party.name)
        guard !name.isEmpty else { return party.number }
        let key = PlainText.key(name)
        let others = bearers(of: key) - (self.party(party.number).map { PlainText.key($0.name) == key } == true ? 1 : 0)
        return others > 0 || key == "you" ? "\(name) (\(party.number))" : name
    }
}
