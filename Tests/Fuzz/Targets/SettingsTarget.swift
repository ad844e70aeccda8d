import Exchange
import SIP
import Settings

/// A configuration is taken whole or refused with complaints that name a line of the text; one that is taken has what an
/// exchange needs, and an exchange takes it up.
func fuzzSettings(_ bytes: [UInt8]) {
    guard let text = String(validating: bytes, as: UTF8.self) else { return }
    changeWishes(in: text)
    do throws(Complaints) {
        let settings = try ExchangeSettings.read(text, transports: TransportProtocol.allCases)
        require(settings.exchange.lines.allSatisfy(Exchange.Configuration.isLineName), "a line of no name")
        let numbers = settings.exchange.extensions.map(\.number)
        require(Set(numbers).count == numbers.count, "a number twice")
        require(!numbers.contains { settings.exchange.numbers.contains($0.value) }, "a guest's number")
        require(settings.exchange.extensions.allSatisfy { !$0.passwords.isEmpty }, "an extension nobody can be")
        var exchange = Exchange(.init(), identifiers: .seeded(1))
        _ = exchange.handle(.configured(settings.exchange))
    } catch {
        require(!error.all.isEmpty, "refused without a word")
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).count
        for complaint in error.all {
            require(!complaint.words.isEmpty, "refused without a word")
            require((complaint.place?.line ?? 1) >= 1, "a line before the first")
            require((complaint.place?.line ?? 1) <= lines + 1, "a line behind the last")
        }
    }
}

/// A chat's file is changed so that it says what was wanted, or not at all.
private func changeWishes(in text: String) {
    guard let settings = try? ChatSettings(text) else { return }
    require((try? settings.text(replacing: text)) == text, "changed without a change")
    var wanted = settings
    wanted.blocked.insert("1007\"")
    wanted.typing.toggle()
    guard let new = try? wanted.text(replacing: text) else { return }
    require((try? ChatSettings(new)) == wanted, "something else than was wanted")
}
