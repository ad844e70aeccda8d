/// Keys of a telephone that travel as INFO (`application/dtmf-relay`, as telephones agreed on without an RFC; RFC 6086
/// knows it as legacy usage).
package enum TelephoneKeys {
    package static let relay = "application/dtmf-relay"
    /// One key and nothing else, by its character or its number.
    package static let plain = "application/dtmf"
    /// What one command sends at most.
    package static let most = 64
    /// Bytes of a body that is read.
    package static let longestBody = 256

    /// The keys in what a person typed; letters become large, and whatever is no key is left out.
    package static func keys(in text: String) -> [Character] {
        Array(text.uppercased().filter { all.contains($0) }.prefix(most))
    }

    /// What an INFO says of one key. 160 ms is what telephones press.
    package static func body(_ key: Character) -> [UInt8] {
        Array("Signal=\(key)\r\nDuration=160\r\n".utf8)
    }

    /// The key that an INFO tells of; "" for one that is none of the sixteen, as a hook flash.
    ///
    /// - Throws: 415 for another kind of body, 400 for one that says nothing.
    package static func key(in request: Request) throws(BodyFault) -> String {
        guard request.body.count <= longestBody else { throw BodyFault(status: 413) }
        let text = String(decoding: request.body, as: UTF8.self)
        switch request.contentType?.essence {
        case relay:
            for line in text.split(whereSeparator: \.isNewline) {
                let halves = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard halves.count == 2, halves[0].trimmed.asciiLowercased == "signal" else { continue }
                return try key(named: halves[1].trimmed)
            }
            throw BodyFault(status: 400)
        case plain:
            return try key(named: text[...].trimmed)
        case _:
            throw BodyFault(status: 415)
        }
    }

    /// By its character, or by the number that it has as an event (RFC 4733 §3.2).
    private static func key(named name: String) throws(BodyFault) -> String {
        if let number = UInt8(name), name.utf8.count <= 2 {
            let index = Int(number)
            return index < all.count ? String(all[index]) : ""
        }
        guard let key = name.uppercased().first, name.count == 1, all.contains(key) else {
            throw BodyFault(status: 400)
        }
        return String(key)
    }

    private static let all = Array("0123456789*#ABCD")
}

extension Substring {
    fileprivate var trimmed: String {
        var text = self
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
