import SIP

/// Messages as tests write them: lines of text, made octets with CRLF.
enum Octets {
    /// A head: every line, and the empty line behind them.
    static func head(_ lines: String) -> [UInt8] {
        Array((lines + "\n\n").utf8).flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] }
    }

    /// A head and a body, both written as lines; the last line of the body has its CRLF too.
    static func message(_ lines: String, body: String) -> [UInt8] {
        head(lines) + Array((body + "\n").utf8).flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] }
    }
}

extension Message {
    /// The request, or nil for a response.
    var asRequest: Request? {
        if case .request(let request) = self { request } else { nil }
    }

    /// The response, or nil for a request.
    var asResponse: Response? {
        if case .response(let response) = self { response } else { nil }
    }
}

/// Reads a message and gives the fault instead of throwing it.
func refusal(of bytes: [UInt8]) -> ParseError? {
    do {
        _ = try Message.parse(bytes)
        return nil
    } catch {
        return error
    }
}
