import SIP

/// Takes out of a message what nobody may read in a log: passwords' proofs always, bodies where wanted.
package struct Mask: Sendable, Equatable {
    /// What stands for what was taken out.
    package static let sign = "***"
    /// Parameters of credentials that tell who and where, and nothing that proves it.
    private static let openParameters: Set<String> = ["username", "realm", "uri", "algorithm", "qop", "nc"]

    /// Whether bodies are left out: texts of a chat, and whatever else people send.
    package var hidesBodies: Bool

    package init(hidesBodies: Bool) { self.hidesBodies = hidesBodies }

    /// The message line by line, the empty line before the body included. Each is safe to show (`OneLine`).
    package func lines(of message: Message) -> [String] {
        let (start, body): (String, [UInt8]) =
            switch message {
            case .request(let request): ("\(request.method.rawValue) \(request.uri) SIP/2.0", request.body)
            case .response(let response): ("SIP/2.0 \(response.status) \(response.reason)", response.body)
            }
        var lines = [Self.withoutPasswords(start)]
        for (name, value) in message.headers { lines.append("\(name): \(field(name, value))") }
        if !body.isEmpty { lines += [""] + self.body(body, type: message.headers[.contentType]) }
        return lines.map(OneLine.plain)
    }

    private func field(_ name: HeaderName, _ value: String) -> String {
        switch name {
        case .authorization, .proxyAuthorization, .authenticationInfo, "Proxy-Authentication-Info":
            Self.credentials(value)
        default: Self.withoutPasswords(value)
        }
    }

    /// Credentials with everything replaced that is not known to be harmless; of another scheme, or malformed, all.
    package static func credentials(_ value: String) -> String {
        // Authentication-Info has no scheme before its parameters (RFC 7616 §3.5).
        guard var credentials = AuthenticationParameters(value), credentials.scheme.lowercased() == "digest" else {
            return sign
        }
        var parameters = Parameters()
        for name in credentials.parameters.names {
            parameters.set(name, openParameters.contains(name.lowercased()) ? credentials.parameters[name] : sign)
        }
        credentials.parameters = parameters
        return withoutPasswords(credentials.description)
    }

    /// Text in which no URI carries a password (`sip:user:password@host`, RFC 3261 §19.1.1).
    package static func withoutPasswords(_ text: String) -> String {
        var result: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let start = rest.endOfScheme {
            result += rest[..<start]
            rest = rest[start...]
            let end = rest.firstIndex { " <>\",\t\r\n".utf8.contains($0) } ?? rest.endIndex
            guard let at = rest[..<end].firstIndex(of: UInt8(ascii: "@")),
                let colon = rest[..<at].firstIndex(of: UInt8(ascii: ":"))
            else { continue }
            result += rest[...colon] + Array(sign.utf8)
            rest = rest[at...]
        }
        return String(decoding: result + rest, as: UTF8.self)
    }

    private func body(_ body: [UInt8], type: String?) -> [String] {
        guard !hidesBodies, let text = String(validating: body, as: UTF8.self) else {
            return ["[\(body.count) octets of \(type ?? "no type")]"]
        }
        return text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { line in
            // Keys of a session's media (RFC 4568, RFC 8866 §5.12).
            for prefix in ["a=crypto:", "k="] where line.lowercased().hasPrefix(prefix) { return prefix + Self.sign }
            return Self.withoutPasswords(String(line))
        }
    }
}

extension ArraySlice where Element == UInt8 {
    /// The index behind the first `sip:` or `sips:`, in any case.
    fileprivate var endOfScheme: Int? {
        var index = startIndex
        while index + 3 < endIndex {
            if self[index] | 0x20 == UInt8(ascii: "s"), self[index + 1] | 0x20 == UInt8(ascii: "i"),
                self[index + 2] | 0x20 == UInt8(ascii: "p")
            {
                let colon = self[index + 3] | 0x20 == UInt8(ascii: "s") ? index + 4 : index + 3
                if colon < endIndex, self[colon] == UInt8(ascii: ":") { return colon + 1 }
            }
            index += 1
        }
        return nil
    }
}
