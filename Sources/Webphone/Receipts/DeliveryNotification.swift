import SIP

/// Says what became of a message (RFC 5438 §7.2.1.1): an XML document within a common message.
package struct DeliveryNotification: Sendable, Equatable {
    package static let mediaType = "message/imdn+xml"
    private static let namespace = "urn:ietf:params:xml:ns:imdn"

    /// What the sender calls the message.
    package var messageID: String
    /// When it was sent, in the sender's words.
    package var dateTime: String
    /// Whether it was delivered; everything else that is told of a delivery means that it was not.
    package var hasArrived: Bool

    package init(messageID: String, dateTime: String, hasArrived: Bool = true) {
        self.messageID = messageID
        self.dateTime = dateTime
        self.hasArrived = hasArrived
    }

    /// Nil for what says nothing of a delivery.
    package init?(parsing bytes: [UInt8]) {
        guard let document = try? ShortDocument(parsing: bytes, namespace: Self.namespace),
            let id = document["imdn/message-id"], document["imdn/delivery-notification/status"] != nil
        else { return nil }
        messageID = id
        dateTime = document["imdn/datetime"] ?? ""
        hasArrived = document["imdn/delivery-notification/status/delivered"] != nil
    }

    /// Whether a message's body has one.
    package static func isIn(_ body: [UInt8]) -> Bool {
        let contents = try? CommonMessage(parsing: body).contents
        return contents?.contains { $0.type.essence == mediaType } ?? false
    }

    /// What a message that asks to be confirmed calls itself; nil for one that does not ask, or in words that we would
    /// not repeat.
    package init?(asked message: CommonMessage) {
        let wishes = message.notificationField("Disposition-Notification")?.split(separator: ",") ?? []
        guard wishes.contains(where: { $0.filter { $0 != " " } == "positive-delivery" }),
            let id = message.notificationField("Message-ID"), Self.isToken(id),
            let date = message.fields.first(where: { $0.name == "DateTime" })?.value, Self.isToken(date)
        else { return nil }
        self.init(messageID: id, dateTime: date)
    }

    /// Nothing that means something in XML, and no more of it than needed.
    private static func isToken(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"<>&\"'".utf8.contains($0) }
    }

    /// - Parameters:
    ///   - sender: who says so.
    ///   - receiver: who sent the message.
    ///   - id: what the notification itself is called.
    package func content(from sender: URI, to receiver: URI, id: String) -> UserAgent.Content {
        let document = """
            <?xml version="1.0" encoding="UTF-8"?>
            <imdn xmlns="\(Self.namespace)"><message-id>\(messageID)</message-id><datetime>\(dateTime)</datetime>\
            <recipient-uri>\(sender.description.escapedForXML)</recipient-uri>\
            <delivery-notification><status><delivered/></status></delivery-notification></imdn>

            """
        var message = CommonMessage(
            fields: [
                CommonMessage.Field("From", "<\(sender)>"), CommonMessage.Field("To", "<\(receiver)>"),
                CommonMessage.Field("NS", "imdn <\(CommonMessage.notifications)>"),
                CommonMessage.Field("imdn.Message-ID", id),
            ], content: UserAgent.Content(type: Self.mediaType, body: Array(document.utf8)))
        message.contentFields = [CommonMessage.Field("Content-Disposition", "notification")]
        return UserAgent.Content(type: CommonMessage.mediaType, body: message.serialized)
    }
}

extension String {
    fileprivate var escapedForXML: String {
        var text = ""
        for character in self {
            switch character {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case _: text.append(character)
            }
        }
        return text
    }
}
