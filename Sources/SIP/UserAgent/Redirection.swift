extension Response {
    /// Where a 3xx says that the callee may be instead, the most wanted first (RFC 3261 §8.1.3.4, §20.10): `sip` and
    /// `sips` addresses, none twice and none that was tried, `UserAgent.Limits.redirections` at most. Header fields and
    /// a method that they would put into our request are left out.
    ///
    /// None for a 305, whose Contact is a proxy for this one request and would take the exchange off the way, and for a
    /// 380, whose other service is in a body that nobody defined.
    package func redirections(from dialled: URI) -> [NameAddress] {
        guard (300..<400).contains(status), status != 305, status != 380 else { return [] }
        var tried = [dialled]
        var result: [(address: NameAddress, preference: Int)] = []
        for contact in contacts.prefix(Limits.listLength) {
            let address = NameAddress(contact.uri.asRequestURI, displayName: contact.displayName)
            switch address.uri.scheme {
            case .sip, .sips: break
            case .tel, .other: continue
            }
            guard !tried.contains(where: { $0.isEquivalent(to: address.uri) }) else { continue }
            tried.append(address.uri)
            result.append((address, contact.preference))
            if result.count == UserAgent.Limits.redirections { break }
        }
        // Stable: equals stay as the callee gave them.
        return result.enumerated().sorted { ($1.element.preference, $0.offset) < ($0.element.preference, $1.offset) }
            .map(\.element.address)
    }
}

extension NameAddress {
    /// A Contact's `q` in thousandths (RFC 3261 §20.10): 1,000 where none is given, 0 where it is none.
    fileprivate var preference: Int {
        guard let text = parameters["q"] else { return 1_000 }
        let halves = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let decimals = halves.count == 2 ? halves[1] : ""
        guard text.utf8.count <= 5, halves.first == "0" || halves.first == "1",
            decimals.utf8.allSatisfy({ OctetSet.digit.contains($0) }),
            let thousandths = Int((decimals + "000").prefix(3))
        else { return 0 }
        return halves.first == "1" ? 1_000 : thousandths
    }
}
