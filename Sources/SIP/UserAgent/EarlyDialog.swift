/// A dialog of our INVITE that is not answered yet, one for each who rings (RFC 3261 §12.1): it acknowledges reliable
/// provisional responses (RFC 3262 §4) and takes changes by UPDATE (RFC 3311 §5.2).
package struct EarlyDialog: Equatable, Sendable {
    package private(set) var dialog: Dialog
    package private(set) var media: AudioMedia
    package private(set) var hold = Hold()
    private var responses = ReliableResponses()
    /// Whether a reliable response brought the answer to our offer.
    private var isAgreed = false

    /// - Returns: nil when the response makes no dialog.
    package init?(_ invite: Request, _ response: Response, media: AudioMedia) {
        guard let dialog = Dialog(uac: invite, response: response) else { return nil }
        self.dialog = dialog
        self.media = media
    }

    /// Takes a provisional response.
    ///
    /// - Returns: nil when it is out of order, else the PRACK, if there is one.
    package mutating func receive(_ response: Response) -> [Request]? {
        switch responses.receive(response) {
        case .unreliable:
            return []
        case .outOfOrder:
            return nil
        case .next(let rack):
            if !response.body.isEmpty { isAgreed = true }
            var prack = dialog.request(.prack)
            prack.headers[.rack] = rack.description
            return [prack]
        }
    }

    /// The answer to an UPDATE.
    package mutating func receive(_ update: Request, contact: URI, host: String) -> Response {
        guard dialog.receive(update) == .inOrder else { return Response(500, to: update) }
        if let objection = Capabilities.objection(to: update) ?? SessionTimer.objection(to: update) {
            return objection
        }
        do throws(BodyFault) {
            let offer = try update.offer()
            var response = Response(200, to: update)
            response.contact = NameAddress(contact)
            response.headers[.allow] = Capabilities.allow
            response.headers[.supported] = Capabilities.supportedText
            guard let offer else { return response }
            guard isAgreed else { throw BodyFault(status: 491) }
            guard let answer = media.answer(offer, from: host) else { throw BodyFault(status: 488) }
            _ = hold.received(offer)
            response.describe(answer)
            return response
        } catch {
            return Capabilities.refusal(error.status, of: update)
        }
    }

    /// The dialog as the 2xx leaves it.
    package func confirmed(by response: Response) -> Dialog {
        var dialog = dialog
        dialog.receive(response)
        return dialog
    }

    /// Our request once more, with the next number.
    package mutating func renumber(_ request: Request) -> Request { dialog.renumber(request) }
}

extension Response {
    /// Carries a session description.
    mutating func describe(_ description: SessionDescription) {
        headers[.contentType] = MediaType.sdp.description
        body = description.serialized
    }
}
