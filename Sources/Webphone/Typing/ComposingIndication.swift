import SIP

/// Says whether somebody is writing (RFC 3994).
package struct ComposingIndication: Sendable, Equatable {
    package static let mediaType = "application/im-iscomposing+xml"
    private static let namespace = "urn:ietf:params:xml:ns:im-iscomposing"

    /// `active`; every other state counts as idle (RFC 3994 §3.3).
    package var isActive: Bool
    /// In seconds: an active state that is not told anew within this time is over.
    package var refresh: UInt32?

    package init(isActive: Bool, refresh: UInt32? = nil) {
        self.isActive = isActive
        self.refresh = refresh
    }

    /// Nil for what is no indication.
    package init?(parsing bytes: [UInt8]) {
        guard let document = try? ShortDocument(parsing: bytes, namespace: Self.namespace),
            let state = document["isComposing/state"]
        else { return nil }
        isActive = state == "active"
        refresh = document["isComposing/refresh"].flatMap { UInt32($0) }
    }

    package var content: UserAgent.Content {
        var document = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<isComposing xmlns=\"\(Self.namespace)\">"
        document += "<state>\(isActive ? "active" : "idle")</state><contenttype>text/plain</contenttype>"
        if let refresh { document += "<refresh>\(refresh)</refresh>" }
        document += "</isComposing>\n"
        return UserAgent.Content(type: Self.mediaType, body: Array(document.utf8))
    }
}
