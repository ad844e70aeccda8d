/// What this user agent understands, and how it says so to a request that asks for more (RFC 3261 §8.2).
package enum Capabilities {
    package static let methods: [Method] = [
        .invite, .ack, .bye, .cancel, .options, .message, .notify, .update, .info, .refer, .prack,
    ]
    package static let allow = methods.map(\.rawValue).joined(separator: ", ")
    /// The option tag of RFC 3262.
    package static let reliable = "100rel"
    /// Option tags of extensions.
    package static let supported = [reliable, "outbound", "path", "timer", "replaces"]
    package static let supportedText = supported.joined(separator: ", ")

    /// Why a request, in a dialog or outside, cannot be served whatever it says in detail: nil when it can.
    package static func objection(to request: Request) -> Response? {
        switch request.uri.scheme {
        case .sip, .sips, .tel: break
        case .other: return Response(416, to: request)
        }
        guard methods.contains(request.method) else { return refusal(405, of: request) }
        // RFC 3891 §3: it makes sense in an INVITE only.
        if request.method != .invite, request.headers.contains(.replaces) { return Response(400, to: request) }
        guard request.headers.contains(.require) else { return nil }
        let unsupported = request.required.filter { !supported.contains($0.lowercased()) }
        guard !unsupported.isEmpty else { return nil }
        var response = Response(420, to: request)
        response.headers[.unsupported] = unsupported.joined(separator: ", ")
        return response
    }

    /// The value of Accept: session descriptions, and messages of these types.
    package static func accept(_ messageTypes: [String]) -> String {
        ([MediaType.sdp.essence] + messageTypes).joined(separator: ", ")
    }

    /// A refusal with the header field that says what would have been understood.
    package static func refusal(
        _ status: Int, of request: Request, taking messageTypes: [String] = UserAgent.Configuration.messageTypes
    ) -> Response {
        var response = Response(status, to: request)
        switch status {
        case 405: response.headers[.allow] = allow
        case 415:
            response.headers[.accept] = accepted(in: request.method, messageTypes)
            response.headers[.acceptEncoding] = "identity"
        case 488: response.headers[.warning] = "304 partyline \"Media type not available\""
        default: break
        }
        return response
    }

    private static func accepted(in method: Method, _ messageTypes: [String]) -> String {
        switch method {
        case .message: messageTypes.joined(separator: ", ")
        case .info: TelephoneKeys.relay + ", " + TelephoneKeys.plain
        case .notify: "message/sipfrag"
        case _: MediaType.sdp.essence
        }
    }

    /// The answer to OPTIONS (§11.2).
    package static func describe(to request: Request, taking messageTypes: [String]) -> Response {
        var response = Response(200, to: request)
        response.headers[.allow] = allow
        response.headers[.accept] = accept(messageTypes)
        response.headers[.acceptEncoding] = "identity"
        response.headers[.acceptLanguage] = "en"
        response.headers[.supported] = supportedText
        return response
    }
}

/// A final response that a body earned.
package struct BodyFault: Error, Equatable, Sendable {
    package var status: Int
}

extension Request {
    /// The offer in an INVITE; nil when there is none (RFC 3264 §5, RFC 3261 §13.2.1).
    package func offer() throws(BodyFault) -> SessionDescription? {
        guard !body.isEmpty else { return nil }
        try checkEncoding()
        guard contentType?.essence == MediaType.sdp.essence else {
            if isBodyOptional { return nil }
            throw BodyFault(status: 415)
        }
        do {
            return try SessionDescription(parsing: body)
        } catch {
            throw BodyFault(status: error.reason == .tooLarge ? 413 : 400)
        }
    }

    /// What a MESSAGE says (RFC 3428 §7). Without a Content-Type it is taken for plain text, as the peer meant it.
    package func content(of types: [String]) throws(BodyFault) -> UserAgent.Content {
        guard body.count <= UserAgent.Limits.messageBody else { throw BodyFault(status: 413) }
        try checkEncoding()
        guard let type = headers[.contentType] else { return UserAgent.Content(type: "text/plain", body: body) }
        guard let media = MediaType(type), types.contains(media.essence) else { throw BodyFault(status: 415) }
        return UserAgent.Content(type: type, body: body)
    }

    private func checkEncoding() throws(BodyFault) {
        guard let encoding = headers[.contentEncoding] else { return }
        guard encoding.lowercased() == "identity" else { throw BodyFault(status: 415) }
    }

    /// RFC 3261 §20.11: a body that may be left unread.
    private var isBodyOptional: Bool {
        headers[.contentDisposition]?.lowercased().contains("handling=optional") ?? false
    }
}
