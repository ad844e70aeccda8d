extension Dialog {
    /// Makes the next request of the dialog (RFC 3261 §12.2.1.1), for the transaction layer's `send`.
    ///
    /// - Parameters:
    ///   - method: any but ACK and CANCEL.
    ///   - contact: our own address, which target refresh requests must have.
    ///   - contentType: what the body is, for example `text/plain;charset=UTF-8`.
    /// - Returns: the request with Request-URI, Route, From, To, Call-ID and the next CSeq; other headers are the
    ///   caller's to add.
    public mutating func request(
        _ method: Method, contact: NameAddress? = nil, contentType: String? = nil, body: [UInt8] = []
    ) -> Request {
        var request = skeleton(method, number: nextNumber())
        if let contact { request.headers.append(.contact, contact.description) }
        if let contentType { request.headers.append(.contentType, contentType) }
        request.body = body
        return request
    }

    /// Gives a request of the dialog that is sent once more, say with credentials, the next CSeq (§22.2).
    public mutating func renumber(_ request: Request) -> Request {
        var request = request
        request.cseq = CSeq(nextNumber(), request.method)
        return request
    }

    private mutating func nextNumber() -> UInt32 {
        let number = CSeq.number(after: localCSeq ?? 0)
        localCSeq = number
        return number
    }

    /// Makes the BYE that ends the session (§15.1.1).
    public mutating func bye() -> Request { request(.bye) }

    /// Makes the ACK for a 2xx to an INVITE (§13.2.2.4), for the transaction layer's `sendAck`: the INVITE's number
    /// and credentials, the dialog's route.
    ///
    /// - Parameter invite: the INVITE that was answered, a re-INVITE too.
    public func ack(for invite: Request) -> Request {
        var ack = skeleton(.ack, number: invite.cseq?.number ?? localCSeq ?? 0)
        for name in [HeaderName.authorization, .proxyAuthorization] {
            for value in invite.headers.values(name) { ack.headers.append(name, value) }
        }
        return ack
    }

    private func skeleton(_ method: Method, number: UInt32) -> Request {
        let path = routeSet.path(to: remoteTarget)
        var fields = Headers()
        for route in path.routes { fields.append(.route, route.description) }
        fields.append(.from, local.description)
        fields.append(.to, remote.description)
        fields.append(.callID, id.callID)
        fields.append(.cseq, "\(number) \(method.rawValue)")
        return Request(method, path.requestURI, headers: fields)
    }
}
