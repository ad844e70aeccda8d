import SIP

/// Numbers, and the addresses that they are: at our own exchange a number is the user of an address, elsewhere it is
/// `user@host`.
extension Phone {
    /// The number and the name, safe to show. The name in the exchange's list counts before that in a request, which
    /// without an assertion is what its sender likes to be called today.
    func party(_ address: NameAddress) -> Party {
        let number = number(of: address)
        return roster.party(number)
            ?? Party(number: number, name: RemoteText.name(address.displayName ?? "", number: number))
    }

    /// Somebody of whom a peer speaks: what it calls them is only its own word.
    func named(_ uri: URI) -> Party { party(NameAddress(uri)) }

    func number(of address: NameAddress) -> String {
        let uri = address.uri
        let user = RemoteText.number(uri.user ?? "") ?? RemoteText.name(uri.user ?? "", number: uri.host)
        guard !isOurs(uri), uri.user != nil else { return user }
        let port = uri.port.map { ":\($0)" } ?? ""
        let host = uri.host.utf8.contains(UInt8(ascii: ":")) ? "[\(uri.host)]" : uri.host
        let number = "\(user)@\(host)\(port)"
        return RemoteText.number(number) ?? RemoteText.name(number, number: host)
    }

    /// Whom the person means: a number, or `user@host`; nil when it is neither.
    func dialled(_ text: String) -> Party? {
        let text = text.hasPrefix("sip:") ? String(text.dropFirst(4)) : text
        guard RemoteText.number(text) != nil else { return nil }
        guard text.contains("@") else { return roster.party(text) ?? Party(number: text, name: text) }
        guard let uri = elsewhere(text) else { return nil }
        return named(uri)
    }

    /// Where a number is reached.
    func address(of number: String) -> URI {
        elsewhere(number) ?? .sip(number, domain)
    }

    /// Whether a person could call there.
    func isDialable(_ uri: URI) -> Bool {
        switch uri.scheme {
        case .sip, .sips: RemoteText.number(uri.user ?? "") != nil
        case .tel, .other: false
        }
    }

    /// Messages of those who are blocked are refused by the user agent, which answers them.
    mutating func bar() {
        let hosts = Set([domain, server]).sorted()
        let users = preferences.blocked.sorted().flatMap { number in
            elsewhere(number).map { [$0] } ?? hosts.map { .sip(number, $0) }
        }
        command(.bar(users))
    }

    /// The address of `user@host`.
    private func elsewhere(_ number: String) -> URI? {
        guard let at = number.lastIndex(of: "@"), at != number.startIndex,
            var uri = try? URI(parsing: "sip:user@" + number[number.index(after: at)...]),
            uri.query == nil, uri.parameters == Parameters()
        else { return nil }
        uri.user = String(number[..<at])
        return uri
    }

    /// An exchange goes by more than one name: as the person wrote it, as it calls itself, and by its address.
    private func isOurs(_ uri: URI) -> Bool {
        [domain, server, connection.flow?.remote.host].contains { $0?.lowercased() == uri.host.lowercased() }
    }
}

extension SessionDescription {
    /// Whether whoever offers this wants audio to flow, or to be set up for it.
    var insistsOnAudio: Bool { media.contains { isAudio($0) && direction(of: $0) != .inactive } }

    /// Whether this, in a running session, is more than hold or its end: audio is to flow both ways.
    var asksToSpeak: Bool { media.contains { isAudio($0) && direction(of: $0) == .sendrecv } }

    private func isAudio(_ medium: Media) -> Bool { medium.kind == "audio" && medium.port != 0 }
}
