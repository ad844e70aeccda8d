import SIP

/// What a REGISTER asks for, read from its Contact and Expires (RFC 3261 §10.3 steps 6 and 7).
struct Binding {
    enum Wish {
        /// No Contact: tell what is bound.
        case query
        case remove
        case bind(NameAddress, expires: UInt32)
    }

    var wish: Wish
    var instance: String?
    /// nil for a query and for `Contact: *`.
    var address: URI?

    init(_ request: Request, defaultExpires: UInt32) throws(Refusal) {
        let values = request.headers.values(.contact)
        if values.isEmpty {
            wish = .query
            return
        }
        if values.contains("*") {
            guard values.count == 1, request.expires == 0 else { throw Refusal(400, "Bad Contact") }
            wish = .remove
            return
        }
        let contacts = request.contacts
        guard contacts.count == values.count, contacts.allSatisfy({ $0.uri.scheme == .sip || $0.uri.scheme == .sips })
        else { throw Refusal(400, "Bad Contact") }
        let general = request.expires ?? defaultExpires
        let timed = contacts.map { ($0, $0.parameters["expires"].flatMap { UInt32($0) } ?? general) }
        // A phone that changed its address may remove the old one in the same request.
        guard let (contact, expires) = timed.first(where: { $0.1 > 0 }) ?? timed.first else { throw Refusal(400) }
        instance = contact.parameters["+sip.instance"]
        address = contact.uri
        wish = expires > 0 ? .bind(contact, expires: expires) : .remove
    }

    /// A query and `Contact: *` tell no instance: there the flow and the Call-ID say who asks.
    func unnamed(_ callID: String, among peers: @autoclosure () -> [Registrar.Client]) -> PhoneNumber? {
        switch wish {
        case .bind: nil
        case .query, .remove: instance == nil ? peers().first { $0.key.callID == callID }?.number : nil
        }
    }

    /// A phone that was started anew without a goodbye asks with another Call-ID, and may call itself another instance:
    /// it is whoever bound the same Contact before (RFC 3261 §10.3 step 7). Over another flow it could be anybody.
    func former(among peers: @autoclosure () -> [Registrar.Client], on line: Int?) -> PhoneNumber? {
        guard let address else { return nil }
        return peers().first { $0.line == line && $0.contact.isEquivalent(to: address) }?.number
    }
}
