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
    /// What any body may be wrapped in (RFC 5621 §4).
    package static let multiparts = ["multipart/mixed", "multipart/alternative"]

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
        ([MediaType.sdp.essence] + messageTypes + multiparts).joined(separator: ", ")
    }

    /// Of a Partyline that knows no voice; others say it where they miss anything.
    static let noSuchMedium = "304 partyline \"Media type not available\""

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
        case 488: response.headers[.warning] = noSuchMedium
        default: break
        }
        return response
    }

    private static func accepted(in method: Method, _ messageTypes: [String]) -> String {
        switch method {
        case .message: (messageTypes + multiparts).joined(separator: ", ")
        case .info: TelephoneKeys.relay + ", " + TelephoneKeys.plain
        case .notify: "message/sipfrag"
        case _: ([MediaType.sdp.essence] + multiparts).joined(separator: ", ")
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
